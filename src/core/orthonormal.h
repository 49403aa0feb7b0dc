/* orthonormal.h - an orthonormal basis of some vectors, by Gram & Schmidt (modified: each direction
 * is taken out of all vectors after it as soon as it is known).
 *
 * In double precision this is exact to float32's eyes, however nearly the vectors depend on each
 * other; and unlike a library's, its sums have an order of their own (vector.h), so that the basis
 * is the same to the bit everywhere. */
#ifndef RX_ORTHONORMAL_H
#define RX_ORTHONORMAL_H

#include <stddef.h>

/* vectors (count, length) become the basis. triangle (count, count): vector v was the sum, over
 * b <= v, of triangle[v * count + b] times direction b; beyond v it is 0. A vector that is a sum of
 * those before it gives no direction: 0. On all threads. */
void rx_orthonormalize(float *triangle, double *vectors, size_t count, size_t length);

#endif
