/* moments.c - mean and covariance of rows as they come, and the principal components they give. */

/** Mean and covariance of rows as they come, in double precision and in memory that does not grow.
 *
 * Fields: `moments.count` of the rows so far, their `moments.cols`, and their `moments.mean`, 1 x
 * cols.
 * @module reactivation.moments
 * @pragma nostrip */

#include "moments.h"
#include "bind.h"
#include "pca.h"
#include <string.h>

static const char type_name[] = "rx.moments";

static struct rx_moments *check_moments(lua_State *L, int arg)
{
    return rx_check_object(L, arg, type_name, "moments");
}

/* Moments of at least two rows, without which there is no variance. */
static const struct rx_moments *check_many(lua_State *L, int arg)
{
    const struct rx_moments *moments = check_moments(L, arg);
    rx_argument_check(L, moments->count >= 2, arg, "at least two rows expected");
    return moments;
}

/* moments(cols) -> the moments of no rows yet */
static int moments_new(lua_State *L)
{
    enum { widest = 1 << 15 }; /* a covariance of 8 GiB */
    const size_t cols = rx_check_size(L, 1, 1);
    rx_argument_check(L, cols <= widest, 1, "at most 32768 columns expected");
    struct rx_moments *moments =
        lua_newuserdatauv(L, sizeof *moments + rx_moments_memory(cols) * sizeof(double), 0);
    rx_moments_begin(moments, (double *)(moments + 1), cols);
    luaL_setmetatable(L, type_name);
    return 1;
}

/** Take in more rows.
 * @function moments:add
 * @tparam matrix data rows x cols
 * @return the moments */
static int moments_add(lua_State *L)
{
    struct rx_moments *moments = check_moments(L, 1);
    const struct rx_matrix *data = rx_check_shape(L, 2, RX_ANY, (lua_Integer)moments->cols);
    rx_check_finite(L, 2, data);
    rx_check_status(L, rx_moments_add(moments, data->data, data->rows, &rx_stop_flag));
    lua_settop(L, 1);
    return 1;
}

static void push_mean(lua_State *L, const struct rx_moments *moments)
{
    struct rx_matrix *mean = rx_new_matrix(L, 1, moments->cols, 0);
    for (size_t j = 0; j < moments->cols; j++)
        mean->data[j] = (float)moments->mean[j];
}

/** The covariance of all rows so far, with divisor count - 1.
 * @function moments:covariance
 * @treturn matrix cols x cols */
static int moments_covariance(lua_State *L)
{
    const struct rx_moments *moments = check_many(L, 1);
    rx_moments_covariance(rx_new_matrix(L, moments->cols, moments->cols, 0)->data, moments);
    return 1;
}

/* pca(moments) -> { mean = 1 x cols, components = cols x cols, variance = cols x 1 } */
static int pca(lua_State *L)
{
    const struct rx_moments *moments = check_many(L, 1);
    lua_newtable(L);
    push_mean(L, moments);
    lua_setfield(L, -2, "mean");
    struct rx_matrix *components = rx_new_matrix(L, moments->cols, moments->cols, 0);
    lua_setfield(L, -2, "components");
    struct rx_matrix *variance = rx_new_matrix(L, moments->cols, 1, 0);
    lua_setfield(L, -2, "variance");
    rx_check_status(L, rx_pca(components->data, variance->data, moments));
    return 1;
}

/* moments.count, moments.cols, moments.mean */
static int moments_index(lua_State *L)
{
    const struct rx_moments *moments = check_moments(L, 1);
    const char *name = rx_field_name(L);
    if (strcmp(name, "count") == 0)
        lua_pushinteger(L, (lua_Integer)moments->count);
    else if (strcmp(name, "cols") == 0)
        lua_pushinteger(L, (lua_Integer)moments->cols);
    else if (strcmp(name, "mean") == 0)
        push_mean(L, moments);
    else
        lua_getfield(L, lua_upvalueindex(1), name);
    return 1;
}

static int moments_tostring(lua_State *L)
{
    const struct rx_moments *moments = check_moments(L, 1);
    lua_pushfstring(L, "moments of %I rows x %d", (lua_Integer)moments->count, (int)moments->cols);
    return 1;
}

static const struct rx_binding methods[] = {
    { "add", moments_add, 1 },
    { "covariance", moments_covariance, 0 },
    { "__tostring", moments_tostring, 1 },
    { NULL, NULL, 0 },
};

static const struct rx_binding functions[] = {
    { "moments", moments_new, 1 },
    { "pca", pca, 1 },
    { NULL, NULL, 0 },
};

void rx_open_moments(lua_State *L)
{
    rx_set_type(L, type_name, "moments", methods, moments_index);
    rx_set_functions(L, functions);
}
