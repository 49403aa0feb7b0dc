/* matrix_arithmetic.c - what matrices compute: operators, elementary functions, sums. */

/** @module reactivation.matrix */

#include "bind.h"

/* Argument `arg` as a matrix: itself, or a number as 1 x 1. */
static const struct rx_matrix *check_operand(lua_State *L, int arg, struct rx_matrix *scalar,
                                             float *value)
{
    if (lua_type(L, arg) != LUA_TNUMBER)
        return rx_check_matrix(L, arg);
    *value = rx_check_element(L, arg);
    *scalar = (struct rx_matrix){ value, 1, 1, 0 };
    return scalar;
}

/* What stands beside a matrix may know better what to do: symbols and variables, which are tables
 * with a function `deferred(name, a, b)` in their metatable. Whether it did; its result is pushed.
 */
static bool defers(lua_State *L, const char *name)
{
    for (int arg = 1; arg <= 2; arg++)
        if (lua_type(L, arg) == LUA_TTABLE && luaL_getmetafield(L, arg, "deferred")) {
            lua_pushstring(L, name);
            lua_pushvalue(L, 1);
            lua_pushvalue(L, 2);
            lua_call(L, 3, 1);
            return true;
        }
    return false;
}

static int combine(lua_State *L, enum rx_operation op)
{
    static const char *const names[] = { "add",   "sub", "mul", "div", "pow",
                                         "atan2", "lt",  "le",  "eq" };
    if (defers(L, names[op]))
        return 1;
    struct rx_matrix scalar_a, scalar_b;
    float value_a, value_b;
    const struct rx_matrix *a = check_operand(L, 1, &scalar_a, &value_a);
    const struct rx_matrix *b = check_operand(L, 2, &scalar_b, &value_b);
    /* the one that fills the result comes first */
    const bool swapped =
        !rx_matrix_broadcasts(a, b) || (b->steps && !a->steps && a->rows == b->rows);
    const struct rx_matrix *large = swapped ? b : a, *small = swapped ? a : b;
    if (!rx_matrix_broadcasts(large, small))
        rx_argument_error(L, 2, "%d x %d matrix or one to repeat expected, got %d x %d",
                          (int)a->rows, (int)a->cols, (int)b->rows, (int)b->cols);
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
    if (defers(L, "product"))
        return 1;
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

/** Each element, or 0 where it is below.
 * @function m:relu
 * @treturn matrix
 * @usage local rates = rng:normal(5, 2):relu() */
static int matrix_relu(lua_State *L)
{
    return map(L, RX_RELU);
}

/** The logistic function of each element, `1 / (1 + exp(-x))`.
 * @function m:sigmoid
 * @treturn matrix
 * @usage local gates = rng:normal(5, 2):sigmoid() */
static int matrix_sigmoid(lua_State *L)
{
    return map(L, RX_SIGMOID);
}

/** The exponential of each element as a share of its row's sum of them.
 * @function m:softmax
 * @treturn matrix
 * @usage local shares = rng:normal(5, 2):softmax() */
static int matrix_softmax(lua_State *L)
{
    return map(L, RX_ROW_SOFTMAX);
}

/** The logarithm of the softmax, also where that is next to 0.
 * @function m:log_softmax
 * @treturn matrix
 * @usage
 * local chosen = rx.matrix { { 0, 1 }, { 1, 0 } }
 * local surprise = -rng:normal(2, 2):log_softmax():mul(chosen):sum() */
static int matrix_log_softmax(lua_State *L)
{
    return map(L, RX_ROW_LOG_SOFTMAX);
}

/** Each element, or the nearer bound where it lies outside.
 * @function m:clamp
 * @number least
 * @number most at least as large
 * @treturn matrix
 * @usage local shares = rng:normal(5, 2):clamp(0, 1) */
static int matrix_clamp(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    float bounds[2] = { (float)rx_check_number(L, 2), (float)rx_check_number(L, 3) };
    rx_argument_check(L, bounds[0] <= bounds[1], 3, "number of at least the lower bound expected");
    const struct rx_matrix least = { &bounds[0], 1, 1, 0 }, most = { &bounds[1], 1, 1, 0 };
    struct rx_matrix *out = rx_new_matrix(L, m->rows, m->cols, m->steps);
    rx_check_status(L,
                    rx_matrix_combine(RX_GREATER_OF, out->data, m, &least, false, &rx_stop_flag));
    rx_check_status(L,
                    rx_matrix_combine(RX_LESSER_OF, out->data, out, &most, false, &rx_stop_flag));
    return 1;
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

/* What a reduction runs over, as argument 2 says. */
enum over { ALL, ROWS, COLUMNS };

static enum over check_over(lua_State *L)
{
    static const char *const names[] = { "all", "rows", "columns", NULL };
    return (enum over)rx_check_choice(L, 2, ALL, names);
}

static size_t count_over(const struct rx_matrix *m, enum over over)
{
    return over == ROWS ? m->rows : over == COLUMNS ? m->cols : rx_matrix_count(m);
}

/* There is no mean and no largest of nothing. */
static void check_any(lua_State *L, const struct rx_matrix *m, enum over over)
{
    static const char *const parts[] = { "element", "row", "column" };
    if (count_over(m, over) == 0)
        rx_argument_error(L, 1, "matrix with at least one %s expected, got %s", parts[over],
                          rx_describe(L, 1));
}

/* Push the sums of m, each divided by how many it ran over if it is to be a `mean`. */
static int reduce(lua_State *L, bool mean)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    const enum over over = check_over(L);
    if (mean)
        check_any(L, m, over);
    const double divisor = mean ? (double)count_over(m, over) : 1;
    if (over == ALL) {
        lua_pushnumber(L, rx_matrix_sum(m) / divisor);
        return 1;
    }
    struct rx_matrix *out =
        over == ROWS ? rx_new_matrix(L, 1, m->cols, 0) : rx_new_matrix(L, m->rows, 1, m->steps);
    (over == ROWS ? rx_matrix_sum_rows : rx_matrix_sum_columns)(out->data, m);
    if (mean)
        for (size_t i = 0; i < rx_matrix_count(out); i++)
            out->data[i] /= (float)divisor;
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

/* Push the transpose of a matrix. */
static const struct rx_matrix *push_transpose(lua_State *L, const struct rx_matrix *m)
{
    struct rx_matrix *out = rx_new_matrix(L, m->cols, m->rows, 0);
    rx_matrix_transpose(out->data, m);
    return out;
}

/* Push the extreme of each row, or where it is; over the rows, those of the transpose. */
static void push_extremes(lua_State *L, const struct rx_matrix *m, enum over over, bool largest,
                          bool place)
{
    const struct rx_matrix *lines = over == ROWS ? push_transpose(L, m) : m;
    struct rx_matrix *out =
        over == ROWS ? rx_new_matrix(L, 1, m->cols, 0) : rx_new_matrix(L, m->rows, 1, m->steps);
    for (size_t i = 0; i < lines->rows; i++) {
        const float *line = lines->data + i * lines->cols;
        const size_t best = rx_extreme(line, lines->cols, largest);
        out->data[i] = place ? (float)(best + 1) : line[best];
    }
}

static int extreme(lua_State *L, bool largest)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    const enum over over = check_over(L);
    check_any(L, m, over);
    if (over == ALL)
        lua_pushnumber(L, (lua_Number)(largest ? rx_matrix_max : rx_matrix_min)(m));
    else
        push_extremes(L, m, over, largest, false);
    return 1;
}

/** The smallest element; or of each column, over the rows; or of each row, over the columns.
 * @function m:min
 * @string[opt="all"] over "all", "rows" or "columns"
 * @treturn number|matrix a number; 1 x cols; rows x 1; NaN where an element is */
static int matrix_min(lua_State *L)
{
    return extreme(L, false);
}

/** The largest element; or of each column, over the rows; or of each row, over the columns.
 * @function m:max
 * @string[opt="all"] over "all", "rows" or "columns"
 * @treturn number|matrix a number; 1 x cols; rows x 1; NaN where an element is
 * @usage local peak_rates = rng:uniform(100, 8):max("rows") -- 1 x 8 */
static int matrix_max(lua_State *L)
{
    return extreme(L, true);
}

/** Where the largest element is, the first of several; or in which row of each column, over the
 * rows; or in which column of each row, over the columns.
 * @function m:argmax
 * @string[opt="all"] over "all", "rows" or "columns"
 * @treturn int|matrix row, and then the column as a second result; 1 x cols; rows x 1
 * @usage
 * local scores = rng:normal(5, 3)
 * local i, j = scores:argmax()
 * local choices = scores:argmax("columns") -- 5 x 1 */
static int matrix_argmax(lua_State *L)
{
    const struct rx_matrix *m = rx_check_matrix(L, 1);
    const enum over over = check_over(L);
    check_any(L, m, over);
    if (over != ALL) {
        push_extremes(L, m, over, true, true);
        return 1;
    }
    const size_t best = rx_extreme(m->data, rx_matrix_count(m), true);
    lua_pushinteger(L, (lua_Integer)(best / m->cols) + 1);
    lua_pushinteger(L, (lua_Integer)(best % m->cols) + 1);
    return 2;
}

const struct rx_binding rx_arithmetic_methods[] = {
    { "mul", matrix_mul, 1 },         { "atan2", matrix_atan2, 1 },
    { "lt", matrix_lt, 1 },           { "le", matrix_le, 1 },
    { "gt", matrix_gt, 1 },           { "ge", matrix_ge, 1 },
    { "eq", matrix_eq, 1 },           { "abs", matrix_abs, 0 },
    { "sqrt", matrix_sqrt, 0 },       { "exp", matrix_exp, 0 },
    { "log", matrix_log, 0 },         { "sin", matrix_sin, 0 },
    { "cos", matrix_cos, 0 },         { "tanh", matrix_tanh, 0 },
    { "floor", matrix_floor, 0 },     { "wrap", matrix_wrap, 0 },
    { "relu", matrix_relu, 0 },       { "sigmoid", matrix_sigmoid, 0 },
    { "softmax", matrix_softmax, 0 }, { "log_softmax", matrix_log_softmax, 0 },
    { "clamp", matrix_clamp, 2 },     { "cumsum", matrix_cumsum, 0 },
    { "sum", matrix_sum, 1 },         { "mean", matrix_mean, 1 },
    { "min", matrix_min, 1 },         { "max", matrix_max, 1 },
    { "argmax", matrix_argmax, 1 },   { "__add", matrix_add, 2 },
    { "__sub", matrix_sub, 2 },       { "__mul", matrix_product, 2 },
    { "__div", matrix_div, 2 },       { "__pow", matrix_pow, 2 },
    { "__unm", matrix_negate, 2 },    { NULL, NULL, 0 },
};
