/* population.h - what population codes share: a row holds the activity of every cell. */
#ifndef RX_POPULATION_H
#define RX_POPULATION_H

#include "status.h"
#include <stdbool.h>
#include <stddef.h>

/* A population code, whatever its cells: what each answers at a position (or at a bearing).
 *
 * Of a smooth code every activity is a short sum, activity = factors patterns, to the accuracy of
 * float32: then there are `rank` factors of a position, and one pattern of all cells for each. */
struct rx_code {
    const void *population; /* the cells; not owned */
    size_t cells, dimensions;

    /* activity (rows, cells) at positions (rows, dimensions) */
    enum rx_status (*encode)(float *activity, const struct rx_code *code, const float *positions,
                             size_t rows, rx_stop *stop);

    size_t rank;           /* at most RX_MOST_FACTORS; 0: not smooth */
    const float *patterns; /* (rank, cells); not owned */
    /* factors (rows, rank) of positions (rows, dimensions) */
    void (*factor)(float *factors, const struct rx_code *code, const float *positions, size_t rows);
};

enum { RX_MOST_FACTORS = 63 };

/* What a sequence's outputs should be. */
struct rx_targets {
    const float *values;        /* (rows, outputs); or, if NULL, */
    const struct rx_code *code; /* the activity of as many cells */
    const float *positions;     /* (rows, dimensions): at these */
};

enum { RX_MOST_DECODED = 64 }; /* cells that a decoding may average */

/* best (k): the cells with the largest activity, most active first; k is at most `cells`. False if
 * all are silent. */
bool rx_most_active(size_t *best, const float *activity, size_t cells, size_t k);

#endif
