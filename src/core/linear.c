#include "linear.h"
#include "lapack_status.h"
#include "moments.h"
#include <cblas.h>
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A LAPACK call on one thread: within a region of ours the library starts none of its own. */
#define ON_ONE_THREAD _Pragma("omp parallel") _Pragma("omp single")

static void widen(double *out, const float *in, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] = (double)in[i];
}

static void narrow(float *out, const double *in, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] = (float)in[i];
}

static void *take(size_t count)
{
    return malloc((count + 1) * sizeof(double));
}

/* --- systems of equations -------------------------------------------------------------------- */

/* What dgesvx works in, one after the other in one block. */
struct system {
    double *a, *factors, *b, *x, *row_scale, *column_scale, *errors;
    lapack_int *pivots;
};

static size_t place_system(struct system *s, double *memory, size_t n, size_t columns)
{
    const size_t square = n * n, wide = n * columns;
    s->a = memory;
    s->factors = s->a + square;
    s->b = s->factors + square;
    s->x = s->b + wide;
    s->row_scale = s->x + wide;
    s->column_scale = s->row_scale + n;
    s->errors = s->column_scale + n;
    s->pivots = (lapack_int *)(s->errors + 2 * columns);
    return 2 * square + 2 * wide + 3 * n + 2 * columns;
}

static enum rx_status solve_system(struct system *s, size_t n, size_t columns)
{
    double condition = 0, growth;
    char scaled = 'N';
    lapack_int failed = 0;
    ON_ONE_THREAD
    failed = LAPACKE_dgesvx(LAPACK_ROW_MAJOR, 'E', 'N', (int)n, (int)columns, s->a, (int)n,
                            s->factors, (int)n, s->pivots, &scaled, s->row_scale, s->column_scale,
                            s->b, (int)columns, s->x, (int)columns, &condition, s->errors,
                            s->errors + columns, &growth);
    if (rx_lapack_status(failed) == RX_NO_MEMORY)
        return RX_NO_MEMORY;
    return condition > 0.25 * (double)FLT_EPSILON ? RX_OK : RX_FAILED;
}

enum rx_status rx_solve(float *x, const float *a, const float *b, size_t n, size_t columns)
{
    struct system s;
    const size_t count = place_system(&s, NULL, n, columns);
    double *memory = take(count);
    if (!memory)
        return RX_NO_MEMORY;
    place_system(&s, memory, n, columns);
    widen(s.a, a, n * n);
    widen(s.b, b, n * columns);
    const enum rx_status status = n && columns ? solve_system(&s, n, columns) : RX_OK;
    narrow(x, s.x, n * columns);
    free(memory);
    return status;
}

/* --- singular values ------------------------------------------------------------------------- */

/* m (rows, cols) = u (rows, k) diag(s) vt (k, cols), k the smaller of both, s falling */
struct decomposition {
    double *m, *u, *s, *vt;
    size_t k;
    lapack_int failed;
};

/* Of `m`, in one block of doubles: free `d->m`, which LAPACK has overwritten. */
static bool decompose(struct decomposition *d, const float *m, size_t rows, size_t cols)
{
    const size_t k = rows < cols ? rows : cols;
    d->m = take(rows * cols + rows * k + k + k * cols);
    if (!d->m)
        return false;
    d->k = k, d->u = d->m + rows * cols, d->s = d->u + rows * k, d->vt = d->s + k;
    widen(d->m, m, rows * cols);
    d->failed = 0;
    if (k)
        ON_ONE_THREAD
    d->failed = LAPACKE_dgesdd(LAPACK_ROW_MAJOR, 'S', (int)rows, (int)cols, d->m, (int)cols, d->s,
                               d->u, (int)k, d->vt, (int)cols);
    return true;
}

enum rx_status rx_svd(float *u, float *s, float *v, const float *m, size_t rows, size_t cols)
{
    struct decomposition d;
    if (!decompose(&d, m, rows, cols))
        return RX_NO_MEMORY;
    narrow(u, d.u, rows * d.k);
    narrow(s, d.s, d.k);
    for (size_t i = 0; i < d.k; i++)
        for (size_t j = 0; j < cols; j++)
            v[j * d.k + i] = (float)d.vt[i * cols + j];
    free(d.m);
    return rx_lapack_status(d.failed);
}

/* out (cols, rows) = vt' diag(1 / s) u', over the first `used` of k singular values */
static void multiply_back(double *out, const double *u, const double *s, double *vt, size_t rows,
                          size_t cols, size_t k, size_t used)
{
    for (size_t i = 0; i < used; i++)
        cblas_dscal((int)cols, 1 / s[i], vt + i * cols, 1);
    memset(out, 0, rows * cols * sizeof *out);
    if (used == 0)
        return;
    ON_ONE_THREAD
    cblas_dgemm(CblasRowMajor, CblasTrans, CblasTrans, (int)cols, (int)rows, (int)used, 1, vt,
                (int)cols, u, (int)k, 0, out, (int)rows);
}

enum rx_status rx_pseudoinverse(float *out, const float *m, size_t rows, size_t cols, double cutoff)
{
    struct decomposition d;
    if (!decompose(&d, m, rows, cols))
        return RX_NO_MEMORY;
    size_t used = 0;
    while (!d.failed && used < d.k && d.s[used] > cutoff * d.s[0])
        used++;
    multiply_back(d.m, d.u, d.s, d.vt, rows, cols, d.k, used);
    narrow(out, d.m, rows * cols);
    free(d.m);
    return rx_lapack_status(d.failed);
}

