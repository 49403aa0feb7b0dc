/* network.c - recurrent networks as Lua sees them: construction, runs, gradient. */

/** Noisy recurrent networks with a linear encoder of the first state and a linear readout.
 *
 * `r(0) = E f(s(0))`, `r(t + 1) = r(t) + dr + sigma sqrt(dt) noise`, `o(t) = D r(t)`, where `dr` is
 * the cell's own. Times are in seconds and `sigma` is per square root of a second.
 *
 * Fields: `net.weights`, name -> matrix, the weights themselves and not copies, each outputs x
 * inputs (of an RNN `encoder`, `w_in`, `w_rec`, `w_out` and, with biases, `b_rec`, 1 x units);
 * `net.parameters`, all of them as one row; `net.rng`; `net.settings`, the options that made it,
 * each also a field of its own, such as `net.units`.
 * @module reactivation.network */

#include "network.h"
#include "bind.h"
#include "cell.h"
#include <string.h>

static const char type_name[] = "rx.network";

/* User values of a network. */
enum { PARAMETERS = 1, WEIGHTS, RANDOM, SETTINGS, USER_VALUES = SETTINGS };

struct network {
    struct rx_network core;
    struct rx_workspace workspace;
    float *weights;           /* in the matrix PARAMETERS */
    struct rx_random *random; /* the userdata RANDOM */
};

static struct network *check_network(lua_State *L, int arg)
{
    return rx_check_object(L, arg, type_name, "network");
}

/* --- construction ---------------------------------------------------------------------------- */

static const char *const activations[] = { "relu", "tanh", "sigmoid", "identity", NULL };
static const char *const laws[] = { "uniform", "gaussian", NULL }; /* as enum rx_law */

static double check_positive(lua_State *L, const char *name, double absent)
{
    const double value = rx_option_number(L, 1, name, absent);
    if (value <= 0)
        rx_option_error(L, name, "number above 0 expected, got %f", value);
    return value;
}

static double check_sigma(lua_State *L, int arg, const char *name, double absent)
{
    const double value = rx_option_number(L, arg, name, absent);
    if (value < 0)
        rx_option_error(L, name, "number of at least 0 expected, got %f", value);
    return value;
}

static struct rx_network check_settings(lua_State *L, const struct rx_cell *cell)
{
    static const char *const names[] = {
        "inputs",      "units",        "outputs",    "init", "dt",    "tau", "sigma",
        "input_sigma", "output_sigma", "activation", "bias", "noise", "rng", NULL,
    };
    rx_check_options(L, 1, names);
    struct rx_network net = {
        .cell = cell,
        .inputs = rx_option_size(L, 1, "inputs", 0),
        .units = rx_option_size(L, 1, "units", 0),
        .outputs = rx_option_size(L, 1, "outputs", 0),
        .dt = check_positive(L, "dt", 0.02),
        .tau = check_positive(L, "tau", 0.1),
        .sigma = check_sigma(L, 1, "sigma", 0),
        .input_sigma = check_sigma(L, 1, "input_sigma", 0),
        .output_sigma = check_sigma(L, 1, "output_sigma", 0),
        .activation = (enum rx_activation)rx_option_choice(L, 1, "activation",
                                                           (int)cell->activation, activations),
        .bias = rx_option_boolean(L, 1, "bias", false),
        .law = (enum rx_law)rx_option_choice(L, 1, "noise", RX_NORMAL, laws),
    };
    net.init = rx_option_size(L, 1, "init", net.outputs);
    if (!rx_option_random(L, 1, "rng", NULL))
        rx_option_error(L, "rng", "random generator expected, got nothing");
    rx_network_layout(&net);
    if (net.parameters > RX_LARGEST_SIDE)
        rx_error(L, "not enough memory for a network of %I weights", (lua_Integer)net.parameters);
    return net;
}

