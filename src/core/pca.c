#include "pca.h"
#include "parallel.h"
#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>

enum { WIDE = 512 }; /* rows centred at a time */

static void column_means(double *mean, const float *data, size_t rows, size_t cols)
{
    for (size_t j = 0; j < cols; j++)
        mean[j] = 0;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++)
            mean[j] += (double)data[i * cols + j];
    for (size_t j = 0; j < cols; j++)
        mean[j] /= (double)rows;
}

/* The lower triangle of covariance (cols, cols); block (WIDE, cols) is scratch. */
static enum rx_status covariance_of(double *covariance, double *block, const double *mean,
                                    const float *data, size_t rows, size_t cols, rx_stop *stop)
{
    for (size_t i = 0; i < cols * cols; i++)
        covariance[i] = 0;
    for (size_t first = 0; first < rows; first += WIDE) {
        const size_t count = rx_piece_length(rows, WIDE, first);
        if (*stop)
            return RX_STOPPED;
        for (size_t i = 0; i < count; i++)
            for (size_t j = 0; j < cols; j++)
                block[i * cols + j] = (double)data[(first + i) * cols + j] - mean[j];
        cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, (int)cols, (int)count,
                    1 / (double)(rows - 1), block, (int)cols, 1, covariance, (int)cols);
    }
    return RX_OK;
}

/* +1 or -1: what makes the entry of largest size positive. */
static double orientation(const double *vector, size_t stride, size_t count)
{
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        if (fabs(vector[i * stride]) > fabs(largest))
            largest = vector[i * stride];
    return largest < 0 ? -1 : 1;
}

static enum rx_status solve(float *mean, float *components, float *variance, const float *data,
                            size_t rows, size_t cols, rx_stop *stop, double *scratch)
{
    double *means = scratch, *values = means + cols, *covariance = values + cols;
    double *block = covariance + cols * cols;
    column_means(means, data, rows, cols);
    if (covariance_of(covariance, block, means, data, rows, cols, stop))
        return RX_STOPPED;
    if (LAPACKE_dsyevd(LAPACK_ROW_MAJOR, 'V', 'L', (int)cols, covariance, (int)cols, values))
        return RX_FAILED;
    for (size_t c = 0; c < cols; c++) {
        const double *vector = covariance + (cols - 1 - c); /* a column; values ascend */
        const double sign = orientation(vector, cols, cols);
        for (size_t j = 0; j < cols; j++)
            components[c * cols + j] = (float)(sign * vector[j * cols]);
        variance[c] = (float)fmax(values[cols - 1 - c], 0);
        mean[c] = (float)means[c];
    }
    return RX_OK;
}

enum rx_status rx_pca(float *mean, float *components, float *variance, const float *data,
                      size_t rows, size_t cols, rx_stop *stop)
{
    double *scratch = malloc((cols * cols + 2 * cols + WIDE * cols) * sizeof *scratch);
    if (!scratch)
        return RX_NO_MEMORY;
    const enum rx_status status =
        solve(mean, components, variance, data, rows, cols, stop, scratch);
    free(scratch);
    return status;
}
