/* program.h - a computation as a list of instructions, run over the rows of sequences or over time.
 *
 * An instruction reads and writes blocks of numbers with one row for each trial. Where a block lies
 * is said once, when the program is laid out (program_run.h), so that the same list serves every
 * step and every trial. A step of a network is such a list, forward and backward; so are its
 * readout and its loss, over the rows of a sequence.
 *
 * A weight is the same for all rows: products have it on their right, and one of a single row can
 * be added to or multiplied with all rows. What a weight receives from all rows is a sum of outer
 * products, left' right, which is no instruction: its two sides are kept for a window of steps. */
#ifndef RX_PROGRAM_H
#define RX_PROGRAM_H

#include "elementwise.h"
#include "status.h"
#include <stdbool.h>
#include <stddef.h>

enum rx_place {
    RX_WEIGHT,   /* (rows, cols), the same at all steps */
    RX_FIELD,    /* (steps, batch, cols), given: inputs, targets, a mask */
    RX_RESULT,   /* (steps, batch, cols), to be filled: outputs */
    RX_BEFORE,   /* (batch, cols) a step: a state before the step, */
    RX_AFTER,    /* and after it */
    RX_D_BEFORE, /* the gradient at a state before the step, */
    RX_D_AFTER,  /* and after it */
    RX_KEPT,     /* (batch, cols) a step: made forward, and wanted backward */
    RX_WINDOW,   /* (batch, cols) a step, for some steps: the side of an outer sum */
    RX_SCRATCH,  /* (rows, cols): used up within a step */
    RX_SEED,     /* one number: what a row counts in the loss */
    RX_PLACES
};

struct rx_block {
    enum rx_place place;
    size_t index;      /* which weight, field, result or state */
    size_t rows, cols; /* rows of a weight only */
};

/* Some columns of a block. RX_NO_BLOCK: the instruction's number, or nothing. */
enum { RX_NO_BLOCK = -1, RX_MOST_BLOCKS = 512, RX_MOST_STATES = 16 };

struct rx_operand {
    int block;
    size_t first, cols;
};

enum rx_kind {
    RX_COPY,      /* out = a, repeated if it has one column */
    RX_COMBINE,   /* out = a operation b, either repeated if it has one column */
    RX_MAP,       /* out = function(a) */
    RX_ROW_SUM,   /* out, one column, = the sum of the row of a; */
    RX_ROW_MEAN,  /* its mean; */
    RX_ROW_MOST,  /* its largest element; */
    RX_ROW_LEAST, /* its smallest */
    RX_PRODUCT,   /* out = a b, or out += a b; b is a weight, or its transpose */
    RX_NOISE,     /* out = a + draws of noise `which`; without a, the draws alone */
    RX_ENCODE,    /* out = what the cells of the run's code answer at a */
    RX_TOTAL,     /* the total += the sum of a, a column */
    RX_KINDS
};

struct rx_instruction {
    enum rx_kind kind;
    union {
        enum rx_operation operation;
        enum rx_function function;
        int which; /* RX_NOISE: RX_STATE_NOISE or RX_OUTPUT_NOISE */
    };
    bool adds, transposed; /* RX_PRODUCT */
    struct rx_operand out, a, b;
    float number; /* in place of the operand without a block */

    /* set by rx_program_prepare */
    bool meets;        /* the threads of a team meet before it */
    size_t group;      /* how many instructions from here on can go through the rows together, */
    size_t group_rows; /* so many rows at a time; 0 in a group: it goes alone */
};

struct rx_list {
    struct rx_instruction *at;
    size_t count;
};

/* The gradient of a weight += left' right, over all rows; without right, the sum of left, which is
 * that of a single row. */
struct rx_outer {
    struct rx_operand left, right;
    size_t weight;
};

struct rx_program {
    struct rx_block *block;
    size_t blocks;
    struct rx_list forward, backward;
    struct rx_outer *outer;
    size_t outers;
};

/* Whether a block holds the same in every row. */
static inline bool rx_is_shared(const struct rx_block *block)
{
    return block->place == RX_WEIGHT || block->place == RX_SEED;
}

/* NULL, and what else a program needs is filled in; or what is wrong with it. */
const char *rx_program_prepare(struct rx_program *program);

#endif
