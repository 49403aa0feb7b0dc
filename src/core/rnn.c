/* rnn.c - the vanilla cell (Krishna et al. 2024, Eqs. A.1 and A.2):
 * dr = (dt/tau) [ -r + phi(w_rec r + w_in ds + b_rec) ]. */
#include "cell.h"
#include <cblas.h>

/* drive keeps phi(...) */
static void forward(float *after, const struct rx_step *step)
{
    const size_t rows = step->rows, units = step->units;
    const float leak = step->leak;

    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)units, (int)units, 1,
                step->before, (int)units, step->transposed, (int)units, 1, step->drive, (int)units);
    rx_activate(step->activation, step->drive, rows * units);
    for (size_t i = 0; i < rows * units; i++)
        after[i] = step->before[i] + leak * (step->drive[i] - step->before[i]);
}

static void backward(float *d_before, float *d_after, const struct rx_step *step)
{
    const size_t rows = step->rows, units = step->units;
    const float leak = step->leak;

    rx_activation_slope(step->activation, step->drive, rows * units);
    for (size_t i = 0; i < rows * units; i++) {
        step->drive[i] *= leak * d_after[i];
        d_before[i] += (1 - leak) * d_after[i];
    }
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)units, (int)units, 1,
                step->drive, (int)units, step->recurrent, (int)units, 1, d_before, (int)units);
}

static void weight_gradient(float *gradient, const float *d_drive, const float *left,
                            const float *before, size_t rows, size_t units)
{
    (void)left;
    rx_outer_product(gradient, d_drive, units, units, before, units, units, rows);
}

const struct rx_cell rx_rnn_cell = {
    .name = "rnn",
    .activation = RX_RELU,
    .drives = 1,
    .drive = { { "w_in", "w_rec", "b_rec" } },
    .forward = forward,
    .backward = backward,
    .weight_gradient = weight_gradient,
};
