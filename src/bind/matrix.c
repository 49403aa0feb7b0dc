/* matrix.c - matrices as Lua sees them: storage inside the userdata, 1-based, views that keep
 * their owner alive. */
#include "bind.h"
#include "workspace.h"
#include <stdint.h>
#include <string.h>

static const char type_name[] = "rx.matrix";

enum { ALIGNMENT = 64 };

struct rx_matrix *rx_new_matrix(lua_State *L, size_t rows, size_t cols, size_t steps)
{
    if (rows > RX_LARGEST_SIDE || cols > RX_LARGEST_SIDE ||
        (cols > 0 && rows > (SIZE_MAX / 2 / sizeof(float) - ALIGNMENT) / cols))
        luaL_error(L, "not enough memory for a %I x %I matrix", (lua_Integer)rows,
                   (lua_Integer)cols);
    /* Lua aligns userdata to 8 bytes only */
    struct rx_matrix *m =
        lua_newuserdatauv(L, sizeof *m + rows * cols * sizeof(float) + ALIGNMENT, 1);
    const uintptr_t after = (uintptr_t)(m + 1);
    *m = (struct rx_matrix){
        .data = (float *)((after + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT),
        .rows = rows,
        .cols = cols,
        .steps = steps,
    };
    rx_prefer_large_pages(m->data, rows * cols * sizeof(float));
    luaL_setmetatable(L, type_name);
    return m;
}

struct rx_matrix *rx_new_view(lua_State *L, int owner, float *data, size_t rows, size_t cols,
                              size_t steps)
{
    owner = lua_absindex(L, owner);
    struct rx_matrix *m = lua_newuserdatauv(L, sizeof *m, 1);
    *m = (struct rx_matrix){ data, rows, cols, steps };
    lua_pushvalue(L, owner);
    lua_setiuservalue(L, -2, 1);
    luaL_setmetatable(L, type_name);
    return m;
}

struct rx_matrix *rx_test_matrix(lua_State *L, int index)
{
    return luaL_testudata(L, index, type_name);
}

struct rx_matrix *rx_check_matrix(lua_State *L, int arg)
{
    return luaL_checkudata(L, arg, type_name);
}

struct rx_matrix *rx_check_shape(lua_State *L, int arg, lua_Integer rows, lua_Integer cols)
{
    struct rx_matrix *m = rx_check_matrix(L, arg);
    if ((rows == RX_ANY || rows == (lua_Integer)m->rows) &&
        (cols == RX_ANY || cols == (lua_Integer)m->cols))
        return m;
    const char *high = rows == RX_ANY ? "any" : lua_pushfstring(L, "%I", rows);
    const char *wide = cols == RX_ANY ? "any" : lua_pushfstring(L, "%I", cols);
    luaL_argerror(L, arg,
                  lua_pushfstring(L, "%s x %s matrix expected, got %d x %d", high, wide,
                                  (int)m->rows, (int)m->cols));
    return NULL;
}

struct rx_matrix *rx_check_same_shape(lua_State *L, int arg, const struct rx_matrix *like)
{
    return rx_check_shape(L, arg, (lua_Integer)like->rows, (lua_Integer)like->cols);
}

void rx_check_finite(lua_State *L, int arg, const struct rx_matrix *m)
{
    const size_t bad = rx_matrix_first_not_finite(m);
    if (bad < rx_matrix_count(m))
        luaL_argerror(L, arg,
                      lua_pushfstring(L, "finite numbers expected, got %f in row %d, column %d",
                                      (double)m->data[bad], (int)(bad / m->cols) + 1,
                                      (int)(bad % m->cols) + 1));
}

size_t rx_check_size(lua_State *L, int arg, lua_Integer least)
{
    const lua_Integer value = luaL_checkinteger(L, arg);
    if (value < least || value > RX_LARGEST_SIDE)
        luaL_argerror(
            L, arg,
            lua_pushfstring(L, "whole number of at least %I expected, got %I", least, value));
    return (size_t)value;
}

/* A 1-based index up to `most`, as the 0-based one. */
static size_t check_index(lua_State *L, int arg, size_t most, const char *what)
{
    const lua_Integer i = luaL_checkinteger(L, arg);
    if (i < 1 || (lua_Unsigned)i > most)
        luaL_argerror(
            L, arg,
            lua_pushfstring(L, "%s from 1 to %I expected, got %I", what, (lua_Integer)most, i));
    return (size_t)i - 1;
}

/* --- making ---------------------------------------------------------------------------------- */

static size_t list_length(lua_State *L, int index)
{
    const lua_Unsigned length = lua_rawlen(L, index);
    return length > RX_LARGEST_SIDE ? RX_LARGEST_SIDE : (size_t)length;
}

static int matrix_from_rows(lua_State *L)
{
    const size_t rows = list_length(L, 1);
    luaL_argcheck(L, rows > 0, 1, "list of rows expected, got an empty table");
    const bool nested = lua_rawgeti(L, 1, 1) == LUA_TTABLE;
    luaL_argcheck(L, nested, 1, "list of rows expected, such as { {1, 2}, {3, 4} }");
    const size_t cols = list_length(L, -1);
    struct rx_matrix *m = rx_new_matrix(L, rows, cols, 0);
    for (size_t i = 0; i < rows; i++) {
        if (lua_rawgeti(L, 1, (lua_Integer)i + 1) != LUA_TTABLE || lua_rawlen(L, -1) != cols)
            luaL_error(L, "bad argument #1 to 'matrix' (row %d is no list of %d numbers)",
                       (int)i + 1, (int)cols);
        for (size_t j = 0; j < cols; j++) {
            if (lua_rawgeti(L, -1, (lua_Integer)j + 1) != LUA_TNUMBER)
                luaL_error(L,
                           "bad argument #1 to 'matrix' (number expected in row %d, column %d, "
                           "got %s)",
                           (int)i + 1, (int)j + 1, luaL_typename(L, -1));
            m->data[i * cols + j] = (float)lua_tonumber(L, -1);
            lua_pop(L, 1);
        }
        lua_pop(L, 1);
    }
    return 1;
}

/* matrix(rows, cols [, value]) or matrix { {...}, ... } -> matrix */
static int matrix_new(lua_State *L)
{
    if (lua_istable(L, 1))
        return matrix_from_rows(L);
    const size_t rows = rx_check_size(L, 1, 0), cols = rx_check_size(L, 2, 0);
    const float value = (float)luaL_optnumber(L, 3, 0);
    struct rx_matrix *m = rx_new_matrix(L, rows, cols, 0);
    rx_check_status(L, rx_matrix_fill(m->data, value, rx_matrix_count(m), &rx_stop_flag));
    return 1;
}

/* joined { a, b, ... } -> their columns side by side */
static int matrix_join(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    const size_t parts = list_length(L, 1);
    luaL_argcheck(L, parts > 0, 1, "list of matrices expected, got an empty table");
    size_t rows = 0, cols = 0, steps = 0;
    for (size_t p = 0; p < parts; p++) {
        lua_rawgeti(L, 1, (lua_Integer)p + 1);
        const struct rx_matrix *part = rx_test_matrix(L, -1);
        luaL_argcheck(L, part, 1, "list of matrices expected");
        if (p == 0)
            rows = part->rows;
        if (part->rows != rows)
            luaL_error(L, "bad argument #1 to 'join' (%d rows expected in matrix %d, got %d)",
                       (int)rows, (int)p + 1, (int)part->rows);
        cols += part->cols;
        steps = part->steps ? part->steps : steps;
        lua_pop(L, 1);
    }
    struct rx_matrix *m = rx_new_matrix(L, rows, cols, steps);
    size_t first = 0;
    for (size_t p = 0; p < parts; p++) {
        lua_rawgeti(L, 1, (lua_Integer)p + 1);
        const struct rx_matrix *part = rx_test_matrix(L, -1);
        for (size_t i = 0; i < rows; i++)
            memcpy(m->data + i * cols + first, part->data + i * part->cols,
                   part->cols * sizeof(float));
        first += part->cols;
        lua_pop(L, 1);
    }
    return 1;
}

/* --- elements and parts ---------------------------------------------------------------------- */

static int matrix_get(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    const size_t i = check_index(L, 2, m->rows, "row"), j = check_index(L, 3, m->cols, "column");
    lua_pushnumber(L, (lua_Number)m->data[i * m->cols + j]);
    return 1;
}

static int matrix_set(lua_State *L)
{
    struct rx_matrix *m = rx_check_matrix(L, 1);
    const size_t i = check_index(L, 2, m->rows, "row"), j = check_index(L, 3, m->cols, "column");
    m->data[i * m->cols + j] = (float)luaL_checknumber(L, 4);
    lua_settop(L, 1);
    return 1;
}

static int matrix_row(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    const size_t i = check_index(L, 2, m->rows, "row");
    rx_new_view(L, 1, m->data + i * m->cols, 1, m->cols, 0);
    return 1;
}

/* matrix:slice(first, last) -> a view on these rows */
static int matrix_slice(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    const size_t first = check_index(L, 2, m->rows, "row"),
                 last = check_index(L, 3, m->rows, "row");
    luaL_argcheck(L, first <= last, 3, "the last row comes before the first");
    rx_new_view(L, 1, m->data + first * m->cols, last - first + 1, m->cols, 0);
    return 1;
}

/* matrix:column(j) -> a copy of one column */
static int matrix_column(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    const size_t j = check_index(L, 2, m->cols, "column");
    struct rx_matrix *out = rx_new_matrix(L, m->rows, 1, m->steps);
    for (size_t i = 0; i < m->rows; i++)
        out->data[i] = m->data[i * m->cols + j];
    return 1;
}

/* sequence:at(t) -> a view on step t, (batch, cols) */
static int matrix_at(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    luaL_argcheck(L, m->steps, 1, "sequence expected, got a matrix; see as_sequence");
    const size_t t = check_index(L, 2, m->steps, "step"), batch = rx_matrix_batch(m);
    rx_new_view(L, 1, m->data + t * batch * m->cols, batch, m->cols, 0);
    return 1;
}

/* sequence:trial(b) -> a copy of one trial, (steps, cols) */
static int matrix_trial(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    luaL_argcheck(L, m->steps, 1, "sequence expected, got a matrix; see as_sequence");
    const size_t batch = rx_matrix_batch(m), b = check_index(L, 2, batch, "trial");
    struct rx_matrix *out = rx_new_matrix(L, m->steps, m->cols, 0);
    for (size_t t = 0; t < m->steps; t++)
        memcpy(out->data + t * m->cols, m->data + (t * batch + b) * m->cols,
               m->cols * sizeof(float));
    return 1;
}

/* matrix:as_sequence(steps) -> a view that knows its steps */
static int matrix_as_sequence(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    const size_t steps = rx_check_size(L, 2, 1);
    if (m->rows % steps != 0)
        luaL_argerror(
            L, 2,
            lua_pushfstring(L, "%d rows do not divide into %d steps", (int)m->rows, (int)steps));
    rx_new_view(L, 1, m->data, m->rows, m->cols, steps);
    return 1;
}

static int matrix_copy(lua_State *L)
{
    struct rx_matrix *m = rx_check_matrix(L, 1);
    const struct rx_matrix *from = rx_check_same_shape(L, 2, m);
    memmove(m->data, from->data, rx_matrix_count(m) * sizeof(float));
    lua_settop(L, 1);
    return 1;
}

static int matrix_clone(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    struct rx_matrix *out = rx_new_matrix(L, m->rows, m->cols, m->steps);
    memcpy(out->data, m->data, rx_matrix_count(m) * sizeof(float));
    return 1;
}

static int matrix_totable(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    lua_createtable(L, (int)m->rows, 0);
    for (size_t i = 0; i < m->rows; i++) {
        if (rx_stop_flag)
            rx_check_status(L, RX_STOPPED);
        lua_createtable(L, (int)m->cols, 0);
        for (size_t j = 0; j < m->cols; j++) {
            lua_pushnumber(L, (lua_Number)m->data[i * m->cols + j]);
            lua_rawseti(L, -2, (lua_Integer)j + 1);
        }
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

static int matrix_transpose(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    struct rx_matrix *out = rx_new_matrix(L, m->cols, m->rows, 0);
    rx_matrix_transpose(out->data, m);
    return 1;
}

/* --- arithmetic ------------------------------------------------------------------------------ */

/* Argument `arg` as a matrix: itself, or a number as 1 x 1. */
static const struct rx_matrix *check_operand(lua_State *L, int arg, struct rx_matrix *scalar,
                                             float *value)
{
    if (lua_type(L, arg) != LUA_TNUMBER)
        return rx_check_matrix(L, arg);
    *value = (float)lua_tonumber(L, arg);
    *scalar = (struct rx_matrix){ value, 1, 1, 0 };
    return scalar;
}

static int combine(lua_State *L, enum rx_operation op)
{
    struct rx_matrix scalar_a, scalar_b;
    float value_a, value_b;
    const struct rx_matrix *a = check_operand(L, 1, &scalar_a, &value_a);
    const struct rx_matrix *b = check_operand(L, 2, &scalar_b, &value_b);
    /* the one that fills the result comes first */
    const bool swapped =
        !rx_matrix_broadcasts(a, b) || (b->steps && !a->steps && a->rows == b->rows);
    const struct rx_matrix *large = swapped ? b : a, *small = swapped ? a : b;
    if (!rx_matrix_broadcasts(large, small))
        luaL_argerror(L, 2,
                      lua_pushfstring(L, "%d x %d matrix or one to repeat expected, got %d x %d",
                                      (int)a->rows, (int)a->cols, (int)b->rows, (int)b->cols));
    struct rx_matrix *out = rx_new_matrix(L, large->rows, large->cols, large->steps);
    rx_check_status(L, rx_matrix_combine(op, out->data, large, small, swapped, &rx_stop_flag));
    return 1;
}

static int matrix_add(lua_State *L)
{
    return combine(L, RX_ADD);
}

static int matrix_sub(lua_State *L)
{
    return combine(L, RX_SUBTRACT);
}

static int matrix_mul(lua_State *L)
{
    return combine(L, RX_MULTIPLY);
}

static int matrix_div(lua_State *L)
{
    return combine(L, RX_DIVIDE);
}

static int matrix_pow(lua_State *L)
{
    return combine(L, RX_POWER);
}

static int matrix_atan2(lua_State *L)
{
    return combine(L, RX_ATAN2);
}

static int matrix_lt(lua_State *L)
{
    return combine(L, RX_LESS);
}

static int matrix_le(lua_State *L)
{
    return combine(L, RX_LESS_EQUAL);
}

static int matrix_eq(lua_State *L)
{
    return combine(L, RX_EQUAL);
}

/* a > b is b < a */
static int matrix_gt(lua_State *L)
{
    lua_settop(L, 2);
    lua_insert(L, 1);
    return combine(L, RX_LESS);
}

static int matrix_ge(lua_State *L)
{
    lua_settop(L, 2);
    lua_insert(L, 1);
    return combine(L, RX_LESS_EQUAL);
}

/* a * b: the matrix product, or a number times each element */
static int matrix_product(lua_State *L)
{
    if (lua_type(L, 1) == LUA_TNUMBER || lua_type(L, 2) == LUA_TNUMBER)
        return combine(L, RX_MULTIPLY);
    const struct rx_matrix *a = rx_check_matrix(L, 1);
    const struct rx_matrix *b = rx_check_shape(L, 2, (lua_Integer)a->cols, RX_ANY);
    struct rx_matrix *out = rx_new_matrix(L, a->rows, b->cols, a->steps);
    rx_check_status(L, rx_matrix_product(out->data, a, b, &rx_stop_flag));
    return 1;
}

static int matrix_negate(lua_State *L)
{
    lua_settop(L, 1);
    lua_pushnumber(L, -1);
    return combine(L, RX_MULTIPLY);
}

static int map(lua_State *L, enum rx_function function)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    struct rx_matrix *out = rx_new_matrix(L, m->rows, m->cols, m->steps);
    rx_check_status(L, rx_matrix_map(function, out->data, m, &rx_stop_flag));
    return 1;
}

static int matrix_abs(lua_State *L)
{
    return map(L, RX_ABS);
}

static int matrix_sqrt(lua_State *L)
{
    return map(L, RX_SQRT);
}

static int matrix_exp(lua_State *L)
{
    return map(L, RX_EXP);
}

static int matrix_log(lua_State *L)
{
    return map(L, RX_LOG);
}

static int matrix_sin(lua_State *L)
{
    return map(L, RX_SIN);
}

static int matrix_cos(lua_State *L)
{
    return map(L, RX_COS);
}

static int matrix_tanh(lua_State *L)
{
    return map(L, RX_TANH);
}

static int matrix_floor(lua_State *L)
{
    return map(L, RX_FLOOR);
}

static int matrix_wrap(lua_State *L)
{
    return map(L, RX_WRAP);
}

static int matrix_cumsum(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    struct rx_matrix *out = rx_new_matrix(L, m->rows, m->cols, m->steps);
    rx_check_status(L, rx_matrix_cumulative_sum(out->data, m, &rx_stop_flag));
    return 1;
}

/* --- reductions ------------------------------------------------------------------------------ */

/* matrix:sum() -> number; sum("rows") -> 1 x cols; sum("columns") -> rows x 1; each sum times
 * `share` of what it ran over */
static int reduce(lua_State *L, bool mean)
{
    static const char *const along[] = { "all", "rows", "columns", NULL };
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    struct rx_matrix *out = NULL;
    double total = 0;
    size_t over = rx_matrix_count(m);
    switch (luaL_checkoption(L, 2, "all", along)) {
    case 0:
        total = rx_matrix_sum(m);
        break;
    case 1:
        over = m->rows;
        out = rx_new_matrix(L, 1, m->cols, 0);
        rx_matrix_sum_rows(out->data, m);
        break;
    default:
        over = m->cols;
        out = rx_new_matrix(L, m->rows, 1, m->steps);
        rx_matrix_sum_columns(out->data, m);
        break;
    }
    if (!out)
        lua_pushnumber(L, mean ? total / (double)over : total);
    else if (mean)
        for (size_t i = 0; i < rx_matrix_count(out); i++)
            out->data[i] /= (float)over;
    return 1;
}

static int matrix_sum(lua_State *L)
{
    return reduce(L, false);
}

static int matrix_mean(lua_State *L)
{
    return reduce(L, true);
}

static int extreme(lua_State *L, float (*find)(const struct rx_matrix *))
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    luaL_argcheck(L, rx_matrix_count(m) > 0, 1, "matrix with at least one element expected");
    lua_pushnumber(L, (lua_Number)find(m));
    return 1;
}

static int matrix_min(lua_State *L)
{
    return extreme(L, rx_matrix_min);
}

static int matrix_max(lua_State *L)
{
    return extreme(L, rx_matrix_max);
}

/* matrix:is_finite() -> boolean */
static int matrix_is_finite(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    lua_pushboolean(L, rx_matrix_first_not_finite(m) == rx_matrix_count(m));
    return 1;
}

/* --- showing and indexing -------------------------------------------------------------------- */

enum { SHOWN_ROWS = 10, SHOWN_COLS = 10 };

static void show_row(luaL_Buffer *text, const struct rx_matrix *m, size_t i)
{
    char number[32];
    luaL_addlstring(text, "\n", 1);
    for (size_t j = 0; j < m->cols && j < SHOWN_COLS; j++) {
        lua_Number value = (lua_Number)m->data[i * m->cols + j];
        const int length = snprintf(number, sizeof number, " %10.4g", value);
        luaL_addlstring(text, number, (size_t)length);
    }
    if (m->cols > SHOWN_COLS)
        luaL_addstring(text, "  ...");
}

static int matrix_tostring(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    luaL_Buffer text;
    luaL_buffinit(L, &text);
    if (m->steps)
        lua_pushfstring(L, "sequence of %d steps x %d trials x %d", (int)m->steps,
                        (int)rx_matrix_batch(m), (int)m->cols);
    else
        lua_pushfstring(L, "%d x %d matrix", (int)m->rows, (int)m->cols);
    luaL_addvalue(&text);
    for (size_t i = 0; i < m->rows && i < SHOWN_ROWS && m->cols > 0; i++)
        show_row(&text, m, i);
    if (m->rows > SHOWN_ROWS)
        luaL_addstring(&text, "\n        ...");
    luaL_pushresult(&text);
    return 1;
}

static int matrix_index(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    if (strcmp(name, "rows") == 0)
        lua_pushinteger(L, (lua_Integer)m->rows);
    else if (strcmp(name, "cols") == 0)
        lua_pushinteger(L, (lua_Integer)m->cols);
    else if (strcmp(name, "steps") == 0 && m->steps)
        lua_pushinteger(L, (lua_Integer)m->steps);
    else if (strcmp(name, "batch") == 0 && m->steps)
        lua_pushinteger(L, (lua_Integer)rx_matrix_batch(m));
    else {
        lua_pushvalue(L, 2);
        lua_gettable(L, lua_upvalueindex(1));
    }
    return 1;
}

static const luaL_Reg methods[] = {
    { "get", matrix_get },
    { "set", matrix_set },
    { "row", matrix_row },
    { "slice", matrix_slice },
    { "column", matrix_column },
    { "at", matrix_at },
    { "trial", matrix_trial },
    { "as_sequence", matrix_as_sequence },
    { "copy", matrix_copy },
    { "clone", matrix_clone },
    { "totable", matrix_totable },
    { "t", matrix_transpose },
    { "mul", matrix_mul },
    { "atan2", matrix_atan2 },
    { "lt", matrix_lt },
    { "le", matrix_le },
    { "gt", matrix_gt },
    { "ge", matrix_ge },
    { "eq", matrix_eq },
    { "abs", matrix_abs },
    { "sqrt", matrix_sqrt },
    { "exp", matrix_exp },
    { "log", matrix_log },
    { "sin", matrix_sin },
    { "cos", matrix_cos },
    { "tanh", matrix_tanh },
    { "floor", matrix_floor },
    { "wrap", matrix_wrap },
    { "cumsum", matrix_cumsum },
    { "sum", matrix_sum },
    { "mean", matrix_mean },
    { "min", matrix_min },
    { "max", matrix_max },
    { "is_finite", matrix_is_finite },
    { NULL, NULL },
};

static const luaL_Reg metamethods[] = {
    { "__add", matrix_add },           { "__sub", matrix_sub }, { "__mul", matrix_product },
    { "__div", matrix_div },           { "__pow", matrix_pow }, { "__unm", matrix_negate },
    { "__tostring", matrix_tostring }, { NULL, NULL },
};

static const luaL_Reg functions[] = {
    { "matrix", matrix_new },
    { "join", matrix_join },
    { NULL, NULL },
};

void rx_open_matrix(lua_State *L)
{
    luaL_newmetatable(L, type_name);
    luaL_setfuncs(L, metamethods, 0);
    luaL_newlib(L, methods);
    lua_pushcclosure(L, matrix_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
    luaL_setfuncs(L, functions, 0);
}
