/* population.h - what population codes share: a row holds the activity of every cell. */
#ifndef RX_POPULATION_H
#define RX_POPULATION_H

#include <stddef.h>

enum { RX_MOST_DECODED = 64 }; /* cells that a decoding may average */

/* best (k): the cells with the largest activity, most active first; k is at most `cells`. */
void rx_most_active(size_t *best, const float *activity, size_t cells, size_t k);

#endif
