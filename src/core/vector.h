/* vector.h - elementary functions of many float32 numbers at once, accurate to a few units in
 * the last place. vector.c alone is compiled with -ffast-math, which lets the compiler call the
 * C library's vector functions; arguments must be finite, but NaN in gives NaN out. */
#ifndef RX_VECTOR_H
#define RX_VECTOR_H

#include <stddef.h>
#include <stdint.h>

void rx_vector_exp(float *x, size_t count);     /* x = exp(x); 0 below exp(-87) */
void rx_vector_tanh(float *x, size_t count);    /* x = tanh(x) */
void rx_vector_sigmoid(float *x, size_t count); /* x = 1 / (1 + exp(-x)) */

/* Rayleigh numbers of scale 1 from random bits. */
void rx_vector_rayleigh(float *out, const uint32_t *bits, size_t count);

/* Standard normals from random bits: x and y (count each) from radius and angle (count each). */
void rx_vector_normal(float *x, float *y, const uint32_t *radius, const uint32_t *angle,
                      size_t count);

#endif
