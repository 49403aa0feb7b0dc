#include "kde.h"
#include "parallel.h"
#include "vector.h"
#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    QUERIES = 16,  /* places whose densities one thread sums */
    KERNELS = 1024 /* points whose distances wait on the stack */
};

/* covariance (d, d), lower triangle, of points (n, d) around their mean */
static void covariance_of(double *covariance, const double *mean, const float *points, size_t n,
                          size_t d)
{
    memset(covariance, 0, d * d * sizeof *covariance);
    for (size_t p = 0; p < n; p++)
        for (size_t i = 0; i < d; i++)
            for (size_t j = 0; j <= i; j++)
                covariance[i * d + j] += ((double)points[p * d + i] - mean[i]) *
                                         ((double)points[p * d + j] - mean[j]) / (double)(n - 1);
}

/* x - mean in round coordinates; coordinate i goes to out[i * stride] */
static void make_round(float *out, size_t stride, const struct rx_kde *kde, const float *x)
{
    const size_t d = kde->dimensions;
    for (size_t i = 0; i < d; i++) {
        double sum = 0;
        for (size_t j = 0; j <= i; j++)
            sum += kde->inverse[i * d + j] * ((double)x[j] - kde->mean[j]);
        out[i * stride] = (float)sum;
    }
}

enum rx_status rx_kde_fit(struct rx_kde *kde, const float *points)
{
    const size_t n = kde->points, d = kde->dimensions;
    kde->factor = pow((double)n, -1 / ((double)d + 4));
    memset(kde->mean, 0, d * sizeof *kde->mean);
    for (size_t p = 0; p < n; p++)
        for (size_t i = 0; i < d; i++)
            kde->mean[i] += (double)points[p * d + i] / (double)n;
    covariance_of(kde->spread, kde->mean, points, n, d);
    double largest = 0, determinant = 1;
    for (size_t i = 0; i < d; i++)
        largest = fmax(largest, kde->spread[i * d + i]);
    for (size_t i = 0; i < d * d; i++)
        kde->spread[i] *= kde->factor * kde->factor;
    if (LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', (int)d, kde->spread, (int)d))
        return RX_SINGULAR;
    for (size_t i = 0; i < d; i++) {
        const double side = kde->spread[i * d + i];
        if (!(side * side > 1e-12 * kde->factor * kde->factor * largest))
            return RX_SINGULAR;
        determinant *= side;
    }
    memcpy(kde->inverse, kde->spread, d * d * sizeof *kde->inverse);
    LAPACKE_dtrtri(LAPACK_ROW_MAJOR, 'L', 'N', (int)d, kde->inverse, (int)d);
    kde->scale = 1 / ((double)n * pow(2 * acos(-1), 0.5 * (double)d) * determinant);
    for (size_t p = 0; p < n; p++)
        make_round(kde->round + p, n, kde, points + p * d);
    return RX_OK;
}

/* Sum of exp(-distance^2 / 2) from `count` points on, `first` being the first of them. */
static double kernels(const struct rx_kde *kde, const float *query, size_t first, size_t count)
{
    float exponent[KERNELS] = { 0 }, sum = 0;
    for (size_t i = 0; i < kde->dimensions; i++) {
        const float *restrict coordinate = kde->round + i * kde->points + first;
        for (size_t p = 0; p < count; p++)
            exponent[p] -= 0.5f * (coordinate[p] - query[i]) * (coordinate[p] - query[i]);
    }
    rx_vector_exp(exponent, count);
#pragma omp simd reduction(+ : sum)
    for (size_t p = 0; p < count; p++)
        sum += exponent[p];
    return (double)sum;
}

/* density (rows) at x, `rows` at most QUERIES; the same points serve all queries from cache */
static void block_density(float *density, const struct rx_kde *kde, const float *x, size_t rows,
                          float *queries, rx_stop *stop)
{
    const size_t d = kde->dimensions;
    double sums[QUERIES] = { 0 };
    for (size_t q = 0; q < rows; q++)
        make_round(queries + q * d, 1, kde, x + q * d);
    for (size_t first = 0; first < kde->points && !*stop; first += KERNELS)
        for (size_t q = 0; q < rows; q++)
            sums[q] +=
                kernels(kde, queries + q * d, first, rx_piece_length(kde->points, KERNELS, first));
    for (size_t q = 0; q < rows; q++)
        density[q] = (float)(kde->scale * sums[q]);
}

enum rx_status rx_kde_density(float *density, const struct rx_kde *kde, const float *x, size_t rows,
                              rx_stop *stop)
{
    const size_t d = kde->dimensions;
    enum rx_status status = RX_OK;
#pragma omp parallel for schedule(dynamic)
    for (size_t first = 0; first < rows; first += QUERIES) {
        float *queries = malloc(QUERIES * d * sizeof *queries);
        if (queries)
            block_density(density + first, kde, x + first * d,
                          rx_piece_length(rows, QUERIES, first), queries, stop);
        else
#pragma omp atomic write
            status = RX_NO_MEMORY;
        free(queries);
    }
    return *stop ? RX_STOPPED : status;
}

void rx_kde_sample(float *x, const struct rx_kde *kde, const float *points, const float *uniform,
                   const float *normal, size_t rows)
{
    const size_t d = kde->dimensions;
    for (size_t r = 0; r < rows; r++) {
        size_t picked = (size_t)((double)uniform[r] * (double)kde->points);
        if (picked >= kde->points)
            picked = kde->points - 1;
        for (size_t i = 0; i < d; i++) {
            double moved = (double)points[picked * d + i];
            for (size_t j = 0; j <= i; j++)
                moved += kde->spread[i * d + j] * (double)normal[r * d + j];
            x[r * d + i] = (float)moved;
        }
    }
}
