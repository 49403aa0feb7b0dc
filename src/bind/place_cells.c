/* place_cells.c - place cells as Lua sees them. */

/** Place cells: each has a centre and answers to positions near it.
 *
 * Fields: `cells.cells`, how many, and `cells.centers`, one a row.
 * @module reactivation.place_cells */

#include "place_cells.h"
#include "bind.h"
#include <string.h>

static const char type_name[] = "rx.place_cells";

/* User values: the centres as the core wants them, and as the caller gave them; all options. */
enum { TRANSPOSED = 1, CENTERS, SETTINGS, USER_VALUES = SETTINGS };

static struct rx_place_cells *check_cells(lua_State *L, int arg)
{
    return rx_check_object(L, arg, type_name, "population of place cells");
}

bool rx_test_place_code(lua_State *L, int index, struct rx_code *code)
{
    const struct rx_place_cells *cells = luaL_testudata(L, index, type_name);
    if (cells)
        *code = rx_place_code(cells);
    return cells;
}

bool rx_push_place_settings(lua_State *L, int index)
{
    return luaL_testudata(L, index, type_name) && lua_getiuservalue(L, index, SETTINGS);
}

/* Give the cells on top a table of the options that make them again. */
static void set_settings(lua_State *L, double width, const char *tuning)
{
    lua_createtable(L, 0, 3);
    lua_getiuservalue(L, -2, CENTERS);
    lua_setfield(L, -2, "centers");
    lua_pushnumber(L, width);
    lua_setfield(L, -2, "width");
    lua_pushstring(L, tuning);
    lua_setfield(L, -2, "tuning");
    lua_setiuservalue(L, -2, SETTINGS);
}

/** A population of place cells.
 * @function rx.place_cells
 * @tab options `centers`, one a row, in any number of dimensions; `width` of the tuning (0.2);
 * `tuning`: "softmax" (default), by which the activities at a position sum to one, "gaussian", with
 * a greatest activity of 1, or "difference_of_gaussians", the softmax less that at twice the
 * squared width, shifted to be at least 0 and scaled to sum to one
 * @treturn cells
 * @usage
 * local place = rx.place_cells { centers = rng:uniform(64, 2, -1, 1), width = 0.2 }
 * local activity = place:encode(rx.matrix { { 0, 0 }, { 0.5, -0.5 } }) */
static int cells_new(lua_State *L)
{
    static const char *const names[] = { "centers", "width", "tuning", NULL };
    rx_check_options(L, 1, names);
    const struct rx_matrix *given = rx_option_matrix(L, 1, "centers", RX_ANY, RX_ANY);
    if (!given || rx_matrix_count(given) == 0)
        rx_option_error(L, "centers", "matrix with one centre a row expected, got %s",
                        given ? "an empty one" : "nothing");
    const double width = rx_option_number(L, 1, "width", 0.2);
    if (width < 1e-6 || width > 1e6)
        rx_option_error(L, "width", "number from 1e-6 to 1e6 expected, got %f", width);
    const int tuning =
        rx_option_entry(L, 1, "tuning", 0, rx_place_tunings, sizeof rx_place_tunings[0]);

    struct rx_place_cells *cells = lua_newuserdatauv(L, sizeof *cells, USER_VALUES);
    luaL_setmetatable(L, type_name);
    struct rx_matrix *centers = rx_new_matrix(L, given->rows, given->cols, 0);
    lua_setiuservalue(L, -2, CENTERS);
    struct rx_matrix *transposed = rx_new_matrix(L, given->cols, given->rows, 0);
    lua_setiuservalue(L, -2, TRANSPOSED);
    memcpy(centers->data, given->data, rx_matrix_count(given) * sizeof(float));
    rx_matrix_transpose(transposed->data, given);
    *cells = (struct rx_place_cells){
        .cells = given->rows,
        .dimensions = given->cols,
        .sharpness = (float)(0.5 / (width * width)),
        .tuning = &rx_place_tunings[tuning],
        .centers = transposed->data,
    };
    set_settings(L, width, rx_place_tunings[tuning].name);
    return 1;
}

/** The cells' activity.
 * @function cells:encode
 * @tparam matrix positions one a row; a sequence gives a sequence
 * @treturn matrix one row a position, one column a cell */
static int cells_encode(lua_State *L)
{
    const struct rx_place_cells *cells = check_cells(L, 1);
    const struct rx_matrix *positions =
        rx_check_shape(L, 2, RX_ANY, (lua_Integer)cells->dimensions);
    rx_check_finite(L, 2, positions);
    struct rx_matrix *activity = rx_new_matrix(L, positions->rows, cells->cells, positions->steps);
    rx_check_status(
        L, rx_place_encode(activity->data, cells, positions->data, positions->rows, &rx_stop_flag));
    return 1;
}

/** Positions from activity: the mean of the centres of the most active cells; NaN
 * where all are silent.
 * @function cells:decode
 * @tparam matrix activity one column a cell
 * @int[opt=3] k how many of the most active cells
 * @treturn matrix one position a row */
static int cells_decode(lua_State *L)
{
    const struct rx_place_cells *cells = check_cells(L, 1);
    const struct rx_matrix *activity = rx_check_shape(L, 2, RX_ANY, (lua_Integer)cells->cells);
    const size_t k = rx_check_most_active(L, 3, cells->cells);
    rx_check_finite(L, 2, activity);
    struct rx_matrix *positions =
        rx_new_matrix(L, activity->rows, cells->dimensions, activity->steps);
    rx_check_status(L, rx_place_decode(positions->data, cells, activity->data, k, activity->rows,
                                       &rx_stop_flag));
    return 1;
}

static int cells_index(lua_State *L)
{
    const struct rx_place_cells *cells = check_cells(L, 1);
    const char *name = rx_field_name(L);
    if (strcmp(name, "cells") == 0)
        lua_pushinteger(L, (lua_Integer)cells->cells);
    else if (strcmp(name, "centers") == 0)
        lua_getiuservalue(L, 1, CENTERS);
    else
        lua_getfield(L, lua_upvalueindex(1), name);
    return 1;
}

static int cells_tostring(lua_State *L)
{
    const struct rx_place_cells *cells = check_cells(L, 1);
    lua_pushfstring(L, "%d place cells (%s) in %d dimensions", (int)cells->cells,
                    cells->tuning->name, (int)cells->dimensions);
    return 1;
}

static const struct rx_binding methods[] = {
    { "encode", cells_encode, 1 },
    { "decode", cells_decode, 2 },
    { "__tostring", cells_tostring, 1 },
    { NULL, NULL, 0 },
};

static const struct rx_binding functions[] = {
    { "place_cells", cells_new, 1 },
    { NULL, NULL, 0 },
};

void rx_open_place_cells(lua_State *L)
{
    rx_set_type(L, type_name, "population of cells", methods, cells_index);
    rx_set_functions(L, functions);
    rx_push_names(L, rx_place_tunings, sizeof rx_place_tunings[0]);
    lua_setfield(L, -2, "place_tunings");
}
