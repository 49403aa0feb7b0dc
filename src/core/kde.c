#include "kde.h"
#include "moments.h"
#include "parallel.h"
#include "vector.h"
#include <float.h>
#include <lapacke.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    QUERIES = 32, /* points that one thread finds the density of at a time, against */
    BLOCK = 512   /* points of the density that stay in cache meanwhile */
};

static const double log_two_pi = 1.83787706640934548;

/* --- fitting --------------------------------------------------------------------------------- */

/* Whether what a coordinate varies by, given those before it, is no more than the rounding of
 * float32 numbers of its size. */
static bool is_singular(const double *root, const struct rx_moments *moments)
{
    for (size_t k = 0; k < moments->cols; k++) {
        const double variance = moments->products[k * (moments->cols + 1)];
        const double size =
            sqrt(moments->mean[k] * moments->mean[k] + variance / (double)(moments->count - 1));
        if (root[k * (moments->cols + 1)] <= 4 * (double)FLT_EPSILON * size)
            return true;
    }
    return false;
}

/* root, a lower triangle, becomes its Cholesky factor, inverse the inverse of that; what is lower
 * by rows is upper by columns. Not 0 if the matrix is not positive definite. */
static lapack_int cholesky(double *root, double *inverse, size_t dims)
{
    lapack_int failed = 0;
    /* one thread, as in pca.c */
#pragma omp parallel if (dims > 32)
#pragma omp single
    {
        failed = LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'U', (int)dims, root, (int)dims);
        memcpy(inverse, root, dims * dims * sizeof *root);
        if (!failed)
            failed = LAPACKE_dtrtri(LAPACK_COL_MAJOR, 'U', 'N', (int)dims, inverse, (int)dims);
    }
    return failed;
}

/* What turns coordinates into whitened ones and back. */
static enum rx_status factorize(struct rx_kde *kde, const struct rx_moments *moments)
{
    const size_t dims = kde->dims;
    rx_moments_lower(kde->spread, moments);
    if (cholesky(kde->spread, kde->whiten, dims) || is_singular(kde->spread, moments))
        return RX_FAILED;
    memcpy(kde->mean, moments->mean, dims * sizeof *kde->mean);
    for (size_t i = 0; i < dims * dims; i++) {
        kde->spread[i] *= kde->factor;
        kde->whiten[i] /= kde->factor;
    }
    kde->log_scale = -log((double)kde->count) - 0.5 * (double)dims * log_two_pi;
    for (size_t k = 0; k < dims; k++)
        kde->log_scale -= log(kde->spread[k * (dims + 1)]);
    return RX_OK;
}

/* Coordinate k of point i goes to white[i * point_step + k * coordinate_step]. */
static enum rx_status whiten_points(float *white, size_t point_step, size_t coordinate_step,
                                    const struct rx_kde *kde, const float *points, size_t count,
                                    rx_stop *stop)
{
    const size_t dims = kde->dims;
    const double most = 1e15; /* farther out the density is 0, and squares would overflow */
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < count; i++) {
        const float *point = points + i * dims;
        for (size_t k = 0; k < dims && !*stop; k++) {
            double sum = 0;
            for (size_t j = 0; j <= k; j++)
                sum += kde->whiten[k * dims + j] * ((double)point[j] - kde->mean[j]);
            white[i * point_step + k * coordinate_step] = (float)fmax(fmin(sum, most), -most);
        }
    }
    return *stop ? RX_STOPPED : RX_OK;
}

enum rx_status rx_kde_fit(struct rx_kde *kde, const float *points, rx_stop *stop)
{
    struct rx_moments moments;
    double *memory = malloc(rx_moments_memory(kde->dims) * sizeof *memory);
    if (!memory)
        return RX_NO_MEMORY;
    rx_moments_begin(&moments, memory, kde->dims);
    kde->factor = pow((double)kde->count, -1 / ((double)kde->dims + 4));
    enum rx_status status = rx_moments_add(&moments, points, kde->count, stop);
    if (!status)
        status = factorize(kde, &moments);
    if (!status)
        status = whiten_points(kde->white, 1, kde->count, kde, points, kde->count, stop);
    free(memory);
    return status;
}

/* --- density --------------------------------------------------------------------------------- */

