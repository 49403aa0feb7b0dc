#include "matrix.h"
#include "parallel.h"
#include "product.h"
#include "vector.h"
#include <math.h>
#include <string.h>

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
        rx_combine(task->op, task->out + at, y, dy, task->a->data + at, 1, count);
    else
        rx_combine(task->op, task->out + at, task->a->data + at, 1, y, dy, count);
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

struct mapping {
    enum rx_function function;
    float *out;
    const float *x;
    size_t cols;
};

static void map_piece(const void *context, size_t first, size_t count)
{
    const struct mapping *task = context;
    rx_map(task->function, task->out + first, task->x + first, count);
}

static void map_rows(const void *context, size_t first, size_t count)
{
    const struct mapping *task = context;
    for (size_t i = first; i < first + count; i++)
        rx_map(task->function, task->out + i * task->cols, task->x + i * task->cols, task->cols);
}

enum rx_status rx_matrix_map(enum rx_function function, float *out, const struct rx_matrix *a,
                             rx_stop *stop)
{
    const struct mapping task = { function, out, a->data, a->cols };
    if (!rx_is_rowwise(function))
        return work_in_pieces(rx_matrix_count(a), BLOCK, map_piece, &task, stop);
    return a->cols == 0 ? RX_OK
                        : work_in_pieces(a->rows, rx_pieces(BLOCK, a->cols), map_rows, &task, stop);
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
        rx_product_once(out + i * cols, a->data + i * inner, b->data,
                        rx_piece_length(a->rows, block, i), inner, cols);
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

void rx_matrix_sum_columns(float *out, const struct rx_matrix *a)
{
    for (size_t i = 0; i < a->rows; i++)
        out[i] = (float)rx_vector_sum(a->data + i * a->cols, a->cols);
}

double rx_matrix_sum(const struct rx_matrix *a)
{
    return rx_vector_sum(a->data, rx_matrix_count(a));
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
        uint32_t most = 0; /* bits but the sign: those of an infinity, or more, are no number */
#pragma omp simd reduction(max : most)
        for (size_t i = 0; i < length; i++) {
            uint32_t bits;
            memcpy(&bits, &a->data[i0 + i], sizeof bits);
            bits &= 0x7fffffff;
            most = bits > most ? bits : most;
        }
        if (most < 0x7f800000)
            continue;
        for (size_t i = i0; i < i0 + length; i++)
            if (!isfinite(a->data[i]))
                return i;
    }
    return count;
}
