#include "pass.h"
#include "matrix.h"
#include "noise.h"
#include "parallel.h"
#include <math.h>
#include <string.h>

/* A member has at least so many trials times weights to itself: some 20 us between two meetings. */
enum { MOST_SHARD_TRIALS = 100, LEAST_WORK = 1000000 };

/* Each time step has its own draws: for every trial's state, then input, then output. */
uint64_t rx_pass_draws(const struct rx_network *net, size_t batch)
{
    return batch * (rx_random_chunks(net->units) + rx_random_chunks(net->inputs) +
                    rx_random_chunks(net->outputs));
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
        .step = rx_pass_draws(net, run->batch),
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

size_t rx_pass_width(const struct rx_network *net)
{
    return net->cell->drives * net->units;
}

static bool noisy_inputs(const struct rx_network *net, const struct rx_run *run)
{
    return run->inputs && net->input_sigma != 0;
}

size_t rx_pass_scratch(const struct rx_network *net, const struct rx_run *run, bool keeps)
{
    return rx_workspace_padded(net->parameters) +
           rx_workspace_padded(noisy_inputs(net, run) * run->steps * run->batch * net->inputs) +
           rx_workspace_padded((keeps ? run->steps : 1) * run->batch * rx_pass_width(net));
}

/* start = E f(s(0)). A stop asked for meanwhile is seen by the first step. */
static void encode(float *start, const struct rx_pass *pass)
{
    const struct rx_network *net = pass->net;
    const struct rx_matrix first = { (float *)pass->run->init, pass->run->batch, net->init, 0 };
    const struct rx_matrix encoder = { pass->transposed + net->weight[RX_ENCODER].offset, net->init,
                                       net->units, 0 };
    rx_matrix_product(start, &first, &encoder, pass->run->stop);
}

static void transpose(const struct rx_pass *pass, size_t offset, size_t rows, size_t cols)
{
    const struct rx_matrix matrix = { (float *)pass->weights + offset, rows, cols, 0 };
    rx_matrix_transpose(pass->transposed + offset, &matrix);
}

struct rx_pass rx_pass_begin(const struct rx_network *net, const float *weights,
                             const struct rx_run *run, float *start, float *states, bool keeps,
                             struct rx_workspace *workspace)
{
    const size_t batch = run->batch, rows = run->steps * batch;
    struct rx_pass pass = {
        .net = net,
        .run = run,
        .weights = weights,
        .transposed = rx_workspace_take(workspace, net->parameters),
        .inputs = run->inputs,
        .start = start,
        .states = states,
        .drive = rx_workspace_take(workspace, (keeps ? rows : batch) * rx_pass_width(net)),
        .keeps = keeps,
    };
    transpose(&pass, net->weight[RX_READOUT].offset, net->outputs, net->units);
    transpose(&pass, net->input, rx_pass_width(net), net->inputs);
    transpose(&pass, net->recurrent, rx_pass_width(net), net->units);
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

size_t rx_pass_shards(const struct rx_run *run)
{
    return rx_pieces(run->batch, MOST_SHARD_TRIALS);
}

struct rx_shard rx_pass_shard(const struct rx_run *run, size_t shard)
{
    const size_t trials = rx_pieces(run->batch, rx_pass_shards(run)), first = shard * trials;
    return (struct rx_shard){ first, rx_piece_length(run->batch, trials, first) };
}

size_t rx_pass_members(const struct rx_pass *pass)
{
    const size_t units = pass->net->units, trials = rx_pass_shard(pass->run, 0).count;
    const size_t most = trials * units * units / LEAST_WORK;
    const size_t tiles = rx_pieces(units, RX_TILE_UNITS);
    return most < 1 ? 1 : most < tiles ? most : tiles;
}

struct rx_step rx_pass_step(const struct rx_pass *pass, struct rx_shard shard, size_t t)
{
    const struct rx_network *net = pass->net;
    const size_t batch = pass->run->batch, units = net->units, row = t * batch + shard.first;
    return (struct rx_step){
        .rows = shard.count,
        .units = units,
        .leak = (float)(net->dt / net->tau),
        .activation = net->activation,
        .recurrent = pass->weights + net->recurrent,
        .transposed = pass->transposed + net->recurrent,
        .before = t ? pass->states + (row - batch) * units : pass->start + shard.first * units,
        .after = pass->states + row * units,
        .drive = pass->drive + (pass->keeps ? row : shard.first) * rx_pass_width(net),
    };
}

const float *rx_pass_input(const struct rx_pass *pass, size_t row)
{
    return pass->inputs ? pass->inputs + row * pass->net->inputs : NULL;
}

void rx_pass_phases(rx_phase *const phases[], const struct rx_step *step, struct rx_member member)
{
    for (size_t p = 0; p < RX_MOST_PHASES && phases[p]; p++) {
        for (size_t u = rx_team_first(member); u < step->units; u = rx_team_next(member, u))
            phases[p](step, u, rx_team_tile(step->units, u));
        rx_team_meet(member);
    }
}

static void forward(const void *context, size_t index, struct rx_member member)
{
    const struct rx_pass *pass = context;
    const struct rx_network *net = pass->net;
    const size_t units = net->units, width = rx_pass_width(net);
    const float *biases = net->bias ? pass->weights + net->biases : NULL;
    const struct rx_noise on_states = state_noise(net, pass->run);
    const struct rx_shard shard = rx_pass_shard(pass->run, index);
    for (size_t t = 0; t < pass->run->steps && !rx_team_stops(member, pass->run->stop); t++) {
        const struct rx_step step = rx_pass_step(pass, shard, t);
        const size_t row = t * pass->run->batch + shard.first;
        /* no meeting before the phases: a unit's drives are made and used by one member */
        for (size_t u = rx_team_first(member); u < units; u = rx_team_next(member, u))
            for (size_t at = u; at < width; at += units)
                rx_drive_forward(step.drive, biases, rx_pass_input(pass, row),
                                 pass->transposed + net->input, shard.count, net->inputs, width, at,
                                 rx_team_tile(units, u));
        rx_pass_phases(net->cell->forward, &step, member);
        for (size_t r = member.index; r < shard.count; r += member.team->size)
            rx_noise_add(&on_states, row + r, step.after + r * units, units);
    }
}

void rx_pass_forward(const struct rx_pass *pass)
{
    rx_team_work_on(rx_pass_shards(pass->run), rx_pass_members(pass), forward, pass);
}

struct rx_readout rx_pass_readout(const struct rx_network *net, const struct rx_run *run)
{
    return (struct rx_readout){
        .rows = run->steps * run->batch,
        .units = net->units,
        .outputs = net->outputs,
        .noise = output_noise(net, run),
        .stop = run->stop,
    };
}

void rx_pass_read(struct rx_readout *readout, const struct rx_pass *pass)
{
    const size_t offset = pass->net->weight[RX_READOUT].offset;
    readout->weights = pass->weights + offset;
    readout->transposed = pass->transposed + offset;
    readout->states = pass->states;
}
