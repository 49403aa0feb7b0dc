/* matrix.c - matrices as Lua sees them: storage inside the userdata, 1-based, views that keep
 * their owner alive. */

/** Matrices of numbers in single precision, row after row, counted from 1.
 *
 * A sequence is a matrix that knows its steps: row `(t - 1) * batch + b` is trial b at step t. What
 * works row by row gives a sequence back.
 *
 * Operators: `a + b`, `a - b` and `a / b` work element by element, `a ^ 2` raises to a power, `-a`
 * negates, `2 * a` scales, and `a * b` is the matrix product (`a:mul(b)` is the elementwise one).
 * One side may be smaller, and is then repeated: a number, a single row, a single column, or beside
 * a sequence one row for each trial. Comparisons give 1 and 0. Printing a matrix shows its shape
 * and its first rows.
 *
 * Fields: `m.rows` and `m.cols`; of a sequence also `m.steps` and `m.batch`.
 * @module reactivation.matrix */

#include "bind.h"
#include "threads.h"
#include "workspace.h"
#include <math.h>
#include <omp.h>
#include <stdint.h>
#include <string.h>

static const char type_name[] = "rx.matrix";

enum { ALIGNMENT = 64 };

void rx_check_threads(lua_State *L, int count)
{
    static int made;
    if (rx_threads_make(&made, count) != RX_OK)
        rx_error(L, "not enough memory for %d threads; see OMP_NUM_THREADS and rx.threads", count);
}

struct rx_matrix *rx_new_matrix(lua_State *L, size_t rows, size_t cols, size_t steps)
{
    if (rows > RX_LARGEST_SIDE || cols > RX_LARGEST_SIDE ||
        (cols > 0 && rows > (SIZE_MAX / 2 / sizeof(float) - ALIGNMENT) / cols))
        rx_error(L, "not enough memory for a %I x %I matrix", (lua_Integer)rows, (lua_Integer)cols);
    rx_check_threads(L, omp_get_max_threads());
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
    return rx_check_object(L, arg, type_name, "matrix");
}

struct rx_matrix *rx_check_shape(lua_State *L, int arg, lua_Integer rows, lua_Integer cols)
{
    struct rx_matrix *m = rx_check_matrix(L, arg);
    if ((rows == RX_ANY || rows == (lua_Integer)m->rows) &&
        (cols == RX_ANY || cols == (lua_Integer)m->cols))
        return m;
    const char *high = rows == RX_ANY ? "any" : lua_pushfstring(L, "%I", rows);
    const char *wide = cols == RX_ANY ? "any" : lua_pushfstring(L, "%I", cols);
    rx_argument_error(L, arg, "%s x %s matrix expected, got %d x %d", high, wide, (int)m->rows,
                      (int)m->cols);
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
        rx_argument_error(L, arg, "finite numbers expected, got %f in row %d, column %d",
                          (double)m->data[bad], (int)(bad / m->cols) + 1, (int)(bad % m->cols) + 1);
}

static bool fits(double x)
{
    return isinf((float)x) == isinf(x);
}

float rx_check_element(lua_State *L, int arg)
{
    const double x = rx_check_number(L, arg);
    if (!fits(x))
        rx_argument_error(L, arg, "number of at most 3.4e38 expected, got %s", rx_describe(L, arg));
    return (float)x;
}

/* --- making ---------------------------------------------------------------------------------- */

/* The list on top of the stack as row i; a mistake in it is told with its place. */
static void fill_row(lua_State *L, struct rx_matrix *m, size_t i)
{
    size_t cols = 0;
    const char *problem = rx_list_problem(L, -1, &cols);
    if (!problem && cols != m->cols)
        problem = lua_pushfstring(L, "%d numbers expected, got %d", (int)m->cols, (int)cols);
    if (problem)
        rx_argument_error(L, 1, "in row %d: %s", (int)i + 1, problem);
    for (size_t j = 0; j < cols; j++) {
        if (lua_rawgeti(L, -1, (lua_Integer)j + 1) != LUA_TNUMBER)
            rx_argument_error(L, 1, "number expected in row %d, column %d, got %s", (int)i + 1,
                              (int)j + 1, rx_describe(L, -1));
        if (!fits(lua_tonumber(L, -1)))
            rx_argument_error(L, 1,
                              "number of at most 3.4e38 expected in row %d, column %d, got %s",
                              (int)i + 1, (int)j + 1, rx_describe(L, -1));
        m->data[i * cols + j] = (float)lua_tonumber(L, -1);
        lua_pop(L, 1);
    }
}

