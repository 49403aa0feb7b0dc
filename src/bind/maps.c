/* maps.c - rate maps and grid scores as Lua sees them; lua/reactivation/analysis/maps.lua has their
 * reference. */
#include "maps.h"
#include "bind.h"
#include "grid_score.h"

static struct rx_grid check_grid(lua_State *L, int side, int bins, int cyclic, size_t dims)
{
    return (struct rx_grid){
        .dims = dims,
        .side = rx_check_number(L, side),
        .bins = rx_check_size(L, bins, 1),
        .cyclic = lua_toboolean(L, cyclic),
    };
}

/* bin_rates(positions, activity or nil, side, bins, cyclic) -> occupancy, rates or nil, outside */
static int bin_rates(lua_State *L)
{
    const struct rx_matrix *positions = rx_check_matrix(L, 1);
    const struct rx_matrix *activity = NULL;
    if (!lua_isnil(L, 2))
        activity = rx_check_shape(L, 2, (lua_Integer)positions->rows, RX_ANY);
    const struct rx_grid grid = check_grid(L, 3, 4, 5, positions->cols);
    rx_check_finite(L, 1, positions);
    if (activity)
        rx_check_finite(L, 2, activity);
    const size_t cells = rx_grid_cells(&grid), above = cells / grid.bins;
    struct rx_matrix *occupancy = rx_new_matrix(L, above, grid.bins, 0);
    int32_t *cell = lua_newuserdatauv(L, (positions->rows + 1) * sizeof *cell, 0);
    const size_t outside =
        rx_grid_bin(cell, occupancy->data, &grid, positions->data, positions->rows);
    lua_pushvalue(L, -2);
    if (activity) {
        const size_t units = activity->cols;
        struct rx_matrix *rates =
            rx_new_matrix(L, units * above, grid.bins, grid.dims > 1 ? units : 0);
        rx_check_status(L, rx_rate_maps(rates->data, cell, activity->data, activity->rows, units,
                                        cells, &rx_stop_flag));
    } else {
        lua_pushnil(L);
    }
    lua_pushinteger(L, (lua_Integer)outside);
    return 3;
}

/* spatial_information(occupancy, rates) -> 1 x units */
static int spatial_information(lua_State *L)
{
    const struct rx_matrix *occupancy = rx_check_matrix(L, 1);
    const struct rx_matrix *rates = rx_check_shape(L, 2, RX_ANY, (lua_Integer)occupancy->cols);
    rx_argument_check(L, occupancy->rows && rates->rows % occupancy->rows == 0, 2,
                      "as many rows as the occupancy has, for each unit, expected");
    const size_t units = rates->rows / occupancy->rows, cells = rx_matrix_count(occupancy);
    const size_t bad = rx_first_negative(rates->data, units * cells);
    if (bad < units * cells)
        rx_error(L, "rates of at least 0 expected, got %s of unit %d",
                 rx_push_number(L, (double)rates->data[bad]), (int)(bad / cells) + 1);
    struct rx_matrix *bits = rx_new_matrix(L, 1, units, 0);
    rx_spatial_information(bits->data, rates->data, occupancy->data, units, cells);
    return 1;
}

static void narrow(float *out, const double *in, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] = (float)in[i];
}

/* grid_score(map) -> score or nil, correlations, peak distance, autocorrelogram */
static int grid_score(lua_State *L)
{
    const struct rx_matrix *map = rx_check_matrix(L, 1);
    const size_t rows = 2 * map->rows - 1, cols = 2 * map->cols - 1;
    struct rx_grid_score score;
    double *g = lua_newuserdatauv(L, rows * cols * sizeof *g, 0);
    rx_autocorrelogram(g, map->data, map->rows, map->cols);
    if (rx_grid_score(&score, g, rows, cols))
        lua_pushnumber(L, score.score);
    else
        lua_pushnil(L);
    narrow(rx_new_matrix(L, 1, 5, 0)->data, score.turned, 5);
    lua_pushnumber(L, score.peak_distance);
    narrow(rx_new_matrix(L, rows, cols, 0)->data, g, rows * cols);
    return 4;
}

static const struct rx_binding functions[] = {
    { "bin_rates", bin_rates, 5 },
    { "spatial_information", spatial_information, 2 },
    { "grid_score", grid_score, 1 },
    { NULL, NULL, 0 },
};

void rx_open_maps(lua_State *L)
{
    rx_set_functions(L, functions);
}