/* Push a table name -> view on the part of the flat matrix at `owner` that holds this weight. */
static void push_weights(lua_State *L, int owner, const struct rx_network *net, float *flat)
{
    owner = lua_absindex(L, owner);
    lua_createtable(L, 0, (int)net->weights);
    for (size_t w = 0; w < net->weights; w++) {
        const struct rx_weight *weight = &net->weight[w];
        rx_new_view(L, owner, flat + weight->offset, weight->rows, weight->cols, 0);
        lua_setfield(L, -2, weight->name);
    }
}

/* A copy of the options, without the generator: what builds the same network again. */
static void push_settings(lua_State *L, const struct rx_network *net)
{
    lua_newtable(L);
    lua_pushstring(L, net->cell->name);
    lua_setfield(L, -2, "cell");
    const struct {
        const char *name;
        size_t value;
    } sizes[] = { { "inputs", net->inputs },
                  { "units", net->units },
                  { "outputs", net->outputs },
                  { "init", net->init } };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        lua_pushinteger(L, (lua_Integer)sizes[i].value);
        lua_setfield(L, -2, sizes[i].name);
    }
    const struct {
        const char *name;
        double value;
    } numbers[] = { { "dt", net->dt },
                    { "tau", net->tau },
                    { "sigma", net->sigma },
                    { "input_sigma", net->input_sigma },
                    { "output_sigma", net->output_sigma } };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        lua_pushnumber(L, numbers[i].value);
        lua_setfield(L, -2, numbers[i].name);
    }
    lua_pushstring(L, activations[net->activation]);
    lua_setfield(L, -2, "activation");
    lua_pushboolean(L, net->bias);
    lua_setfield(L, -2, "bias");
    lua_pushstring(L, laws[net->law]);
    lua_setfield(L, -2, "noise");
}

static int network_new(lua_State *L, const struct rx_cell *cell)
{
    const struct rx_network core = check_settings(L, cell);
    lua_settop(L, 1);
    struct network *net = lua_newuserdatauv(L, sizeof *net, USER_VALUES);
    *net = (struct network){ .core = core };
    luaL_setmetatable(L, type_name);
    net->weights = rx_new_matrix(L, 1, core.parameters, 0)->data;
    push_weights(L, -1, &core, net->weights);
    lua_setiuservalue(L, 2, WEIGHTS);
    lua_setiuservalue(L, 2, PARAMETERS);
    lua_getfield(L, 1, "rng");
    net->random = rx_check_random(L, -1);
    lua_setiuservalue(L, 2, RANDOM);
    push_settings(L, &core);
    lua_setiuservalue(L, 2, SETTINGS);
    rx_check_status(L, rx_network_initialize(&core, net->weights, net->random, &rx_stop_flag));
    return 1;
}

/** A vanilla network: `dr = dt / tau (-r + activation(W_rec r + W_in ds + b))`.
 * @function rx.rnn
 * @tab options the sizes `inputs`, `units`, `outputs` and `init`, of the target that sets the first
 * state (as `outputs`); `dt` (0.02 s), `tau` (0.1 s); the noises `sigma` (0), `input_sigma` (0) and
 *   `output_sigma` (0); `activation`, "relu" (default), "tanh", "sigmoid" or "identity"; `bias`
 * (false), a constant drive that each unit learns, from zero; `noise`, "gaussian" (default) or
 * "uniform" on [0, 1); `rng`, which draws the first weights and later the noise
 * @treturn network
 * @usage
 * local sizes = { inputs = 1, units = 32, outputs = 16, sigma = 0.5, bias = true, rng = rng }
 * local small = rx.rnn(sizes) */
static int network_rnn(lua_State *L)
{
    return network_new(L, &rx_rnn_cell);
}

/** A gated network (GRU): `dr = dt / tau (1 - z) (activation(U_h (g r) + W_h ds + b_h) - r)`, with
 * the gates `z` and `g`, sigmoids of sums of their own.
 * @function rx.gru
 * @tab options as for `rx.rnn`; `activation`, by default "tanh", is that of the candidate alone
 * @treturn network its weights are `encoder`, `w_out`, `w_z`, `u_z`, `w_r`, `u_r`, `w_h`, `u_h`
 * and, with biases, `b_z`, `b_r`, `b_h`; r names the gate g
 * @usage local gated = rx.gru { inputs = 1, units = 16, outputs = 8, sigma = 0.5, rng = rng } */
