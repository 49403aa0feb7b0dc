#include "orthonormal.h"
#include "parallel.h"
#include "vector.h"
#include <math.h>

/* Of a vector this much of its length must be left to give a direction. */
static const double least_share = 1e-9;

/* Directions that are taken out of the vectors after them at once, while these are in cache. */
enum { AT_ONCE = 4 };

/* shares (count) = how much there is of each direction in a vector, which is then taken out */
static void take_out(float *shares, double *restrict vector, const double *restrict directions,
                     size_t count, size_t length)
{
    double share[AT_ONCE] = { 0 };
    for (size_t b = 0; b < count; b++) {
        share[b] = rx_vector_dot(vector, directions + b * length, length);
        shares[b] = (float)share[b];
    }
    for (size_t b = 0; b < count; b++)
        for (size_t i = 0; i < length; i++)
            vector[i] = fma(-share[b], directions[b * length + i], vector[i]);
}

/* Vector v, less what it had of the directions before it, becomes one. */
static void normalize(float *triangle, double *vector, size_t v, size_t count, size_t length)
{
    const double rest = rx_vector_dot(vector, vector, length);
    double before = 0;
    for (size_t b = 0; b < v; b++)
        before += (double)triangle[b] * (double)triangle[b];
    const double size = rest > least_share * least_share * (before + rest) ? sqrt(rest) : 0;
    for (size_t i = 0; i < length; i++)
        vector[i] *= size > 0 ? 1 / size : 0;
    triangle[v] = (float)size;
    for (size_t beyond = v + 1; beyond < count; beyond++)
        triangle[beyond] = 0;
}

void rx_orthonormalize(float *triangle, double *vectors, size_t count, size_t length)
{
#pragma omp parallel
    for (size_t b = 0; b < count; b += AT_ONCE) {
        const size_t end = b + rx_piece_length(count, AT_ONCE, b);
        double *directions = vectors + b * length;
#pragma omp single
        for (size_t v = b; v < end; v++) {
            float *row = triangle + v * count;
            for (size_t d = b; d < v; d++)
                take_out(row + d, vectors + v * length, vectors + d * length, 1, length);
            normalize(row, vectors + v * length, v, count, length);
        }
#pragma omp for schedule(static)
        for (size_t v = end; v < count; v++)
            take_out(triangle + v * count + b, vectors + v * length, directions, end - b, length);
    }
}
