/* network.c - runs of networks: what the library in Lua made ready, checked against its programs
 * and handed to the core.
 *
 * A run is a table that nobody but the library holds, so that what it names stays where it is:
 *
 *   steps, batch, units, states   how many
 *   step, read [, first]          programs
 *   weights                       list of matrices
 *   fields                        list of sequences, the inputs first; false for one that is absent
 *   start                         list: a first state for each state, or false
 *   code                          cells, if a program asks them
 *   noise                         standard draws for the first state, or nil
 *   seed, position, uniform       of the generator; the law
 *   sigma, input_sigma, output_sigma    noise a step
 *   inputs, outputs               columns, which say how many draws a step takes
 *   step_seed, read_seed          what a row counts in the totals */
#include "network.h"
#include "bind.h"
#include "reduced_readout.h"
#include "workspace.h"
#include <string.h>

static const char type_name[] = "rx.workspace";

/* The matrices of a run, as the core wants them. */
struct matrices {
    struct rx_weight weight[RX_MOST_WEIGHTS];
    float *field[RX_MOST_WEIGHTS];
    size_t field_cols[RX_MOST_WEIGHTS];
    struct rx_code code;
};

enum { RUN = 2 }; /* where the table stands on the stack */

/* --- reading the table
 * ----------------------------------------------------------------------------- */

static size_t size(lua_State *L, const char *name)
{
    lua_getfield(L, RUN, name);
    const lua_Integer value = lua_tointeger(L, -1);
    if (value < 1 || value > RX_LARGEST_SIDE)
        rx_error(L, "no run: '%s' is %s", name, rx_describe(L, -1));
    lua_pop(L, 1);
    return (size_t)value;
}

static double number(lua_State *L, const char *name)
{
    lua_getfield(L, RUN, name);
    const double value = lua_tonumber(L, -1);
    lua_pop(L, 1);
    return value;
}

static size_t list(lua_State *L, const char *name, size_t most)
{
    const lua_Unsigned length = lua_getfield(L, RUN, name) == LUA_TTABLE ? lua_rawlen(L, -1) : 0;
    lua_pop(L, 1);
    if (length > most)
        rx_error(L, "at most %d %s expected, got %d", (int)most, name, (int)length);
    return (size_t)length;
}