static int network_gru(lua_State *L)
{
    return network_new(L, &rx_gru_cell);
}

/* --- runs ------------------------------------------------------------------------------------ */

/* The inputs of a run: a sequence with one trial for each first state. */
static size_t check_inputs(lua_State *L, const struct rx_network *net, struct rx_run *run)
{
    const struct rx_matrix *inputs =
        rx_option_matrix(L, 2, "inputs", RX_ANY, (lua_Integer)net->inputs);
    if (!inputs)
        return 0;
    if (!inputs->steps)
        rx_option_error(L, "inputs", "sequence expected, got a %d x %d matrix; see as_sequence",
                        (int)inputs->rows, (int)inputs->cols);
    if (rx_matrix_batch(inputs) != run->batch)
        rx_option_error(L, "inputs", "%d trials expected, as in the first state, got %d",
                        (int)run->batch, (int)rx_matrix_batch(inputs));
    run->inputs = inputs->data;
    return inputs->steps;
}

static void check_start(lua_State *L, const struct rx_network *net, struct rx_run *run)
{
    const struct rx_matrix *init = rx_option_matrix(L, 2, "init", RX_ANY, (lua_Integer)net->init);
    const struct rx_matrix *state =
        rx_option_matrix(L, 2, "state", RX_ANY, (lua_Integer)net->units);
    if (!init == !state)
        rx_error(L, "either 'init', a first target, or 'state', a first state, expected");
    run->init = init ? init->data : NULL;
    run->state = state ? state->data : NULL;
    run->batch = init ? init->rows : state->rows;
    if (run->batch == 0)
        rx_option_error(L, init ? "init" : "state", "at least one trial expected, got none");
}

static struct rx_random *check_generator(lua_State *L, struct network *net)
{
    return rx_option_random(L, 2, "rng", net->random);
}

/* The table at 2 as a run. */
static struct rx_run check_run(lua_State *L, struct network *net)
{
    static const char *const names[] = { "init",  "state", "inputs", "targets", "code", "truth",
                                         "noise", "sigma", "steps",  "rng",     NULL };
    struct rx_run run = { .stop = &rx_stop_flag };
    rx_check_options(L, 2, names);
    check_start(L, &net->core, &run);
    const size_t given = check_inputs(L, &net->core, &run);
    run.steps = rx_option_size(L, 2, "steps", given);
    if (given && run.steps != given)
        rx_option_error(L, "steps", "%d expected, as in the inputs, got %d", (int)given,
                        (int)run.steps);
    if (run.steps > RX_LARGEST_SIDE / run.batch)
        rx_option_error(L, "steps", "fewer expected: %d steps of %d trials are too many rows",
                        (int)run.steps, (int)run.batch);
    const struct rx_matrix *noise = rx_option_matrix(
        L, 2, "noise", (lua_Integer)(run.steps * run.batch), (lua_Integer)net->core.units);
    run.noise = noise ? noise->data : NULL;
    run.sigma = check_sigma(L, 2, "sigma", net->core.sigma);
    run.random = *check_generator(L, net);
    return run;
}

/* Push what a run fills: the sequence given as argument `arg`, or a new one. */
static struct rx_matrix *push_result(lua_State *L, int arg, const struct rx_run *run, size_t cols)
{
    const size_t rows = run->steps * run->batch;
    if (lua_isnoneornil(L, arg))
        return rx_new_matrix(L, rows, cols, run->steps);
    struct rx_matrix *given = rx_check_shape(L, arg, (lua_Integer)rows, (lua_Integer)cols);
    rx_argument_check(L, given->steps == run->steps, arg, "sequence of as many steps expected");
    lua_pushvalue(L, arg);
    return given;
}

