#include "reduced_readout.h"
#include "matrix.h"
#include "orthonormal.h"
#include "parallel.h"
#include "product.h"
#include <stdbool.h>
#include <string.h>

enum {
    FEWEST_ROWS = 16, /* a reduced output: with fewer, the basis costs more than it spares */
    TURNED_TILE = 64  /* rows of the gradient that a thread turns back */
};

size_t rx_reduced_outputs(const struct rx_code *code, size_t units, size_t rows)
{
    if (!code->rank)
        return 0;
    const size_t reduced = units + code->rank;
    const bool worthwhile = reduced <= code->cells / 2 && reduced <= rows / FEWEST_ROWS;
    return worthwhile ? reduced : 0;
}

struct rx_reduced_readout rx_reduced_readout_take(const struct rx_code *code, size_t units,
                                                  size_t outputs, struct rx_workspace *workspace)
{
    const size_t fewer = units + code->rank;
    return (struct rx_reduced_readout){
        .units = units,
        .outputs = outputs,
        .fewer = fewer,
        .basis = rx_workspace_take(workspace, fewer * outputs),
        .triangle = rx_workspace_take(workspace, fewer * fewer),
        .weights = rx_workspace_take(workspace, fewer * units),
        .d_weights = rx_workspace_take(workspace, fewer * units),
        .vectors = (double *)rx_workspace_take(workspace,
                                               fewer * outputs * sizeof(double) / sizeof(float)),
    };
}

/* The basis becomes orthonormal, one of its `fewer` rows after the other; the triangle says what
 * they were in terms of it. */
static void orthonormalize(const struct rx_reduced_readout *reduced)
{
    const size_t count = reduced->fewer * reduced->outputs;
    for (size_t i = 0; i < count; i++)
        reduced->vectors[i] = (double)reduced->basis[i];
    rx_orthonormalize(reduced->triangle, reduced->vectors, reduced->fewer, reduced->outputs);
    for (size_t i = 0; i < count; i++)
        reduced->basis[i] = (float)reduced->vectors[i];
}

/* encode of a smooth code from its factors and patterns */
static enum rx_status add_up(float *activity, const struct rx_code *code, const float *positions,
                             size_t rows, rx_stop *stop)
{
    float factors[RX_BLOCK_ROWS * RX_MOST_FACTORS];
    for (size_t i = 0; i < rows && !*stop; i += RX_BLOCK_ROWS) {
        const size_t count = rx_piece_length(rows, RX_BLOCK_ROWS, i);
        code->factor(factors, code, positions + i * code->dimensions, count);
        rx_product_once(activity + i * code->cells, factors, code->patterns, count, code->rank,
                        code->cells);
    }
    return *stop ? RX_STOPPED : RX_OK;
}

void rx_reduced_readout_begin(struct rx_reduced_readout *reduced, const float *weights,
                              const struct rx_code *code)
{
    const size_t units = reduced->units, outputs = reduced->outputs, fewer = reduced->fewer;
    const struct rx_matrix given = { (float *)weights, outputs, units, 0 };
    rx_matrix_transpose(reduced->basis, &given);
    memcpy(reduced->basis + units * outputs, code->patterns,
           code->rank * outputs * sizeof *code->patterns);
    orthonormalize(reduced);
    const struct rx_matrix transposed = { reduced->triangle, units, fewer, 0 };
    rx_matrix_transpose(reduced->weights, &transposed);
    memset(reduced->d_weights, 0, fewer * units * sizeof *reduced->d_weights);
    reduced->code = *code;
    reduced->code.cells = fewer;
    reduced->code.patterns = reduced->triangle + units * fewer;
    reduced->code.encode = add_up;
}

void rx_reduced_readout_end(float *d_weights, const struct rx_reduced_readout *reduced)
{
    const size_t units = reduced->units, outputs = reduced->outputs;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < outputs; i += TURNED_TILE)
        rx_outer_sum(d_weights + i * units, units, reduced->basis + i, outputs, reduced->d_weights,
                     units, reduced->fewer, rx_piece_length(outputs, TURNED_TILE, i), units);
}
