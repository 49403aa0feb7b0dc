/* wasserstein.c - the sliced Wasserstein distance as Lua sees it;
 * lua/reactivation/analysis/paths.lua has its reference. */
#include "wasserstein.h"
#include "bind.h"

static struct rx_points check_points(lua_State *L, int arg, lua_Integer dims)
{
    const struct rx_matrix *m = rx_check_shape(L, arg, RX_ANY, dims);
    rx_argument_check(L, m->rows > 0, arg, "at least one point expected, got none");
    rx_check_finite(L, arg, m);
    return (struct rx_points){ m->data, m->rows };
}

/* Whether each row has a number that is not 0. */
static bool all_point_somewhere(const struct rx_matrix *m)
{
    for (size_t i = 0; i < m->rows; i++) {
        bool some = false;
        for (size_t j = 0; j < m->cols; j++)
            some = some || m->data[i * m->cols + j] != 0;
        if (!some)
            return false;
    }
    return true;
}

/* wasserstein(a, b, directions) -> each, k x 1 */
static int wasserstein(lua_State *L)
{
    const lua_Integer dims = (lua_Integer)rx_check_matrix(L, 1)->cols;
    const struct rx_points a = check_points(L, 1, dims), b = check_points(L, 2, dims);
    const struct rx_matrix *directions = rx_check_shape(L, 3, RX_ANY, dims);
    rx_check_finite(L, 3, directions);
    rx_argument_check(L, all_point_somewhere(directions), 3, "directions that are not 0 expected");
    struct rx_matrix *each = rx_new_matrix(L, directions->rows, 1, 0);
    double *wide = lua_newuserdatauv(L, (directions->rows + 1) * sizeof *wide, 0);
    rx_check_status(L, rx_wasserstein(wide, a, b, directions->data, directions->rows, (size_t)dims,
                                      &rx_stop_flag));
    for (size_t k = 0; k < directions->rows; k++)
        each->data[k] = (float)wide[k];
    lua_pop(L, 1);
    return 1;
}

static const struct rx_binding functions[] = {
    { "wasserstein", wasserstein, 3 },
    { NULL, NULL, 0 },
};

void rx_open_wasserstein(lua_State *L)
{
    rx_set_functions(L, functions);
}
