/* linear.c - linear algebra as Lua sees it. */

/** Linear algebra, by LAPACK: in double precision between the single precision of the matrices.
 * @module reactivation.linear
 * @pragma nostrip */

#include "linear.h"
#include "bind.h"
#include <float.h>

static const struct rx_matrix *check_finite_matrix(lua_State *L, int arg)
{
    const struct rx_matrix *m = rx_check_matrix(L, arg);
    rx_check_finite(L, arg, m);
    return m;
}

static const struct rx_matrix *check_square(lua_State *L, int arg)
{
    const struct rx_matrix *m = check_finite_matrix(L, arg);
    return rx_check_shape(L, arg, (lua_Integer)m->rows, (lua_Integer)m->rows);
}

/** Solve a x = b.
 * @function rx.solve
 * @tparam matrix a n x n; one that is singular, as far as its digits tell, is an error
 * @tparam matrix b n x any
 * @treturn matrix x
 * @usage local x = rx.solve(rx.matrix { { 2, 1 }, { 1, 3 } }, rx.matrix { { 1 }, { 2 } }) */
static int solve(lua_State *L)
{
    const struct rx_matrix *a = check_square(L, 1);
    const struct rx_matrix *b = rx_check_shape(L, 2, (lua_Integer)a->rows, RX_ANY);
    rx_check_finite(L, 2, b);
    struct rx_matrix *x = rx_new_matrix(L, b->rows, b->cols, 0);
    const enum rx_status status = rx_solve(x->data, a->data, b->data, a->rows, b->cols);
    rx_argument_check(L, status != RX_FAILED, 1,
                      "matrix that can be inverted expected; it is singular, see rx.pseudoinverse");
    rx_check_status(L, status);
    return 1;
}

/** Singular value decomposition: m = u diag(s) v'.
 * @function rx.svd
 * @tparam matrix m rows x cols; k is the smaller of the two
 * @treturn matrix u rows x k
 * @treturn matrix s 1 x k, falling
 * @treturn matrix v cols x k
 * @usage
 * local u, s, v = rx.svd(data)
 * local again = u:mul(s) * v:t() */
static int svd(lua_State *L)
{
    const struct rx_matrix *m = check_finite_matrix(L, 1);
    const size_t k = m->rows < m->cols ? m->rows : m->cols;
    struct rx_matrix *u = rx_new_matrix(L, m->rows, k, 0);
    struct rx_matrix *s = rx_new_matrix(L, 1, k, 0);
    struct rx_matrix *v = rx_new_matrix(L, m->cols, k, 0);
    rx_check_status(L, rx_svd(u->data, s->data, v->data, m->data, m->rows, m->cols));
    return 3;
}

/* What may be rounding alone, of singular values beside the largest: as NumPy's matrix_rank. */
static double default_cutoff(const struct rx_matrix *m)
{
    return (double)(m->rows > m->cols ? m->rows : m->cols) * (double)FLT_EPSILON;
}

/** The pseudoinverse (Moore and Penrose).
 * @function rx.pseudoinverse
 * @tparam matrix m rows x cols
 * @tab[opt] options `cutoff`: singular values of at most this share of the largest count as 0
 * (1.2e-7 times the longer side of the matrix)
 * @treturn matrix cols x rows
 * @usage local back = rx.pseudoinverse(net.weights.w_out, { cutoff = 1e-3 }) */
static int pseudoinverse(lua_State *L)
{
    static const char *const options[] = { "cutoff", NULL };
    const struct rx_matrix *m = check_finite_matrix(L, 1);
    double cutoff = default_cutoff(m);
    if (!lua_isnoneornil(L, 2)) {
        rx_check_options(L, 2, options);
        cutoff = rx_option_number(L, 2, "cutoff", cutoff);
        if (!(cutoff >= 0 && cutoff < 1))
            rx_option_error(L, "cutoff", "number from 0 to below 1 expected, got %s",
                            rx_push_number(L, cutoff));
    }
    struct rx_matrix *out = rx_new_matrix(L, m->cols, m->rows, 0);
    rx_check_status(L, rx_pseudoinverse(out->data, m->data, m->rows, m->cols, cutoff));
    return 1;
}

/** Eigenvalues of any square matrix.
 * @function rx.eigen
 * @tparam matrix m n x n
 * @treturn table `real` and `imaginary`, 1 x n each, by falling modulus; of a conjugate pair the
 * one with positive imaginary part comes first
 * @usage
 * local spectrum = rx.eigen(net.weights.w_rec)
 * print("spectral radius", (spectrum.real ^ 2 + spectrum.imaginary ^ 2):sqrt():max()) */
static int eigen(lua_State *L)
{
    const struct rx_matrix *m = check_square(L, 1);
    lua_createtable(L, 0, 2);
    struct rx_matrix *real = rx_new_matrix(L, 1, m->rows, 0);
    lua_setfield(L, -2, "real");
    struct rx_matrix *imaginary = rx_new_matrix(L, 1, m->rows, 0);
    lua_setfield(L, -2, "imaginary");
    rx_check_status(L, rx_eigen(real->data, imaginary->data, m->data, m->rows));
    return 1;
}

/* ridge(x, y, penalty) -> weights, intercept */
static int ridge(lua_State *L)
{
    const struct rx_matrix *x = check_finite_matrix(L, 1);
    const struct rx_matrix *y = rx_check_shape(L, 2, (lua_Integer)x->rows, RX_ANY);
    rx_check_finite(L, 2, y);
    const double penalty = rx_check_number(L, 3);
    struct rx_matrix *weights = rx_new_matrix(L, y->cols, x->cols, 0);
    struct rx_matrix *intercept = rx_new_matrix(L, 1, y->cols, 0);
    const enum rx_status status = rx_ridge(weights->data, intercept->data, x->data, y->data,
                                           x->rows, x->cols, y->cols, penalty, &rx_stop_flag);
    rx_argument_check(
        L, status != RX_FAILED, 1,
        "independent columns expected; they depend on each other, and need a penalty");
    rx_check_status(L, status);
    return 2;
}

static const struct rx_binding functions[] = {
    { "solve", solve, 2 }, { "svd", svd, 1 },     { "pseudoinverse", pseudoinverse, 2 },
    { "eigen", eigen, 1 }, { "ridge", ridge, 3 }, { NULL, NULL, 0 },
};

void rx_open_linear(lua_State *L)
{
    rx_set_functions(L, functions);
}
