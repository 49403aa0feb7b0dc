/* network_gradient.c - backpropagation through time.
 *
 * Once forward, then backward in windows of a few steps: of each, the loss with its gradient at the
 * states, then these gradients back through time, then what they give to the weights. So all but
 * the states and drives of a window is made and used up in cache. */
#include "loss.h"
#include "outer_sum.h"
#include "parallel.h"
#include "pass.h"
#include <string.h>

/* Some steps of a run whose gradient is in the making. */
struct window {
    const struct rx_pass *pass;
    size_t first, steps;
    /* (steps + 1, batch, units): the gradient at the state before the window's, and at its own */
    float *d_states;
    /* (shards, 1 + inputs, drives * units): that of biases and transposed input weights */
    float *d_drive;
};

static void move(float *restrict to, float *restrict from, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        to[i] += from[i];
        from[i] = 0;
    }
}

/* What the window after this one left at the state before it comes to this one's last state. */
static void hand_over(const struct window *window, struct rx_shard shard, struct rx_member member)
{
    const size_t batch = window->pass->run->batch, units = window->pass->net->units;
    float *handed = window->d_states + shard.first * units;
    for (size_t r = member.index; r < shard.count; r += member.team->size)
        move(handed + (window->steps * batch + r) * units, handed + r * units, units);
}

static void backward(const void *context, size_t index, struct rx_member member)
{
    const struct window *window = context;
    const struct rx_pass *pass = window->pass;
    const struct rx_network *net = pass->net;
    const size_t batch = pass->run->batch, units = net->units, width = rx_pass_width(net);
    const struct rx_shard shard = rx_pass_shard(pass->run, index);
    float *d_drive = window->d_drive + index * (1 + net->inputs) * width;
    hand_over(window, shard, member);
    for (size_t t = window->steps; t-- > 0 && !rx_team_stops(member, pass->run->stop);) {
        struct rx_step step = rx_pass_step(pass, shard, window->first + t);
        step.d_before = window->d_states + (t * batch + shard.first) * units;
        step.d_after = step.d_before + batch * units;
        rx_pass_phases(net->cell->backward, &step, member);
        const float *input = rx_pass_input(pass, (window->first + t) * batch + shard.first);
        for (size_t u = rx_team_first(member); u < units; u = rx_team_next(member, u))
            for (size_t at = u; at < width; at += units)
                rx_drive_backward(d_drive, step.drive, input, shard.count, net->inputs, width, at,
                                  rx_team_tile(units, u));
    }
}

static size_t d_drive_size(const struct rx_network *net, const struct rx_run *run)
{
    return rx_pass_shards(run) * (1 + net->inputs) * rx_pass_width(net);
}

static size_t window_steps(const struct rx_run *run)
{
    const size_t steps = run->batch < RX_WINDOW_ROWS ? RX_WINDOW_ROWS / run->batch : 1;
    return steps < run->steps ? steps : run->steps;
}

/* All that the window adds to the gradient, but for the first state. The pass's states follow its
 * start. */
static enum rx_status window_gradient(const struct window *window, struct rx_loss *loss,
                                      const struct rx_outer_sum *recurrent)
{
    const struct rx_pass *pass = window->pass;
    const struct rx_cell *cell = pass->net->cell;
    const size_t batch = pass->run->batch, units = pass->net->units,
                 width = rx_pass_width(pass->net);
    const size_t row = window->first * batch, rows = window->steps * batch;
    const float *before = pass->start + row * units;
    float *d_after = window->d_states + batch * units;

    if (rx_loss_window(loss, d_after, row, rows))
        return RX_STOPPED;
    rx_team_work_on(rx_pass_shards(pass->run), rx_pass_members(pass), backward, window);
    if (*pass->run->stop)
        return RX_STOPPED;
        /* all threads run the loop, and share every sum */
#pragma omp parallel
    for (size_t d = 0; d < cell->drives; d++)
        rx_outer_sum_add(&recurrent[d], pass->drive + row * width + d * units, width,
                         cell->drive[d].hears_left ? d_after : before, units, rows);
    return RX_OK;
}

