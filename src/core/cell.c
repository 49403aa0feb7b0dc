#include "cell.h"
#include "parallel.h"
#include "vector.h"
#include <cblas.h>
#include <string.h>

/* Up to here a product with the input weights is faster by rows than through the library. */
enum { FEW_INPUTS = 4 };

static void add_scaled(float *restrict out, float scale, const float *restrict x, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] += scale * x[i];
}

void rx_drive_forward(float *drive, const float *bias, const float *input, const float *w_in,
                      size_t rows, size_t inputs, size_t width)
{
    for (size_t r = 0; r < rows; r++) {
        float *row = drive + r * width;
        if (bias)
            memcpy(row, bias, width * sizeof *row);
        else
            memset(row, 0, width * sizeof *row);
        for (size_t i = 0; input && inputs <= FEW_INPUTS && i < inputs; i++)
            add_scaled(row, input[r * inputs + i], w_in + i * width, width);
    }
    if (input && inputs > FEW_INPUTS)
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)width, (int)inputs,
                    1, input, (int)inputs, w_in, (int)width, 1, drive, (int)width);
}

void rx_drive_backward(float *d_weights, const float *d_drive, const float *input, size_t rows,
                       size_t inputs, size_t width)
{
    float *d_bias = d_weights, *d_w_in = d_weights + width;
    for (size_t r = 0; r < rows; r++) {
        const float *row = d_drive + r * width;
        add_scaled(d_bias, 1, row, width);
        for (size_t i = 0; input && inputs <= FEW_INPUTS && i < inputs; i++)
            add_scaled(d_w_in + i * width, input[r * inputs + i], row, width);
    }
    if (input && inputs > FEW_INPUTS)
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)inputs, (int)width, (int)rows, 1,
                    input, (int)inputs, d_drive, (int)width, 1, d_w_in, (int)width);
}

void rx_drive_gradient(float *bias, float *w_in, const float *d_weights, size_t inputs,
                       size_t width)
{
    if (bias)
        add_scaled(bias, 1, d_weights, width);
    for (size_t u = 0; u < width; u++)
        for (size_t i = 0; i < inputs; i++)
            w_in[u * inputs + i] += d_weights[(1 + i) * width + u];
}

void rx_activate(enum rx_activation activation, float *x, size_t count)
{
    switch (activation) {
    case RX_RELU:
        for (size_t i = 0; i < count; i++)
            x[i] = x[i] < 0 ? 0 : x[i]; /* this way round NaN stays NaN */
        break;
    case RX_HYPERBOLIC:
        rx_vector_tanh(x, count);
        break;
    case RX_SIGMOID:
        rx_vector_sigmoid(x, count);
        break;
    case RX_IDENTITY:
        break;
    }
}

void rx_activation_slope(enum rx_activation activation, float *x, size_t count)
{
    switch (activation) {
    case RX_RELU:
        for (size_t i = 0; i < count; i++)
            x[i] = x[i] > 0 ? 1 : 0;
        break;
    case RX_HYPERBOLIC:
        for (size_t i = 0; i < count; i++)
            x[i] = 1 - x[i] * x[i];
        break;
    case RX_SIGMOID:
        for (size_t i = 0; i < count; i++)
            x[i] = x[i] * (1 - x[i]);
        break;
    case RX_IDENTITY:
        for (size_t i = 0; i < count; i++)
            x[i] = 1;
        break;
    }
}

void rx_outer_product(float *gradient, const float *left, size_t left_stride, size_t out,
                      const float *right, size_t right_stride, size_t in, size_t rows)
{
    /* tall tiles, for each packs all of `right` anew: 64 rows cost a step of 512 units 5% */
    const size_t half = (out + 1) / 2, tile = half < RX_TILE_ROWS ? half : RX_TILE_ROWS;
#pragma omp for schedule(static)
    for (size_t i = 0; i < out; i += tile)
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)rx_piece_length(out, tile, i),
                    (int)in, (int)rows, 1, left + i, (int)left_stride, right, (int)right_stride, 1,
                    gradient + i * in, (int)in);
}
