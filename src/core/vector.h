/* vector.h - elementary functions of many float32 numbers at once, with the same bits everywhere.
 *
 * A C library has its own exp, in one version for each kind of processor, and they differ in the
 * last bit. These are made of the operations that IEEE 754 rounds alike on every machine:
 * additions, multiplications, divisions, square roots, fused multiply-adds written as such, and
 * integers. The compiler makes vectors of the loops, and no order of anything depends on how wide
 * they are.
 *
 * All are right to 2 units in the last place, subnormal numbers included, and have the values that
 * C's have at zeros, infinities and NaN. `out` may be `x`. */
#ifndef RX_VECTOR_H
#define RX_VECTOR_H

#include <stddef.h>
#include <stdint.h>

/* out (count) = function(x) */
void rx_vector_exp(float *out, const float *x, size_t count);
void rx_vector_log(float *out, const float *x, size_t count);
void rx_vector_sin(float *out, const float *x, size_t count);
void rx_vector_cos(float *out, const float *x, size_t count);
void rx_vector_tanh(float *out, const float *x, size_t count);
void rx_vector_sigmoid(float *out, const float *x, size_t count); /* 1 / (1 + exp(-x)) */

/* The sum in double precision: 16 sums, of every sixteenth number, which are added up by halves. */
double rx_vector_sum(const float *x, size_t count);
double rx_vector_squares(const float *x, size_t count);               /* of the squares */
double rx_vector_dot(const double *x, const double *y, size_t count); /* of the products */

/* Rayleigh numbers of scale 1 from random bits. */
void rx_vector_rayleigh(float *out, const uint32_t *bits, size_t count);

/* Standard normals from random bits: x and y (count each) from radius and angle (count each). */
void rx_vector_normal(float *x, float *y, const uint32_t *radius, const uint32_t *angle,
                      size_t count);

#endif
