/* gru.c - the gated cell (Krishna et al. 2024, Eqs. A.3 to A.6):
 * dr = (dt/tau) (1 - z) * (h - r), with gates z and g and the candidate h = phi(u_h (g * r) + ...).
 *
 * A row of drives is z, g, h. Both gates hear r: their weights, one above the other, take one
 * product. The candidate hears g * r, which backward makes anew from g and leaves in d_after; so
 * z, g and h are all that is kept. */
#include "cell.h"
#include "vector.h"
#include <cblas.h>

enum { DRIVES = 3 };

/* z and g = sigmoid(...); heard = g * r */
static void open_gates(float *restrict heard, float *restrict drive, const float *restrict before,
                       size_t units)
{
    const float *g = drive + units;
    rx_vector_sigmoid(drive, 2 * units);
    for (size_t i = 0; i < units; i++)
        heard[i] = g[i] * before[i];
}

/* after = r + leak (1 - z) (h - r) */
static void move(float *restrict after, const float *restrict drive, const float *restrict before,
                 float leak, size_t units)
{
    const float *z = drive, *h = drive + 2 * units;
    for (size_t i = 0; i < units; i++)
        after[i] = before[i] + leak * (1 - z[i]) * (h[i] - before[i]);
}

/* drive keeps z, g and h */
static void forward(float *after, const struct rx_step *step)
{
    const size_t rows = step->rows, units = step->units, width = DRIVES * units;
    float *candidate = step->drive + 2 * units;

    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)(2 * units), (int)units,
                1, step->before, (int)units, step->transposed, (int)width, 1, step->drive,
                (int)width);
    for (size_t r = 0; r < rows; r++)
        open_gates(after + r * units, step->drive + r * width, step->before + r * units, units);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)units, (int)units, 1,
                after, (int)units, step->transposed + 2 * units, (int)width, 1, candidate,
                (int)width);
    for (size_t r = 0; r < rows; r++) {
        rx_activate(step->activation, candidate + r * width, units);
        move(after + r * units, step->drive + r * width, step->before + r * units, step->leak,
             units);
    }
}

/* From the gradient at r(t+1), those at the arguments of z and of h. */
static void move_backward(float *restrict d_before, float *restrict d_after, float *restrict drive,
                          const float *restrict before, float leak, enum rx_activation activation,
                          size_t units)
{
    float *z = drive, *h = drive + 2 * units;
    for (size_t i = 0; i < units; i++) {
        const float d_h = leak * (1 - z[i]) * d_after[i];
        d_before[i] += d_after[i] - d_h;
        z[i] *= (before[i] - h[i]) * d_h; /* with the slope of the sigmoid, z (1 - z) */
        d_after[i] = d_h;
    }
    rx_activation_slope(activation, h, units);
    for (size_t i = 0; i < units; i++)
        h[i] *= d_after[i];
}

/* From d_heard, the gradient at g * r, that at the argument of g; heard = g * r in its place. */
static void open_gate_backward(float *restrict d_before, float *restrict d_heard, float *restrict g,
                               const float *restrict before, size_t units)
{
    for (size_t i = 0; i < units; i++) {
        const float heard = g[i] * before[i], d = d_heard[i];
        d_before[i] += g[i] * d;
        g[i] = heard * (1 - g[i]) * d;
        d_heard[i] = heard;
    }
}

static void backward(float *d_before, float *d_after, const struct rx_step *step)
{
    const size_t rows = step->rows, units = step->units, width = DRIVES * units;
    const float *u_h = step->recurrent + 2 * units * units;

    for (size_t r = 0; r < rows; r++)
        move_backward(d_before + r * units, d_after + r * units, step->drive + r * width,
                      step->before + r * units, step->leak, step->activation, units);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)units, (int)units, 1,
                step->drive + 2 * units, (int)width, u_h, (int)units, 0, d_after, (int)units);
    for (size_t r = 0; r < rows; r++)
        open_gate_backward(d_before + r * units, d_after + r * units,
                           step->drive + r * width + units, step->before + r * units, units);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)units, (int)(2 * units),
                1, step->drive, (int)width, step->recurrent, (int)units, 1, d_before, (int)units);
}

static void weight_gradient(float *gradient, const float *d_drive, const float *heard,
                            const float *before, size_t rows, size_t units)
{
    const size_t width = DRIVES * units;
    rx_outer_product(gradient, d_drive, width, 2 * units, before, units, units, rows);
    rx_outer_product(gradient + 2 * units * units, d_drive + 2 * units, width, units, heard, units,
                     units, rows);
}

const struct rx_cell rx_gru_cell = {
    .name = "gru",
    .activation = RX_HYPERBOLIC,
    .drives = DRIVES,
    .drive = { { "w_z", "u_z", "b_z" }, { "w_r", "u_r", "b_r" }, { "w_h", "u_h", "b_h" } },
    .forward = forward,
    .backward = backward,
    .weight_gradient = weight_gradient,
};
