#include "cell.h"
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
                      size_t rows, size_t inputs, size_t width, size_t first, size_t count)
{
    w_in += first;
    for (size_t r = 0; r < rows; r++) {
        float *row = drive + r * width + first;
        if (bias)
            memcpy(row, bias + first, count * sizeof *row);
        else
            memset(row, 0, count * sizeof *row);
        for (size_t i = 0; input && inputs <= FEW_INPUTS && i < inputs; i++)
            add_scaled(row, input[r * inputs + i], w_in + i * width, count);
    }
    if (input && inputs > FEW_INPUTS)
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)count, (int)inputs,
                    1, input, (int)inputs, w_in, (int)width, 1, drive + first, (int)width);
}

void rx_drive_backward(float *d_weights, const float *d_drive, const float *input, size_t rows,
                       size_t inputs, size_t width, size_t first, size_t count)
{
    float *d_bias = d_weights + first, *d_w_in = d_bias + width;
    for (size_t r = 0; r < rows; r++) {
        const float *row = d_drive + r * width + first;
        add_scaled(d_bias, 1, row, count);
        for (size_t i = 0; input && inputs <= FEW_INPUTS && i < inputs; i++)
            add_scaled(d_w_in + i * width, input[r * inputs + i], row, count);
    }
    if (input && inputs > FEW_INPUTS)
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)inputs, (int)count, (int)rows, 1,
                    input, (int)inputs, d_drive + first, (int)width, 1, d_w_in, (int)width);
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

void rx_recurrent_sum(float *out, size_t out_stride, float kept, const float *left,
                      size_t left_stride, const float *right, size_t right_stride, size_t rows,
                      size_t units, size_t columns)
{
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)columns, (int)units, 1,
                left, (int)left_stride, right, (int)right_stride, kept, out, (int)out_stride);
}

void rx_activate(enum rx_activation activation, float *x, size_t count)
{
    switch (activation) {
    case RX_RELU:
        for (size_t i = 0; i < count; i++)
            x[i] = x[i] < 0 ? 0 : x[i]; /* this way round NaN stays NaN */
        break;
    case RX_HYPERBOLIC:
        rx_vector_tanh(x, x, count);
        break;
    case RX_SIGMOID:
        rx_vector_sigmoid(x, x, count);
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
