/* kde.c - kernel density estimates as Lua sees them. */

/** Kernel density estimates: a Gaussian at every point.
 *
 * Fields: `kde.dimensions`, and `kde.factor`, Scott's, by which the kernels are narrower than the
 * covariance (it is what it would be where `bandwidth` is given).
 * @module reactivation.kde
 * @pragma nostrip */

#include "kde.h"
#include "bind.h"
#include <math.h>
#include <string.h>

static const char type_name[] = "rx.kde";

static struct rx_kde *check_kde(lua_State *L, int arg)
{
    return rx_check_object(L, arg, type_name, "kernel density");
}

/* Option `cyclic`: true for angles, or a period. */
static double check_period(lua_State *L)
{
    if (!rx_push_option(L, 2, "cyclic"))
        return 0;
    double period = 0;
    if (lua_type(L, -1) == LUA_TNUMBER)
        period = lua_tonumber(L, -1);
    else if (lua_type(L, -1) == LUA_TBOOLEAN)
        period = lua_toboolean(L, -1) ? 8 * atan(1) : -1;
    if (!(period - period == 0) || period == 0 || (period < 0 && !lua_isboolean(L, -1)))
        rx_option_error(L, "cyclic", "true or a period above 0 expected, got %s",
                        rx_describe(L, -1));
    lua_pop(L, 1);
    return period > 0 ? period : 0;
}

/* An option that is a number above 0; 0 if absent. */
static double check_positive(lua_State *L, const char *name)
{
    const double value = rx_option_number(L, 2, name, 0);
    if (rx_push_option(L, 2, name)) {
        if (!(value > 0))
            rx_option_error(L, name, "number above 0 expected, got %s", rx_push_number(L, value));
        lua_pop(L, 1);
    }
    return value;
}

static void check_domain(lua_State *L, struct rx_kde *kde)
{
    const double period = check_period(L), box = check_positive(L, "box");
    if (period > 0 && box > 0)
        rx_error(L, "either option 'cyclic' or option 'box' expected, got both");
    kde->domain = period > 0 ? RX_CYCLIC : box > 0 ? RX_BOX : RX_PLANE;
    kde->side = period > 0 ? period : box;
    if (kde->domain == RX_PLANE)
        return;
    if (kde->dims > RX_KDE_IMAGED_DIMS)
        rx_argument_error(L, 1, "points of 1 to %d dimensions expected with '%s', got %d",
                          RX_KDE_IMAGED_DIMS, period > 0 ? "cyclic" : "box", (int)kde->dims);
    if (kde->bandwidth > kde->side)
        rx_option_error(L, "bandwidth",
                        "number of at most %s, the size of the space, expected, got %s",
                        rx_push_number(L, kde->side), rx_push_number(L, kde->bandwidth));
}

/* Push option `weights`, so that nothing takes it away, or nil. */
static const struct rx_matrix *push_weights(lua_State *L, size_t count)
{
    const struct rx_matrix *weights = rx_option_matrix(L, 2, "weights", (lua_Integer)count, 1);
    if (!weights) {
        lua_pushnil(L);
        return NULL;
    }
    rx_push_option(L, 2, "weights");
    if (rx_matrix_min(weights) < 0 || !(rx_matrix_max(weights) > 0))
        rx_option_error(L, "weights", "numbers of at least 0, and not all 0, expected");
    return weights;
}

static void check_points(lua_State *L, const struct rx_kde *kde, const struct rx_matrix *points)
{
    const size_t least = kde->bandwidth > 0 ? 1 : kde->dims + 1;
    if (points->rows < least)
        rx_argument_error(L, 1, "at least %d points of %d dimensions expected, got %d", (int)least,
                          (int)kde->dims, (int)points->rows);
    rx_check_finite(L, 1, points);
    const size_t outside = rx_kde_first_outside(kde, points->data, points->rows);
    if (outside < rx_matrix_count(points))
        rx_argument_error(L, 1, "points within the box expected, got %s in row %d, column %d",
                          rx_push_number(L, (double)points->data[outside]),
                          (int)(outside / kde->dims) + 1, (int)(outside % kde->dims) + 1);
}

/** The density of points: on each a Gaussian kernel with their full covariance times the square of
 * Scott's factor n^(-1/(d+4)).
 * @function rx.kde
 * @tparam matrix points n x d, at least d + 1 of them
 * @tab[opt] options
 *
 * * `bandwidth`: standard deviation of the kernels in every direction, in the units of the points,
 *   in place of Scott's
 * * `weights`: n x 1, at least 0, of any sum; n in Scott's factor is then (sum w)^2 / sum w^2
 * * `cyclic`: true for angles (rad), or another period: the density goes on across it, and each
 *   coordinate has a kernel of its own, by its circular standard deviation
 * * `box`: side of a box centred on 0, in which the points lie: kernels are mirrored at its walls,
 * so that none of their mass leaves it, and outside the density is 0
 *
 * With `cyclic` or `box` d is at most 3.
 * @treturn kde
 * @usage
 * local kde = rx.kde(rng:normal(500, 2))
 * print(kde:density(rx.matrix { { 0, 0 } }))
 * @usage
 * local around = rx.kde(bearings, { cyclic = true })
 * local inside = rx.kde(rng:uniform(500, 2, -1.1, 1.1), { box = 2.2 })
 * print(around:density(rx.matrix { { math.pi } }), inside:density(rx.matrix { { 1.1, 1.1 } })) */
