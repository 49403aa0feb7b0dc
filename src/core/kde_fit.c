/* kde_fit.c - from points to kernels: weights, mean, the kernel's covariance, whitened points. */
#include "kde.h"
#include "moments.h"
#include "parallel.h"
#include <cblas.h>
#include <float.h>
#include <lapacke.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const double log_two_pi = 1.83787706640934548;
static const double two_pi = 6.28318530717958648;

size_t rx_kde_memory(size_t dims, size_t count)
{
    return (2 * dims + 3 + count) * dims + count;
}

static void place(struct rx_kde *kde, double *memory)
{
    const size_t dims = kde->dims;
    kde->mean = memory;
    kde->low = kde->mean + dims;
    kde->high = kde->low + dims;
    kde->spread = kde->high + dims;
    kde->whiten = kde->spread + dims * dims;
    kde->white = kde->whiten + dims * dims;
    kde->weights = (float *)(kde->white + dims * kde->count);
}

size_t rx_kde_first_outside(const struct rx_kde *kde, const float *points, size_t count)
{
    const float wall = (float)(kde->side / 2);
    for (size_t i = 0; kde->domain == RX_BOX && i < count * kde->dims; i++)
        if (fabsf(points[i]) > wall)
            return i;
    return count * kde->dims;
}

double rx_kde_wrap(double x, double center, double period)
{
    return center + remainder(x - center, period);
}

/* weights of mean 1, and from them Scott's factor; returns the effective number of points */
static double take_weights(struct rx_kde *kde, const float *weights)
{
    const size_t count = kde->count;
    double sum = 0, squares = 0;
    for (size_t i = 0; i < count; i++)
        sum += weights ? (double)weights[i] : 1;
    for (size_t i = 0; i < count; i++) {
        const double weight = (weights ? (double)weights[i] : 1) * (double)count / sum;
        kde->weights[i] = (float)weight;
        squares += weight * weight;
    }
    const double effective = (double)count * (double)count / squares;
    kde->factor = pow(effective, -1 / ((double)kde->dims + 4));
    return effective;
}

/* --- mean and covariance; the lower triangle of the latter goes to `spread` ------------------- */

static enum rx_status plain_covariance(struct rx_kde *kde, const float *points, rx_stop *stop)
{
    struct rx_moments moments;
    double *memory = malloc(rx_moments_memory(kde->dims) * sizeof *memory);
    if (!memory)
        return RX_NO_MEMORY;
    rx_moments_begin(&moments, memory, kde->dims);
    const enum rx_status status = rx_moments_add(&moments, points, kde->count, stop);
    memcpy(kde->mean, moments.mean, kde->dims * sizeof *kde->mean);
    if (kde->count > 1)
        rx_moments_lower(kde->spread, &moments);
    free(memory);
    return status;
}

static enum rx_status weighted_covariance(struct rx_kde *kde, const float *points, double effective,
                                          rx_stop *stop)
{
    const size_t dims = kde->dims;
    const double share = 1 / (double)kde->count, scale = share / (1 - 1 / effective);
    memset(kde->mean, 0, dims * sizeof *kde->mean);
    memset(kde->spread, 0, dims * dims * sizeof *kde->spread);
    for (size_t i = 0; i < kde->count && !*stop; i++)
        for (size_t k = 0; k < dims; k++)
            kde->mean[k] += share * (double)kde->weights[i] * (double)points[i * dims + k];
    for (size_t i = 0; i < kde->count && !*stop; i++)
        for (size_t k = 0; k < dims; k++) {
            const double off = (double)points[i * dims + k] - kde->mean[k];
            for (size_t j = 0; j <= k; j++)
                kde->spread[k * dims + j] += scale * (double)kde->weights[i] * off *
                                             ((double)points[i * dims + j] - kde->mean[j]);
        }
    return *stop ? RX_STOPPED : RX_OK;
}

/* circular mean and, on the diagonal, circular variance of each dimension */
static enum rx_status circular_covariance(struct rx_kde *kde, const float *points)
{
    const size_t dims = kde->dims;
    const double unit = two_pi / kde->side;
    memset(kde->spread, 0, dims * dims * sizeof *kde->spread);
    for (size_t k = 0; k < dims; k++) {
        double sine = 0, cosine = 0;
        for (size_t i = 0; i < kde->count; i++) {
            sine += (double)kde->weights[i] * sin(unit * (double)points[i * dims + k]);
            cosine += (double)kde->weights[i] * cos(unit * (double)points[i * dims + k]);
        }
        const double length = fmin(hypot(sine, cosine) / (double)kde->count, 1);
        const double uniform = kde->side * kde->side / 12;
        kde->mean[k] = atan2(sine, cosine) / unit;
        kde->spread[k * (dims + 1)] = fmin(-2 * log(length) / (unit * unit), uniform);
    }
    return RX_OK;
}

static enum rx_status take_covariance(struct rx_kde *kde, const float *points, bool weighted,
                                      double effective, rx_stop *stop)
{
    if (kde->domain == RX_CYCLIC)
        return circular_covariance(kde, points);
    if (weighted)
        return weighted_covariance(kde, points, effective, stop);
    return plain_covariance(kde, points, stop);
}

