#include "readout.h"
#include "cell.h"
#include "parallel.h"
#include <cblas.h>
#include <string.h>

/* Rows whose errors wait for their product with the states. */
enum { BATCH_ROWS = 8 * RX_BLOCK_ROWS };

/* outputs = D r + noise + kept * outputs, of `rows` rows from row `first` on */
static void block_forward(float *outputs, const struct rx_readout *readout, float kept,
                          size_t first, size_t rows)
{
    const size_t units = readout->units, width = readout->outputs;
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)rows, (int)width, (int)units, 1,
                readout->states + first * units, (int)units, readout->transposed, (int)width, kept,
                outputs, (int)width);
    for (size_t r = 0; r < rows; r++)
        rx_noise_add(&readout->noise, first + r, outputs + r * width, width);
}

enum rx_status rx_readout_forward(float *outputs, const struct rx_readout *readout)
{
    const size_t rows = readout->rows;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < rows; i += RX_BLOCK_ROWS)
        if (!*readout->stop)
            block_forward(outputs + i * readout->outputs, readout, 0, i,
                          rx_piece_length(rows, RX_BLOCK_ROWS, i));
    return *readout->stop ? RX_STOPPED : RX_OK;
}

static void block_targets(float *block, const struct rx_targets *targets, size_t width,
                          size_t first, size_t rows, rx_stop *stop)
{
    const struct rx_code *code = targets->code;
    if (targets->values)
        memcpy(block, targets->values + first * width, rows * width * sizeof *block);
    else
        code->encode(block, code, targets->positions + first * code->dimensions, rows, stop);
}

/* Scale errors; returns the sum of their squares before. */
static double block_squares(float *error, float scale, size_t rows, size_t width)
{
    double total = 0;
    for (size_t r = 0; r < rows; r++) {
        float squares = 0;
#pragma omp simd reduction(+ : squares)
        for (size_t j = r * width; j < (r + 1) * width; j++) {
            squares += error[j] * error[j];
            error[j] *= scale;
        }
        total += (double)squares;
    }
    return total;
}

size_t rx_readout_scratch(size_t rows, size_t outputs)
{
    const size_t waiting = rows < BATCH_ROWS ? rows : BATCH_ROWS;
    return rx_workspace_padded(waiting * outputs) +
           rx_workspace_padded(rx_pieces(rows, RX_BLOCK_ROWS) * sizeof(double) / sizeof(float));
}

enum rx_status rx_readout_loss(double *loss, float *d_states, float *d_weights,
                               const struct rx_readout *readout, const struct rx_targets *targets,
                               float *scratch)
{
    const size_t rows = readout->rows, units = readout->units, width = readout->outputs;
    const float scale = (float)(2 / ((double)rows * (double)readout->mean_over));
    float *errors = scratch;
    double *totals =
        (double *)(scratch + rx_workspace_padded((rows < BATCH_ROWS ? rows : BATCH_ROWS) * width));

#pragma omp parallel
    for (size_t start = 0; start < rows; start += BATCH_ROWS) {
        const size_t waiting = rx_piece_length(rows, BATCH_ROWS, start);
#pragma omp for schedule(static)
        for (size_t i = 0; i < waiting; i += RX_BLOCK_ROWS) {
            const size_t first = start + i, count = rx_piece_length(waiting, RX_BLOCK_ROWS, i);
            float *error = errors + i * width;
            if (*readout->stop)
                continue;
            block_targets(error, targets, width, first, count, readout->stop);
            block_forward(error, readout, -1, first, count);
            totals[first / RX_BLOCK_ROWS] = block_squares(error, scale, count, width);
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)count, (int)units,
                        (int)width, 1, error, (int)width, readout->weights, (int)units, 0,
                        d_states + first * units, (int)units);
        }
        /* stopped, a product of no rows: all threads of the region must come by */
        rx_outer_product(d_weights, errors, width, width, readout->states + start * units, units,
                         units, *readout->stop ? 0 : waiting);
    }
    if (*readout->stop)
        return RX_STOPPED;

    *loss = 0;
    for (size_t i = 0; i < rx_pieces(rows, RX_BLOCK_ROWS); i++)
        *loss += totals[i];
    *loss /= (double)rows * (double)readout->mean_over;
    return RX_OK;
}
