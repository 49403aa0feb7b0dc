/* adam.c - the Adam optimizer as Lua sees it: its moments are matrices of its own. */

/** The Adam optimizer (Kingma & Ba 2015), with gradient clipping and weight decay.
 *
 * Fields: `optimizer.rate`, which may be set, and `optimizer.updates`, how many it has made.
 * @module reactivation.adam */

#include "adam.h"
#include "bind.h"
#include <string.h>

static const char type_name[] = "rx.adam";

/* User values: the moments, and the weights that they belong to. */
enum { MEAN = 1, SQUARE, WEIGHTS, USER_VALUES = WEIGHTS };

static struct rx_adam *check_adam(lua_State *L, int arg)
{
    return rx_check_object(L, arg, type_name, "optimizer");
}

static double check_range(lua_State *L, const char *name, double absent, double least, double below)
{
    const double value = rx_option_number(L, 1, name, absent);
    if (value < least || value >= below)
        rx_option_error(L, name, "number from %f to below %f expected, got %f", least, below,
                        value);
    return value;
}

/** An optimizer for `rx.train`, or for use by hand.
 * @function rx.adam
 * @tab[opt] options `rate` (1e-3), `beta1` (0.9), `beta2` (0.999), `epsilon` (1e-8), `weight_decay`
 * (0) and `clip`, the greatest norm of a gradient (0: any)
 * @treturn optimizer
 * @usage
 * local optimizer = rx.adam { rate = 3e-3, clip = 1 }
 * rx.train(net, task, { batches = 20, optimizer = optimizer }) */
static int adam_new(lua_State *L)
{
    static const char *const names[] = { "rate",         "beta1", "beta2", "epsilon",
                                         "weight_decay", "clip",  NULL };
    if (lua_isnil(L, 1)) {
        lua_newtable(L);
        lua_replace(L, 1);
    }
    rx_check_options(L, 1, names);
    const struct rx_adam settings = {
        .rate = check_range(L, "rate", 1e-3, 0, 1e30),
        .beta1 = check_range(L, "beta1", 0.9, 0, 1),
        .beta2 = check_range(L, "beta2", 0.999, 0, 1),
        .epsilon = check_range(L, "epsilon", 1e-8, 0, 1e30),
        .weight_decay = check_range(L, "weight_decay", 0, 0, 1e30),
        .clip = check_range(L, "clip", 0, 0, 1e30),
    };
    struct rx_adam *adam = lua_newuserdatauv(L, sizeof *adam, USER_VALUES);
    *adam = settings;
    luaL_setmetatable(L, type_name);
    return 1;
}

/* The moment kept as a user value, from zero at its first use. */
static struct rx_matrix *moment(lua_State *L, int which, const struct rx_matrix *like)
{
    if (lua_getiuservalue(L, 1, which) == LUA_TNIL) {
        struct rx_matrix *zeros = rx_new_matrix(L, like->rows, like->cols, 0);
        memset(zeros->data, 0, rx_matrix_count(zeros) * sizeof(float));
        lua_setiuservalue(L, 1, which);
        lua_getiuservalue(L, 1, which);
    }
    struct rx_matrix *m = rx_check_matrix(L, -1);
    if (m->rows != like->rows || m->cols != like->cols)
        rx_argument_error(L, 2, "%d x %d matrix expected, as before, got %d x %d", (int)m->rows,
                          (int)m->cols, (int)like->rows, (int)like->cols);
    return m;
}

/* The moments are those of the weights that the first update changed, and of no others. */
static void check_own(lua_State *L, const struct rx_matrix *weights)
{
    if (lua_getiuservalue(L, 1, WEIGHTS) == LUA_TNIL) {
        lua_pushvalue(L, 2);
        lua_setiuservalue(L, 1, WEIGHTS);
    } else if (rx_check_matrix(L, -1)->data != weights->data)
        rx_argument_error(L, 2,
                          "the weights of the update before expected, got those of another "
                          "network; an optimizer serves one");
}

static void check_apart(lua_State *L, const struct rx_matrix *weights,
                        const struct rx_matrix *gradient, const struct rx_matrix *moments)
{
    if (gradient->data != weights->data) /* on itself, each weight is read before it is written */
        rx_check_apart(L, 2, weights, gradient, "the gradient");
    rx_check_apart(L, 2, weights, moments, "the optimizer's moments");
    rx_check_apart(L, 3, gradient, moments, "the optimizer's moments");
}

/** One step against a gradient. The optimizer keeps its moments for these weights, so it serves one
 * network.
 * @function optimizer:update
 * @tparam matrix weights which it changes
 * @tparam matrix gradient of the same shape
 * @return the optimizer
 * @usage
 * local optimizer = rx.adam {}
 * local loss, _, gradient = net:gradient(batch)
 * optimizer:update(net.parameters, gradient) */
