/* dynamics.c - the steps of a network in double precision, as Lua hands them over:
 * lua/reactivation/analysis/dynamics.lua and slow_points.lua have their reference. */
#include "bind.h"
#include "linearize.h"
#include "slow_points.h"
#include <string.h>

static const char type_name[] = "rx.dynamics";

/* A step with the weights of a moment, as doubles. */
struct dynamics {
    struct rx_dynamics step;
    size_t inputs; /* columns of the program's field; 0 if it has none */
};

static const struct dynamics *check_dynamics(lua_State *L)
{
    return rx_check_object(L, 1, type_name, "dynamics");
}

/* --- making ----------------------------------------------------------------------------------- */

/* Weight i, which a finalizer may have taken away or exchanged. */
static const struct rx_matrix *weight_at(lua_State *L, size_t i)
{
    lua_rawgeti(L, 2, (lua_Integer)i + 1);
    const struct rx_matrix *m = rx_test_matrix(L, -1);
    lua_pop(L, 1);
    if (!m)
        rx_error(L, "no dynamics: weight %d is no matrix", (int)i + 1);
    return m;
}

static void check_block(lua_State *L, const struct rx_block *block, struct dynamics *found,
                        size_t weights)
{
    bool fits = true;
    if (block->place == RX_WEIGHT) {
        fits = block->index < weights && weight_at(L, block->index)->rows == block->rows &&
               weight_at(L, block->index)->cols == block->cols;
    } else if (block->place == RX_BEFORE || block->place == RX_AFTER) {
        fits = block->index < found->step.states && block->cols == found->step.units;
    } else if (block->place == RX_FIELD) {
        fits = found->inputs == 0;
        found->inputs = block->cols;
    }
    if (!fits)
        rx_error(L, "no dynamics: a program of another network");
}

static void fill_weights(lua_State *L, const double **pointer, double *numbers,
                         const struct rx_program *program)
{
    for (size_t b = 0; b < program->blocks; b++) {
        const struct rx_block *block = &program->block[b];
        if (block->place != RX_WEIGHT)
            continue;
        const struct rx_matrix *m = weight_at(L, block->index);
        if (m->rows != block->rows || m->cols != block->cols)
            rx_error(L, "no dynamics: weight %d has another shape", (int)block->index + 1);
        pointer[block->index] = numbers;
        for (size_t i = 0; i < rx_matrix_count(m); i++)
            *numbers++ = (double)m->data[i];
    }
}

/* dynamics(program of a step, list of weights, number of states, units) -> dynamics */
static int dynamics_new(lua_State *L)
{
    const struct rx_program *program = rx_test_program(L, 1);
    rx_argument_check(L, program, 1, "program expected");
    const size_t weights = rx_check_list(L, 2);
    struct dynamics made = {
        .step = { .program = program,
                  .states = rx_check_size(L, 3, 1),
                  .units = rx_check_size(L, 4, 1) },
    };
    size_t numbers = 0;
    for (size_t b = 0; b < program->blocks; b++) {
        check_block(L, &program->block[b], &made, weights);
        if (program->block[b].place == RX_WEIGHT)
            numbers += program->block[b].rows * program->block[b].cols;
    }
    struct dynamics *dynamics = lua_newuserdatauv(
        L, sizeof *dynamics + weights * sizeof(double *) + numbers * sizeof(double), 1);
    const double **pointer = (const double **)(dynamics + 1);
    *dynamics = made;
    dynamics->step.weight = pointer;
    fill_weights(L, pointer, (double *)(pointer + weights), program);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 1);
    luaL_setmetatable(L, type_name);
    return 1;
}

/* --- using ------------------------------------------------------------------------------------ */

static const struct rx_matrix *check_states(lua_State *L, int arg, const struct dynamics *dynamics)
{
    const size_t size = dynamics->step.states * dynamics->step.units;
    const struct rx_matrix *states = rx_check_shape(L, arg, RX_ANY, (lua_Integer)size);
    rx_check_finite(L, arg, states);
    return states;
}

