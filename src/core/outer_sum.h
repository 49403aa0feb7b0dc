/* outer_sum.h - the gradient of a weight matrix: left' right, summed over the rows of a sequence.
 *
 * The rows come in windows. A thread sums a tile, some rows of the gradient, over a strand, some
 * rows of the window; the fewer tiles, the more strands, with a partial sum each. How many depends
 * on the shapes alone. */
#ifndef RX_OUTER_SUM_H
#define RX_OUTER_SUM_H

#include "workspace.h"
#include <stddef.h>

struct rx_outer_sum {
    float *sum; /* (out, in), added to */
    size_t out, in;
    size_t tile, strands;
    float *partial; /* (strands - 1, out, in): of all strands but the first */
};

/* A sum in a single strand, which need not be ended. */
struct rx_outer_sum rx_outer_sum_single(float *sum, size_t out, size_t in);

/* A sum over `rows` rows in all, and how many floats of the workspace it takes. */
size_t rx_outer_sum_scratch(size_t out, size_t in, size_t rows);

struct rx_outer_sum rx_outer_sum_begin(float *sum, size_t out, size_t in, size_t rows,
                                       struct rx_workspace *workspace);

/* Adds left (rows, left_stride), of which the first `out` columns count, and right (rows,
 * right_stride). Called by every thread of a parallel region; returns to each when all is done. */
void rx_outer_sum_add(const struct rx_outer_sum *outer, const float *left, size_t left_stride,
                      const float *right, size_t right_stride, size_t rows);

void rx_outer_sum_end(const struct rx_outer_sum *outer);

#endif