/* The gradients of input weights and biases, from what every shard has summed. */
static void drive_gradient(float *gradient, const struct window *window)
{
    const struct rx_network *net = window->pass->net;
    const size_t count = (1 + net->inputs) * rx_pass_width(net);
    float *d_drive = window->d_drive;
    for (size_t s = 1; s < rx_pass_shards(window->pass->run); s++)
        for (size_t i = 0; i < count; i++)
            d_drive[i] += d_drive[s * count + i];
    rx_drive_gradient(net->bias ? gradient + net->biases : NULL, gradient + net->input, d_drive,
                      net->inputs, rx_pass_width(net));
}

static void encoder_gradient(float *gradient, const struct window *window)
{
    const struct rx_network *net = window->pass->net;
    const struct rx_run *run = window->pass->run;
    const struct rx_outer_sum encoder =
        rx_outer_sum_single(gradient + net->weight[RX_ENCODER].offset, net->units, net->init);
#pragma omp parallel
    rx_outer_sum_add(&encoder, window->d_states, net->units, run->init, net->init, run->batch);
}

/* Takes what windows of at most `steps` steps need. */
static struct window window_begin(const struct rx_network *net, const struct rx_run *run,
                                  size_t steps, struct rx_workspace *workspace)
{
    const size_t state = run->batch * net->units, d_drive = d_drive_size(net, run);
    const struct window window = {
        .d_states = rx_workspace_take(workspace, (steps + 1) * state),
        .d_drive = rx_workspace_take(workspace, d_drive),
    };
    memset(window.d_states, 0, state * sizeof *window.d_states);
    memset(window.d_drive, 0, d_drive * sizeof *window.d_drive);
    return window;
}

enum rx_status rx_network_gradient(double *loss, float *gradient, const struct rx_network *net,
                                   const float *weights, const struct rx_run *run,
                                   const struct rx_targets *targets, struct rx_workspace *workspace)
{
    const size_t units = net->units, drives = net->cell->drives;
    const size_t state = run->batch * units, rows = run->steps * run->batch;
    const size_t most = window_steps(run);
    struct rx_readout read = rx_pass_readout(net, run);
    if (rx_workspace_reserve(workspace, rx_workspace_padded((run->steps + 1) * state) +
                                            rx_pass_scratch(net, run, true) +
                                            rx_workspace_padded((most + 1) * state) +
                                            rx_workspace_padded(d_drive_size(net, run)) +
                                            rx_loss_scratch(&read, targets) +
                                            drives * rx_outer_sum_scratch(units, units, rows)))
        return RX_NO_MEMORY;

    float *start = rx_workspace_take(workspace, (run->steps + 1) * state);
    const struct rx_pass pass =
        rx_pass_begin(net, weights, run, start, start + state, true, workspace);
    rx_pass_forward(&pass);

    memset(gradient, 0, net->parameters * sizeof *gradient);
    struct window window = window_begin(net, run, most, workspace);
    window.pass = &pass;
    struct rx_loss sum;
    rx_pass_read(&read, &pass);
    rx_loss_begin(&sum, &read, targets, gradient + net->weight[RX_READOUT].offset, workspace);
    struct rx_outer_sum recurrent[RX_MAX_DRIVES];
    for (size_t d = 0; d < drives; d++)
        recurrent[d] = rx_outer_sum_begin(gradient + net->recurrent + d * units * units, units,
                                          units, rows, workspace);

    for (size_t end = run->steps; end > 0; end = window.first) {
        window.steps = end < most ? end : most;
        window.first = end - window.steps;
        if (window_gradient(&window, &sum, recurrent))
            return RX_STOPPED;
    }
    *loss = rx_loss_end(&sum);
    for (size_t d = 0; d < drives; d++)
        rx_outer_sum_end(&recurrent[d]);
    drive_gradient(gradient, &window);
    if (run->init)
        encoder_gradient(gradient, &window);
    return *run->stop ? RX_STOPPED : RX_OK;
}
