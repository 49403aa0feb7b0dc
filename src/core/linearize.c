#include "linearize.h"
#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The tangent of one number: c at entry k of the states and else nothing; or a row of its own. */
enum tangent_kind { NOTHING, ENTRY, ROW };

struct tangent {
    enum tangent_kind kind;
    size_t k;
    double c;
};

/* What a step works in. Numbers are counted through all blocks that are no weights. */
struct pass {
    const struct rx_dynamics *dynamics;
    size_t size;                  /* of the states together */
    size_t first[RX_MOST_BLOCKS]; /* number of each block's first column */
    double *value;                /* of each number */
    struct tangent *tangent;      /* of each number, and its */
    double *row;                  /* (numbers, size); NULL if no derivative is asked for */
};

static size_t count_numbers(size_t *first, const struct rx_program *program)
{
    size_t count = 0;
    for (size_t b = 0; b < program->blocks; b++) {
        if (first)
            first[b] = count;
        count += program->block[b].place == RX_WEIGHT ? 0 : program->block[b].cols;
    }
    return count;
}

size_t rx_step_memory(const struct rx_dynamics *dynamics, bool derivative)
{
    const size_t numbers = count_numbers(NULL, dynamics->program);
    const size_t size = dynamics->states * dynamics->units;
    const size_t tangents = numbers * sizeof(struct tangent) / sizeof(double) + 1;
    return numbers + (derivative ? tangents + numbers * size : 0);
}

static double *row_of(const struct pass *p, size_t number)
{
    return p->row + number * p->size;
}

/* --- operands --------------------------------------------------------------------------------- */

/* Column j of an operand: its value, and the number whose tangent it has. */
struct scalar {
    double value;
    const struct tangent *tangent; /* NULL: nothing, it does not depend on the states */
    size_t number;
};

static struct scalar scalar_of(const struct pass *p, const struct rx_instruction *in,
                               const struct rx_operand *operand, size_t j)
{
    if (operand->block == RX_NO_BLOCK)
        return (struct scalar){ .value = (double)in->number };
    const struct rx_block *block = &p->dynamics->program->block[operand->block];
    const size_t column = operand->first + (operand->cols == 1 ? 0 : j);
    if (block->place == RX_WEIGHT)
        return (struct scalar){ .value = p->dynamics->weight[block->index][column] };
    const size_t number = p->first[operand->block] + column;
    const bool moves = p->row && p->tangent[number].kind != NOTHING;
    return (struct scalar){ p->value[number], moves ? &p->tangent[number] : NULL, number };
}

static size_t out_of(const struct pass *p, const struct rx_instruction *in, size_t j)
{
    return p->first[in->out.block] + in->out.first + j;
}

/* --- tangents --------------------------------------------------------------------------------- */

static void add_to_row(const struct pass *p, double *row, double factor, const struct scalar *x)
{
    if (x->tangent->kind == ENTRY)
        row[x->tangent->k] += factor * x->tangent->c;
    else
        cblas_daxpy((int)p->size, factor, row_of(p, x->number), 1, row, 1);
}

/* The tangent of `out` becomes that of x times a factor, written over where it is x itself. */
static void scale(const struct pass *p, size_t out, double factor, const struct scalar *x)
{
    struct tangent *tangent = &p->tangent[out];
    if (!x->tangent || factor == 0) {
        tangent->kind = NOTHING;
    } else if (x->tangent->kind == ENTRY) {
        *tangent = (struct tangent){ ENTRY, x->tangent->k, factor * x->tangent->c };
    } else {
        tangent->kind = ROW;
        double *to = row_of(p, out);
        const double *from = row_of(p, x->number);
        for (size_t k = 0; k < p->size; k++)
            to[k] = factor * from[k];
    }
}

static void make_row(const struct pass *p, size_t number)
{
    struct tangent *tangent = &p->tangent[number];
    double *row = row_of(p, number);
    if (tangent->kind != ROW)
        memset(row, 0, p->size * sizeof *row);
    if (tangent->kind == ENTRY)
        row[tangent->k] = tangent->c;
    tangent->kind = ROW;
}

