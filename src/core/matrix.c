#include "matrix.h"
#include "parallel.h"
#include <cblas.h>
#include <math.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

enum { BLOCK = 16384 }; /* elements that one thread works on between two looks at the stop flag */

typedef void piece_work(const void *task, size_t first, size_t count);

/* Has `count` things worked on in pieces, on all threads. A single piece is spared the price of a
 * parallel region: it is that of a small matrix, and a step of a walk has dozens. */
static enum rx_status work_in_pieces(size_t count, size_t piece, piece_work *work, const void *task,
                                     rx_stop *stop)
{
    if (count <= piece) {
        work(task, 0, count);
    } else {
#pragma omp parallel for
        for (size_t i = 0; i < count; i += piece)
            if (!*stop)
                work(task, i, rx_piece_length(count, piece, i));
    }
    return *stop ? RX_STOPPED : RX_OK;
}

/* Where element (i, j) of a repeated matrix lies: data[(i % period) * row_step + j * col_step]. */
struct operand {
    const float *data;
    size_t period, row_step, col_step;
};

static bool repeats_trials(const struct rx_matrix *a, const struct rx_matrix *b)
{
    return a->steps && !b->steps && b->rows == rx_matrix_batch(a);
}

bool rx_matrix_broadcasts(const struct rx_matrix *a, const struct rx_matrix *b)
{
    return (b->rows == a->rows || b->rows == 1 || repeats_trials(a, b)) &&
           (b->cols == a->cols || b->cols == 1);
}

static struct operand operand(const struct rx_matrix *a, const struct rx_matrix *b)
{
    return (struct operand){
        .data = b->data,
        .period = b->rows ? b->rows : 1,
        .row_step = b->rows == 1 ? 0 : b->cols,
        .col_step = b->cols == 1 && a->cols != 1 ? 0 : 1,
    };
}

static void combine_row(enum rx_operation op, float *out, const float *x, size_t dx, const float *y,
                        size_t dy, size_t count)
{
    switch (op) {
    case RX_ADD:
        for (size_t j = 0; j < count; j++)
            out[j] = x[j * dx] + y[j * dy];
        break;
    case RX_SUBTRACT:
        for (size_t j = 0; j < count; j++)
            out[j] = x[j * dx] - y[j * dy];
        break;
    case RX_MULTIPLY:
        for (size_t j = 0; j < count; j++)
            out[j] = x[j * dx] * y[j * dy];
        break;
    case RX_DIVIDE:
        for (size_t j = 0; j < count; j++)
            out[j] = x[j * dx] / y[j * dy];
        break;
    case RX_POWER:
        for (size_t j = 0; j < count; j++)
            out[j] = powf(x[j * dx], y[j * dy]);
        break;
    case RX_ATAN2:
        for (size_t j = 0; j < count; j++)
            out[j] = atan2f(x[j * dx], y[j * dy]);
        break;
    case RX_LESS:
        for (size_t j = 0; j < count; j++)
            out[j] = x[j * dx] < y[j * dy];
        break;
    case RX_LESS_EQUAL:
        for (size_t j = 0; j < count; j++)
            out[j] = x[j * dx] <= y[j * dy];
        break;
    case RX_EQUAL:
        for (size_t j = 0; j < count; j++)
            out[j] = x[j * dx] == y[j * dy];
        break;
    }
}

struct combination {
    enum rx_operation op;
    float *out;
    const struct rx_matrix *a;
    struct operand b;
    bool swapped;
};

static void combine_piece(const struct combination *task, size_t at, const float *y, size_t dy,
                          size_t count)
{
    if (task->swapped)
        combine_row(task->op, task->out + at, y, dy, task->a->data + at, 1, count);
    else
        combine_row(task->op, task->out + at, task->a->data + at, 1, y, dy, count);
}

/* Pairs of one length: a whole matrix with another of its shape or a number. */
static void combine_flat(const void *context, size_t first, size_t count)
{
    const struct combination *task = context;
    const size_t dy = task->b.col_step;
    combine_piece(task, first, task->b.data + first * dy, dy, count);
}

