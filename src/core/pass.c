#include "pass.h"
#include <omp.h>
#include <string.h>

/* A member of a team has at least so many products to itself: some 20 us between two meetings. */
enum { MOST_SHARD_TRIALS = 100, LEAST_WORK = 1000000 };

/* --- shards: groups of trials, each worked on by a team ----------------------------------------
 */

struct shard {
    size_t first, count; /* trials */
};

static size_t shard_count(const struct rx_run *run)
{
    return rx_pieces(run->batch, MOST_SHARD_TRIALS);
}

static struct shard shard_of(const struct rx_run *run, size_t index)
{
    const size_t trials = rx_pieces(run->batch, shard_count(run)), first = index * trials;
    return (struct shard){ first, rx_piece_length(run->batch, trials, first) };
}

/* How many threads may make the steps of a shard together. */
static size_t most_members(const struct rx_pass *pass)
{
    const struct rx_list *list = &pass->run->step->forward;
    size_t work = 0, widest = 1;
    for (size_t i = 0; i < list->count; i++) {
        if (list->at[i].kind == RX_PRODUCT)
            work += list->at[i].a.cols * list->at[i].out.cols;
        widest = list->at[i].out.cols > widest ? list->at[i].out.cols : widest;
    }
    const size_t most = shard_of(pass->run, 0).count * work / LEAST_WORK;
    const size_t tiles = rx_pieces(widest, RX_TILE_UNITS);
    return most < 1 ? 1 : most < tiles ? most : tiles;
}

/* --- memory --------------------------------------------------------------------------------------
 * What a pass needs is said once, here: first to a workspace that only counts. */

static void *take(struct rx_workspace *workspace, size_t bytes)
{
    return rx_workspace_take(workspace, rx_pieces(bytes, sizeof(float)));
}

static bool is_noisy(const struct rx_run *run)
{
    return run->on_inputs.scale != 0 && run->inputs && run->field[RX_INPUTS];
}

static void take_packed(struct rx_pass *pass, const struct rx_list *list,
                        const struct rx_program *program, struct rx_workspace *workspace)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct rx_instruction *in = &list->at[i];
        if (in->kind != RX_PRODUCT)
            continue;
        const size_t inner = in->a.cols, columns = in->out.cols;
        struct rx_packed *packed = &pass->packed[program->block[in->b.block].index][in->transposed];
        if (packed->columns)
            continue;
        *packed = (struct rx_packed){ rx_workspace_take(workspace, rx_packed_size(inner, columns)),
                                      inner, columns };
    }
}

static void take_states(struct rx_pass *pass, float *const states[], struct rx_workspace *workspace)
{
    const struct rx_run *run = pass->run;
    const size_t state = run->batch * run->units;
    for (size_t k = 0; k < run->states; k++) {
        pass->start[k] = rx_workspace_take(workspace, (states ? 1 : 1 + run->steps) * state);
        pass->states[k] = states ? states[k] : pass->start[k] ? pass->start[k] + state : NULL;
        if (pass->goes_back)
            pass->d_states[k] = rx_workspace_take(workspace, (pass->window + 1) * state);
    }
}

/* Where a block lies; scratch is taken for `threads` threads, of so many rows each. */
static struct rx_frame frame_of(struct rx_pass *pass, const struct rx_block *block, bool in_steps,
                                size_t threads, size_t rows, struct rx_workspace *workspace)
{
    const struct rx_run *run = pass->run;
    const size_t cols = block->cols, step = in_steps ? run->batch * cols : 0, k = block->index;
    const size_t state = run->batch * run->units;
    struct rx_frame frame = { .row = cols, .step = step };
    switch (block->place) {
    case RX_WEIGHT:
        return (struct rx_frame){ .base = (float *)pass->weight[k].values };
    case RX_SEED:
        return (struct rx_frame){ .base = in_steps ? (float *)&run->step_seed
                                                   : (float *)&run->read_seed };
    case RX_FIELD:
        frame.base = k == RX_INPUTS && pass->inputs ? pass->inputs : run->field[k];
        break;
    case RX_RESULT:
        frame.base = pass->result;
        break;
    case RX_BEFORE:
        frame.base = in_steps ? pass->states[k] : pass->start[k];
        frame.start = pass->start[k];
        frame.origin = in_steps;
        break;
    case RX_AFTER:
        frame.base = pass->states[k];
        break;
    case RX_D_BEFORE:
        frame.base = pass->d_states[k];
        break;
    case RX_D_AFTER:
        frame.base = pass->d_states[k] ? pass->d_states[k] + state : NULL;
        break;
    case RX_KEPT:
        frame.base =
            rx_workspace_take(workspace, (pass->goes_back ? run->steps : 1) * run->batch * cols);
        frame.step = pass->goes_back ? step : 0;
        break;
    case RX_WINDOW:
        frame.base = rx_workspace_take(workspace,
                                       (in_steps ? pass->window * run->batch : pass->slice) * cols);
        break;
    case RX_SCRATCH:
        frame.step = rx_workspace_padded(rows * cols);
        frame.base = rx_workspace_take(workspace, threads * frame.step);
        break;
    case RX_PLACES:
        break;
    }
    return frame;
}

