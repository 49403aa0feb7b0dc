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

static struct rx_kde *check_kde(lua_State *L, int arg)
{
    return rx_check_object(L, arg, type_name, "kernel density");
}

/** The density of points: on each a Gaussian kernel with their full covariance times the square of
 * Scott's factor n^(-1/(d+4)).
 * @function rx.kde
 * @tparam matrix points n x d, at least d + 1 of them
 * @treturn kde
 * @usage
 * local kde = rx.kde(rng:normal(500, 2))
 * print(kde:density(rx.matrix { { 0, 0 } })) */
static int kde_new(lua_State *L)
{
    const struct rx_matrix *points = rx_check_matrix(L, 1);
    const size_t dims = points->cols;
    rx_argument_check(L, dims >= 1 && dims <= 4096, 1, "points of 1 to 4096 dimensions expected");
    if (points->rows < dims + 1)
        rx_argument_error(L, 1, "at least %d points of %d dimensions expected, got %d",
                          (int)dims + 1, (int)dims, (int)points->rows);
    rx_check_finite(L, 1, points);

    struct rx_kde *kde =
        lua_newuserdatauv(L, sizeof *kde + (2 * dims + 1) * dims * sizeof(double), 1);
    double *memory = (double *)(kde + 1);
    *kde = (struct rx_kde){
        .dims = dims,
        .count = points->rows,
        .mean = memory,
        .spread = memory + dims,
        .whiten = memory + dims + dims * dims,
    };
    kde->white = rx_new_matrix(L, dims, points->rows, 0)->data;
    lua_setiuservalue(L, -2, 1);
    luaL_setmetatable(L, type_name);
    const enum rx_status status = rx_kde_fit(kde, points->data, &rx_stop_flag);
    rx_argument_check(L, status != RX_FAILED, 1,
                      "points that fill their space expected; their covariance is singular");
    rx_check_status(L, status);
    return 1;
}

/** The density at points.
 * @function kde:density
 * @tparam matrix points one a row
 * @treturn matrix one column */
static int kde_density(lua_State *L)
{
    const struct rx_kde *kde = check_kde(L, 1);
    const struct rx_matrix *points = rx_check_shape(L, 2, RX_ANY, (lua_Integer)kde->dims);
    rx_check_finite(L, 2, points);
    struct rx_matrix *density = rx_new_matrix(L, points->rows, 1, points->steps);
    rx_check_status(L,
                    rx_kde_density(density->data, kde, points->data, points->rows, &rx_stop_flag));
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
    const size_t count = rx_check_size(L, 2, 0);
    struct rx_random *random = rx_check_random(L, 3);
    struct rx_matrix *points = rx_new_matrix(L, count, kde->dims, 0);
    rx_check_status(L, rx_kde_sample(points->data, kde, count, random, &rx_stop_flag));
    return 1;
}

/* kde.factor, kde.dimensions */
static int kde_index(lua_State *L)
{
    const struct rx_kde *kde = check_kde(L, 1);
    const char *name = rx_field_name(L);
    if (strcmp(name, "factor") == 0)
        lua_pushnumber(L, kde->factor);
    else if (strcmp(name, "dimensions") == 0)
        lua_pushinteger(L, (lua_Integer)kde->dims);
    else
        lua_getfield(L, lua_upvalueindex(1), name);
    return 1;
}

static int kde_tostring(lua_State *L)
{
    const struct rx_kde *kde = check_kde(L, 1);
    lua_pushfstring(L, "density of %d points in %d dimensions", (int)kde->count, (int)kde->dims);
    return 1;
}

static const struct rx_binding methods[] = {
    { "density", kde_density, 1 },
    { "sample", kde_sample, 2 },
    { NULL, NULL, 0 },
};

static const struct rx_binding functions[] = {
    { "kde", kde_new, 1 },
    { NULL, NULL, 0 },
};

void rx_open_kde(lua_State *L)
{
    luaL_newmetatable(L, type_name);
    lua_pushcfunction(L, kde_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_newtable(L);
    rx_set_methods(L, methods, "kernel density");
    lua_pushcclosure(L, kde_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    rx_set_functions(L, functions);
}
