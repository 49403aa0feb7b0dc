/* random.c - random generators as Lua sees them. */

/** Random numbers: a generator is a seed and a position in the seed's sequence.
 *
 * The numbers do not depend on the number of threads. Fields: `rng.seed` and `rng.position`, which
 * is enough to save a generator and to go on from there.
 * @module reactivation.random */

#include "bind.h"
#include <string.h>

static const char type_name[] = "rx.random";

struct rx_random *rx_test_random(lua_State *L, int index)
{
    return luaL_testudata(L, index, type_name);
}

struct rx_random *rx_check_random(lua_State *L, int arg)
{
    return rx_check_object(L, arg, type_name, "random generator");
}

static uint64_t check_position(lua_State *L, int arg)
{
    const lua_Integer position = rx_check_integer(L, arg);
    rx_argument_check(L, position >= 0 && position < (lua_Integer)1 << 60, arg,
                      "position from 0 to 2^60 expected");
    return (uint64_t)position;
}

/** A random generator.
 * @function rx.random
 * @int seed
 * @int[opt=0] position how many draws of the seed's sequence to pass over
 * @treturn generator
 * @usage
 * local generator = rx.random(7)
 * print(generator:normal(2, 3)) */
static int random_new(lua_State *L)
{
    const lua_Integer seed = rx_check_integer(L, 1);
    const uint64_t position = lua_isnoneornil(L, 2) ? 0 : check_position(L, 2);
    struct rx_random *random = lua_newuserdatauv(L, sizeof *random, 0);
    *random = (struct rx_random){ (uint64_t)seed, position };
    luaL_setmetatable(L, type_name);
    return 1;
}

static double check_finite(lua_State *L, int arg, double absent)
{
    const double value = rx_opt_number(L, arg, absent);
    rx_argument_check(L, value - value == 0, arg, "finite number expected");
    return value;
}

static int draw(lua_State *L, enum rx_law law, double offset, double scale)
{
    struct rx_random *random = rx_check_random(L, 1);
    const size_t rows = rx_check_size(L, 2, 0), cols = rx_check_size(L, 3, 0);
    struct rx_matrix *m = rx_new_matrix(L, rows, cols, 0);
    rx_check_status(L, rx_random_draw(random, law, (float)offset, (float)scale, m->data,
                                      rx_matrix_count(m), &rx_stop_flag));
    return 1;
}

/** Numbers uniform in [low, high).
 * @function rng:uniform
 * @int rows
 * @int cols
 * @number[opt=0] low
 * @number[opt=1] high
 * @treturn matrix
 * @usage local bearings = rng:uniform(200, 1, -math.pi, math.pi) */
static int random_uniform(lua_State *L)
{
    const double low = check_finite(L, 4, 0), high = check_finite(L, 5, 1);
    rx_argument_check(L, low <= high, 5, "the upper bound is below the lower");
    return draw(L, RX_UNIFORM, low, high - low);
}

/** Normal numbers.
 * @function rng:normal
 * @int rows
 * @int cols
 * @number[opt=0] mean
 * @number[opt=1] sd standard deviation
 * @treturn matrix
 * @usage local noise = rng:normal(50 * 20, 8):as_sequence(50) */
static int random_normal(lua_State *L)
{
    const double mean = check_finite(L, 4, 0), sd = check_finite(L, 5, 1);
    rx_argument_check(L, sd >= 0, 5, "standard deviation of at least 0 expected");
    return draw(L, RX_NORMAL, mean, sd);
}

/** Numbers with the Rayleigh law: lengths of normal vectors in the plane.
 * @function rng:rayleigh
 * @int rows
 * @int cols
 * @number[opt=1] scale standard deviation of the vectors' two components
 * @treturn matrix
 * @usage local speeds = rng:rayleigh(200, 1, 0.26 * math.pi) */
static int random_rayleigh(lua_State *L)
{
    const double scale = check_finite(L, 4, 1);
    rx_argument_check(L, scale >= 0, 4, "scale of at least 0 expected");
    return draw(L, RX_RAYLEIGH, 0, scale);
}

/** Move to a position in the seed's sequence.
 * @function rng:seek
 * @int position from 0 to 2^60
 * @return the generator
 * @usage
 * local before = rng.position
 * local first = rng:normal(2, 2)
 * local again = rng:seek(before):normal(2, 2) -- the same numbers */
static int random_seek(lua_State *L)
{
    rx_check_random(L, 1)->position = check_position(L, 2);
    lua_settop(L, 1);
    return 1;
}

static int random_index(lua_State *L)
{
    const struct rx_random *random = rx_check_random(L, 1);
    const char *name = rx_field_name(L);
    if (strcmp(name, "seed") == 0)
        lua_pushinteger(L, (lua_Integer)random->seed);
    else if (strcmp(name, "position") == 0)
        lua_pushinteger(L, (lua_Integer)random->position);
    else
        lua_getfield(L, lua_upvalueindex(1), name);
    return 1;
}

static int random_tostring(lua_State *L)
{
    const struct rx_random *random = rx_check_random(L, 1);
    lua_pushfstring(L, "random generator (seed %I, position %I)", (lua_Integer)random->seed,
                    (lua_Integer)random->position);
    return 1;
}

static const struct rx_binding methods[] = {
    { "uniform", random_uniform, 4 },     { "normal", random_normal, 4 },
    { "rayleigh", random_rayleigh, 3 },   { "seek", random_seek, 1 },
    { "__tostring", random_tostring, 1 }, { NULL, NULL, 0 },
};

static const struct rx_binding functions[] = {
    { "random", random_new, 2 },
    { NULL, NULL, 0 },
};

void rx_open_random(lua_State *L)
{
    rx_set_type(L, type_name, "random generator", methods, random_index);
    rx_set_functions(L, functions);
}
