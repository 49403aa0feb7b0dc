#include "reduced_readout.h"
#include "matrix.h"
#include "outer_sum.h"
#include "parallel.h"
#include <cblas.h>
#include <lapacke.h>
#include <stdbool.h>
#include <string.h>

enum {
    FEWEST_ROWS = 16, /* a reduced output: with fewer, the basis costs more than it spares */
    AT_ONCE = 32      /* columns of the basis that LAPACK works on */
};

size_t rx_reduced_outputs(const struct rx_readout *readout, const struct rx_targets *targets)
{
    if (targets->values || !targets->code->rank || readout->noise.scale != 0)
        return 0;
    const size_t reduced = readout->units + targets->code->rank;
    const bool worthwhile =
        reduced <= readout->outputs / 2 && reduced <= readout->rows / FEWEST_ROWS;
    return worthwhile ? reduced : 0;
}

size_t rx_reduced_readout_scratch(const struct rx_readout *readout,
                                  const struct rx_targets *targets)
{
    const size_t reduced = rx_reduced_outputs(readout, targets);
    return rx_workspace_padded(reduced * readout->outputs) +
           rx_workspace_padded(reduced * reduced) +
           2 * rx_workspace_padded(reduced * readout->units) + rx_workspace_padded(reduced) +
           rx_workspace_padded(AT_ONCE * reduced);
}

/* From matrix (cols, rows), one column of length `rows` after the other: its rows that make up an
 * orthonormal basis, in its place, and triangle (cols, cols), the columns in terms of it. */
static void orthonormalize(float *triangle, float *matrix, size_t rows, size_t cols,
                           struct rx_workspace *workspace)
{
    float *reflections = rx_workspace_take(workspace, cols);
    float *work = rx_workspace_take(workspace, AT_ONCE * cols);
    const int m = (int)rows, n = (int)cols, room = AT_ONCE * n;
    /* within a region of ours the library keeps to one thread: its sums depend on their number */
#pragma omp parallel
#pragma omp single
    {
        LAPACKE_sgeqrf_work(LAPACK_COL_MAJOR, m, n, matrix, m, reflections, work, room);
        for (size_t c = 0; c < cols; c++)
            for (size_t r = 0; r < cols; r++)
                triangle[c * cols + r] = r <= c ? matrix[c * rows + r] : 0;
        LAPACKE_sorgqr_work(LAPACK_COL_MAJOR, m, n, n, matrix, m, reflections, work, room);
    }
}

/* encode of a smooth code from its factors and patterns */
static enum rx_status add_up(float *activity, const struct rx_code *code, const float *positions,
                             size_t rows, rx_stop *stop)
{
    float factors[RX_BLOCK_ROWS * RX_MOST_FACTORS];
    for (size_t i = 0; i < rows && !*stop; i += RX_BLOCK_ROWS) {
        const size_t count = rx_piece_length(rows, RX_BLOCK_ROWS, i);
        code->factor(factors, code, positions + i * code->dimensions, count);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)count, (int)code->cells,
                    (int)code->rank, 1, factors, (int)code->rank, code->patterns, (int)code->cells,
                    0, activity + i * code->cells, (int)code->cells);
    }
    return *stop ? RX_STOPPED : RX_OK;
}

void rx_reduced_readout_begin(struct rx_reduced_readout *reduced, const struct rx_readout *readout,
                              const struct rx_targets *targets, struct rx_workspace *workspace)
{
    const size_t units = readout->units, outputs = readout->outputs, rank = targets->code->rank;
    const size_t fewer = rx_reduced_outputs(readout, targets);
    float *basis = rx_workspace_take(workspace, fewer * outputs);
    float *triangle = rx_workspace_take(workspace, fewer * fewer); /* R' above S' */
    float *weights = rx_workspace_take(workspace, fewer * units);
    float *d_weights = rx_workspace_take(workspace, fewer * units);

    memcpy(basis, readout->transposed, units * outputs * sizeof *basis);
    memcpy(basis + units * outputs, targets->code->patterns, rank * outputs * sizeof *basis);
    orthonormalize(triangle, basis, outputs, fewer, workspace);
    const struct rx_matrix transposed = { triangle, units, fewer, 0 };
    rx_matrix_transpose(weights, &transposed);
    memset(d_weights, 0, fewer * units * sizeof *d_weights);

    *reduced = (struct rx_reduced_readout){ .readout = *readout,
                                            .code = *targets->code,
                                            .outputs = outputs,
                                            .basis = basis,
                                            .d_weights = d_weights };
    reduced->readout.outputs = fewer;
    reduced->readout.weights = weights;
    reduced->readout.transposed = triangle;
    reduced->code.cells = fewer;
    reduced->code.patterns = triangle + units * fewer;
    reduced->code.encode = add_up;
    reduced->targets =
        (struct rx_targets){ .code = &reduced->code, .positions = targets->positions };
}

void rx_reduced_readout_end(float *d_weights, const struct rx_reduced_readout *reduced)
{
    const size_t units = reduced->readout.units, fewer = reduced->readout.outputs;
    const size_t outputs = reduced->outputs;
    const struct rx_outer_sum turned = rx_outer_sum_single(d_weights, outputs, units);
#pragma omp parallel
    rx_outer_sum_add(&turned, reduced->basis, outputs, reduced->d_weights, units, fewer);
}