/* out (count): squared distances of points, a coordinate every `stride`, from one; the least. */
static float distances(float *restrict out, const float *white, size_t stride, size_t count,
                       const float *query, size_t dims)
{
    float least = INFINITY;
    for (size_t j = 0; j < count; j++)
        out[j] = 0;
    for (size_t k = 0; k < dims; k++)
        for (size_t j = 0; j < count; j++) {
            const float apart = white[k * stride + j] - query[k];
            out[j] += apart * apart;
        }
#pragma omp simd reduction(min : least)
    for (size_t j = 0; j < count; j++)
        least = out[j] < least ? out[j] : least;
    return least;
}

/* Sum of exp(-distance^2 / 2) over a block of points. */
static double block_sum(const float *white, size_t stride, size_t count, const float *query,
                        size_t dims)
{
    _Alignas(64) float kernel[BLOCK];
    const float least = distances(kernel, white, stride, count, query, dims);
    /* far from all points, what the nearest contributes is left out of the float32 sum */
    const float shift = least > 60 ? least : 0;
    /* below, a kernel is nothing beside the nearest one, and slow to compute */
    const float lowest = -80;
    for (size_t j = 0; j < count; j++) {
        const float power = (shift - kernel[j]) / 2;
        kernel[j] = power > lowest ? power : lowest;
    }
    rx_vector_exp(kernel, count);
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t j = 0; j < count; j++)
        sum += kernel[j];
    return (double)sum * exp(-0.5 * (double)shift);
}

static void piece_density(float *density, const struct rx_kde *kde, const float *queries,
                          size_t count, rx_stop *stop)
{
    double sums[QUERIES] = { 0 };
    for (size_t first = 0; first < kde->count && !*stop; first += BLOCK)
        for (size_t i = 0; i < count; i++)
            sums[i] +=
                block_sum(kde->white + first, kde->count, rx_piece_length(kde->count, BLOCK, first),
                          queries + i * kde->dims, kde->dims);
    for (size_t i = 0; i < count; i++)
        density[i] = (float)exp(log(sums[i]) + kde->log_scale);
}

enum rx_status rx_kde_density(float *density, const struct rx_kde *kde, const float *points,
                              size_t count, rx_stop *stop)
{
    float *queries = malloc((count * kde->dims + 1) * sizeof *queries);
    if (!queries)
        return RX_NO_MEMORY;
    whiten_points(queries, kde->dims, 1, kde, points, count, stop);
#pragma omp parallel for schedule(dynamic)
    for (size_t i = 0; i < count; i += QUERIES)
        piece_density(density + i, kde, queries + i * kde->dims, rx_piece_length(count, QUERIES, i),
                      stop);
    free(queries);
    return *stop ? RX_STOPPED : RX_OK;
}

/* --- sampling -------------------------------------------------------------------------------- */

/* In place of standard normals, a draw about the point that two uniform numbers choose; one alone
 * has 24 bits. */
static void draw_about(float *out, const struct rx_kde *kde, const float *uniform)
{
    const size_t dims = kde->dims;
    const double share = (double)uniform[0] + 0x1p-24 * (double)uniform[1];
    const float *point = kde->white + (size_t)(share * (double)kde->count);
    for (size_t k = 0; k < dims; k++)
        out[k] += point[k * kde->count];
    for (size_t k = dims; k-- > 0;) {
        double sum = kde->mean[k];
        for (size_t j = 0; j <= k; j++)
            sum += kde->spread[k * dims + j] * (double)out[j];
        out[k] = (float)sum;
    }
}

enum rx_status rx_kde_sample(float *out, const struct rx_kde *kde, size_t count,
                             struct rx_random *random, rx_stop *stop)
{
    float *uniform = malloc((2 * count + 1) * sizeof *uniform);
    if (!uniform)
        return RX_NO_MEMORY;
    rx_random_draw(random, RX_UNIFORM, 0, 1, uniform, 2 * count, stop);
    rx_random_draw(random, RX_NORMAL, 0, 1, out, count * kde->dims, stop);
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < count; i++)
        if (!*stop)
            draw_about(out + i * kde->dims, kde, uniform + 2 * i);
    free(uniform);
    return *stop ? RX_STOPPED : RX_OK;
}