static struct rx_layout take_layout(struct rx_pass *pass, const struct rx_program *program,
                                    bool in_steps, struct rx_workspace *workspace)
{
    if (!program)
        return (struct rx_layout){ 0 };
    take_packed(pass, &program->forward, program, workspace);
    if (pass->goes_back)
        take_packed(pass, &program->backward, program, workspace);
    const size_t threads = (size_t)omp_get_max_threads();
    const size_t teams = in_steps              ? rx_team_most(shard_count(pass->run))
                         : threads < RX_PIECES ? threads
                                               : RX_PIECES;
    const size_t rows = in_steps ? shard_of(pass->run, 0).count : rx_pieces(pass->slice, RX_PIECES);
    struct rx_layout layout = { program,
                                take(workspace, program->blocks * sizeof(struct rx_frame)) };
    for (size_t b = 0; b < program->blocks; b++) {
        const struct rx_frame frame =
            frame_of(pass, &program->block[b], in_steps, teams, rows, workspace);
        if (layout.frame)
            layout.frame[b] = frame;
    }
    return layout;
}

static void lay_out(struct rx_pass *pass, float *const states[], struct rx_workspace *workspace)
{
    const struct rx_run *run = pass->run;
    const size_t rows = run->steps * run->batch;
    memset(pass->packed, 0, sizeof pass->packed);
    if (is_noisy(run))
        pass->inputs = rx_workspace_take(workspace, rows * run->inputs);
    pass->step_total = take(workspace, shard_count(run) * sizeof(double));
    pass->read_total = take(workspace, RX_PIECES * sizeof(double));
    take_states(pass, states, workspace);
    if (pass->reduced != RX_NOT_REDUCED)
        pass->readout = rx_reduced_readout_take(run->code, run->units,
                                                run->weight[pass->reduced].rows, workspace);
    pass->first = take_layout(pass, run->first, false, workspace);
    pass->step = take_layout(pass, run->step, true, workspace);
    pass->read = take_layout(pass, run->read, false, workspace);
}

/* --- beginning -----------------------------------------------------------------------------------
 */

static void pack(const struct rx_pass *pass, size_t w, size_t transposed)
{
    const struct rx_weight *weight = &pass->weight[w];
    const struct rx_packed *packed = &pass->packed[w][transposed];
    if (packed->columns)
        rx_pack((float *)packed->panels, weight->values, transposed ? 1 : weight->cols,
                transposed ? weight->cols : 1, packed->inner, packed->columns);
}

static void pack_weights(const struct rx_pass *pass)
{
#pragma omp parallel for schedule(dynamic)
    for (size_t i = 0; i < 2 * pass->run->weights; i++)
        pack(pass, i / 2, i % 2);
}

static void make_inputs(const struct rx_pass *pass)
{
    const struct rx_run *run = pass->run;
    const size_t rows = run->steps * run->batch, width = run->inputs;
    memcpy(pass->inputs, run->field[RX_INPUTS], rows * width * sizeof *pass->inputs);
    for (size_t r = 0; r < rows; r++)
        rx_noise_add(&run->on_inputs, r, pass->inputs + r * width, width);
}

static void make_start(const struct rx_pass *pass)
{
    const struct rx_run *run = pass->run;
    const size_t state = run->batch * run->units;
    for (size_t k = 0; k < run->states; k++) {
        if (run->start[k])
            memcpy(pass->start[k], run->start[k], state * sizeof(float));
        else if (k > 0 || !run->first)
            memset(pass->start[k], 0, state * sizeof(float));
    }
    if (run->first)
        rx_pass_rows(pass, &pass->first, 0, 0, run->batch);
}

static void set_gradients(struct rx_pass *pass)
{
    const struct rx_run *run = pass->run;
    for (size_t w = 0; w < run->weights; w++) {
        pass->gradient[w] = pass->weight[w].gradient;
        if (pass->gradient[w])
            memset(pass->gradient[w], 0, run->weight[w].rows * run->weight[w].cols * sizeof(float));
    }
}

static void reduce(struct rx_pass *pass)
{
    struct rx_weight *readout = &pass->weight[pass->reduced];
    rx_reduced_readout_begin(&pass->readout, readout->values, pass->run->code);
    readout->values = pass->readout.weights;
    readout->rows = pass->readout.fewer;
    pass->gradient[pass->reduced] = pass->readout.d_weights;
    pass->means.code = &pass->readout.code;
}

