/* matrix.h - float32 matrices, row-major and contiguous, and the arithmetic that tasks need.
 *
 * A sequence is a matrix that knows its steps: rows are time-major, row t * batch + b holds
 * trial b at step t, and rows = steps * batch. Nothing here allocates. What takes a stop flag may
 * take long and returns RX_STOPPED soon after it is raised; the rest runs at the speed of memory,
 * a second for a few gigabytes. */
#ifndef RX_MATRIX_H
#define RX_MATRIX_H

#include "elementwise.h"
#include "status.h"
#include <stdbool.h>
#include <stddef.h>

struct rx_matrix {
    float *data; /* (rows, cols) */
    size_t rows, cols;
    size_t steps; /* 0: not a sequence */
};

static inline size_t rx_matrix_count(const struct rx_matrix *m)
{
    return m->rows * m->cols;
}

/* The trials of a sequence; the rows of any other matrix. */
static inline size_t rx_matrix_batch(const struct rx_matrix *m)
{
    return m->steps ? m->rows / m->steps : m->rows;
}

/* Whether b can be combined with a, the larger of the two: b has the shape of a, or is repeated
 * along rows (1 x cols), along columns (rows x 1), along both (1 x 1), or, where a is a sequence
 * and b has one row a trial, along steps. */
bool rx_matrix_broadcasts(const struct rx_matrix *a, const struct rx_matrix *b);

/* out (count) = value. */
enum rx_status rx_matrix_fill(float *out, float value, size_t count, rx_stop *stop);

/* out = a op b, or b op a if `swapped`; comparisons give 1 or 0. out has the shape of a. */
enum rx_status rx_matrix_combine(enum rx_operation op, float *out, const struct rx_matrix *a,
                                 const struct rx_matrix *b, bool swapped, rx_stop *stop);

/* out = function(a), element by element. */
enum rx_status rx_matrix_map(enum rx_function function, float *out, const struct rx_matrix *a,
                             rx_stop *stop);

/* out (a.rows, b.cols) = a b. */
enum rx_status rx_matrix_product(float *out, const struct rx_matrix *a, const struct rx_matrix *b,
                                 rx_stop *stop);

void rx_matrix_transpose(float *out, const struct rx_matrix *a); /* out (a.cols, a.rows) */

/* Running sums down the rows, in double precision; of a sequence, through its steps, trial by
 * trial. */
enum rx_status rx_matrix_cumulative_sum(float *out, const struct rx_matrix *a, rx_stop *stop);

/* Sums in double precision: out (1, cols) over rows, out (rows, 1) over columns. */
void rx_matrix_sum_rows(float *out, const struct rx_matrix *a);
void rx_matrix_sum_columns(float *out, const struct rx_matrix *a);
double rx_matrix_sum(const struct rx_matrix *a);

/* The smallest and largest element; a must not be empty. NaN if any element is NaN. */
float rx_matrix_min(const struct rx_matrix *a);
float rx_matrix_max(const struct rx_matrix *a);

/* Index of the first element that is NaN or infinite; the count if there is none. */
size_t rx_matrix_first_not_finite(const struct rx_matrix *a);

#endif