static int kde_new(lua_State *L)
{
    static const char *const options[] = { "bandwidth", "weights", "cyclic", "box", NULL };
    const struct rx_matrix *points = rx_check_matrix(L, 1);
    struct rx_kde made = { .dims = points->cols, .count = points->rows };
    rx_argument_check(L, made.dims >= 1 && made.dims <= 4096, 1,
                      "points of 1 to 4096 dimensions expected");
    if (lua_isnil(L, 2)) {
        lua_newtable(L);
        lua_replace(L, 2);
    }
    rx_check_options(L, 2, options);
    made.bandwidth = check_positive(L, "bandwidth");
    check_domain(L, &made);
    check_points(L, &made, points);
    const struct rx_matrix *weights = push_weights(L, points->rows);

    const size_t memory = rx_kde_memory(made.dims, made.count);
    struct rx_kde *kde = lua_newuserdatauv(L, sizeof *kde + memory * sizeof(double), 0);
    *kde = made;
    luaL_setmetatable(L, type_name);
    const enum rx_status status = rx_kde_fit(kde, (double *)(kde + 1), points->data,
                                             weights ? weights->data : NULL, &rx_stop_flag);
    rx_argument_check(L, status != RX_FAILED, 1,
                      "points that fill their space expected; their covariance is singular");
    rx_check_status(L, status);
    return 1;
}

static int evaluate(lua_State *L, enum rx_status (*function)(float *, const struct rx_kde *,
                                                             const float *, size_t, rx_stop *))
{
    const struct rx_kde *kde = check_kde(L, 1);
    const struct rx_matrix *points = rx_check_shape(L, 2, RX_ANY, (lua_Integer)kde->dims);
    rx_check_finite(L, 2, points);
    struct rx_matrix *out = rx_new_matrix(L, points->rows, 1, points->steps);
    rx_check_status(L, function(out->data, kde, points->data, points->rows, &rx_stop_flag));
    return 1;
}

/** The density at points.
 * @function kde:density
 * @tparam matrix points one a row
 * @treturn matrix one column */
static int kde_density(lua_State *L)
{
    return evaluate(L, rx_kde_density);
}

/** The logarithm of the density at points: in many dimensions, or far out, the density itself
 * leaves the range of numbers.
 * @function kde:log_density
 * @tparam matrix points one a row
 * @treturn matrix one column; minus infinity outside a box */
static int kde_log_density(lua_State *L)
{
    return evaluate(L, rx_kde_log_density);
}

/** The gradient of the log density at points: which way the density rises, and how steeply. With
 * the `bandwidth` b it is the mean of the points' distances from there, each by its kernel's share,
 * over b^2.
 * @function kde:score
 * @tparam matrix points one a row
 * @treturn matrix of the same shape
 * @usage
 * local ring = rx.kde(states, { bandwidth = 0.1 })
 * local pull = 0.1 ^ 2 * ring:score(states) -- of an ideal denoiser of noise with this deviation */
static int kde_score(lua_State *L)
{
    const struct rx_kde *kde = check_kde(L, 1);
    const struct rx_matrix *points = rx_check_shape(L, 2, RX_ANY, (lua_Integer)kde->dims);
    rx_check_finite(L, 2, points);
    if (kde->domain != RX_PLANE)
        rx_error(L, "a density without 'cyclic' and 'box' expected: these have no score here");
    struct rx_matrix *out = rx_new_matrix(L, points->rows, points->cols, points->steps);
    rx_check_status(L, rx_kde_score(out->data, kde, points->data, points->rows, &rx_stop_flag));
    return 1;
}

/** Points drawn from the density; angles between minus and plus half a period.
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
    lua_pushfstring(L, "density of %d points in %d dimension%s", (int)kde->count, (int)kde->dims,
                    kde->dims == 1 ? "" : "s");
    return 1;
}

static const struct rx_binding methods[] = {
    { "density", kde_density, 1 }, { "log_density", kde_log_density, 1 }, { "score", kde_score, 1 },
    { "sample", kde_sample, 2 },   { "__tostring", kde_tostring, 1 },     { NULL, NULL, 0 },
};

static const struct rx_binding functions[] = {
    { "kde", kde_new, 2 },
    { NULL, NULL, 0 },
};

void rx_open_kde(lua_State *L)
{
    rx_set_type(L, type_name, "kernel density", methods, kde_index);
    rx_set_functions(L, functions);
}