static void combine_rows(const void *context, size_t first, size_t count)
{
    const struct combination *task = context;
    const size_t cols = task->a->cols;
    for (size_t i = first; i < first + count; i++)
        combine_piece(task, i * cols, task->b.data + i % task->b.period * task->b.row_step,
                      task->b.col_step, cols);
}

enum rx_status rx_matrix_combine(enum rx_operation op, float *out, const struct rx_matrix *a,
                                 const struct rx_matrix *b, bool swapped, rx_stop *stop)
{
    struct combination task = { op, out, a, operand(a, b), swapped };
    const bool same = b->rows == a->rows && b->cols == a->cols;
    if (same || (b->rows == 1 && b->cols == 1)) {
        task.b.col_step = same;
        return work_in_pieces(rx_matrix_count(a), BLOCK, combine_flat, &task, stop);
    }
    const size_t rows = a->cols < BLOCK ? BLOCK / (a->cols ? a->cols : 1) : 1;
    return work_in_pieces(a->rows, rows, combine_rows, &task, stop);
}

static float wrap(float angle)
{
    const double turn = 2 * pi;
    const float wrapped = (float)(angle - turn * floor((angle + pi) / turn));
    return wrapped < (float)pi ? wrapped : -(float)pi;
}

static void map_block(enum rx_function function, float *out, const float *x, size_t count)
{
    switch (function) {
    case RX_ABS:
        for (size_t i = 0; i < count; i++)
            out[i] = fabsf(x[i]);
        break;
    case RX_SQRT:
        for (size_t i = 0; i < count; i++)
            out[i] = sqrtf(x[i]);
        break;
    case RX_EXP:
        for (size_t i = 0; i < count; i++)
            out[i] = expf(x[i]);
        break;
    case RX_LOG:
        for (size_t i = 0; i < count; i++)
            out[i] = logf(x[i]);
        break;
    case RX_SIN:
        for (size_t i = 0; i < count; i++)
            out[i] = sinf(x[i]);
        break;
    case RX_COS:
        for (size_t i = 0; i < count; i++)
            out[i] = cosf(x[i]);
        break;
    case RX_TANH:
        for (size_t i = 0; i < count; i++)
            out[i] = tanhf(x[i]);
        break;
    case RX_FLOOR:
        for (size_t i = 0; i < count; i++)
            out[i] = floorf(x[i]);
        break;
    case RX_WRAP:
        for (size_t i = 0; i < count; i++)
            out[i] = wrap(x[i]);
        break;
    }
}

struct mapping {
    enum rx_function function;
    float *out;
    const float *x;
};

static void map_piece(const void *context, size_t first, size_t count)
{
    const struct mapping *task = context;
    map_block(task->function, task->out + first, task->x + first, count);
}

enum rx_status rx_matrix_map(enum rx_function function, float *out, const struct rx_matrix *a,
                             rx_stop *stop)
{
    const struct mapping task = { function, out, a->data };
    return work_in_pieces(rx_matrix_count(a), BLOCK, map_piece, &task, stop);
}

struct filling {
    float *out, value;
};

static void fill_piece(const void *context, size_t first, size_t count)
{
    const struct filling *task = context;
    for (size_t i = first; i < first + count; i++)
        task->out[i] = task->value;
}

enum rx_status rx_matrix_fill(float *out, float value, size_t count, rx_stop *stop)
{
    const struct filling task = { out, value };
    return work_in_pieces(count, BLOCK, fill_piece, &task, stop);
}

enum rx_status rx_matrix_product(float *out, const struct rx_matrix *a, const struct rx_matrix *b,
                                 rx_stop *stop)
{
    const size_t inner = a->cols, cols = b->cols;
    if (inner == 0)
        memset(out, 0, a->rows * cols * sizeof *out);
    if (inner == 0 || a->rows == 0 || cols == 0)
        return RX_OK;
    /* a block is small enough to end within a blink of the stop flag */
    size_t block = RX_BLOCK_ROWS;
    while (block > 1 && block * inner > (size_t)500000000 / cols)
        block /= 2;
#pragma omp parallel for schedule(dynamic)
    for (size_t i = 0; i < a->rows; i += block) {
        if (*stop)
            continue;
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans,
                    (int)rx_piece_length(a->rows, block, i), (int)cols, (int)inner, 1,
                    a->data + i * inner, (int)inner, b->data, (int)cols, 0, out + i * cols,
                    (int)cols);
    }
    return *stop ? RX_STOPPED : RX_OK;
}

