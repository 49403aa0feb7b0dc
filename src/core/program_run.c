#include "program_run.h"
#include "parallel.h"
#include "vector.h"
#include <omp.h>
#include <string.h>

static float *address(const struct rx_frame *frame, size_t t, const struct rx_operand *operand)
{
    const struct rx_frame *of = &frame[operand->block];
    float *step = t < of->origin ? of->start : of->base + (t - of->origin) * of->step;
    return step + operand->first;
}

/* --- column by column ------------------------------------------------------------------------- */

/* An operand on the rows and columns that are worked on: a number is repeated along both. */
struct side {
    const float *data;
    size_t row, col;
};

static struct side side_of(const struct rx_span *span, const struct rx_instruction *in,
                           const struct rx_operand *operand, size_t row, size_t first)
{
    if (operand->block == RX_NO_BLOCK)
        return (struct side){ &in->number, 0, 0 };
    const size_t stride = span->frame[operand->block].row;
    const size_t col = operand->cols == in->out.cols;
    return (struct side){ address(span->frame, span->t, operand) + row * stride + col * first,
                          stride, col };
}

static bool is_flat(const struct side *side, size_t count)
{
    return side->col ? side->row == count : side->row == 0;
}

static void elementwise(const struct rx_instruction *in, float *out, const struct side *a,
                        const struct side *b, size_t row, size_t count)
{
    const float *x = a->data + row * a->row;
    if (in->kind == RX_COMBINE)
        rx_combine(in->operation, out, x, a->col, b->data + row * b->row, b->col, count);
    else if (in->kind == RX_MAP)
        rx_map(in->function, out, x, count);
    else if (a->col)
        memmove(out, x, count * sizeof *out);
    else
        for (size_t j = 0; j < count; j++)
            out[j] = *x;
}

static void elementwise_rows(const struct rx_instruction *in, const struct rx_span *span,
                             size_t row, size_t rows, size_t first, size_t count)
{
    const struct side out = side_of(span, in, &in->out, row, first);
    const struct side a = side_of(span, in, &in->a, row, first);
    const struct side b = side_of(span, in, &in->b, row, first);
    float *to = address(span->frame, span->t, &in->out) + row * out.row + first;
    if (out.row == count && is_flat(&a, count) && is_flat(&b, count)) {
        elementwise(in, to, &a, &b, 0, rows * count);
        return;
    }
    for (size_t r = 0; r < rows; r++)
        elementwise(in, to + r * out.row, &a, &b, r, count);
}

static void product(const struct rx_instruction *in, const struct rx_span *span, size_t row,
                    size_t rows, size_t first, size_t count)
{
    const struct rx_frame *out = &span->frame[in->out.block], *left = &span->frame[in->a.block];
    const size_t weight = span->block[in->b.block].index;
    const struct rx_packed *right = &span->means->packed[weight][in->transposed];
    rx_product(address(span->frame, span->t, &in->out) + row * out->row + first, out->row, in->adds,
               address(span->frame, span->t, &in->a) + row * left->row, left->row, rows, right,
               first, count);
}

static void columns(const struct rx_instruction *in, const struct rx_span *span, size_t row,
                    size_t rows, size_t first, size_t count)
{
    if (in->kind == RX_PRODUCT)
        product(in, span, row, rows, first, count);
    else
        elementwise_rows(in, span, row, rows, first, count);
}

/* --- row by row --------------------------------------------------------------------------------
 */

static void add_noise(const struct rx_instruction *in, const struct rx_span *span, size_t row,
                      float *out, const float *x)
{
    const size_t count = in->out.cols;
    if (!x)
        memset(out, 0, count * sizeof *out);
    else if (out != x)
        memcpy(out, x, count * sizeof *out);
    rx_noise_add(&span->means->noise[in->which], span->row + row, out, count);
}

static void whole_row(const struct rx_instruction *in, const struct rx_span *span, size_t row)
{
    const struct side a = side_of(span, in, &in->a, row, 0);
    float *out = address(span->frame, span->t, &in->out) + row * span->frame[in->out.block].row;
    switch (in->kind) {
    case RX_ROW_SUM:
        *out = (float)rx_vector_sum(a.data, in->a.cols);
        break;
    case RX_ROW_MEAN:
        *out = (float)(rx_vector_sum(a.data, in->a.cols) / (double)in->a.cols);
        break;
    case RX_ROW_MOST:
        *out = a.data[rx_extreme(a.data, in->a.cols, true)];
        break;
    case RX_ROW_LEAST:
        *out = a.data[rx_extreme(a.data, in->a.cols, false)];
        break;
    case RX_NOISE:
        add_noise(in, span, row, out, in->a.block == RX_NO_BLOCK ? NULL : a.data);
        break;
    default:
        rx_map(in->function, out, a.data, in->out.cols);
        break;
    }
}

