/* noise.h - noise on the rows of a sequence, drawn where it is needed and never stored.
 *
 * Every row has its own place in the generator, so that it is the same whichever thread draws
 * it, and whether a run is made at once or in windows. */
#ifndef RX_NOISE_H
#define RX_NOISE_H

#include "random.h"
#include <stddef.h>
#include <stdint.h>

struct rx_noise {
    float scale;        /* of one draw; 0: no noise */
    enum rx_law law;    /* RX_NORMAL or RX_UNIFORM */
    const float *given; /* (rows, count) draws to use instead, or NULL */
    uint64_t seed;
    uint64_t start, step, row; /* position of the first row; chunks a step; chunks a row */
    size_t batch;              /* rows a step */
};

/* x (count) += scale * the draws of row `row`, which is trial row % batch at step row / batch. */
void rx_noise_add(const struct rx_noise *noise, size_t row, float *x, size_t count);

#endif