/* The input beside each of the states; NULL if the step has none. */
static const float *check_input(lua_State *L, int arg, const struct dynamics *dynamics, size_t rows)
{
    if (dynamics->inputs == 0)
        return NULL;
    const struct rx_matrix *input =
        rx_check_shape(L, arg, (lua_Integer)rows, (lua_Integer)dynamics->inputs);
    rx_check_finite(L, arg, input);
    return input->data;
}

/* drift(dynamics, states, input) -> states x size: F(x) - x */
static int drift(lua_State *L)
{
    const struct dynamics *dynamics = check_dynamics(L);
    const struct rx_matrix *states = check_states(L, 2, dynamics);
    const float *input = check_input(L, 3, dynamics, states->rows);
    struct rx_matrix *out = rx_new_matrix(L, states->rows, states->cols, states->steps);
    const struct rx_linearized found = { .drift = out->data };
    rx_check_status(
        L, rx_linearize(&found, &dynamics->step, states->data, input, states->rows, &rx_stop_flag));
    return 1;
}

/* jacobian(dynamics, states, input) -> (states * size) x size, a sequence with a step a state */
static int jacobian(lua_State *L)
{
    const struct dynamics *dynamics = check_dynamics(L);
    const struct rx_matrix *states = check_states(L, 2, dynamics);
    const float *input = check_input(L, 3, dynamics, states->rows);
    struct rx_matrix *out = rx_new_matrix(L, states->rows * states->cols, states->cols,
                                          states->rows > 1 ? states->rows : 0);
    const struct rx_linearized found = { .jacobians = out->data };
    rx_check_status(
        L, rx_linearize(&found, &dynamics->step, states->data, input, states->rows, &rx_stop_flag));
    return 1;
}

/* spectra(dynamics, states, input) -> real, imaginary: states x size each, by falling modulus */
static int spectra(lua_State *L)
{
    const struct dynamics *dynamics = check_dynamics(L);
    const struct rx_matrix *states = check_states(L, 2, dynamics);
    const float *input = check_input(L, 3, dynamics, states->rows);
    struct rx_matrix *real = rx_new_matrix(L, states->rows, states->cols, 0);
    struct rx_matrix *imaginary = rx_new_matrix(L, states->rows, states->cols, 0);
    const struct rx_linearized found = { .real = real->data, .imaginary = imaginary->data };
    rx_check_status(
        L, rx_linearize(&found, &dynamics->step, states->data, input, states->rows, &rx_stop_flag));
    return 2;
}

/* slow_points(dynamics, starts, tolerance, slow, iterations, rays) -> points, speed, growth */
static int slow_points(lua_State *L)
{
    const struct dynamics *dynamics = check_dynamics(L);
    const struct rx_matrix *starts = check_states(L, 2, dynamics);
    rx_argument_check(L, dynamics->inputs == 0, 1, "a step at rest expected");
    const struct rx_search search = {
        .tolerance = rx_check_number(L, 3),
        .slow = rx_check_number(L, 4),
        .iterations = rx_check_size(L, 5, 1),
        .rays = lua_toboolean(L, 6),
    };
    struct rx_matrix *points = rx_new_matrix(L, starts->rows, starts->cols, 0);
    struct rx_matrix *speed = rx_new_matrix(L, starts->rows, 1, 0);
    struct rx_matrix *growth = rx_new_matrix(L, starts->rows, 1, 0);
    rx_check_status(L, rx_slow_points(points->data, speed->data, growth->data, &dynamics->step,
                                      &search, starts->data, starts->rows, &rx_stop_flag));
    return 3;
}

static const struct rx_binding functions[] = {
    { "dynamics", dynamics_new, 4 },   { "drift", drift, 3 },
    { "jacobian", jacobian, 3 },       { "spectra", spectra, 3 },
    { "slow_points", slow_points, 6 }, { NULL, NULL, 0 },
};

void rx_open_dynamics(lua_State *L)
{
    luaL_newmetatable(L, type_name);
    lua_pop(L, 1);
    rx_set_functions(L, functions);
}