static void encode(const struct rx_instruction *in, const struct rx_span *span, size_t row,
                   size_t rows)
{
    const struct rx_code *code = span->means->code;
    const struct rx_frame *out = &span->frame[in->out.block], *at = &span->frame[in->a.block];
    code->encode(address(span->frame, span->t, &in->out) + row * out->row, code,
                 address(span->frame, span->t, &in->a) + row * at->row, rows, span->means->stop);
}

static void add_total(const struct rx_instruction *in, const struct rx_span *span, size_t row,
                      size_t rows)
{
    const struct rx_frame *of = &span->frame[in->a.block];
    const float *x = address(span->frame, span->t, &in->a) + row * of->row;
    for (size_t r = 0; r < rows; r++)
        *span->total += (double)x[r * of->row];
}

/* --- lists --------------------------------------------------------------------------------------
 */

/* A member's part of an instruction on some rows. Shares of rows are the same whichever rows are
 * taken together, so that who made a row finds it without meeting. */
static void execute(const struct rx_instruction *in, const struct rx_span *span, size_t row,
                    size_t rows, struct rx_member member)
{
    const size_t members = member.team->size;
    switch (in->kind) {
    case RX_TOTAL:
        if (member.index == 0)
            add_total(in, span, row, rows);
        return;
    case RX_ENCODE:
        if (members == 1)
            encode(in, span, row, rows);
        else
            for (size_t r = row; r < row + rows; r++)
                if (r % members == member.index)
                    encode(in, span, r, 1);
        return;
    case RX_MAP:
        if (!rx_is_rowwise(in->function))
            break;
        /* fall through */
    case RX_ROW_SUM:
    case RX_ROW_MEAN:
    case RX_ROW_MOST:
    case RX_ROW_LEAST:
    case RX_NOISE:
        for (size_t r = row; r < row + rows; r++)
            if (r % members == member.index)
                whole_row(in, span, r);
        return;
    default:
        break;
    }
    const size_t cols = in->out.cols;
    if (members == 1)
        columns(in, span, row, rows, 0, cols);
    else
        for (size_t u = rx_team_first(member); u < cols; u = rx_team_next(member, u))
            columns(in, span, row, rows, u, rx_team_tile(cols, u));
}

void rx_run_list(const struct rx_list *list, const struct rx_span *span, struct rx_member member)
{
    for (size_t i = 0; i < list->count; i += list->at[i].group) {
        const struct rx_instruction *in = &list->at[i];
        const size_t most = in->group_rows ? in->group_rows : span->rows;
        if (in->meets)
            rx_team_meet(member);
        for (size_t row = 0; row < span->rows; row += most)
            for (size_t k = 0; k < in->group; k++)
                execute(&in[k], span, row, rx_piece_length(span->rows, most, row), member);
    }
}

/* --- outer sums ---------------------------------------------------------------------------------
 */

void rx_add_outers(float *const gradient[], const struct rx_program *program,
                   const struct rx_frame *frame, size_t t, size_t rows)
{
    static const float one = 1;
    for (size_t o = 0; o < program->outers; o++) {
        const struct rx_outer *outer = &program->outer[o];
        const bool alone = outer->right.block == RX_NO_BLOCK;
        const float *left = address(frame, t, &outer->left);
        const float *right = alone ? &one : address(frame, t, &outer->right);
        const size_t left_row = frame[outer->left.block].row;
        const size_t right_row = alone ? 0 : frame[outer->right.block].row;
        const size_t out = outer->left.cols, in = alone ? 1 : outer->right.cols;
        float *sum = gradient[outer->weight];
        const size_t share = rx_pieces(out, (size_t)omp_get_num_threads());
#pragma omp for schedule(static)
        for (size_t i = 0; i < out; i += share)
            rx_outer_sum(sum + i * in, in, left + i, left_row, right, right_row, rows,
                         rx_piece_length(out, share, i), in);
    }
}
