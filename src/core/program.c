#include "program.h"
#include "parallel.h"
#include "team.h"

enum { GROUP_NUMBERS = 4096 }; /* of a block, that a group works on at a time: they stay in cache */

/* --- is it right? ---------------------------------------------------------------------------- */

static const struct rx_block *block_of(const struct rx_program *program,
                                       const struct rx_operand *operand)
{
    return &program->block[operand->block];
}

static bool lies_within(const struct rx_program *program, const struct rx_operand *operand)
{
    if (operand->block < 0 || (size_t)operand->block >= program->blocks || operand->cols == 0)
        return false;
    const size_t cols = block_of(program, operand)->cols;
    return operand->cols <= cols && operand->first <= cols - operand->cols;
}

static bool is_writable(const struct rx_program *program, const struct rx_operand *out)
{
    const enum rx_place place = block_of(program, out)->place;
    return place != RX_WEIGHT && place != RX_FIELD && place != RX_SEED;
}

static bool overlap(const struct rx_operand *a, const struct rx_operand *b)
{
    return a->block == b->block && a->first < b->first + b->cols && b->first < a->first + a->cols;
}

/* An operand that goes through the columns with the result, or is repeated along them. */
static bool goes_with(const struct rx_program *program, const struct rx_operand *out,
                      const struct rx_operand *operand, bool repeats)
{
    if (operand->block == RX_NO_BLOCK)
        return true;
    if (!lies_within(program, operand))
        return false;
    const struct rx_block *block = block_of(program, operand);
    if (block->place == RX_WEIGHT && block->rows != 1)
        return false;
    if (operand->cols != out->cols && !(repeats && operand->cols == 1))
        return false;
    return !overlap(out, operand) || (operand->first == out->first && operand->cols == out->cols);
}

/* An operand of which each row is looked at as a whole. */
static bool is_row(const struct rx_program *program, const struct rx_operand *out,
                   const struct rx_operand *operand)
{
    return lies_within(program, operand) && !rx_is_shared(block_of(program, operand)) &&
           !overlap(out, operand);
}

static bool is_product(const struct rx_program *program, const struct rx_instruction *in)
{
    if (!is_row(program, &in->out, &in->a) || !lies_within(program, &in->b))
        return false;
    const struct rx_block *right = block_of(program, &in->b);
    return right->place == RX_WEIGHT && in->b.first == 0 && in->b.cols == right->cols &&
           in->a.cols == (in->transposed ? right->cols : right->rows) &&
           in->out.cols == (in->transposed ? right->rows : right->cols);
}

static const char *check(const struct rx_program *program, const struct rx_instruction *in)
{
    const struct rx_operand *out = &in->out;
    if (in->kind == RX_TOTAL)
        return is_row(program, out, &in->a) && in->a.cols == 1 ? NULL : "no column to add up";
    if (!lies_within(program, out) || !is_writable(program, out))
        return "a result that has no place";
    switch (in->kind) {
    case RX_COPY:
        return goes_with(program, out, &in->a, true) ? NULL : "a copy of another shape";
    case RX_COMBINE:
        if ((unsigned)in->operation >= RX_OPERATIONS)
            return "no such operation";
        return goes_with(program, out, &in->a, true) && goes_with(program, out, &in->b, true) &&
                       (in->a.block != RX_NO_BLOCK || in->b.block != RX_NO_BLOCK)
                   ? NULL
                   : "operands of other shapes";
    case RX_MAP:
        if ((unsigned)in->function >= RX_FUNCTIONS)
            return "no such function";
        return in->a.block != RX_NO_BLOCK && goes_with(program, out, &in->a, false)
                   ? NULL
                   : "an argument of another shape";
    case RX_ROW_SUM:
    case RX_ROW_MEAN:
    case RX_ROW_MOST:
    case RX_ROW_LEAST:
        return is_row(program, out, &in->a) && out->cols == 1 ? NULL : "no rows to sum up";
    case RX_PRODUCT:
        return is_product(program, in) ? NULL : "a product of other shapes";
    case RX_NOISE:
        if (in->which != 0 && in->which != 1)
            return "no such noise";
        return goes_with(program, out, &in->a, false) ? NULL : "noise on another shape";
    case RX_ENCODE:
        return is_row(program, out, &in->a) ? NULL : "nothing to encode";
    case RX_TOTAL:
    case RX_KINDS:
        break;
    }
    return "no such instruction";
}

