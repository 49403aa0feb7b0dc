/* rnn.c - the vanilla cell (Krishna et al. 2024, Eqs. A.1 and A.2):
 * dr = (dt/tau) [ -r + phi(w_rec r + w_in ds + b_rec) ]. */
#include "cell.h"

/* drive = phi(drive); after = r + leak (drive - r) */
static void move(float *restrict after, float *restrict drive, const float *restrict before,
                 float leak, enum rx_activation activation, size_t units)
{
    rx_activate(activation, drive, units);
    for (size_t i = 0; i < units; i++)
        after[i] = before[i] + leak * (drive[i] - before[i]);
}

/* drive keeps phi(...) */
static void forward(const struct rx_step *step, size_t first, size_t count)
{
    const size_t units = step->units;
    rx_recurrent_sum(step->drive + first, units, 1, step->before, units, step->transposed + first,
                     units, step->rows, units, count);
    for (size_t i = first; i < step->rows * units; i += units)
        move(step->after + i, step->drive + i, step->before + i, step->leak, step->activation,
             count);
}

/* From the gradient at r(t+1), that at phi's argument, and what reaches r(t) directly. */
static void move_backward(float *restrict d_before, const float *restrict d_after,
                          float *restrict drive, float leak, enum rx_activation activation,
                          size_t units)
{
    rx_activation_slope(activation, drive, units);
    for (size_t i = 0; i < units; i++) {
        drive[i] *= leak * d_after[i];
        d_before[i] += (1 - leak) * d_after[i];
    }
}

static void backward(const struct rx_step *step, size_t first, size_t count)
{
    for (size_t i = first; i < step->rows * step->units; i += step->units)
        move_backward(step->d_before + i, step->d_after + i, step->drive + i, step->leak,
                      step->activation, count);
}

static void sum_backward(const struct rx_step *step, size_t first, size_t count)
{
    const size_t units = step->units;
    rx_recurrent_sum(step->d_before + first, units, 1, step->drive, units, step->recurrent + first,
                     units, step->rows, units, count);
}

const struct rx_cell rx_rnn_cell = {
    .name = "rnn",
    .activation = RX_RELU,
    .drives = 1,
    .drive = { { "w_in", "w_rec", "b_rec" } },
    .forward = { forward },
    .backward = { backward, sum_backward },
};