static int matrix_from_rows(lua_State *L)
{
    size_t rows = rx_check_list(L, 1), cols = 0;
    rx_argument_check(L, lua_isnil(L, 2) && lua_isnil(L, 3), 2,
                      "nothing expected after a list of rows");
    rx_argument_check(L, rows > 0, 1, "list of rows expected, got an empty table");
    const bool nested = lua_rawgeti(L, 1, 1) == LUA_TTABLE;
    rx_argument_check(L, nested, 1, "list of rows expected, such as { {1, 2}, {3, 4} }");
    const char *problem = rx_list_problem(L, -1, &cols);
    if (problem)
        rx_argument_error(L, 1, "in row 1: %s", problem);
    struct rx_matrix *m = rx_new_matrix(L, rows, cols, 0);
    for (size_t i = 0; i < rows; i++) {
        lua_rawgeti(L, 1, (lua_Integer)i + 1);
        fill_row(L, m, i);
        lua_pop(L, 1);
    }
    return 1;
}

/** A new matrix: zeros, a constant, or a copy of a list of rows.
 * @function rx.matrix
 * @tparam int|table rows number of rows; or the list of rows, and then nothing else
 * @int cols number of columns
 * @number[opt=0] value of every element
 * @treturn matrix
 * @usage
 * local zeros, halves = rx.matrix(2, 3), rx.matrix(2, 3, 0.5)
 * local m = rx.matrix { { 1, 2 }, { 3, 4 } } */
static int matrix_new(lua_State *L)
{
    if (lua_istable(L, 1))
        return matrix_from_rows(L);
    const size_t rows = rx_check_size(L, 1, 0), cols = rx_check_size(L, 2, 0);
    const float value = lua_isnoneornil(L, 3) ? 0 : rx_check_element(L, 3);
    struct rx_matrix *m = rx_new_matrix(L, rows, cols, 0);
    rx_check_status(L, rx_matrix_fill(m->data, value, rx_matrix_count(m), &rx_stop_flag));
    return 1;
}

/** The columns of several matrices side by side.
 * @function rx.join
 * @tparam {matrix,...} parts list of matrices with as many rows each
 * @treturn matrix
 * @usage local points = rx.join { rng:normal(100, 1), rng:uniform(100, 1) } -- 100 x 2 */
static int matrix_join(lua_State *L)
{
    const size_t parts = rx_check_list(L, 1);
    rx_argument_check(L, parts > 0, 1, "list of matrices expected, got an empty table");
    size_t rows = 0, cols = 0, steps = 0;
    for (size_t p = 0; p < parts; p++) {
        lua_rawgeti(L, 1, (lua_Integer)p + 1);
        const struct rx_matrix *part = rx_test_matrix(L, -1);
        rx_argument_check(L, part, 1, "list of matrices expected");
        if (p == 0)
            rows = part->rows;
        if (part->rows != rows)
            rx_argument_error(L, 1, "%d rows expected in matrix %d, got %d", (int)rows, (int)p + 1,
                              (int)part->rows);
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

/** Whether no element is NaN or infinite.
 * @function m:is_finite
 * @treturn boolean */
static int matrix_is_finite(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    lua_pushboolean(L, rx_matrix_first_not_finite(m) == rx_matrix_count(m));
    return 1;
}

static int matrix_index(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    const char *name = rx_field_name(L);
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

static const struct rx_binding methods[] = {
    { "__tostring", matrix_tostring, 1 },
    { "is_finite", matrix_is_finite, 0 },
    { NULL, NULL, 0 },
};

static const struct rx_binding functions[] = {
    { "matrix", matrix_new, 3 },
    { "join", matrix_join, 1 },
    { NULL, NULL, 0 },
};

void rx_open_matrix(lua_State *L)
{
    rx_set_type(L, type_name, "matrix", methods, matrix_index);
    rx_set_type(L, type_name, "matrix", rx_part_methods, NULL);
    rx_set_type(L, type_name, "matrix", rx_arithmetic_methods, NULL);
    rx_set_functions(L, functions);
}
