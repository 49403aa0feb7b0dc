/* matrix_parts.c - elements, rows and columns of matrices, and their numbers in other shapes. */

/** @module reactivation.matrix */

#include "bind.h"
#include <string.h>

/* A 1-based index up to `most`, as the 0-based one. */
static size_t check_index(lua_State *L, int arg, size_t most, const char *what)
{
    const lua_Integer i = rx_check_integer(L, arg);
    if (i < 1 || (lua_Unsigned)i > most)
        rx_argument_error(L, arg, "%s from 1 to %I expected, got %I", what, (lua_Integer)most, i);
    return (size_t)i - 1;
}

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
    m->data[i * m->cols + j] = rx_check_element(L, 4);
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
    rx_argument_check(L, first <= last, 3, "the last row comes before the first");
    rx_new_view(L, 1, m->data + first * m->cols, last - first + 1, m->cols, 0);
    return 1;
}

/** Rows by their numbers.
 * @function m:rows_at
 * @tparam {int,...} numbers in whatever order; a row may come again
 * @treturn matrix a copy of one row for each number
 * @usage local ends = points:rows_at { 1, points.rows } */
static int matrix_rows_at(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    const size_t count = rx_check_list(L, 2);
    struct rx_matrix *out = rx_new_matrix(L, count, m->cols, 0);
    for (size_t i = 0; i < count; i++) {
        int whole;
        lua_rawgeti(L, 2, (lua_Integer)i + 1);
        const lua_Integer row = lua_tointegerx(L, -1, &whole);
        if (!whole || row < 1 || (lua_Unsigned)row > m->rows)
            rx_argument_error(L, 2, "rows from 1 to %I expected, got %s as number %I of the list",
                              (lua_Integer)m->rows, rx_describe(L, -1), (lua_Integer)i + 1);
        memcpy(out->data + i * m->cols, m->data + (size_t)(row - 1) * m->cols,
               m->cols * sizeof(float));
        lua_pop(L, 1);
    }
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

/** A copy of some columns.
 * @function m:columns
 * @int first column
 * @int last column, included
 * @treturn matrix rows x (last - first + 1)
 * @usage local middle = rng:normal(5, 6):columns(3, 4) */
static int matrix_columns(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    const size_t first = check_index(L, 2, m->cols, "column"),
                 last = check_index(L, 3, m->cols, "column");
    rx_argument_check(L, first <= last, 3, "the last column comes before the first");
    struct rx_matrix *out = rx_new_matrix(L, m->rows, last - first + 1, m->steps);
    for (size_t i = 0; i < m->rows; i++)
        memcpy(out->data + i * out->cols, m->data + i * m->cols + first,
               out->cols * sizeof *out->data);
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
    rx_argument_check(L, m->steps, 1, "sequence expected, got a matrix; see as_sequence");
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
    rx_argument_check(L, m->steps, 1, "sequence expected, got a matrix; see as_sequence");
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
        rx_argument_error(L, 2, "%d rows do not divide into %d steps", (int)m->rows, (int)steps);
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
        rx_error(L, "%d x %d numbers do not make a %I x %I matrix", (int)m->rows, (int)m->cols,
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

const struct rx_binding rx_part_methods[] = {
    { "get", matrix_get, 2 },         { "set", matrix_set, 3 },
    { "row", matrix_row, 1 },         { "slice", matrix_slice, 2 },
    { "column", matrix_column, 1 },   { "columns", matrix_columns, 2 },
    { "at", matrix_at, 1 },           { "rows_at", matrix_rows_at, 1 },
    { "trial", matrix_trial, 1 },     { "as_sequence", matrix_as_sequence, 1 },
    { "reshape", matrix_reshape, 2 }, { "copy", matrix_copy, 1 },
    { "clone", matrix_clone, 0 },     { "totable", matrix_totable, 0 },
    { "t", matrix_transpose, 0 },     { NULL, NULL, 0 },
};
