/* head_direction_cells.c - head-direction cells as Lua sees them. */

/** Head-direction cells: each prefers a bearing and is tuned around it by a von Mises curve.
 *
 * Fields: `cells.cells`, how many, and `cells.preferred`, their bearings, 1 x cells, evenly spaced
 * from -pi to pi, both included: the first and the last are of one direction.
 * @module reactivation.head_direction_cells */

#include "head_direction_cells.h"
#include "bind.h"
#include <math.h>
#include <string.h>

static const char type_name[] = "rx.head_direction_cells";

/* User values: preferred bearings with their cosines and sines; patterns of the code; options. */
enum { PREFERRED = 1, PATTERNS, SETTINGS, USER_VALUES = SETTINGS };

struct cells {
    struct rx_head_direction_cells core;
    const float *patterns;
    size_t rank;
};

static const struct rx_head_direction_cells *check_cells(lua_State *L, int arg)
{
    const struct cells *cells =
        rx_check_object(L, arg, type_name, "population of head-direction cells");
    return &cells->core;
}

bool rx_test_head_direction_code(lua_State *L, int index, struct rx_code *code)
{
    const struct cells *cells = luaL_testudata(L, index, type_name);
    if (cells)
        *code = rx_head_direction_code(&cells->core, cells->patterns, cells->rank);
    return cells;
}

bool rx_push_head_direction_settings(lua_State *L, int index)
{
    return luaL_testudata(L, index, type_name) && lua_getiuservalue(L, index, SETTINGS);
}

/* Give the cells on top a table of the options that make them again. */
static void set_settings(lua_State *L, size_t cells, double width, const char *tuning)
{
    lua_createtable(L, 0, 3);
    lua_pushinteger(L, (lua_Integer)cells);
    lua_setfield(L, -2, "cells");
    lua_pushnumber(L, width);
    lua_setfield(L, -2, "width");
    lua_pushstring(L, tuning);
    lua_setfield(L, -2, "tuning");
    lua_setiuservalue(L, -2, SETTINGS);
}

/** A population of head-direction cells.
 * @function rx.head_direction_cells
 * @tab options `cells` (512); `width` of the tuning curve (pi/6 rad); `tuning`, "peak" (default),
 * with a greatest activity of 1, or "density", with an integral of 1 over the circle
 * @treturn cells
 * @usage
 * local heads = rx.head_direction_cells { cells = 64, width = math.pi / 6 }
 * local activity = heads:encode(rx.matrix { { 0 }, { 1.5 } }) */
static int cells_new(lua_State *L)
{
    static const char *const names[] = { "cells", "width", "tuning", NULL };
    rx_check_options(L, 1, names);
    const size_t count = rx_option_size(L, 1, "cells", 512);
    const double width = rx_option_number(L, 1, "width", acos(-1) / 6);
    const int tuning = rx_option_entry(L, 1, "tuning", 0, rx_head_direction_tunings,
                                       sizeof rx_head_direction_tunings[0]);
    if (width < 1e-3 || width > 1e3)
        rx_option_error(L, "width", "radians from 0.001 to 1000 expected, got %f", width);
    const double sharpness = 1 / (width * width);

    struct cells *cells = lua_newuserdatauv(L, sizeof *cells, USER_VALUES);
    luaL_setmetatable(L, type_name);
    struct rx_matrix *preferred = rx_new_matrix(L, 3, count, 0); /* bearing, cosine, sine */
    lua_setiuservalue(L, -2, PREFERRED);
    float *patterns = rx_new_matrix(L, RX_MOST_FACTORS, count, 0)->data;
    lua_setiuservalue(L, -2, PATTERNS);
    cells->core = (struct rx_head_direction_cells){
        .cells = count,
        .sharpness = (float)sharpness,
        .scale = (float)rx_head_direction_tunings[tuning].scale(sharpness),
        .cosine = preferred->data + count,
        .sine = preferred->data + 2 * count,
    };
    rx_head_direction_prefer(preferred->data, count);
    cells->patterns = patterns;
    cells->rank = rx_head_direction_patterns(patterns, &cells->core);
    set_settings(L, count, width, rx_head_direction_tunings[tuning].name);
    return 1;
}

/** The cells' activity.
 * @function cells:encode
 * @tparam matrix bearings rad, one column; a sequence gives a sequence
 * @treturn matrix one row a bearing */
static int cells_encode(lua_State *L)
{
    const struct rx_head_direction_cells *cells = check_cells(L, 1);
    const struct rx_matrix *bearings = rx_check_shape(L, 2, RX_ANY, 1);
    rx_check_finite(L, 2, bearings);
    struct rx_matrix *activity = rx_new_matrix(L, bearings->rows, cells->cells, bearings->steps);
    rx_check_status(L, rx_head_direction_encode(activity->data, cells, bearings->data,
                                                bearings->rows, &rx_stop_flag));
    return 1;
}

/** Bearings from activity: the circular mean of the preferred bearings of the most active cells;
 * NaN where all are silent.
 * @function cells:decode
 * @tparam matrix activity one column a cell
 * @int[opt=3] k how many of the most active cells
 * @treturn matrix rad, one column */
static int cells_decode(lua_State *L)
{
    const struct rx_head_direction_cells *cells = check_cells(L, 1);
    const struct rx_matrix *activity = rx_check_shape(L, 2, RX_ANY, (lua_Integer)cells->cells);
    const size_t k = rx_check_most_active(L, 3, cells->cells);
    rx_check_finite(L, 2, activity);
    struct rx_matrix *bearings = rx_new_matrix(L, activity->rows, 1, activity->steps);
    rx_check_status(L, rx_head_direction_decode(bearings->data, cells, activity->data, k,
                                                activity->rows, &rx_stop_flag));
    return 1;
}

static int cells_index(lua_State *L)
{
    const struct rx_head_direction_cells *cells = check_cells(L, 1);
    const char *name = rx_field_name(L);
    if (strcmp(name, "cells") == 0)
        lua_pushinteger(L, (lua_Integer)cells->cells);
    else if (strcmp(name, "preferred") == 0) {
        lua_getiuservalue(L, 1, PREFERRED);
        rx_new_view(L, -1, rx_check_matrix(L, -1)->data, 1, cells->cells, 0);
    } else
        lua_getfield(L, lua_upvalueindex(1), name);
    return 1;
}

static int cells_tostring(lua_State *L)
{
    lua_pushfstring(L, "%d head-direction cells", (int)check_cells(L, 1)->cells);
    return 1;
}

static const struct rx_binding methods[] = {
    { "encode", cells_encode, 1 },
    { "decode", cells_decode, 2 },
    { "__tostring", cells_tostring, 1 },
    { NULL, NULL, 0 },
};

static const struct rx_binding functions[] = {
    { "head_direction_cells", cells_new, 1 },
    { NULL, NULL, 0 },
};

void rx_open_head_direction_cells(lua_State *L)
{
    rx_set_type(L, type_name, "population of cells", methods, cells_index);
    rx_set_functions(L, functions);
    rx_push_names(L, rx_head_direction_tunings, sizeof rx_head_direction_tunings[0]);
    lua_setfield(L, -2, "head_direction_tunings");
}