static const char *check_outer(const struct rx_program *program, const struct rx_outer *outer)
{
    const struct rx_operand *side[] = { &outer->left, &outer->right };
    for (size_t s = 0; s < 2; s++) {
        if (s == 1 && side[s]->block == RX_NO_BLOCK)
            break;
        if (!lies_within(program, side[s]))
            return "a side of an outer sum that has no place";
        const enum rx_place place = block_of(program, side[s])->place;
        if (place == RX_WEIGHT || place == RX_SEED || place == RX_SCRATCH)
            return "a side of an outer sum that is not kept";
    }
    return NULL;
}

/* --- who waits for whom ---------------------------------------------------------------------- */

/* How an instruction shares its work out, and so which numbers of a block a thread touches. */
enum sharing { BY_TILES, BY_ROWS, ALL };

struct access {
    struct rx_operand operand;
    enum sharing sharing;
    size_t offset; /* of the block's columns from those of the tiles */
    bool writes;
};

static bool goes_by_rows(const struct rx_instruction *in)
{
    return in->kind == RX_NOISE || in->kind == RX_ENCODE ||
           (in->kind >= RX_ROW_SUM && in->kind <= RX_ROW_LEAST) ||
           (in->kind == RX_MAP && rx_is_rowwise(in->function));
}

static size_t accesses_of(struct access *found, const struct rx_program *program,
                          const struct rx_instruction *in)
{
    const struct rx_operand *operand[] = { &in->out, &in->a, &in->b };
    size_t count = 0;
    for (size_t i = 0; i < 3; i++) {
        if (operand[i]->block == RX_NO_BLOCK || rx_is_shared(block_of(program, operand[i])))
            continue;
        enum sharing sharing = goes_by_rows(in) ? BY_ROWS : BY_TILES;
        if (in->kind == RX_TOTAL || (!goes_by_rows(in) && i > 0 &&
                                     (in->kind == RX_PRODUCT || operand[i]->cols != in->out.cols)))
            sharing = ALL;
        found[count++] = (struct access){ *operand[i], sharing, operand[i]->first, i == 0 };
    }
    return count;
}

static bool conflict(const struct access *a, const struct access *b)
{
    if (!(a->writes || b->writes) || !overlap(&a->operand, &b->operand))
        return false;
    return a->sharing != b->sharing || a->sharing == ALL ||
           (a->sharing == BY_TILES && a->offset != b->offset);
}

static bool conflicts(const struct rx_program *program, const struct rx_instruction *earlier,
                      const struct rx_instruction *later)
{
    struct access a[3], b[3];
    const size_t as = accesses_of(a, program, earlier), bs = accesses_of(b, program, later);
    for (size_t i = 0; i < as; i++)
        for (size_t j = 0; j < bs; j++)
            if (conflict(&a[i], &b[j]))
                return true;
    return false;
}

static void find_meetings(const struct rx_program *program, struct rx_list *list)
{
    size_t met = 0; /* the first instruction since the last meeting */
    for (size_t i = 0; i < list->count; i++) {
        struct rx_instruction *in = &list->at[i];
        for (size_t j = met; j < i && !in->meets; j++)
            in->meets = conflicts(program, &list->at[j], in);
        if (in->meets)
            met = i;
    }
}

/* --- what goes through the rows together -------------------------------------------------------
 */

static size_t widest(const struct rx_instruction *in)
{
    const size_t out = in->out.cols, a = in->a.block == RX_NO_BLOCK ? 0 : in->a.cols;
    return out > a ? out : a;
}

static bool goes_alone(const struct rx_instruction *in)
{
    return in->kind == RX_PRODUCT || in->kind == RX_ENCODE;
}

static void find_groups(struct rx_list *list)
{
    for (size_t i = 0, end; i < list->count; i = end) {
        size_t width = widest(&list->at[i]);
        end = i + 1;
        while (!goes_alone(&list->at[i]) && end < list->count && !goes_alone(&list->at[end]) &&
               !list->at[end].meets) {
            width = widest(&list->at[end]) > width ? widest(&list->at[end]) : width;
            end++;
        }
        list->at[i].group = end - i;
        list->at[i].group_rows = goes_alone(&list->at[i]) ? 0
                                 : width < GROUP_NUMBERS  ? GROUP_NUMBERS / width
                                                          : 1;
    }
}

const char *rx_program_prepare(struct rx_program *program)
{
    struct rx_list *lists[] = { &program->forward, &program->backward };
    for (size_t l = 0; l < 2; l++) {
        for (size_t i = 0; i < lists[l]->count; i++) {
            const char *wrong = check(program, &lists[l]->at[i]);
            if (wrong)
                return wrong;
        }
        find_meetings(program, lists[l]);
        find_groups(lists[l]);
    }
    for (size_t i = 0; i < program->outers; i++) {
        const char *wrong = check_outer(program, &program->outer[i]);
        if (wrong)
            return wrong;
    }
    return NULL;
}
