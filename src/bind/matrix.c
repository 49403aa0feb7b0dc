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
    const float value = (float)luaL_optnumber(L, 3, 0);
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

/** One element.
 * @function m:get
 * @int i row
 * @int j column
 * @treturn number */
static int matrix_get(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    const size_t i = check_index(L, 2, m->rows, "row"), j = check_index(L, 3, m->cols, "column");
    lua_pushnumber(L, (lua_Number)m->data[i * m->cols + j]);
    return 1;
}

/** Change one element.
 * @function m:set
 * @int i row
 * @int j column
 * @number x
 * @return the matrix */
static int matrix_set(lua_State *L)
{
    struct rx_matrix *m = rx_check_matrix(L, 1);
    const size_t i = check_index(L, 2, m->rows, "row"), j = check_index(L, 3, m->cols, "column");
    m->data[i * m->cols + j] = (float)luaL_checknumber(L, 4);
    lua_settop(L, 1);
    return 1;
}

/** One row as a view: what is written to it is written to the matrix.
 * @function m:row
 * @int i row
 * @treturn matrix 1 x cols */
static int matrix_row(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    const size_t i = check_index(L, 2, m->rows, "row");
    rx_new_view(L, 1, m->data + i * m->cols, 1, m->cols, 0);
    return 1;
}

/** Rows as a view: what is written to it is written to the matrix.
 * @function m:slice
 * @int first row
 * @int last row, included
 * @treturn matrix (last - first + 1) x cols */
static int matrix_slice(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    const size_t first = check_index(L, 2, m->rows, "row"),
                 last = check_index(L, 3, m->rows, "row");
    luaL_argcheck(L, first <= last, 3, "the last row comes before the first");
    rx_new_view(L, 1, m->data + first * m->cols, last - first + 1, m->cols, 0);
    return 1;
}

/** A copy of one column.
 * @function m:column
 * @int j column
 * @treturn matrix rows x 1 */
static int matrix_column(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    const size_t j = check_index(L, 2, m->cols, "column");
    struct rx_matrix *out = rx_new_matrix(L, m->rows, 1, m->steps);
    for (size_t i = 0; i < m->rows; i++)
        out->data[i] = m->data[i * m->cols + j];
    return 1;
}

/** One step of a sequence as a view.
 * @function m:at
 * @int t step
 * @treturn matrix batch x cols
 * @usage
 * local states = net:forward(batch)
 * local last = states:at(states.steps) */
static int matrix_at(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    luaL_argcheck(L, m->steps, 1, "sequence expected, got a matrix; see as_sequence");
    const size_t t = check_index(L, 2, m->steps, "step"), batch = rx_matrix_batch(m);
    rx_new_view(L, 1, m->data + t * batch * m->cols, batch, m->cols, 0);
    return 1;
}

/** A copy of one trial of a sequence.
 * @function m:trial
 * @int b trial
 * @treturn matrix steps x cols
 * @usage local path = batch.truth:trial(1) */
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

/** The same numbers as a sequence, a view.
 * @function m:as_sequence
 * @int steps by which the number of rows divides
 * @treturn matrix
 * @usage local turns = rng:normal(50 * 20, 1):as_sequence(50) -- 50 steps of 20 trials */
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

/** The same numbers, row by row, in another shape.
 * @function m:reshape
 * @int rows
 * @int cols rows times cols as before
 * @treturn matrix a view */
static int matrix_reshape(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    const size_t rows = rx_check_size(L, 2, 0), cols = rx_check_size(L, 3, 0);
    if (rows * cols != rx_matrix_count(m))
        luaL_error(L, "%d x %d numbers do not make a %I x %I matrix", (int)m->rows, (int)m->cols,
                   (lua_Integer)rows, (lua_Integer)cols);
    rx_new_view(L, 1, m->data, rows, cols, 0);
    return 1;
}

/** Take over the numbers of another matrix.
 * @function m:copy
 * @tparam matrix from of the same shape
 * @return the matrix */
static int matrix_copy(lua_State *L)
{
    struct rx_matrix *m = rx_check_matrix(L, 1);
    const struct rx_matrix *from = rx_check_same_shape(L, 2, m);
    memmove(m->data, from->data, rx_matrix_count(m) * sizeof(float));
    lua_settop(L, 1);
    return 1;
}

/** A copy that shares nothing.
 * @function m:clone
 * @treturn matrix */
static int matrix_clone(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    struct rx_matrix *out = rx_new_matrix(L, m->rows, m->cols, m->steps);
    memcpy(out->data, m->data, rx_matrix_count(m) * sizeof(float));
    return 1;
}

/** The numbers as a Lua table.
 * @function m:totable
 * @treturn {{number,...},...} list of rows */
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