/* Steps of a window: some 2048 rows of the sequence, whose gradients stay in cache. */
static size_t window_steps(const struct rx_run *run)
{
    const size_t steps = run->batch < RX_WINDOW_ROWS ? RX_WINDOW_ROWS / run->batch : 1;
    return steps < run->steps ? steps : run->steps;
}

enum rx_status rx_pass_begin(struct rx_pass *pass, const struct rx_run *run, bool goes_back,
                             size_t reduced, float *const states[], float *result,
                             struct rx_workspace *workspace)
{
    const size_t rows = run->steps * run->batch;
    *pass = (struct rx_pass){
        .run = run,
        .goes_back = goes_back,
        .reduced = reduced,
        .window = window_steps(run),
        .slice = rows < RX_WINDOW_ROWS ? rows : RX_WINDOW_ROWS,
        .noise = { run->on_states, run->on_outputs },
        .result = result,
    };
    memcpy(pass->weight, run->weight, run->weights * sizeof *pass->weight);
    struct rx_workspace counter = { 0 };
    lay_out(pass, states, &counter);
    if (rx_workspace_reserve(workspace, counter.used))
        return RX_NO_MEMORY;
    lay_out(pass, states, workspace);
    pass->means = (struct rx_means){ pass->packed, pass->noise, run->code, run->stop };
    memset(pass->step_total, 0, shard_count(run) * sizeof *pass->step_total);
    memset(pass->read_total, 0, RX_PIECES * sizeof *pass->read_total);
    if (goes_back)
        set_gradients(pass);
    if (reduced != RX_NOT_REDUCED)
        reduce(pass);
    pack_weights(pass);
    if (pass->inputs)
        make_inputs(pass);
    make_start(pass);
    return RX_OK;
}

/* --- through the rows
 * ------------------------------------------------------------------------------ */

static bool lies_in_window(enum rx_place place)
{
    return place == RX_WINDOW || place == RX_D_AFTER || place == RX_D_BEFORE;
}

/* The frames from a row on, for one of the threads. */
static void frames_from(struct rx_frame *frame, const struct rx_layout *layout, size_t row,
                        size_t origin, size_t slice, size_t thread)
{
    for (size_t b = 0; b < layout->program->blocks; b++) {
        const enum rx_place place = layout->program->block[b].place;
        frame[b] = layout->frame[b];
        if (place == RX_SCRATCH) {
            frame[b].base += thread * frame[b].step;
            frame[b].step = 0;
            continue;
        }
        const size_t before = place == RX_WINDOW ? slice : lies_in_window(place) ? origin : 0;
        frame[b].base += (row - before) * frame[b].row;
        if (frame[b].start)
            frame[b].start += row * frame[b].row;
    }
}

/* At most a slice of rows. */
static void run_slice(const struct rx_pass *pass, const struct rx_layout *layout, size_t origin,
                      size_t first, size_t rows)
{
    const struct rx_program *program = layout->program;
    const size_t length = rx_pieces(rows, RX_PIECES);
    struct rx_frame all[RX_MOST_BLOCKS];
    frames_from(all, layout, first, origin, first, 0);
#pragma omp parallel
    {
        struct rx_team alone = { .size = 1 };
        const struct rx_member member = { &alone, 0 };
#pragma omp for schedule(static, 1)
        for (size_t i = 0; i < rows; i += length) {
            struct rx_frame frame[RX_MOST_BLOCKS];
            const struct rx_span span = {
                .means = &pass->means,
                .block = program->block,
                .frame = frame,
                .row = first + i,
                .rows = rx_piece_length(rows, length, i),
                .total = &pass->read_total[i / length],
            };
            if (*pass->run->stop)
                continue;
            frames_from(frame, layout, first + i, origin, first, (size_t)omp_get_thread_num());
            rx_run_list(&program->forward, &span, member);
        }
        /* stopped, sums of no rows: all threads of the region must come by */
        if (pass->goes_back && layout != &pass->first)
            rx_add_outers(pass->gradient, program, all, 0, *pass->run->stop ? 0 : rows);
    }
}

void rx_pass_rows(const struct rx_pass *pass, const struct rx_layout *layout, size_t origin,
                  size_t first, size_t rows)
{
    for (size_t i = 0; i < rows && !*pass->run->stop; i += pass->slice)
        run_slice(pass, layout, origin, first + i, rx_piece_length(rows, pass->slice, i));
}

/* --- through time
 * ------------------------------------------------------------------------------------ */

struct walk {
    const struct rx_pass *pass;
    size_t first, steps; /* a window, backward */
};

