#include "network.h"
#include "cell.h"
#include "matrix.h"
#include "noise.h"
#include "parallel.h"
#include "readout.h"
#include "reduced_readout.h"
#include <math.h>
#include <string.h>

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

/* Each time step has its own draws: for every trial's state, then input, then output. */
static uint64_t draws_per_step(const struct rx_network *net, size_t batch)
{
    return batch * (rx_random_chunks(net->units) + rx_random_chunks(net->inputs) +
                    rx_random_chunks(net->outputs));
}

uint64_t rx_network_draws(const struct rx_network *net, const struct rx_run *run)
{
    return run->steps * draws_per_step(net, run->batch);
}

/* The noise of a run on the rows of states, inputs or outputs. */
static struct rx_noise noise(const struct rx_network *net, const struct rx_run *run, double sigma,
                             uint64_t before, size_t width)
{
    return (struct rx_noise){
        .scale = (float)(sigma * sqrt(net->dt)),
        .law = net->law,
        .seed = run->random.seed,
        .start = run->random.position + run->batch * before,
        .step = draws_per_step(net, run->batch),
        .row = rx_random_chunks(width),
        .batch = run->batch,
    };
}

static struct rx_noise state_noise(const struct rx_network *net, const struct rx_run *run)
{
    struct rx_noise on_states = noise(net, run, run->sigma, 0, net->units);
    on_states.given = run->noise;
    return on_states;
}

static struct rx_noise input_noise(const struct rx_network *net, const struct rx_run *run)
{
    return noise(net, run, net->input_sigma, rx_random_chunks(net->units), net->inputs);
}

static struct rx_noise output_noise(const struct rx_network *net, const struct rx_run *run)
{
    const uint64_t before = rx_random_chunks(net->units) + rx_random_chunks(net->inputs);
    return noise(net, run, net->output_sigma, before, net->outputs);
}

/* One run in the making: what forward and backward share. */
struct pass {
    const struct rx_network *net;
    const struct rx_run *run;
    const float *weights;
    float *transposed; /* (parameters): matrices the other way round, those of drives stacked */
    const float *inputs;
    float *start;  /* (batch, units): r(0) */
    float *states; /* (steps, batch, units) */
    float *drive;  /* (steps, batch, drives * units), or one step of it if `keeps` is false */
    bool keeps;
};

static size_t drive_width(const struct rx_network *net)
{
    return net->cell->drives * net->units;
}

static bool noisy_inputs(const struct rx_network *net, const struct rx_run *run)
{
    return run->inputs && net->input_sigma != 0;
}

static size_t pass_scratch(const struct rx_network *net, const struct rx_run *run, size_t steps)
{
    return rx_workspace_padded(net->parameters) +
           rx_workspace_padded(noisy_inputs(net, run) * run->steps * run->batch * net->inputs) +
           rx_workspace_padded(steps * run->batch * drive_width(net));
}

/* start = E f(s(0)). A stop asked for meanwhile is seen by the first step. */
static void encode(float *start, const struct pass *pass)
{
    const struct rx_network *net = pass->net;
    const struct rx_matrix first = { (float *)pass->run->init, pass->run->batch, net->init, 0 };
    const struct rx_matrix encoder = { pass->transposed + net->weight[RX_ENCODER].offset, net->init,
                                       net->units, 0 };
    rx_matrix_product(start, &first, &encoder, pass->run->stop);
}

static void transpose(const struct pass *pass, size_t offset, size_t rows, size_t cols)
{
    const struct rx_matrix matrix = { (float *)pass->weights + offset, rows, cols, 0 };
    rx_matrix_transpose(pass->transposed + offset, &matrix);
}