/* The tangent of `out` becomes da x + db y; it may be the number x or y itself. */
static void blend(const struct pass *p, size_t out, double da, struct scalar x, double db,
                  struct scalar y)
{
    if (!p->row)
        return;
    if (!x.tangent || da == 0) {
        scale(p, out, db, &y);
    } else if (!y.tangent || db == 0) {
        scale(p, out, da, &x);
    } else if (x.tangent->kind == ENTRY && y.tangent->kind == ENTRY &&
               x.tangent->k == y.tangent->k) {
        p->tangent[out] =
            (struct tangent){ ENTRY, x.tangent->k, da * x.tangent->c + db * y.tangent->c };
    } else if (x.tangent->kind == ROW && y.tangent->kind == ROW) {
        const double *a = row_of(p, x.number), *b = row_of(p, y.number);
        double *to = row_of(p, out);
        for (size_t k = 0; k < p->size; k++)
            to[k] = da * a[k] + db * b[k];
        p->tangent[out].kind = ROW;
    } else if (y.tangent->kind == ROW) {
        blend(p, out, db, y, da, x);
    } else { /* x is a row or an entry, y an entry; `out` may be y's number */
        const struct tangent entry = *y.tangent;
        scale(p, out, da, &x);
        make_row(p, out);
        row_of(p, out)[entry.k] += db * entry.c;
    }
}

/* --- elementwise ------------------------------------------------------------------------------ */

/* A function of one or two numbers and its derivatives by them. */
struct slope {
    double value, a, b;
};

static struct slope choose(bool first, double a, double b)
{
    return (struct slope){ first ? a : b, first, !first };
}

static struct slope combine(enum rx_operation operation, double a, double b)
{
    switch (operation) {
    case RX_ADD:
        return (struct slope){ a + b, 1, 1 };
    case RX_SUBTRACT:
        return (struct slope){ a - b, 1, -1 };
    case RX_MULTIPLY:
        return (struct slope){ a * b, b, a };
    case RX_DIVIDE:
        return (struct slope){ a / b, 1 / b, -a / (b * b) };
    case RX_POWER:
        return (struct slope){ pow(a, b), b == 0 ? 0 : b * pow(a, b - 1),
                               a > 0 ? pow(a, b) * log(a) : 0 };
    case RX_ATAN2:
        return (struct slope){ atan2(a, b), b / (a * a + b * b), -a / (a * a + b * b) };
    case RX_LESS:
        return (struct slope){ a < b, 0, 0 };
    case RX_LESS_EQUAL:
        return (struct slope){ a <= b, 0, 0 };
    case RX_EQUAL:
        return (struct slope){ a == b, 0, 0 };
    case RX_GREATER_OF:
        return choose(!(a < b), a, b);
    case RX_LESSER_OF:
        return choose(!(a > b), a, b);
    case RX_WHERE:
        return (struct slope){ b != 0 ? a : 0, b != 0, 0 };
    case RX_OPERATIONS:
        break;
    }
    return (struct slope){ NAN, NAN, NAN };
}

static struct slope map(enum rx_function function, double x)
{
    const double two_pi = 6.28318530717958648;
    double y;
    switch (function) {
    case RX_ABS:
        return (struct slope){ fabs(x), (x > 0) - (x < 0), 0 };
    case RX_SQRT:
        return (struct slope){ sqrt(x), 0.5 / sqrt(x), 0 };
    case RX_EXP:
        return (struct slope){ exp(x), exp(x), 0 };
    case RX_LOG:
        return (struct slope){ log(x), 1 / x, 0 };
    case RX_SIN:
        return (struct slope){ sin(x), cos(x), 0 };
    case RX_COS:
        return (struct slope){ cos(x), -sin(x), 0 };
    case RX_TANH:
        y = tanh(x);
        return (struct slope){ y, 1 - y * y, 0 };
    case RX_FLOOR:
        return (struct slope){ floor(x), 0, 0 };
    case RX_WRAP:
        return (struct slope){ x - two_pi * floor(x / two_pi + 0.5), 1, 0 };
    case RX_SIGMOID:
        y = 1 / (1 + exp(-x));
        return (struct slope){ y, y * (1 - y), 0 };
    case RX_RELU:
        return (struct slope){ x > 0 ? x : x == x ? 0 : x, x > 0, 0 };
    case RX_SQUARE:
        return (struct slope){ x * x, 2 * x, 0 };
    default:
        return (struct slope){ NAN, NAN, 0 };
    }
}

static void elementwise(const struct pass *p, const struct rx_instruction *in)
{
    for (size_t j = 0; j < in->out.cols; j++) {
        const struct scalar a = scalar_of(p, in, &in->a, j);
        const struct scalar b =
            in->kind == RX_COMBINE ? scalar_of(p, in, &in->b, j) : (struct scalar){ .value = 0 };
        const struct slope f = in->kind == RX_COMBINE ? combine(in->operation, a.value, b.value)
                               : in->kind == RX_MAP   ? map(in->function, a.value)
                                                      : (struct slope){ a.value, 1, 0 };
        const size_t out = out_of(p, in, j);
        blend(p, out, f.a, a, f.b, b);
        p->value[out] = f.value;
    }
}

/* --- whole rows ------------------------------------------------------------------------------- */

