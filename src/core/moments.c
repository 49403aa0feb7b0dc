#include "moments.h"
#include "parallel.h"
#include <cblas.h>
#include <math.h>
#include <string.h>

enum {
    PART_ROWS = 512, /* rows merged at a time */
    TILE = 128       /* columns, and sides of the covariance, that one thread works on */
};

size_t rx_moments_memory(size_t cols)
{
    return cols + cols * cols + (PART_ROWS + 1) * cols;
}

void rx_moments_begin(struct rx_moments *moments, double *memory, size_t cols)
{
    memset(memory, 0, (cols + cols * cols) * sizeof *memory);
    *moments = (struct rx_moments){
        .cols = cols,
        .mean = memory,
        .products = memory + cols,
        .block = memory + cols + cols * cols,
    };
}

/* block (rows + 1, cols): the columns from `first` on, centred, and below them the row whose square
 * is what the two means differ by; then the mean of all. */
static void merge_columns(struct rx_moments *moments, const float *data, size_t rows, size_t first)
{
    const size_t cols = moments->cols, width = rx_piece_length(cols, TILE, first);
    const double before = (double)moments->count, all = before + (double)rows;
    double means[TILE] = { 0 };
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < width; j++)
            means[j] += (double)data[i * cols + first + j];
    for (size_t j = 0; j < width; j++)
        means[j] /= (double)rows;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < width; j++)
            moments->block[i * cols + first + j] = (double)data[i * cols + first + j] - means[j];
    for (size_t j = 0; j < width; j++) {
        const double apart = means[j] - moments->mean[first + j];
        moments->block[rows * cols + first + j] = apart * sqrt(before * (double)rows / all);
        moments->mean[first + j] += apart * (double)rows / all;
    }
}

/* products += block' block, in the tile at row i, column j of the lower triangle */
static void add_tile(const struct rx_moments *moments, size_t rows, size_t i, size_t j)
{
    const int cols = (int)moments->cols;
    const int high = (int)rx_piece_length(moments->cols, TILE, i);
    const int wide = (int)rx_piece_length(moments->cols, TILE, j);
    double *tile = moments->products + i * moments->cols + j;
    if (i == j)
        cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, high, (int)rows, 1, moments->block + i,
                    cols, 1, tile, cols);
    else
        cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, high, wide, (int)rows, 1,
                    moments->block + i, cols, moments->block + j, cols, 1, tile, cols);
}

static void add_part(struct rx_moments *moments, const float *data, size_t rows)
{
    const size_t cols = moments->cols, side = rx_pieces(cols, TILE);
#pragma omp parallel if (side > 1)
    {
#pragma omp for
        for (size_t s = 0; s < side; s++)
            merge_columns(moments, data, rows, s * TILE);
#pragma omp for schedule(dynamic)
        for (size_t t = 0; t < side * side; t++)
            if (t % side <= t / side)
                add_tile(moments, rows + 1, t / side * TILE, t % side * TILE);
    }
    moments->count += rows;
}

enum rx_status rx_moments_add(struct rx_moments *moments, const float *data, size_t rows,
                              rx_stop *stop)
{
    for (size_t i = 0; i < rows && !*stop; i += PART_ROWS)
        add_part(moments, data + i * moments->cols, rx_piece_length(rows, PART_ROWS, i));
    return *stop ? RX_STOPPED : RX_OK;
}

static double covariance_at(const struct rx_moments *moments, size_t i, size_t j)
{
    return moments->products[i * moments->cols + j] / (double)(moments->count - 1);
}

void rx_moments_lower(double *covariance, const struct rx_moments *moments)
{
    const size_t cols = moments->cols;
    for (size_t i = 0; i < cols; i++)
        for (size_t j = 0; j < cols; j++)
            covariance[i * cols + j] = j <= i ? covariance_at(moments, i, j) : 0;
}

void rx_moments_covariance(float *covariance, const struct rx_moments *moments)
{
    const size_t cols = moments->cols;
    for (size_t i = 0; i < cols; i++)
        for (size_t j = 0; j < cols; j++)
            covariance[i * cols + j] =
                (float)(j <= i ? covariance_at(moments, i, j) : covariance_at(moments, j, i));
}
