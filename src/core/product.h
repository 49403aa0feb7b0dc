/* product.h - matrix products at the speed of the processor, with the same bits on all of them.
 *
 * The order of sums. Every number of a product is one chain of fused multiply-adds (one rounding
 * each), in the order of k, from zero or from what was there before:
 *
 *   out[i][j] = fma(left[i][K-1], right[K-1][j], ... fma(left[i][0], right[0][j], start) ...)
 *
 * It does not say which elements are made side by side. So a processor may have vectors of 4, 8 or
 * 16 numbers, a thread may take any rows and columns, and a long chain may be broken off and taken
 * up again: not a bit changes. BLAS libraries split the chain itself, each kernel in its own way.
 *
 * Why it is fast. A processor begins two vector multiply-adds every cycle and can load two vectors,
 * but each multiply-add wants three operands. So a tile of `out`, of some rows and two to four
 * vectors of columns, stays in registers for as long as it is summed: each vector of `right` that
 * is loaded serves all the rows of the tile, each number of `left` all its columns. The dozen
 * chains of a tile also hide that a multiply-add takes four cycles to end.
 *
 * What packing is. A tile reads a narrow strip of `right` from top to bottom. In a stored matrix
 * the rows of the strip are far apart. rx_pack copies each strip, a panel, into one piece, so that
 * it is read in the order in which it lies; the last is padded with zeros. Weights are packed once
 * a gradient and used in hundreds of steps, and since packing reads `right` in any direction,
 * W and its transpose are both had from W as it is stored.
 *
 * In which order the tiles come. A piece of a panel, 32 KiB of it, is used by all rows of `left`
 * (a hundred, which stay in the second-level cache) before the next piece, which is fetched there
 * meanwhile. A shorter piece would fit the first level better, but each tile costs some dozen
 * cycles to begin and to end, and the fewer multiply-adds between, the more that counts.
 *
 * All functions work on the calling thread alone. Threads share a product by rows, or by columns
 * (best in multiples of 64), with all of its operands in common. */
#ifndef RX_PRODUCT_H
#define RX_PRODUCT_H

#include <stdbool.h>
#include <stddef.h>

/* A right matrix (inner, columns), packed. */
struct rx_packed {
    const float *panels; /* not owned */
    size_t inner, columns;
};

/* How many floats a packed copy takes. */
size_t rx_packed_size(size_t inner, size_t columns);

/* Packs right (inner, columns), whose element (k, j) is right[k * inner_step + j * column_step]. So
 * weights (out, in), for products x W', are packed with steps 1 and in; for d W, with in and 1. */
void rx_pack(float *packed, const float *right, size_t inner_step, size_t column_step, size_t inner,
             size_t columns);

/* out (rows, count) = left (rows, inner) times columns first to first + count - 1 of right, or
 * += if it `adds`. A row is `stride` floats after the one before it. */
void rx_product(float *out, size_t out_stride, bool adds, const float *left, size_t left_stride,
                size_t rows, const struct rx_packed *right, size_t first, size_t count);

/* out (rows, columns) = left (rows, inner) right (inner, columns): for matrices that are used once,
 * packed piece by piece. */
void rx_product_once(float *out, const float *left, const float *right, size_t rows, size_t inner,
                     size_t columns);

/* sum (out, in) += left' right, with left (rows, out) and right (rows, in): the gradient of weights
 * from a sequence, in the order of its rows. Threads share its rows, `out`: sum and left move along
 * together. */
void rx_outer_sum(float *sum, size_t sum_stride, const float *left, size_t left_stride,
                  const float *right, size_t right_stride, size_t rows, size_t out, size_t in);

/* The vectors in use, for those who measure: "8 x float32". */
const char *rx_product_vectors(void);

#endif