/* Element i of a list, a matrix of this shape or, if it may be, NULL. */
static struct rx_matrix *element(lua_State *L, const char *name, size_t i, size_t rows, size_t cols)
{
    struct rx_matrix *m = NULL;
    if (lua_getfield(L, RUN, name) == LUA_TTABLE) {
        lua_rawgeti(L, -1, (lua_Integer)i + 1);
        m = rx_test_matrix(L, -1);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    if (m && ((rows && m->rows != rows) || (cols && m->cols != cols)))
        rx_error(L, "no run: %s %d is %d x %d, not %d x %d", name, (int)i + 1, (int)m->rows,
                 (int)m->cols, (int)rows, (int)cols);
    return m;
}

static const struct rx_program *program(lua_State *L, const char *name)
{
    lua_getfield(L, RUN, name);
    const struct rx_program *found = rx_test_program(L, -1);
    lua_pop(L, 1);
    return found;
}

/* --- programs against what they run on
 * --------------------------------------------------------------- */

#define BIT(place) (1u << (place))
enum {
    STEP = BIT(RX_WEIGHT) | BIT(RX_FIELD) | BIT(RX_BEFORE) | BIT(RX_AFTER) | BIT(RX_KEPT) |
           BIT(RX_SCRATCH) | BIT(RX_SEED),
    STEP_BACK = STEP | BIT(RX_D_BEFORE) | BIT(RX_D_AFTER) | BIT(RX_WINDOW),
    FIRST = BIT(RX_WEIGHT) | BIT(RX_FIELD) | BIT(RX_BEFORE) | BIT(RX_SCRATCH),
    FIRST_BACK = FIRST | BIT(RX_D_BEFORE),
    READ = BIT(RX_WEIGHT) | BIT(RX_FIELD) | BIT(RX_AFTER) | BIT(RX_SCRATCH) | BIT(RX_SEED),
    READ_BACK = READ | BIT(RX_D_AFTER) | BIT(RX_WINDOW)
};

static void check_operand(lua_State *L, const struct rx_program *p,
                          const struct rx_operand *operand, unsigned allowed)
{
    if (operand->block != RX_NO_BLOCK && !(allowed & BIT(p->block[operand->block].place)))
        rx_error(L, "no run: a program that looks where nothing is");
}

static void check_list(lua_State *L, const struct rx_program *p, const struct rx_list *instructions,
                       unsigned allowed, bool has_code)
{
    for (size_t i = 0; i < instructions->count; i++) {
        const struct rx_instruction *in = &instructions->at[i];
        check_operand(L, p, &in->out, in->kind == RX_TOTAL ? ~0u : allowed);
        check_operand(L, p, &in->a, allowed);
        check_operand(L, p, &in->b, allowed);
        if (in->kind == RX_ENCODE && !has_code)
            rx_error(L, "no run: a program that encodes, but no cells");
    }
}

static void check_blocks(lua_State *L, const struct rx_program *p, const struct rx_run *run,
                         const struct matrices *given, size_t reduced)
{
    for (size_t b = 0; b < p->blocks; b++) {
        const struct rx_block *block = &p->block[b];
        const size_t i = block->index;
        bool fits = true;
        if (block->place == RX_WEIGHT)
            fits = i < run->weights && (i == reduced || (block->rows == given->weight[i].rows &&
                                                         block->cols == given->weight[i].cols));
        else if (block->place == RX_FIELD)
            fits = i < run->fields && given->field[i] && block->cols == given->field_cols[i];
        else if (block->place >= RX_BEFORE && block->place <= RX_D_AFTER)
            fits = i < run->states && block->cols == run->units;
        else if (block->place == RX_SEED)
            fits = block->cols == 1;
        if (!fits)
            rx_error(L, "no run: value %d of a program does not fit", (int)b + 1);
    }
}

static void check_outers(lua_State *L, const struct rx_program *p, const struct rx_run *run,
                         size_t reduced)
{
    for (size_t o = 0; o < p->outers; o++) {
        const struct rx_outer *outer = &p->outer[o];
        const bool alone = outer->right.block == RX_NO_BLOCK;
        const struct rx_weight *weight = &run->weight[outer->weight];
        const size_t out = outer->left.cols, in = alone ? 1 : outer->right.cols;
        if (outer->weight >= run->weights || !weight->gradient ||
            (outer->weight != reduced && (alone ? weight->rows != 1 || weight->cols != out
                                                : weight->rows != out || weight->cols != in)))
            rx_error(L, "no run: an outer sum that does not fit its weight");
    }
}

static void check_program(lua_State *L, const struct rx_program *p, const struct rx_run *run,
                          const struct matrices *given, bool goes_back, size_t reduced,
                          unsigned allowed, unsigned allowed_back)
{
    const bool is_step = p == run->step;
    check_blocks(L, p, run, given, reduced);
    check_list(L, p, &p->forward, goes_back && !is_step ? allowed_back : allowed, run->code);
    if (!goes_back)
        return;
    check_list(L, p, &p->backward, allowed_back, run->code);
    check_outers(L, p, run, reduced);
    for (size_t o = 0; o < p->outers; o++) {
        check_operand(L, p, &p->outer[o].left, allowed_back);
        check_operand(L, p, &p->outer[o].right, allowed_back);
    }
}

/* --- the run
 * -------------------------------------------------------------------------------------------- */

/* Every step has its own draws: for each trial's first state, then its input, then its output. */
static void set_noise(lua_State *L, struct rx_run *run, size_t outputs)
{
    lua_getfield(L, RUN, "seed");
    const uint64_t seed = (uint64_t)lua_tointeger(L, -1);
    lua_getfield(L, RUN, "position");
    const uint64_t position = (uint64_t)lua_tointeger(L, -1);
    lua_getfield(L, RUN, "uniform");
    const enum rx_law law = lua_toboolean(L, -1) ? RX_UNIFORM : RX_NORMAL;
    lua_getfield(L, RUN, "noise");
    const struct rx_matrix *given = rx_test_matrix(L, -1);
    lua_pop(L, 4);
    if (given && (given->rows != run->steps * run->batch || given->cols != run->units))
        rx_error(L, "no run: noise of another shape");
    const size_t width[] = { run->units, run->inputs, outputs };
    const char *const sigma[] = { "sigma", "input_sigma", "output_sigma" };
    struct rx_noise *const noise[] = { &run->on_states, &run->on_inputs, &run->on_outputs };
    uint64_t before = 0, step = 0;
    for (size_t i = 0; i < 3; i++)
        step += run->batch * rx_random_chunks(width[i]);
    for (size_t i = 0; i < 3; i++) {
        *noise[i] = (struct rx_noise){
            .scale = (float)number(L, sigma[i]),
            .law = law,
            .given = i == 0 && given ? given->data : NULL,
            .seed = seed,
            .start = position + run->batch * before,
            .step = step,
            .row = rx_random_chunks(width[i]),
            .batch = run->batch,
        };
        before += rx_random_chunks(width[i]);
    }
}

/* Noise falls on a first state whose width is the draws'. */
static void check_noise(lua_State *L, const struct rx_program *p, size_t width, size_t outputs)
{
    const struct rx_list *lists[] = { &p->forward, &p->backward };
    for (size_t l = 0; l < 2; l++)
        for (size_t i = 0; i < lists[l]->count; i++) {
            const struct rx_instruction *in = &lists[l]->at[i];
            if (in->kind == RX_NOISE && in->out.cols != (in->which == 0 ? width : outputs))
                rx_error(L, "no run: noise of another width");
        }
}

static struct rx_run read_run(lua_State *L, struct matrices *given, bool goes_back, size_t reduced)
{
    rx_check_table(L, RUN);
    struct rx_run run = {
        .steps = size(L, "steps"),
        .batch = size(L, "batch"),
        .units = size(L, "units"),
        .states = size(L, "states"),
        .first = program(L, "first"),
        .step = program(L, "step"),
        .read = program(L, "read"),
        .weight = given->weight,
        .weights = list(L, "weights", RX_MOST_WEIGHTS),
        .field = given->field,
        .fields = list(L, "fields", RX_MOST_WEIGHTS),
        .inputs = size(L, "inputs"),
        .step_seed = (float)number(L, "step_seed"),
        .read_seed = (float)number(L, "read_seed"),
        .stop = &rx_stop_flag,
    };
    const size_t outputs = size(L, "outputs");
    if (!run.step || !run.read || run.states > RX_MOST_STATES ||
        run.steps > RX_LARGEST_SIDE / run.batch)
        rx_error(L, "no run: no programs, too many states or rows");
    for (size_t w = 0; w < run.weights; w++) {
        const struct rx_matrix *m = element(L, "weights", w, 0, 0);
        const struct rx_matrix *gradient =
            m && goes_back ? element(L, "gradients", w, m->rows, m->cols) : NULL;
        if (!m)
            rx_error(L, "no run: no weight %d", (int)w + 1);
        given->weight[w] =
            (struct rx_weight){ m->data, gradient ? gradient->data : NULL, m->rows, m->cols };
    }
    for (size_t f = 0; f < run.fields; f++) {
        const struct rx_matrix *m = element(L, "fields", f, 0, 0);
        const bool fits = m && (m->rows == run.steps * run.batch ||
                                (f == 1 && m->rows == run.batch)); /* field 2: the first targets */
        given->field[f] = fits ? m->data : NULL;
        given->field_cols[f] = fits ? m->cols : 0;
    }
    for (size_t k = 0; k < run.states; k++) {
        const struct rx_matrix *m = element(L, "start", k, run.batch, run.units);
        run.start[k] = m ? m->data : NULL;
    }
    lua_getfield(L, RUN, "code");
    if (rx_test_place_code(L, -1, &given->code) || rx_test_head_direction_code(L, -1, &given->code))
        run.code = &given->code;
    lua_pop(L, 1);
    set_noise(L, &run, outputs);
    check_noise(L, run.step, run.units, outputs);
    check_noise(L, run.read, run.units, outputs);
    if (run.first)
        check_program(L, run.first, &run, given, goes_back, reduced, FIRST, FIRST_BACK);
    check_program(L, run.step, &run, given, goes_back, reduced, STEP, STEP_BACK);
    check_program(L, run.read, &run, given, goes_back, reduced,
                  READ | (goes_back ? 0u : BIT(RX_RESULT)), READ_BACK);
    return run;
}

static struct rx_workspace *check_workspace(lua_State *L, int arg)
{
    return rx_check_object(L, arg, type_name, "workspace");
}

/* forward(workspace, run, states, result) -> total: fills a list of sequences, one for each state,
 * and the result of the reading, which may be nil */
static int core_forward(lua_State *L)
{
    struct rx_workspace *workspace = check_workspace(L, 1);
    struct matrices given;
    const struct rx_run run = read_run(L, &given, false, RX_NOT_REDUCED);
    const size_t rows = run.steps * run.batch;
    const struct rx_matrix *result = rx_test_matrix(L, 4);
    rx_check_table(L, 3);
    float *states[RX_MOST_STATES];
    for (size_t k = 0; k < run.states; k++) {
        lua_rawgeti(L, 3, (lua_Integer)k + 1);
        const struct rx_matrix *m = rx_test_matrix(L, -1);
        if (!m || m->rows != rows || m->cols != run.units)
            return rx_error(L, "no run: no sequence for state %d", (int)k + 1);
        states[k] = m->data;
        lua_pop(L, 1);
    }
    for (size_t b = 0; b < run.read->blocks; b++)
        if (run.read->block[b].place == RX_RESULT &&
            (!result || result->rows != rows || result->cols != run.read->block[b].cols))
            return rx_error(L, "no run: no sequence for the result");
    double total;
    rx_check_status(
        L, rx_network_forward(states, result ? result->data : NULL, &total, &run, workspace));
    lua_pushnumber(L, total);
    return 1;
}

/* gradient(workspace, run, reduced) -> loss: fills the list run.gradients; `reduced` is the number
 * of the weight that is a readout to be reduced, or nil */
static int core_gradient(lua_State *L)
{
    struct rx_workspace *workspace = check_workspace(L, 1);
    struct matrices given;
    const size_t reduced = lua_isnil(L, 3) ? RX_NOT_REDUCED : (size_t)rx_check_size(L, 3, 1) - 1;
    const struct rx_run run = read_run(L, &given, true, reduced);
    if (reduced != RX_NOT_REDUCED &&
        (reduced >= run.weights || !run.code || given.weight[reduced].rows != run.code->cells ||
         given.weight[reduced].cols != run.units ||
         !rx_reduced_outputs(run.code, run.units, run.steps * run.batch)))
        return rx_error(L, "no run: a readout that cannot be reduced");
    double loss;
    rx_check_status(L, rx_network_gradient(&loss, &run, reduced, workspace));
    lua_pushnumber(L, loss);
    return 1;
}

/* code(cells) -> how many, and the dimensions of what they are tuned to; nothing, if it is no code
 */
static int core_code(lua_State *L)
{
    struct rx_code code;
    if (!rx_test_place_code(L, 1, &code) && !rx_test_head_direction_code(L, 1, &code))
        return 0;
    lua_pushinteger(L, (lua_Integer)code.cells);
    lua_pushinteger(L, (lua_Integer)code.dimensions);
    return 2;
}

/* reduced_outputs(code, units, rows) -> number of outputs, or 0 */
static int core_reduced_outputs(lua_State *L)
{
    struct rx_code code;
    if (!rx_test_place_code(L, 1, &code) && !rx_test_head_direction_code(L, 1, &code))
        return rx_argument_error(L, 1, "cells expected, got %s", rx_describe(L, 1));
    lua_pushinteger(
        L, (lua_Integer)rx_reduced_outputs(&code, rx_check_size(L, 2, 1), rx_check_size(L, 3, 1)));
    return 1;
}

/* not_finite(matrix, mask) -> row, column, number: the first that is NaN or infinite, in rows where
 * the mask, one column, is not 0; or nothing */
static int core_not_finite(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    const struct rx_matrix *mask =
        lua_isnil(L, 2) ? NULL : rx_check_shape(L, 2, (lua_Integer)m->rows, 1);
    struct rx_matrix rest = *m;
    for (size_t i = 0; i < rx_matrix_count(m); i++) {
        rest.data = m->data + i;
        rest.rows = rx_matrix_count(m) - i;
        rest.cols = 1;
        i += rx_matrix_first_not_finite(&rest);
        if (i < rx_matrix_count(m) && (!mask || mask->data[i / m->cols] != 0)) {
            lua_pushinteger(L, (lua_Integer)(i / m->cols) + 1);
            lua_pushinteger(L, (lua_Integer)(i % m->cols) + 1);
            lua_pushnumber(L, (lua_Number)m->data[i]);
            return 3;
        }
    }
    return 0;
}

/* part(matrix, first, rows, cols) -> a view on the numbers from the first-th on */
static int core_part(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    const size_t first = rx_check_size(L, 2, 1) - 1, rows = rx_check_size(L, 3, 1),
                 cols = rx_check_size(L, 4, 1), count = rx_matrix_count(m);
    if (first > count || rows > (count - first) / cols)
        return rx_error(L, "%d x %d numbers from number %d on expected, got %d", (int)rows,
                        (int)cols, (int)first + 1, (int)count);
    rx_new_view(L, 1, m->data + first, rows, cols, 0);
    return 1;
}

/* sequence(steps, batch, cols) -> a sequence, its numbers unset */
static int core_sequence(lua_State *L)
{
    const size_t steps = rx_check_size(L, 1, 1), batch = rx_check_size(L, 2, 1),
                 cols = rx_check_size(L, 3, 1);
    if (steps > RX_LARGEST_SIDE / batch)
        return rx_error(L, "not enough memory for %d steps of %d trials", (int)steps, (int)batch);
    rx_new_matrix(L, steps * batch, cols, steps);
    return 1;
}

/* shares(matrix, other) -> whether they have memory in common */
static int core_shares(lua_State *L)
{
    const struct rx_matrix *a = rx_check_matrix(L, 1), *b = rx_check_matrix(L, 2);
    lua_pushboolean(L, a->data < b->data + rx_matrix_count(b) &&
                           b->data < a->data + rx_matrix_count(a));
    return 1;
}

/* --- workspaces
 * -------------------------------------------------------------------------------------------- */

/* workspace() -> memory that runs use one after the other */
static int workspace_new(lua_State *L)
{
    struct rx_workspace *workspace = lua_newuserdatauv(L, sizeof *workspace, 0);
    *workspace = (struct rx_workspace){ 0 };
    luaL_setmetatable(L, type_name);
    return 1;
}

static int workspace_free(lua_State *L)
{
    rx_workspace_free(check_workspace(L, 1));
    return 0;
}

static const struct rx_binding functions[] = {
    { "forward", core_forward, 4 },
    { "gradient", core_gradient, 3 },
    { "code", core_code, 1 },
    { "reduced_outputs", core_reduced_outputs, 3 },
    { "not_finite", core_not_finite, 2 },
    { "part", core_part, 4 },
    { "sequence", core_sequence, 3 },
    { "shares", core_shares, 2 },
    { "workspace", workspace_new, 0 },
    { NULL, NULL, 0 },
};

void rx_open_network(lua_State *L)
{
    luaL_newmetatable(L, type_name);
    lua_pushcfunction(L, workspace_free);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
    rx_set_functions(L, functions);
}