void rx_matrix_transpose(float *out, const struct rx_matrix *a)
{
    const size_t tile = 16; /* a tile of both matrices stays in the first-level cache */
#pragma omp parallel for schedule(static) if (rx_matrix_count(a) > BLOCK)
    for (size_t i0 = 0; i0 < a->rows; i0 += tile)
        for (size_t j0 = 0; j0 < a->cols; j0 += tile)
            for (size_t i = i0; i < i0 + rx_piece_length(a->rows, tile, i0); i++)
                for (size_t j = j0; j < j0 + rx_piece_length(a->cols, tile, j0); j++)
                    out[j * a->rows + i] = a->data[i * a->cols + j];
}

enum rx_status rx_matrix_cumulative_sum(float *out, const struct rx_matrix *a, rx_stop *stop)
{
    /* a step of a sequence is one row of batch * cols numbers */
    const size_t width = a->steps ? rx_matrix_batch(a) * a->cols : a->cols;
    enum { columns = 64 };
    const size_t count = rx_matrix_count(a);
    for (size_t j0 = 0; j0 < width; j0 += columns) {
        const size_t piece = rx_piece_length(width, columns, j0);
        double sums[columns] = { 0 };
        if (*stop)
            return RX_STOPPED;
        for (size_t i = j0; i < count; i += width)
            for (size_t j = 0; j < piece; j++)
                out[i + j] = (float)(sums[j] += (double)a->data[i + j]);
    }
    return RX_OK;
}

void rx_matrix_sum_rows(float *out, const struct rx_matrix *a)
{
    enum { columns = 64 };
    for (size_t j0 = 0; j0 < a->cols; j0 += columns) {
        const size_t width = rx_piece_length(a->cols, columns, j0);
        double sums[columns] = { 0 };
        for (size_t i = 0; i < a->rows; i++)
            for (size_t j = 0; j < width; j++)
                sums[j] += (double)a->data[i * a->cols + j0 + j];
        for (size_t j = 0; j < width; j++)
            out[j0 + j] = (float)sums[j];
    }
}

static double sum(const float *x, size_t count)
{
    double total = 0;
#pragma omp simd reduction(+ : total)
    for (size_t i = 0; i < count; i++)
        total += (double)x[i];
    return total;
}

void rx_matrix_sum_columns(float *out, const struct rx_matrix *a)
{
    for (size_t i = 0; i < a->rows; i++)
        out[i] = (float)sum(a->data + i * a->cols, a->cols);
}

double rx_matrix_sum(const struct rx_matrix *a)
{
    return sum(a->data, rx_matrix_count(a));
}

size_t rx_extreme(const float *x, size_t count, bool largest)
{
    size_t best = 0;
    for (size_t i = 0; i < count && !isnan(x[best]); i++)
        if (isnan(x[i]) || (largest ? x[i] > x[best] : x[i] < x[best]))
            best = i;
    return best;
}

float rx_matrix_min(const struct rx_matrix *a)
{
    return a->data[rx_extreme(a->data, rx_matrix_count(a), false)];
}

float rx_matrix_max(const struct rx_matrix *a)
{
    return a->data[rx_extreme(a->data, rx_matrix_count(a), true)];
}

size_t rx_matrix_first_not_finite(const struct rx_matrix *a)
{
    const size_t count = rx_matrix_count(a), block = 4096;
    for (size_t i0 = 0; i0 < count; i0 += block) {
        const size_t length = rx_piece_length(count, block, i0);
        float poison = 0; /* stays 0 unless an element is NaN or infinite */
#pragma omp simd reduction(+ : poison)
        for (size_t i = 0; i < length; i++)
            poison += 0 * a->data[i0 + i];
        if (poison == 0)
            continue;
        for (size_t i = i0; i < i0 + length; i++)
            if (!isfinite(a->data[i]))
                return i;
    }
    return count;
}
