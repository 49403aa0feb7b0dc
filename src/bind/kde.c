/* kde.c - kernel density estimates as Lua sees them. */

/** Kernel density estimates: a Gaussian at every point, with the shape of their covariance.
 *
 * Fields: `kde.factor`, Scott's, by which the kernels are narrower than the covariance, and
 * `kde.dimensions`.
 * @module reactivation.kde
 * @pragma nostrip */

#include "kde.h"
#include "bind.h"
#include <string.h>

static const char type_name[] = "rx.kde";

/* User values: a copy of the points, their round coordinates, and the matrices of doubles. */
enum { POINTS = 1, ROUND, DOUBLES, USER_VALUES = DOUBLES };

enum { MOST_DIMENSIONS = 1000 };

static struct rx_kde *check_kde(lua_State *L, int arg)
{
    return luaL_checkudata(L, arg, type_name);
}

/** The density of points.
 * @function rx.kde
 * @tparam matrix points one a row, in any number of dimensions
 * @treturn kde
 * @usage
 * local kde = rx.kde(rng:normal(500, 2))
 * print(kde:density(rx.matrix { { 0, 0 } })) */
static int kde_new(lua_State *L)
{
    const struct rx_matrix *points = rx_check_matrix(L, 1);
    const size_t n = points->rows, d = points->cols;
    luaL_argcheck(L, n >= 2 && d >= 1, 1, "at least two points expected");
    luaL_argcheck(L, d <= MOST_DIMENSIONS, 1, "at most 1000 dimensions expected");
    rx_check_finite(L, 1, points);
    struct rx_kde *kde = lua_newuserdatauv(L, sizeof *kde, USER_VALUES);
    luaL_setmetatable(L, type_name);
    struct rx_matrix *copy = rx_new_matrix(L, n, d, 0);
    lua_setiuservalue(L, -2, POINTS);
    struct rx_matrix *round = rx_new_matrix(L, d, n, 0);
    lua_setiuservalue(L, -2, ROUND);
    double *doubles = lua_newuserdatauv(L, (d + 2 * d * d) * sizeof *doubles, 0);
    lua_setiuservalue(L, -2, DOUBLES);
    memcpy(copy->data, points->data, n * d * sizeof(float));
    *kde = (struct rx_kde){ .points = n,
                            .dimensions = d,
                            .mean = doubles,
                            .spread = doubles + d,
                            .inverse = doubles + d + d * d,
                            .round = round->data };
    rx_check_status(L, rx_kde_fit(kde, copy->data));
    return 1;
}

/** The density at points.
 * @function kde:density
 * @tparam matrix points one a row
 * @treturn matrix one column */
static int kde_density(lua_State *L)
{
    const struct rx_kde *kde = check_kde(L, 1);
    const struct rx_matrix *x = rx_check_shape(L, 2, RX_ANY, (lua_Integer)kde->dimensions);
    rx_check_finite(L, 2, x);
    struct rx_matrix *density = rx_new_matrix(L, x->rows, 1, x->steps);
    rx_check_status(L, rx_kde_density(density->data, kde, x->data, x->rows, &rx_stop_flag));
    return 1;
}

/** Points drawn from the density.
 * @function kde:sample
 * @int n
 * @param rng generator
 * @treturn matrix n rows */
static int kde_sample(lua_State *L)
{
    const struct rx_kde *kde = check_kde(L, 1);
    const size_t n = rx_check_size(L, 2, 0), d = kde->dimensions;
    struct rx_random *random = rx_check_random(L, 3);
    struct rx_matrix *uniform = rx_new_matrix(L, n, 1, 0), *normal = rx_new_matrix(L, n, d, 0);
    struct rx_matrix *x = rx_new_matrix(L, n, d, 0);
    lua_getiuservalue(L, 1, POINTS);
    const struct rx_matrix *points = rx_check_matrix(L, -1);
    rx_random_draw(random, RX_UNIFORM, 0, 1, uniform->data, n);
    rx_random_draw(random, RX_NORMAL, 0, 1, normal->data, n * d);
    rx_kde_sample(x->data, kde, points->data, uniform->data, normal->data, n);
    lua_pop(L, 1);
    return 1;
}

static int kde_index(lua_State *L)
{
    const struct rx_kde *kde = check_kde(L, 1);
    const char *name = luaL_checkstring(L, 2);
    if (strcmp(name, "factor") == 0)
        lua_pushnumber(L, kde->factor);
    else if (strcmp(name, "dimensions") == 0)
        lua_pushinteger(L, (lua_Integer)kde->dimensions);
    else
        lua_getfield(L, lua_upvalueindex(1), name);
    return 1;
}

static const luaL_Reg methods[] = {
    { "density", kde_density },
    { "sample", kde_sample },
    { NULL, NULL },
};

void rx_open_kde(lua_State *L)
{
    luaL_newmetatable(L, type_name);
    luaL_newlib(L, methods);
    lua_pushcclosure(L, kde_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    lua_pushcfunction(L, kde_new);
    lua_setfield(L, -2, "kde");
}