/* --- the kernel ------------------------------------------------------------------------------- */

/* Whether what a coordinate varies by, given those before it, is no more than the rounding of
 * float32 numbers of its size; `sizes` are its variances. */
static bool is_singular(const struct rx_kde *kde, const double *sizes)
{
    for (size_t k = 0; k < kde->dims; k++) {
        const double size = sqrt(kde->mean[k] * kde->mean[k] + sizes[k]);
        if (!(kde->spread[k * (kde->dims + 1)] > 4 * (double)FLT_EPSILON * size))
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

static void take_bandwidth(struct rx_kde *kde)
{
    const size_t dims = kde->dims;
    memset(kde->spread, 0, 2 * dims * dims * sizeof *kde->spread); /* and whiten */
    for (size_t k = 0; k < dims; k++) {
        kde->spread[k * (dims + 1)] = kde->bandwidth;
        kde->whiten[k * (dims + 1)] = 1 / kde->bandwidth;
    }
}

/* Scott's kernel, from the covariance in `spread`. */
static enum rx_status factorize(struct rx_kde *kde)
{
    const size_t dims = kde->dims;
    for (size_t k = 0; k < dims; k++) /* variances: scratch until the points' bounds are known */
        kde->low[k] = kde->spread[k * (dims + 1)];
    if (cholesky(kde->spread, kde->whiten, dims) || is_singular(kde, kde->low))
        return RX_FAILED;
    for (size_t i = 0; i < dims * dims; i++) {
        kde->spread[i] *= kde->factor;
        kde->whiten[i] /= kde->factor;
    }
    return RX_OK;
}

/* --- the points ------------------------------------------------------------------------------- */

void rx_kde_whiten(double *points, size_t count, const struct rx_kde *kde)
{
    const size_t dims = kde->dims;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < dims; k++)
            points[i * dims + k] -= kde->mean[k];
    cblas_dtrmm(CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, (int)count,
                (int)dims, 1, kde->whiten, (int)dims, points, (int)dims);
}

/* The points as they lie about their mean, and between what bounds. */
static void take_coordinates(struct rx_kde *kde, const float *points)
{
    const bool cyclic = kde->domain == RX_CYCLIC;
    for (size_t k = 0; k < kde->dims; k++) {
        const double mean = kde->mean[k];
        double low = INFINITY, high = -INFINITY;
        for (size_t i = 0; i < kde->count; i++) {
            const double x = (double)points[i * kde->dims + k];
            const double at = cyclic ? rx_kde_wrap(x, mean, kde->side) : x;
            low = at < low ? at : low;
            high = at > high ? at : high;
            kde->white[k * kde->count + i] = at - mean;
        }
        kde->low[k] = low;
        kde->high[k] = high;
    }
}

static enum rx_status take_points(struct rx_kde *kde, const float *points, rx_stop *stop)
{
    enum { PIECE = 512 };
    take_coordinates(kde, points);
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < kde->count; i += PIECE)
        if (!*stop)
            cblas_dtrmm(CblasRowMajor, CblasLeft, CblasLower, CblasNoTrans, CblasNonUnit,
                        (int)kde->dims, (int)rx_piece_length(kde->count, PIECE, i), 1, kde->whiten,
                        (int)kde->dims, kde->white + i, (int)kde->count);
    return *stop ? RX_STOPPED : RX_OK;
}

/* Points of no weight would hide what lies behind them. */
static void drop_weightless(struct rx_kde *kde)
{
    const size_t before = kde->count;
    size_t count = 0;
    for (size_t i = 0; i < before; i++)
        count += kde->weights[i] > 0;
    for (size_t k = 0, to = 0; k < kde->dims && count < before; k++)
        for (size_t i = 0; i < before; i++)
            if (kde->weights[i] > 0)
                kde->white[to++] = kde->white[k * before + i];
    for (size_t i = 0, to = 0; i < before; i++)
        if (kde->weights[i] > 0)
            kde->weights[to++] = (float)((double)kde->weights[i] * (double)count / (double)before);
    kde->count = count;
}

enum rx_status rx_kde_fit(struct rx_kde *kde, double *memory, const float *points,
                          const float *weights, rx_stop *stop)
{
    place(kde, memory);
    const double effective = take_weights(kde, weights);
    enum rx_status status = take_covariance(kde, points, weights != NULL, effective, stop);
    if (!status && kde->bandwidth > 0)
        take_bandwidth(kde);
    else if (!status)
        status = factorize(kde);
    if (!status)
        status = take_points(kde, points, stop);
    if (status)
        return status;
    drop_weightless(kde);
    kde->log_scale = -log((double)kde->count) - 0.5 * (double)kde->dims * log_two_pi;
    for (size_t k = 0; k < kde->dims; k++)
        kde->log_scale -= log(kde->spread[k * (kde->dims + 1)]);
    return RX_OK;
}
