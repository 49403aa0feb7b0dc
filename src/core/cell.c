#include "cell.h"
#include "parallel.h"
#include "vector.h"
#include <cblas.h>

/* Up to here a product with the input weights is faster by rows than through the library. */
enum { FEW_INPUTS = 4 };

static void add_scaled(float *restrict out, float scale, const float *restrict x, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] += scale * x[i];
}

void rx_drive_forward(float *drive, size_t stride, const float *bias, const float *input,
                      const float *w_in, size_t rows, size_t inputs, size_t units)
{
    if (bias)
        for (size_t r = 0; r < rows; r++)
            add_scaled(drive + r * stride, 1, bias, units);
    if (input && inputs > FEW_INPUTS)
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)units, (int)inputs,
                    1, input, (int)inputs, w_in, (int)units, 1, drive, (int)stride);
    else if (input)
        for (size_t r = 0; r < rows; r++)
            for (size_t i = 0; i < inputs; i++)
                add_scaled(drive + r * stride, input[r * inputs + i], w_in + i * units, units);
}

void rx_drive_backward(float *d_weights, const float *d_drive, size_t stride, const float *input,
                       size_t rows, size_t inputs, size_t units)
{
    float *d_bias = d_weights, *d_w_in = d_weights + units;
    for (size_t r = 0; r < rows; r++)
        add_scaled(d_bias, 1, d_drive + r * stride, units);
    if (input && inputs > FEW_INPUTS)
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)inputs, (int)units, (int)rows, 1,
                    input, (int)inputs, d_drive, (int)stride, 1, d_w_in, (int)units);
    else if (input)
        for (size_t r = 0; r < rows; r++)
            for (size_t i = 0; i < inputs; i++)
                add_scaled(d_w_in + i * units, input[r * inputs + i], d_drive + r * stride, units);
}

void rx_drive_gradient(float *bias, float *w_in, const float *d_weights, size_t inputs,
                       size_t units)
{
    if (bias)
        add_scaled(bias, 1, d_weights, units);
    for (size_t u = 0; u < units; u++)
        for (size_t i = 0; i < inputs; i++)
            w_in[u * inputs + i] += d_weights[(1 + i) * units + u];
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
#pragma omp for schedule(static)
    for (size_t i = 0; i < out; i += RX_TILE_ROWS)
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans,
                    (int)rx_piece_length(out, RX_TILE_ROWS, i), (int)in, (int)rows, 1, left + i,
                    (int)left_stride, right, (int)right_stride, 1, gradient + i * in, (int)in);
}