/** Run the network: awake with `inputs`, at rest without.
 * @function net:forward
 * @tab options the start, either `init`, a target (batch x init), or `state` (batch x units);
 * `inputs`, a sequence, or `steps`, and then there is no input; `sigma`, noise on the state in this
 * run only; `rng`, another generator; `noise`, standard draws in its place. A whole batch of a task
 * will do, its `targets` and `truth` are left aside
 * @tparam[opt] matrix states a sequence to be filled in place of a new one
 * @tparam[opt] matrix outputs likewise
 * @treturn matrix states after each step, a sequence of steps x batch x units
 * @treturn matrix outputs, likewise
 * @usage
 * local states, outputs = net:forward(batch)
 * local louder = math.sqrt(2) * net.sigma
 * local asleep = net:forward { init = batch.init, steps = 200, sigma = louder } */
static int network_forward(lua_State *L)
{
    struct network *net = check_network(L, 1);
    const struct rx_run run = check_run(L, net);
    struct rx_random *random = check_generator(L, net);
    struct rx_matrix *states = push_result(L, 3, &run, net->core.units);
    struct rx_matrix *outputs = push_result(L, 4, &run, net->core.outputs);
    rx_check_status(L, rx_network_forward(states->data, outputs->data, &net->core, net->weights,
                                          &run, &net->workspace));
    random->position += rx_network_draws(&net->core, &run);
    return 2;
}

/* The targets that the table at 2 gives, or else the code of its truth, of which `code` is filled.
 */
static struct rx_targets check_targets(lua_State *L, const struct network *net,
                                       const struct rx_run *run, struct rx_code *code)
{
    const lua_Integer rows = (lua_Integer)(run->steps * run->batch);
    const lua_Integer outputs = (lua_Integer)net->core.outputs;
    const struct rx_matrix *targets = rx_option_matrix(L, 2, "targets", rows, outputs);
    if (targets)
        return (struct rx_targets){ .values = targets->data };
    if (!rx_option_code(L, 2, "code", code))
        rx_option_error(L, "targets", "%d x %d matrix expected, got nothing", (int)rows,
                        (int)outputs);
    if ((lua_Integer)code->cells != outputs)
        rx_option_error(L, "code", "%d cells expected, one for each output, got %d", (int)outputs,
                        (int)code->cells);
    const struct rx_matrix *truth =
        rx_option_matrix(L, 2, "truth", rows, (lua_Integer)code->dimensions);
    if (!truth)
        rx_option_error(L, "truth", "%d x %d matrix expected, got nothing", (int)rows,
                        (int)code->dimensions);
    return (struct rx_targets){ .code = code, .positions = truth->data };
}

/** Loss and gradient, by backpropagation through time. The loss is the mean squared error over
 * steps, trials and outputs.
 * @function net:gradient
 * @tab options those of `net:forward`, and what the outputs should be: `targets`, a sequence of
 * steps x batch x outputs; or `code` and `truth`, cells and where they should be active, which is
 * the same as `targets = code:encode(truth)`, but takes neither its memory nor, where the code is
 * smooth, as that of head-direction cells, most of its time
 * @tparam[opt] matrix flat one row, to be filled in place of a new one
 * @treturn number loss
 * @treturn table gradients, name -> matrix, as in `net.weights`
 * @treturn matrix all gradients as one row, as in `net.parameters`
 * @usage
 * local loss, gradients, flat = net:gradient(batch)
 * rx.adam { rate = 1e-3 }:update(net.parameters, flat) */
static int network_gradient(lua_State *L)
{
    struct network *net = check_network(L, 1);
    const struct rx_run run = check_run(L, net);
    struct rx_random *random = check_generator(L, net);
    struct rx_code code;
    const struct rx_targets targets = check_targets(L, net, &run, &code);
    const struct rx_matrix *flat;
    if (lua_isnoneornil(L, 3)) {
        flat = rx_new_matrix(L, 1, net->core.parameters, 0);
    } else {
        flat = rx_check_shape(L, 3, 1, (lua_Integer)net->core.parameters);
        lua_pushvalue(L, 3);
    }
    double loss = 0;
    rx_check_status(L, rx_network_gradient(&loss, flat->data, &net->core, net->weights, &run,
                                           &targets, &net->workspace));
    random->position += rx_network_draws(&net->core, &run);
    lua_pushnumber(L, loss);
    push_weights(L, -2, &net->core, flat->data);
    lua_pushvalue(L, -3);
    return 3;
}

