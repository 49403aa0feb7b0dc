/* linear.h - linear algebra of small dense matrices, by LAPACK in double precision.
 *
 * Matrices are float32 and row-major on both sides of a call; all between is double. LAPACK runs on
 * one thread, so that results do not depend on the number of threads; nothing here can be stopped.
 * RX_FAILED says in each case what the matrices lack. Every number must be finite. */
#ifndef RX_LINEAR_H
#define RX_LINEAR_H

#include "status.h"
#include <stddef.h>

/* x (n, columns), a x = b, of a (n, n) and b (n, columns). RX_FAILED: a is singular, as far as
 * float32 numbers can tell once rows and columns are brought to one scale. */
enum rx_status rx_solve(float *x, const float *a, const float *b, size_t n, size_t columns);

/* m = u diag(s) v' of m (rows, cols), with k = min(rows, cols): u (rows, k), s (k) falling, v
 * (cols, k). RX_FAILED: the iteration did not converge. */
enum rx_status rx_svd(float *u, float *s, float *v, const float *m, size_t rows, size_t cols);

/* out (cols, rows): the pseudoinverse of m (rows, cols). Singular values of at most `cutoff` times
 * the largest count as 0. RX_FAILED as above. */
enum rx_status rx_pseudoinverse(float *out, const float *m, size_t rows, size_t cols,
                                double cutoff);

/* Eigenvalues of m (n, n), real and imaginary parts (n) each, by falling modulus; of a conjugate
 * pair the one with positive imaginary part first. RX_FAILED as above. */
enum rx_status rx_eigen(float *real, float *imaginary, const float *m, size_t n);

/* The same of a matrix of doubles, which is overwritten. */
enum rx_status rx_eigen_double(double *real, double *imaginary, double *m, size_t n);

/* The least of sum (y - x weights' - intercept)^2 + penalty sum weights^2: weights (outputs,
 * features), intercept (outputs), of x (rows, features) and y (rows, outputs). RX_FAILED: the
 * features depend on each other, and a penalty has to choose. */
enum rx_status rx_ridge(float *weights, float *intercept, const float *x, const float *y,
                        size_t rows, size_t features, size_t outputs, double penalty,
                        rx_stop *stop);

#endif