static void row_sum(const struct pass *p, const struct rx_instruction *in)
{
    const double share = in->kind == RX_ROW_MEAN ? 1 / (double)in->a.cols : 1;
    const size_t out = out_of(p, in, 0);
    p->value[out] = 0;
    if (p->row)
        p->tangent[out].kind = NOTHING;
    for (size_t j = 0; j < in->a.cols; j++) {
        const struct scalar x = scalar_of(p, in, &in->a, j);
        p->value[out] += share * x.value;
        if (x.tangent) {
            make_row(p, out);
            add_to_row(p, row_of(p, out), share, &x);
        }
    }
}

static void row_extreme(const struct pass *p, const struct rx_instruction *in)
{
    struct scalar best = scalar_of(p, in, &in->a, 0);
    for (size_t j = 1; j < in->a.cols; j++) {
        const struct scalar x = scalar_of(p, in, &in->a, j);
        if (in->kind == RX_ROW_MOST ? x.value > best.value : x.value < best.value)
            best = x;
    }
    if (p->row)
        scale(p, out_of(p, in, 0), 1, &best);
    p->value[out_of(p, in, 0)] = best.value;
}

/* The mean of the tangents of a row, weighted by `share` (cols), into `mean` (size). */
static void mean_tangent(const struct pass *p, const struct rx_instruction *in, const double *share,
                         double *mean)
{
    memset(mean, 0, p->size * sizeof *mean);
    for (size_t j = 0; j < in->a.cols; j++) {
        const struct scalar x = scalar_of(p, in, &in->a, j);
        if (x.tangent)
            add_to_row(p, mean, share[j], &x);
    }
}

/* Softmax s of a row, or its logarithm: ds_j = s_j (dx_j - sum s dx), d log s_j = dx_j - sum s dx.
 */
static void softmax(const struct pass *p, const struct rx_instruction *in)
{
    const size_t cols = in->a.cols, out = out_of(p, in, 0);
    const bool logarithm = in->function == RX_ROW_LOG_SOFTMAX;
    double most = -INFINITY, sum = 0;
    double *share = malloc((cols + p->size) * sizeof *share), *mean = share + cols;
    for (size_t j = 0; j < cols; j++)
        most = fmax(most, scalar_of(p, in, &in->a, j).value);
    for (size_t j = 0; j < cols; j++)
        sum += exp(scalar_of(p, in, &in->a, j).value - most);
    for (size_t j = 0; share && j < cols; j++)
        share[j] = exp(scalar_of(p, in, &in->a, j).value - most) / sum;
    if (share && p->row)
        mean_tangent(p, in, share, mean);
    for (size_t j = 0; j < cols; j++) {
        const struct scalar x = scalar_of(p, in, &in->a, j);
        p->value[out + j] = !share ? NAN : logarithm ? x.value - most - log(sum) : share[j];
        if (!share || !p->row)
            continue;
        scale(p, out + j, logarithm ? 1 : share[j], &x);
        make_row(p, out + j);
        cblas_daxpy((int)p->size, logarithm ? -1 : -share[j], mean, 1, row_of(p, out + j), 1);
    }
    free(share);
}

/* --- products --------------------------------------------------------------------------------- */

/* Entry (i, j) of what stands on the right. */
static double right_at(const double *weight, const struct rx_instruction *in, size_t cols, size_t i,
                       size_t j)
{
    return in->transposed ? weight[j * cols + i] : weight[i * cols + j];
}

/* Tangents of entries alone: each becomes one column of the rows of the results. */
static void product_of_entries(const struct pass *p, const struct rx_instruction *in,
                               const double *weight, size_t cols)
{
    for (size_t j = 0; j < in->out.cols; j++) {
        double *row = row_of(p, out_of(p, in, j));
        for (size_t i = 0; i < in->a.cols; i++) {
            const struct scalar x = scalar_of(p, in, &in->a, i);
            if (x.tangent)
                row[x.tangent->k] += right_at(weight, in, cols, i, j) * x.tangent->c;
        }
    }
}

static void product_tangents(const struct pass *p, const struct rx_instruction *in,
                             const double *weight, size_t cols)
{
    const size_t first = p->first[in->a.block] + in->a.first, out = out_of(p, in, 0);
    bool some = false, rows = false;
    for (size_t i = 0; i < in->a.cols; i++) {
        some = some || p->tangent[first + i].kind != NOTHING;
        rows = rows || p->tangent[first + i].kind == ROW;
    }
    for (size_t j = 0; j < in->out.cols; j++) {
        if (!in->adds)
            p->tangent[out + j].kind = NOTHING;
        if (some)
            make_row(p, out + j);
    }
    if (!some)
        return;
    if (!rows) {
        product_of_entries(p, in, weight, cols);
        return;
    }
    for (size_t i = 0; i < in->a.cols; i++)
        make_row(p, first + i);
    cblas_dgemm(CblasRowMajor, in->transposed ? CblasNoTrans : CblasTrans, CblasNoTrans,
                (int)in->out.cols, (int)p->size, (int)in->a.cols, 1, weight, (int)cols,
                row_of(p, first), (int)p->size, 1, row_of(p, out), (int)p->size);
}