/* Transpose the weights, encode the first state, add noise to the inputs. */
static struct pass pass_begin(const struct rx_network *net, const float *weights,
                              const struct rx_run *run, float *start, float *states, bool keeps,
                              struct rx_workspace *workspace)
{
    const size_t batch = run->batch, rows = run->steps * batch;
    struct pass pass = {
        .net = net,
        .run = run,
        .weights = weights,
        .transposed = rx_workspace_take(workspace, net->parameters),
        .inputs = run->inputs,
        .start = start,
        .states = states,
        .drive = rx_workspace_take(workspace, (keeps ? rows : batch) * drive_width(net)),
        .keeps = keeps,
    };
    transpose(&pass, net->weight[RX_READOUT].offset, net->outputs, net->units);
    transpose(&pass, net->input, drive_width(net), net->inputs);
    transpose(&pass, net->recurrent, drive_width(net), net->units);
    if (run->state) {
        memcpy(start, run->state, batch * net->units * sizeof *start);
    } else {
        transpose(&pass, net->weight[RX_ENCODER].offset, net->units, net->init);
        encode(start, &pass);
    }
    if (noisy_inputs(net, run)) {
        const struct rx_noise on_inputs = input_noise(net, run);
        float *inputs = rx_workspace_take(workspace, rows * net->inputs);
        memcpy(inputs, run->inputs, rows * net->inputs * sizeof *inputs);
        for (size_t r = 0; r < rows; r++)
            rx_noise_add(&on_inputs, r, inputs + r * net->inputs, net->inputs);
        pass.inputs = inputs;
    }
    return pass;
}

/* Step t of `count` trials from trial `first` on. */
static struct rx_step shard_step(const struct pass *pass, size_t t, size_t first, size_t count)
{
    const struct rx_network *net = pass->net;
    const size_t batch = pass->run->batch, row = t * batch + first;
    return (struct rx_step){
        .rows = count,
        .units = net->units,
        .leak = (float)(net->dt / net->tau),
        .activation = net->activation,
        .recurrent = pass->weights + net->recurrent,
        .transposed = pass->transposed + net->recurrent,
        .before = t ? pass->states + (row - batch) * net->units : pass->start + first * net->units,
        .drive = pass->drive + (pass->keeps ? row : first) * drive_width(net),
    };
}

static const float *input_row(const struct pass *pass, size_t row)
{
    return pass->inputs ? pass->inputs + row * pass->net->inputs : NULL;
}

static void shard_forward(const struct pass *pass, size_t first, size_t count)
{
    const struct rx_network *net = pass->net;
    const size_t units = net->units;
    const float *biases = net->bias ? pass->weights + net->biases : NULL;
    const struct rx_noise on_states = state_noise(net, pass->run);
    for (size_t t = 0; t < pass->run->steps && !*pass->run->stop; t++) {
        const struct rx_step step = shard_step(pass, t, first, count);
        const size_t row = t * pass->run->batch + first;
        float *after = pass->states + row * units;
        rx_drive_forward(step.drive, biases, input_row(pass, row), pass->transposed + net->input,
                         count, net->inputs, drive_width(net));
        net->cell->forward(after, &step);
        for (size_t r = 0; r < count; r++)
            rx_noise_add(&on_states, row + r, after + r * units, units);
    }
}

/* d_states (steps + 1, batch, units): the gradient at r(0), r(1), ..., of which r(0)'s remains;
 * d_drive (1 + inputs, drives * units): that of the biases and the transposed input weights. */
static void shard_backward(const struct pass *pass, float *d_states, float *d_drive, size_t first,
                           size_t count)
{
    const struct rx_network *net = pass->net;
    const size_t batch = pass->run->batch;
    for (size_t t = pass->run->steps; t-- > 0 && !*pass->run->stop;) {
        const struct rx_step step = shard_step(pass, t, first, count);
        const size_t row = t * batch + first;
        float *d_before = d_states + row * net->units;
        net->cell->backward(d_before, d_before + batch * net->units, &step);
        rx_drive_backward(d_drive, step.drive, input_row(pass, row), count, net->inputs,
                          drive_width(net));
    }
}

static void run_forward(const struct pass *pass)
{
    const size_t batch = pass->run->batch;
#pragma omp parallel for schedule(static)
    for (size_t first = 0; first < batch; first += RX_SHARD_TRIALS)
        shard_forward(pass, first, rx_piece_length(batch, RX_SHARD_TRIALS, first));
}

/* The readout of a run, before there are states to read. */
static struct rx_readout readout(const struct rx_network *net, const struct rx_run *run)
{
    return (struct rx_readout){
        .rows = run->steps * run->batch,
        .units = net->units,
        .outputs = net->outputs,
        .mean_over = net->outputs,
        .noise = output_noise(net, run),
        .stop = run->stop,
    };
}

