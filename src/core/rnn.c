/* rnn.c - the vanilla cell (Krishna et al. 2024, Eqs. A.1 and A.2):
 * dr = (dt/tau) [ -r + phi(w_rec r + w_in ds + b_rec) ]. */
#include "cell.h"
#include <cblas.h>

enum { W_IN = RX_CELL_WEIGHTS, W_REC, B_REC };

static void layout(struct rx_network *net)
{
    rx_network_add_weight(net, "w_in", net->units, net->inputs, net->inputs);
    rx_network_add_weight(net, "w_rec", net->units, net->units, net->units);
    if (net->bias)
        rx_network_add_weight(net, "b_rec", 1, net->units, 0);
}

/* saved keeps phi(...) */
static void forward(float *after, const struct rx_step *step)
{
    const struct rx_network *net = step->net;
    const size_t rows = step->rows, units = net->units;
    const float leak = (float)(net->dt / net->tau);
    const float *w_rec = step->transposed + net->weight[W_REC].offset;
    const float *w_in = step->transposed + net->weight[W_IN].offset;
    const float *b_rec = net->bias ? step->weights + net->weight[B_REC].offset : NULL;

    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)units, (int)units, 1,
                step->before, (int)units, w_rec, (int)units, 0, step->saved, (int)units);
    rx_drive_forward(step->saved, units, b_rec, step->input, w_in, rows, net->inputs, units);
    rx_activate(net->activation, step->saved, rows * units);
    for (size_t i = 0; i < rows * units; i++)
        after[i] = step->before[i] + leak * (step->saved[i] - step->before[i]);
}

/* saved then keeps the gradient at the argument of phi */
static void backward(float *d_before, float *d_drive, const float *d_after,
                     const struct rx_step *step)
{
    const struct rx_network *net = step->net;
    const size_t rows = step->rows, units = net->units;
    const float leak = (float)(net->dt / net->tau);
    const float *w_rec = step->weights + net->weight[W_REC].offset;

    rx_activation_slope(net->activation, step->saved, rows * units);
    for (size_t i = 0; i < rows * units; i++) {
        step->saved[i] *= leak * d_after[i];
        d_before[i] += (1 - leak) * d_after[i];
    }
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)units, (int)units, 1,
                step->saved, (int)units, w_rec, (int)units, 1, d_before, (int)units);
    rx_drive_backward(d_drive, step->saved, units, step->input, rows, net->inputs, units);
}

static void weight_gradient(float *gradient, const struct rx_network *net, const float *d_drive,
                            const float *saved, const float *before, size_t rows)
{
    const size_t units = net->units;
    float *b_rec = net->bias ? gradient + net->weight[B_REC].offset : NULL;
#pragma omp single
    rx_drive_gradient(b_rec, gradient + net->weight[W_IN].offset, d_drive, net->inputs, units);
    rx_outer_product(gradient + net->weight[W_REC].offset, saved, units, units, before, units,
                     units, rows);
}

const struct rx_cell rx_rnn_cell = {
    .name = "rnn",
    .saved = 1,
    .drives = 1,
    .layout = layout,
    .forward = forward,
    .backward = backward,
    .weight_gradient = weight_gradient,
};