static int adam_update(lua_State *L)
{
    struct rx_adam *adam = check_adam(L, 1);
    struct rx_matrix *weights = rx_check_matrix(L, 2);
    const struct rx_matrix *gradient = rx_check_same_shape(L, 3, weights);
    struct rx_matrix *mean = moment(L, MEAN, weights), *square = moment(L, SQUARE, weights);
    check_own(L, weights);
    check_apart(L, weights, gradient, mean);
    check_apart(L, weights, gradient, square);
    rx_adam_update(adam, weights->data, mean->data, square->data, gradient->data,
                   rx_matrix_count(weights));
    lua_settop(L, 1);
    return 1;
}

/** What the optimizer has to remember.
 * @function optimizer:state
 * @treturn table `updates` and, after the first one, the moments `mean` and `square`, not copies */
static int adam_state(lua_State *L)
{
    const struct rx_adam *adam = check_adam(L, 1);
    lua_newtable(L);
    lua_pushinteger(L, (lua_Integer)adam->updates);
    lua_setfield(L, -2, "updates");
    lua_getiuservalue(L, 1, MEAN);
    lua_setfield(L, -2, "mean");
    lua_getiuservalue(L, 1, SQUARE);
    lua_setfield(L, -2, "square");
    return 1;
}

/* Keep a copy of a matrix, or none, as the user value `which`. */
static void keep_copy(lua_State *L, int object, int which, const struct rx_matrix *from)
{
    if (from) {
        struct rx_matrix *copy = rx_new_matrix(L, from->rows, from->cols, 0);
        memcpy(copy->data, from->data, rx_matrix_count(from) * sizeof(float));
    } else
        lua_pushnil(L);
    lua_setiuservalue(L, object, which);
}

/** Go on from a state.
 * @function optimizer:restore
 * @tab state what `optimizer:state` gave
 * @return the optimizer
 * @usage
 * rx.save("optimizer.h5", rx.adam():update(net.parameters, net.parameters):state())
 * local optimizer = rx.adam():restore(rx.load("optimizer.h5")) */
static int adam_restore(lua_State *L)
{
    struct rx_adam *adam = check_adam(L, 1);
    rx_check_table(L, 2);
    const bool whole = lua_getfield(L, 2, "updates") == LUA_TNUMBER && lua_isinteger(L, -1) &&
                       lua_tointeger(L, -1) >= 0;
    rx_argument_check(L, whole, 2, "state of an Adam optimizer expected: no count 'updates'");
    const lua_Integer updates = lua_tointeger(L, -1);
    lua_settop(L, 2);
    lua_getfield(L, 2, "mean");
    lua_getfield(L, 2, "square");
    const struct rx_matrix *mean = rx_test_matrix(L, 3), *square = rx_test_matrix(L, 4);
    const bool both = mean && square && mean->rows == square->rows && mean->cols == square->cols;
    rx_argument_check(L, both || (updates == 0 && lua_isnil(L, 3) && lua_isnil(L, 4)), 2,
                      "state of an Adam optimizer expected: 'mean' and 'square' do not match");
    keep_copy(L, 1, MEAN, mean);
    keep_copy(L, 1, SQUARE, square);
    lua_pushnil(L);
    lua_setiuservalue(L, 1, WEIGHTS);
    adam->updates = (uint64_t)updates;
    lua_settop(L, 1);
    return 1;
}

static int adam_index(lua_State *L)
{
    const struct rx_adam *adam = check_adam(L, 1);
    const char *name = rx_field_name(L);
    if (strcmp(name, "rate") == 0)
        lua_pushnumber(L, adam->rate);
    else if (strcmp(name, "updates") == 0)
        lua_pushinteger(L, (lua_Integer)adam->updates);
    else
        lua_getfield(L, lua_upvalueindex(1), name);
    return 1;
}

/* adam.rate = number: what a schedule sets */
static int adam_newindex(lua_State *L)
{
    struct rx_adam *adam = check_adam(L, 1);
    const char *name = rx_field_name(L);
    if (strcmp(name, "rate") != 0)
        return rx_error(L, "an optimizer has no field '%s' that can be set, only 'rate'", name);
    const double rate = lua_tonumber(L, 3);
    if (lua_type(L, 3) != LUA_TNUMBER || !(rate >= 0 && rate < 1e30))
        return rx_error(L, "bad 'rate' (rate of at least 0 expected, got %s)", rx_describe(L, 3));
    adam->rate = rate;
    return 0;
}

static int adam_tostring(lua_State *L)
{
    const struct rx_adam *adam = check_adam(L, 1);
    lua_pushfstring(L, "Adam at rate %f after %I updates", adam->rate, (lua_Integer)adam->updates);
    return 1;
}

static const struct rx_binding methods[] = {
    { "update", adam_update, 2 },       { "state", adam_state, 0 },
    { "restore", adam_restore, 1 },     { "__newindex", adam_newindex, 3 },
    { "__tostring", adam_tostring, 1 }, { NULL, NULL, 0 },
};

static const struct rx_binding functions[] = {
    { "adam", adam_new, 1 },
    { NULL, NULL, 0 },
};

void rx_open_adam(lua_State *L)
{
    rx_set_type(L, type_name, "optimizer", methods, adam_index);
    rx_set_functions(L, functions);
}