/* The frames of a shard's trials, for its team. */
static void shard_frames(struct rx_frame *frame, const struct walk *walk, struct shard shard,
                         struct rx_member member)
{
    const struct rx_layout *layout = &walk->pass->step;
    for (size_t b = 0; b < layout->program->blocks; b++) {
        const enum rx_place place = layout->program->block[b].place;
        frame[b] = layout->frame[b];
        if (place == RX_SCRATCH) {
            frame[b].base += member.team->index * frame[b].step;
            frame[b].step = 0;
            continue;
        }
        if (lies_in_window(place))
            frame[b].origin = walk->first;
        frame[b].base += shard.first * frame[b].row;
        if (frame[b].start)
            frame[b].start += shard.first * frame[b].row;
    }
}

static struct rx_span span_of(const struct walk *walk, const struct rx_frame *frame, size_t index)
{
    const struct rx_pass *pass = walk->pass;
    return (struct rx_span){
        .means = &pass->means,
        .block = pass->run->step->block,
        .frame = frame,
        .rows = shard_of(pass->run, index).count,
        .total = &pass->step_total[index],
    };
}

static void forward(const void *context, size_t index, struct rx_member member)
{
    const struct walk *walk = context;
    const struct rx_run *run = walk->pass->run;
    const struct shard shard = shard_of(run, index);
    struct rx_frame frame[RX_MOST_BLOCKS];
    shard_frames(frame, walk, shard, member);
    struct rx_span span = span_of(walk, frame, index);
    for (size_t t = 0; t < run->steps && !rx_team_stops(member, run->stop); t++) {
        span.t = t;
        span.row = t * run->batch + shard.first;
        rx_run_list(&run->step->forward, &span, member);
    }
}

void rx_pass_forward(const struct rx_pass *pass)
{
    const struct walk walk = { .pass = pass };
    rx_team_work_on(shard_count(pass->run), most_members(pass), forward, &walk);
}

/* Whether the reading leaves gradients at a state: then those of the steps are added to them. */
static bool is_read(const struct rx_pass *pass, size_t state)
{
    const struct rx_program *read = pass->run->read;
    for (size_t b = 0; b < read->blocks; b++)
        if (read->block[b].place == RX_D_AFTER && read->block[b].index == state)
            return true;
    return false;
}

/* What the window after this one left at the state before it comes to this one's last state. */
static void hand_over(const struct walk *walk, struct shard shard, struct rx_member member)
{
    const struct rx_run *run = walk->pass->run;
    const size_t units = run->units, from = member.index * shard.count / member.team->size,
                 end = (member.index + 1) * shard.count / member.team->size;
    for (size_t k = 0; k < run->states; k++) {
        float *restrict handed = walk->pass->d_states[k] + (shard.first + from) * units;
        float *restrict last = handed + walk->steps * run->batch * units;
        const bool adds = is_read(walk->pass, k);
        for (size_t i = 0; i < (end - from) * units; i++) {
            last[i] = adds ? last[i] + handed[i] : handed[i];
            handed[i] = 0;
        }
    }
}

static void backward(const void *context, size_t index, struct rx_member member)
{
    const struct walk *walk = context;
    const struct rx_run *run = walk->pass->run;
    const struct shard shard = shard_of(run, index);
    struct rx_frame frame[RX_MOST_BLOCKS];
    shard_frames(frame, walk, shard, member);
    struct rx_span span = span_of(walk, frame, index);
    hand_over(walk, shard, member);
    for (size_t t = walk->first + walk->steps;
         t-- > walk->first && !rx_team_stops(member, run->stop);) {
        span.t = t;
        span.row = t * run->batch + shard.first;
        rx_run_list(&run->step->backward, &span, member);
    }
}

void rx_pass_backward(const struct rx_pass *pass, size_t first, size_t steps)
{
    const struct walk walk = { pass, first, steps };
    rx_team_work_on(shard_count(pass->run), most_members(pass), backward, &walk);
    if (*pass->run->stop)
        return;
    struct rx_frame frame[RX_MOST_BLOCKS];
    const struct rx_team alone = { .size = 1 };
    const struct shard all = { 0, pass->run->batch };
    shard_frames(frame, &walk, all, (struct rx_member){ (struct rx_team *)&alone, 0 });
#pragma omp parallel
    rx_add_outers(pass->gradient, pass->run->step, frame, first, steps * pass->run->batch);
}

void rx_pass_encoder(const struct rx_pass *pass)
{
    struct rx_frame frame[RX_MOST_BLOCKS];
    frames_from(frame, &pass->first, 0, 0, 0, 0);
#pragma omp parallel
    rx_add_outers(pass->gradient, pass->run->first, frame, 0, pass->run->batch);
}

double rx_pass_total(const struct rx_pass *pass)
{
    const struct rx_run *run = pass->run;
    double step = 0, read = 0;
    for (size_t s = 0; s < shard_count(run); s++)
        step += pass->step_total[s];
    for (size_t p = 0; p < RX_PIECES; p++)
        read += pass->read_total[p];
    return step * (double)run->step_seed + read * (double)run->read_seed;
}
