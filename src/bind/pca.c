/* pca.c - principal components as Lua sees them: a table of plain matrices. */
#include "pca.h"
#include "bind.h"

/* pca(data) -> { mean = 1 x cols, components = cols x cols, variance = cols x 1 } */
static int pca(lua_State *L)
{
    const struct rx_matrix *data = rx_check_matrix(L, 1);
    luaL_argcheck(L, data->rows >= 2 && data->cols >= 1, 1, "at least two rows expected");
    rx_check_finite(L, 1, data);
    lua_newtable(L);
    struct rx_matrix *mean = rx_new_matrix(L, 1, data->cols, 0);
    lua_setfield(L, -2, "mean");
    struct rx_matrix *components = rx_new_matrix(L, data->cols, data->cols, 0);
    lua_setfield(L, -2, "components");
    struct rx_matrix *variance = rx_new_matrix(L, data->cols, 1, 0);
    lua_setfield(L, -2, "variance");
    rx_check_status(L, rx_pca(mean->data, components->data, variance->data, data->data, data->rows,
                              data->cols, &rx_stop_flag));
    return 1;
}

void rx_open_pca(lua_State *L)
{
    lua_pushcfunction(L, pca);
    lua_setfield(L, -2, "pca");
}
