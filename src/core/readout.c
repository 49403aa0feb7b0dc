#include "readout.h"
#include <cblas.h>
#include <string.h>

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

/* The mean squared error is the sum of the squares times this. */
static double share(const struct rx_readout *readout)
{
    return 1 / ((double)readout->rows * (double)readout->mean_over);
}

size_t rx_loss_scratch(const struct rx_readout *readout, size_t most)
{
    return rx_workspace_padded(most * readout->outputs) +
           rx_outer_sum_scratch(readout->outputs, readout->units, readout->rows);
}

struct rx_loss rx_loss_begin(const struct rx_readout *readout, const struct rx_targets *targets,
                             float *d_weights, size_t most, struct rx_workspace *workspace)
{
    const size_t errors = rx_workspace_padded(most * readout->outputs);
    return (struct rx_loss){
        .readout = readout,
        .targets = targets,
        .errors = rx_workspace_take(workspace, errors),
        .d_weights = rx_outer_sum_begin(d_weights, readout->outputs, readout->units, readout->rows,
                                        workspace),
    };
}

enum rx_status rx_loss_window(struct rx_loss *loss, float *d_states, size_t first, size_t rows)
{
    const struct rx_readout *readout = loss->readout;
    const size_t units = readout->units, width = readout->outputs;
    const size_t length = rx_pieces(rows, RX_PIECES);
    const float slope = (float)(2 * share(readout));
#pragma omp parallel
    {
#pragma omp for schedule(static)
        for (size_t i = 0; i < rows; i += length) {
            const size_t count = rx_piece_length(rows, length, i);
            float *error = loss->errors + i * width;
            if (*readout->stop)
                continue;
            block_targets(error, loss->targets, width, first + i, count, readout->stop);
            block_forward(error, readout, -1, first + i, count);
            loss->squares[i / length] += block_squares(error, slope, count, width);
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)count, (int)units,
                        (int)width, 1, error, (int)width, readout->weights, (int)units, 0,
                        d_states + i * units, (int)units);
        }
        /* stopped, a product of no rows: all threads of the region must come by */
        rx_outer_sum_add(&loss->d_weights, loss->errors, width, readout->states + first * units,
                         units, *readout->stop ? 0 : rows);
    }
    return *readout->stop ? RX_STOPPED : RX_OK;
}

double rx_loss_end(const struct rx_loss *loss)
{
    double squares = 0;
    for (size_t p = 0; p < RX_PIECES; p++)
        squares += loss->squares[p];
    rx_outer_sum_end(&loss->d_weights);
    return squares * share(loss->readout);
}