static void read_states(struct rx_readout *readout, const struct pass *pass)
{
    const size_t offset = pass->net->weight[RX_READOUT].offset;
    readout->weights = pass->weights + offset;
    readout->transposed = pass->transposed + offset;
    readout->states = pass->states;
}

static size_t loss_scratch(const struct rx_readout *readout, const struct rx_targets *targets)
{
    return rx_readout_is_reducible(readout, targets)
               ? rx_reduced_readout_scratch(readout, targets)
               : rx_readout_scratch(readout->rows, readout->outputs);
}

static enum rx_status readout_loss(double *loss, float *d_states, float *d_weights,
                                   const struct rx_readout *readout,
                                   const struct rx_targets *targets, struct rx_workspace *workspace)
{
    if (rx_readout_is_reducible(readout, targets))
        return rx_reduced_readout_loss(loss, d_states, d_weights, readout, targets, workspace);
    const size_t scratch = rx_readout_scratch(readout->rows, readout->outputs);
    return rx_readout_loss(loss, d_states, d_weights, readout, targets,
                           rx_workspace_take(workspace, scratch));
}

enum rx_status rx_network_forward(float *states, float *outputs, const struct rx_network *net,
                                  const float *weights, const struct rx_run *run,
                                  struct rx_workspace *workspace)
{
    const size_t start = run->batch * net->units;
    if (rx_workspace_reserve(workspace, rx_workspace_padded(start) + pass_scratch(net, run, 1)))
        return RX_NO_MEMORY;
    const struct pass pass = pass_begin(net, weights, run, rx_workspace_take(workspace, start),
                                        states, false, workspace);
    run_forward(&pass);
    struct rx_readout read = readout(net, run);
    read_states(&read, &pass);
    return rx_readout_forward(outputs, &read);
}

enum rx_status rx_network_gradient(double *loss, float *gradient, const struct rx_network *net,
                                   const float *weights, const struct rx_run *run,
                                   const struct rx_targets *targets, struct rx_workspace *workspace)
{
    const size_t batch = run->batch, units = net->units, rows = run->steps * batch;
    const size_t all_states = (rows + batch) * units, shards = rx_pieces(batch, RX_SHARD_TRIALS);
    const size_t drive = (1 + net->inputs) * drive_width(net);
    struct rx_readout read = readout(net, run);
    if (rx_workspace_reserve(
            workspace, 2 * rx_workspace_padded(all_states) + pass_scratch(net, run, run->steps) +
                           rx_workspace_padded(shards * drive) + loss_scratch(&read, targets)))
        return RX_NO_MEMORY;
    float *start = rx_workspace_take(workspace, all_states);
    float *d_states = rx_workspace_take(workspace, all_states);
    float *d_drive = rx_workspace_take(workspace, shards * drive);
    const struct pass pass =
        pass_begin(net, weights, run, start, start + batch * units, true, workspace);
    read_states(&read, &pass);

    memset(gradient, 0, net->parameters * sizeof *gradient);
    memset(d_states, 0, batch * units * sizeof *d_states);
    memset(d_drive, 0, shards * drive * sizeof *d_drive);

    run_forward(&pass);
    if (readout_loss(loss, d_states + batch * units, gradient + net->weight[RX_READOUT].offset,
                     &read, targets, workspace))
        return RX_STOPPED;

#pragma omp parallel for schedule(static)
    for (size_t s = 0; s < shards; s++) {
        const size_t first = s * RX_SHARD_TRIALS;
        shard_backward(&pass, d_states, d_drive + s * drive, first,
                       rx_piece_length(batch, RX_SHARD_TRIALS, first));
    }
    if (*run->stop)
        return RX_STOPPED;
    for (size_t s = 1; s < shards; s++)
        for (size_t i = 0; i < drive; i++)
            d_drive[i] += d_drive[s * drive + i];
    rx_drive_gradient(net->bias ? gradient + net->biases : NULL, gradient + net->input, d_drive,
                      net->inputs, drive_width(net));
#pragma omp parallel
    {
        net->cell->weight_gradient(gradient + net->recurrent, pass.drive, d_states + batch * units,
                                   start, rows, units);
        if (run->init)
            rx_outer_product(gradient + net->weight[RX_ENCODER].offset, d_states, units, units,
                             run->init, net->init, net->init, batch);
    }
    return *run->stop ? RX_STOPPED : RX_OK;
}
