#include "network.h"
#include "pass.h"
#include <string.h>

static enum rx_status status_of(const struct rx_run *run)
{
    return *run->stop ? RX_STOPPED : RX_OK;
}

enum rx_status rx_network_forward(float *const states[], float *result, double *total,
                                  const struct rx_run *run, struct rx_workspace *workspace)
{
    struct rx_pass pass;
    if (rx_pass_begin(&pass, run, false, RX_NOT_REDUCED, states, result, workspace))
        return RX_NO_MEMORY;
    rx_pass_forward(&pass);
    rx_pass_rows(&pass, &pass.read, 0, 0, run->steps * run->batch);
    *total = rx_pass_total(&pass);
    return status_of(run);
}

/* Backward in windows of a few steps: of each, the loss with its gradient at the states, then these
 * gradients back through time, then what they give to the weights. So all but the states, and what
 * the steps keep, is made and used up in cache. */
enum rx_status rx_network_gradient(double *loss, const struct rx_run *run, size_t reduced,
                                   struct rx_workspace *workspace)
{
    struct rx_pass pass;
    if (rx_pass_begin(&pass, run, true, reduced, NULL, NULL, workspace))
        return RX_NO_MEMORY;
    rx_pass_forward(&pass);
    for (size_t k = 0; k < run->states; k++)
        memset(pass.d_states[k], 0, run->batch * run->units * sizeof(float));
    for (size_t end = run->steps; end > 0 && !*run->stop;) {
        const size_t steps = end < pass.window ? end : pass.window, first = end - steps;
        rx_pass_rows(&pass, &pass.read, first * run->batch, first * run->batch, steps * run->batch);
        rx_pass_backward(&pass, first, steps);
        end = first;
    }
    if (run->first)
        rx_pass_encoder(&pass);
    if (reduced != RX_NOT_REDUCED)
        rx_reduced_readout_end(run->weight[reduced].gradient, &pass.readout);
    *loss = rx_pass_total(&pass);
    return status_of(run);
}