static void product(const struct pass *p, const struct rx_instruction *in)
{
    const struct rx_block *block = &p->dynamics->program->block[in->b.block];
    const double *weight = p->dynamics->weight[block->index];
    const double *left = p->value + p->first[in->a.block] + in->a.first;
    double *out = p->value + out_of(p, in, 0);
    cblas_dgemv(CblasRowMajor, in->transposed ? CblasNoTrans : CblasTrans, (int)block->rows,
                (int)block->cols, 1, weight, (int)block->cols, left, 1, in->adds ? 1 : 0, out, 1);
    if (p->row)
        product_tangents(p, in, weight, block->cols);
}

/* --- a step ------------------------------------------------------------------------------------
 */

static void execute(const struct pass *p, const struct rx_instruction *in)
{
    switch (in->kind) {
    case RX_NOISE:
        if (in->a.block == RX_NO_BLOCK) {
            memset(p->value + out_of(p, in, 0), 0, in->out.cols * sizeof *p->value);
            break;
        }
        /* fall through */
    case RX_COPY:
    case RX_COMBINE:
        elementwise(p, in);
        break;
    case RX_MAP:
        if (rx_is_rowwise(in->function))
            softmax(p, in);
        else
            elementwise(p, in);
        break;
    case RX_ROW_SUM:
    case RX_ROW_MEAN:
        row_sum(p, in);
        break;
    case RX_ROW_MOST:
    case RX_ROW_LEAST:
        row_extreme(p, in);
        break;
    case RX_PRODUCT:
        product(p, in);
        break;
    default: /* what is read out or added up is no part of the states */
        break;
    }
}

static struct pass begin(const struct rx_dynamics *dynamics, double *memory, bool derivative)
{
    struct pass p = { .dynamics = dynamics, .size = dynamics->states * dynamics->units };
    const size_t numbers = count_numbers(p.first, dynamics->program);
    p.value = memory;
    if (derivative) {
        p.row = memory + numbers;
        p.tangent = (struct tangent *)(p.row + numbers * p.size);
        memset(p.tangent, 0, numbers * sizeof *p.tangent);
    }
    return p;
}

/* The states before the step, each its own tangent, and the input. */
static void fill_in(const struct pass *p, const double *before)
{
    const struct rx_dynamics *dynamics = p->dynamics;
    for (size_t b = 0; b < dynamics->program->blocks; b++) {
        const struct rx_block *block = &dynamics->program->block[b];
        double *value = p->value + p->first[b];
        if (block->place == RX_FIELD)
            memcpy(value, dynamics->input, block->cols * sizeof *value);
        if (block->place != RX_BEFORE)
            continue;
        const size_t from = block->index * dynamics->units;
        memcpy(value, before + from, block->cols * sizeof *value);
        for (size_t j = 0; p->row && j < block->cols; j++)
            p->tangent[p->first[b] + j] = (struct tangent){ ENTRY, from + j, 1 };
    }
}

static void read_row(double *row, const struct pass *p, size_t number)
{
    const struct tangent *tangent = &p->tangent[number];
    if (tangent->kind == ROW) {
        memcpy(row, row_of(p, number), p->size * sizeof *row);
        return;
    }
    memset(row, 0, p->size * sizeof *row);
    if (tangent->kind == ENTRY)
        row[tangent->k] = tangent->c;
}

void rx_step(double *next, double *jacobian, const struct rx_dynamics *dynamics,
             const double *before, double *memory)
{
    const struct pass p = begin(dynamics, memory, jacobian != NULL);
    const struct rx_program *program = dynamics->program;
    fill_in(&p, before);
    for (size_t i = 0; i < program->forward.count; i++)
        execute(&p, &program->forward.at[i]);
    for (size_t b = 0; b < program->blocks; b++) {
        if (program->block[b].place != RX_AFTER)
            continue;
        const size_t to = program->block[b].index * dynamics->units;
        memcpy(next + to, p.value + p.first[b], dynamics->units * sizeof *next);
        for (size_t j = 0; jacobian && j < dynamics->units; j++)
            read_row(jacobian + (to + j) * p.size, &p, p.first[b] + j);
    }
}