/** The transpose, a copy.
 * @function m:t
 * @treturn matrix cols x rows */
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

/** The elementwise product.
 * @function m:mul
 * @tparam matrix|number other
 * @treturn matrix */
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

/** The angle of the point (x, y), where this matrix holds the y.
 * @function m:atan2
 * @tparam matrix|number x
 * @treturn matrix radians from -pi to pi */
static int matrix_atan2(lua_State *L)
{
    return combine(L, RX_ATAN2);
}

/** Where elements are less than the other's.
 * @function m:lt
 * @tparam matrix|number other
 * @treturn matrix of 1 and 0 */
static int matrix_lt(lua_State *L)
{
    return combine(L, RX_LESS);
}

/** Where elements are at most the other's.
 * @function m:le
 * @tparam matrix|number other
 * @treturn matrix of 1 and 0
 * @usage local share = rng:uniform(100, 1):le(0.25):mean() */
static int matrix_le(lua_State *L)
{
    return combine(L, RX_LESS_EQUAL);
}

/** Where elements equal the other's.
 * @function m:eq
 * @tparam matrix|number other
 * @treturn matrix of 1 and 0 */
static int matrix_eq(lua_State *L)
{
    return combine(L, RX_EQUAL);
}

/** Where elements are greater than the other's.
 * @function m:gt
 * @tparam matrix|number other
 * @treturn matrix of 1 and 0 */
static int matrix_gt(lua_State *L)
{
    lua_settop(L, 2);
    lua_insert(L, 1);
    return combine(L, RX_LESS);
}

/** Where elements are at least the other's.
 * @function m:ge
 * @tparam matrix|number other
 * @treturn matrix of 1 and 0 */
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

/** The absolute value of each element.
 * @function m:abs
 * @treturn matrix */
static int matrix_abs(lua_State *L)
{
    return map(L, RX_ABS);
}

/** The square root of each element.
 * @function m:sqrt
 * @treturn matrix */
static int matrix_sqrt(lua_State *L)
{
    return map(L, RX_SQRT);
}

/** The exponential of each element.
 * @function m:exp
 * @treturn matrix */
static int matrix_exp(lua_State *L)
{
    return map(L, RX_EXP);
}

/** The natural logarithm of each element.
 * @function m:log
 * @treturn matrix */
static int matrix_log(lua_State *L)
{
    return map(L, RX_LOG);
}

/** The sine of each element, an angle in radians.
 * @function m:sin
 * @treturn matrix */
static int matrix_sin(lua_State *L)
{
    return map(L, RX_SIN);
}

/** The cosine of each element, an angle in radians.
 * @function m:cos
 * @treturn matrix */
static int matrix_cos(lua_State *L)
{
    return map(L, RX_COS);
}

/** The hyperbolic tangent of each element.
 * @function m:tanh
 * @treturn matrix */
static int matrix_tanh(lua_State *L)
{
    return map(L, RX_TANH);
}

/** Each element rounded down.
 * @function m:floor
 * @treturn matrix */
static int matrix_floor(lua_State *L)
{
    return map(L, RX_FLOOR);
}

/** Each element as an angle in [-pi, pi).
 * @function m:wrap
 * @treturn matrix radians */
static int matrix_wrap(lua_State *L)
{
    return map(L, RX_WRAP);
}

/** Sums up to each step of a sequence, trial by trial; in a plain matrix, up to each row.
 * @function m:cumsum
 * @treturn matrix
 * @usage local bearings = rng:normal(50 * 20, 1, 0, 0.2):as_sequence(50):cumsum():wrap() */
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

/** The sum of all elements; or of each column, over the rows; or of each row, over the columns.
 * @function m:sum
 * @string[opt="all"] over "all", "rows" or "columns"
 * @treturn number|matrix a number; 1 x cols; rows x 1
 * @usage
 * local length = rng:normal(5, 2)
 * length = length:mul(length):sum("columns"):sqrt() -- 5 x 1 */
static int matrix_sum(lua_State *L)
{
    return reduce(L, false);
}

/** The mean of all elements; or of each column, over the rows; or of each row, over the columns.
 * @function m:mean
 * @string[opt="all"] over "all", "rows" or "columns"
 * @treturn number|matrix a number; 1 x cols; rows x 1 */
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

/** The smallest element.
 * @function m:min
 * @treturn number */
static int matrix_min(lua_State *L)
{
    return extreme(L, rx_matrix_min);
}

/** The largest element.
 * @function m:max
 * @treturn number */
static int matrix_max(lua_State *L)
{
    return extreme(L, rx_matrix_max);
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
    { "reshape", matrix_reshape },
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