/** One step by hand, for closed loops, with the network's own noise.
 * @function net:step
 * @tparam matrix state batch x units
 * @tparam[opt] matrix input batch x inputs; none at rest
 * @treturn matrix the next state
 * @treturn matrix its output, batch x outputs
 * @usage
 * local state = batch.init * net.weights.encoder:t()
 * local next_state, output = net:step(state, batch.inputs:at(1)) */
static int network_step(lua_State *L)
{
    struct network *net = check_network(L, 1);
    const struct rx_matrix *state = rx_check_shape(L, 2, RX_ANY, (lua_Integer)net->core.units);
    const struct rx_matrix *input = NULL;
    rx_argument_check(L, state->rows > 0, 2, "at least one trial expected");
    rx_check_finite(L, 2, state);
    if (!lua_isnoneornil(L, 3)) {
        input = rx_check_shape(L, 3, (lua_Integer)state->rows, (lua_Integer)net->core.inputs);
        rx_check_finite(L, 3, input);
    }
    const struct rx_run run = {
        .steps = 1,
        .batch = state->rows,
        .state = state->data,
        .inputs = input ? input->data : NULL,
        .sigma = net->core.sigma,
        .random = *net->random,
        .stop = &rx_stop_flag,
    };
    struct rx_matrix *next = rx_new_matrix(L, state->rows, net->core.units, 0);
    struct rx_matrix *output = rx_new_matrix(L, state->rows, net->core.outputs, 0);
    rx_check_status(L, rx_network_forward(next->data, output->data, &net->core, net->weights, &run,
                                          &net->workspace));
    net->random->position += rx_network_draws(&net->core, &run);
    return 2;
}

/* --- indexing -------------------------------------------------------------------------------- */

static int network_index(lua_State *L)
{
    check_network(L, 1);
    const char *name = rx_field_name(L);
    if (strcmp(name, "weights") == 0)
        lua_getiuservalue(L, 1, WEIGHTS);
    else if (strcmp(name, "parameters") == 0)
        lua_getiuservalue(L, 1, PARAMETERS);
    else if (strcmp(name, "rng") == 0)
        lua_getiuservalue(L, 1, RANDOM);
    else if (strcmp(name, "settings") == 0)
        lua_getiuservalue(L, 1, SETTINGS);
    else if (lua_getfield(L, lua_upvalueindex(1), name) == LUA_TNIL) {
        lua_getiuservalue(L, 1, SETTINGS); /* net.units, net.sigma, ... */
        lua_getfield(L, -1, name);
    }
    return 1;
}

static int network_tostring(lua_State *L)
{
    const struct rx_network *net = &check_network(L, 1)->core;
    lua_pushfstring(L, "%s of %d units, %d inputs, %d outputs, %s, %I weights", net->cell->name,
                    (int)net->units, (int)net->inputs, (int)net->outputs,
                    activations[net->activation], (lua_Integer)net->parameters);
    return 1;
}

static int network_free(lua_State *L)
{
    rx_workspace_free(&check_network(L, 1)->workspace);
    return 0;
}

static const struct rx_binding metamethods[] = {
    { "__tostring", network_tostring, 1 },
    { "__gc", network_free, 1 },
    { NULL, NULL, 0 },
};

static const struct rx_binding methods[] = {
    { "forward", network_forward, 3 },
    { "gradient", network_gradient, 2 },
    { "step", network_step, 2 },
    { NULL, NULL, 0 },
};

static const struct rx_binding functions[] = {
    { "rnn", network_rnn, 1 },
    { "gru", network_gru, 1 },
    { NULL, NULL, 0 },
};

void rx_open_network(lua_State *L)
{
    rx_set_type(L, type_name, "network", methods, network_index);
    rx_set_type(L, type_name, "network", metamethods, NULL);
    luaL_getmetatable(L, type_name);
    lua_getfield(L, -1, "methods");
    lua_setfield(L, -3, "network_methods"); /* the library in Lua adds to them */
    lua_pop(L, 1);
    rx_set_functions(L, functions);
}
