/* program_run.h - where a program's blocks lie in a run, and how its lists go through the rows. */
#ifndef RX_PROGRAM_RUN_H
#define RX_PROGRAM_RUN_H

#include "noise.h"
#include "population.h"
#include "product.h"
#include "program.h"
#include "team.h"

/* Where a block lies: row r of step t at base + (t - origin) * step + r * row; of a step before
 * `origin`, at start + r * row. */
struct rx_frame {
    float *base, *start;
    size_t origin, step, row;
};

enum { RX_STATE_NOISE, RX_OUTPUT_NOISE, RX_NOISES };

/* What instructions need beside their blocks. */
struct rx_means {
    const struct rx_packed (*packed)[2]; /* of each weight: as it is, and its transpose */
    const struct rx_noise *noise;        /* (RX_NOISES) */
    const struct rx_code *code;
    rx_stop *stop;
};

/* Some rows of one step. */
struct rx_span {
    const struct rx_means *means;
    const struct rx_block *block; /* of the program, and */
    const struct rx_frame *frame; /* where they lie, from the span's first row on */
    size_t t;                     /* step */
    size_t row, rows; /* number of its first row in the sequence, for the noise; how many */
    double *total;
};

/* Runs a list on a span, by all members of a team. */
void rx_run_list(const struct rx_list *list, const struct rx_span *span, struct rx_member member);

/* The gradients (of each weight) += a program's outer sums over `rows` rows from where the frames
 * stand at step t. Called by every thread of a parallel region; returns to each when all is done.
 */
void rx_add_outers(float *const gradient[], const struct rx_program *program,
                   const struct rx_frame *frame, size_t t, size_t rows);

#endif