/* --- eigenvalues ----------------------------------------------------------------------------- */

struct eigenvalue {
    double real, imaginary;
};

static int falling(double a, double b)
{
    return a < b ? 1 : a > b ? -1 : 0;
}

static int by_modulus(const void *a, const void *b)
{
    const struct eigenvalue *x = a, *y = b;
    const int modulus = falling(hypot(x->real, x->imaginary), hypot(y->real, y->imaginary));
    const int real = falling(x->real, y->real);
    return modulus ? modulus : real ? real : falling(x->imaginary, y->imaginary);
}

enum rx_status rx_eigen_double(double *real, double *imaginary, double *m, size_t n)
{
    struct eigenvalue *values = malloc((n + 1) * sizeof *values);
    if (!values)
        return RX_NO_MEMORY;
    lapack_int failed = 0;
    if (n) /* the transpose, which is what column-major LAPACK sees, has the same eigenvalues */
        ON_ONE_THREAD
    failed = LAPACKE_dgeev(LAPACK_COL_MAJOR, 'N', 'N', (int)n, m, (int)n, real, imaginary, NULL, 1,
                           NULL, 1);
    for (size_t i = 0; i < n; i++)
        values[i] = (struct eigenvalue){ real[i], imaginary[i] };
    qsort(values, n, sizeof *values, by_modulus);
    for (size_t i = 0; i < n; i++) {
        real[i] = values[i].real;
        imaginary[i] = values[i].imaginary;
    }
    free(values);
    return rx_lapack_status(failed);
}

enum rx_status rx_eigen(float *real, float *imaginary, const float *m, size_t n)
{
    double *memory = take(n * n + 2 * n);
    if (!memory)
        return RX_NO_MEMORY;
    double *values = memory + n * n;
    widen(memory, m, n * n);
    const enum rx_status status = rx_eigen_double(values, values + n, memory, n);
    narrow(real, values, n);
    narrow(imaginary, values + n, n);
    free(memory);
    return status;
}

/* --- ridge regression ------------------------------------------------------------------------ */

/* Columns of x and y side by side, a part of the rows at a time, into their moments. */
static enum rx_status join_moments(struct rx_moments *moments, const float *x, const float *y,
                                   size_t rows, size_t features, size_t outputs, rx_stop *stop)
{
    enum { PART = 512 };
    const size_t cols = features + outputs;
    float *part = malloc((PART * cols + 1) * sizeof *part);
    if (!part)
        return RX_NO_MEMORY;
    enum rx_status status = RX_OK;
    for (size_t first = 0; first < rows && !status; first += PART) {
        const size_t count = rows - first < PART ? rows - first : PART;
        for (size_t i = 0; i < count; i++) {
            memcpy(part + i * cols, x + (first + i) * features, features * sizeof *part);
            memcpy(part + i * cols + features, y + (first + i) * outputs, outputs * sizeof *part);
        }
        status = rx_moments_add(moments, part, count, stop);
    }
    free(part);
    return status;
}

/* slopes (outputs, features): (X'X + penalty) slopes' = X'Y, by Cholesky; square (features,
 * features) is scratch. Fails if the features depend on each other. */
static enum rx_status solve_normal(double *slopes, double *square, const struct rx_moments *moments,
                                   size_t features, size_t outputs, double penalty)
{
    const size_t cols = moments->cols;
    const int n = (int)features, wide = (int)outputs;
    double size = 0, condition = 0;
    for (size_t i = 0; i < features; i++) {
        memcpy(square + i * features, moments->products + i * cols, (i + 1) * sizeof *square);
        square[i * features + i] += penalty;
    }
    for (size_t i = 0; i < outputs; i++)
        memcpy(slopes + i * features, moments->products + (features + i) * cols,
               features * sizeof *slopes);
    lapack_int failed = 0;
    /* rows of a lower triangle are columns of an upper one */
    ON_ONE_THREAD
    {
        size = LAPACKE_dlansy(LAPACK_COL_MAJOR, '1', 'U', n, square, n);
        failed = LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'U', n, square, n);
        if (!failed)
            failed = LAPACKE_dpocon(LAPACK_COL_MAJOR, 'U', n, square, n, size, &condition);
        if (!failed)
            LAPACKE_dpotrs(LAPACK_COL_MAJOR, 'U', n, wide, square, n, slopes, n);
    }
    if (size < 0) /* as dlansy says it */
        return RX_NO_MEMORY;
    return failed || condition > 1e-14 ? rx_lapack_status(failed) : RX_FAILED;
}

enum rx_status rx_ridge(float *weights, float *intercept, const float *x, const float *y,
                        size_t rows, size_t features, size_t outputs, double penalty, rx_stop *stop)
{
    struct rx_moments moments;
    const size_t cols = features + outputs, needed = rx_moments_memory(cols);
    double *memory = take(needed + features * (features + outputs));
    if (!memory)
        return RX_NO_MEMORY;
    double *square = memory + needed, *slopes = square + features * features;
    rx_moments_begin(&moments, memory, cols);
    enum rx_status status = join_moments(&moments, x, y, rows, features, outputs, stop);
    if (!status)
        status = solve_normal(slopes, square, &moments, features, outputs, penalty);
    narrow(weights, slopes, outputs * features);
    for (size_t o = 0; o < outputs; o++)
        intercept[o] =
            (float)(moments.mean[features + o] -
                    cblas_ddot((int)features, slopes + o * features, 1, moments.mean, 1));
    free(memory);
    return status;
}
