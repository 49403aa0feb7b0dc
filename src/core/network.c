#include "network.h"
#include "cell.h"
#include "pass.h"
#include <math.h>

static void add_weight(struct rx_network *net, const char *name, size_t rows, size_t cols,
                       size_t fan_in)
{
    net->weight[net->weights++] = (struct rx_weight){ name, rows, cols, fan_in, net->parameters };
    if (net->parameters <= SIZE_MAX / 4)
        net->parameters += rows * cols;
}

void rx_network_layout(struct rx_network *net)
{
    const struct rx_cell *cell = net->cell;
    net->weights = net->parameters = 0;
    add_weight(net, "encoder", net->units, net->init, net->init);
    add_weight(net, "w_out", net->outputs, net->units, net->units);
    net->input = net->parameters;
    for (size_t d = 0; d < cell->drives; d++)
        add_weight(net, cell->drive[d].input, net->units, net->inputs, net->inputs);
    net->recurrent = net->parameters;
    for (size_t d = 0; d < cell->drives; d++)
        add_weight(net, cell->drive[d].recurrent, net->units, net->units, net->units);
    net->biases = net->parameters;
    for (size_t d = 0; net->bias && d < cell->drives; d++)
        add_weight(net, cell->drive[d].bias, 1, net->units, 0);
}

enum rx_status rx_network_initialize(const struct rx_network *net, float *weights,
                                     struct rx_random *random, rx_stop *stop)
{
    for (size_t w = 0; w < net->weights; w++) {
        const struct rx_weight *weight = &net->weight[w];
        const float bound = weight->fan_in ? (float)(1 / sqrt((double)weight->fan_in)) : 0;
        if (rx_random_draw(random, RX_UNIFORM, -bound, 2 * bound, weights + weight->offset,
                           weight->rows * weight->cols, stop))
            return RX_STOPPED;
    }
    return RX_OK;
}

uint64_t rx_network_draws(const struct rx_network *net, const struct rx_run *run)
{
    return run->steps * rx_pass_draws(net, run->batch);
}

enum rx_status rx_network_forward(float *states, float *outputs, const struct rx_network *net,
                                  const float *weights, const struct rx_run *run,
                                  struct rx_workspace *workspace)
{
    const size_t start = run->batch * net->units;
    if (rx_workspace_reserve(workspace,
                             rx_workspace_padded(start) + rx_pass_scratch(net, run, false)))
        return RX_NO_MEMORY;
    const struct rx_pass pass = rx_pass_begin(
        net, weights, run, rx_workspace_take(workspace, start), states, false, workspace);
    rx_pass_forward(&pass);
    struct rx_readout read = rx_pass_readout(net, run);
    rx_pass_read(&read, &pass);
    return rx_readout_forward(outputs, &read);
}
