#include "loss.h"
#include <cblas.h>
#include <string.h>

static size_t most_rows(const struct rx_readout *readout)
{
    return readout->rows < RX_WINDOW_ROWS ? readout->rows : RX_WINDOW_ROWS;
}

size_t rx_loss_scratch(const struct rx_readout *readout, const struct rx_targets *targets)
{
    const size_t reduced = rx_reduced_outputs(readout, targets);
    const size_t outputs = reduced ? reduced : readout->outputs;
    return (reduced ? rx_reduced_readout_scratch(readout, targets) : 0) +
           rx_workspace_padded(most_rows(readout) * outputs) +
           rx_outer_sum_scratch(outputs, readout->units, readout->rows);
}

void rx_loss_begin(struct rx_loss *loss, const struct rx_readout *readout,
                   const struct rx_targets *targets, float *gradient,
                   struct rx_workspace *workspace)
{
    float *summed = gradient;
    *loss = (struct rx_loss){
        .readout = *readout,
        .targets = *targets,
        .is_reduced = rx_reduced_outputs(readout, targets) > 0,
        .share = 1 / ((double)readout->rows * (double)readout->outputs),
        .gradient = gradient,
    };
    if (loss->is_reduced) {
        rx_reduced_readout_begin(&loss->reduced, readout, targets, workspace);
        loss->readout = loss->reduced.readout;
        loss->targets = loss->reduced.targets;
        summed = loss->reduced.d_weights;
    }
    const size_t outputs = loss->readout.outputs;
    loss->errors = rx_workspace_take(workspace, most_rows(readout) * outputs);
    loss->weights = rx_outer_sum_begin(summed, outputs, readout->units, readout->rows, workspace);
}

static void target_rows(float *values, const struct rx_targets *targets, size_t width, size_t first,
                        size_t rows, rx_stop *stop)
{
    const struct rx_code *code = targets->code;
    if (targets->values)
        memcpy(values, targets->values + first * width, rows * width * sizeof *values);
    else
        code->encode(values, code, targets->positions + first * code->dimensions, rows, stop);
}

/* Scales errors; returns the sum of their squares before. */
static double square_rows(float *error, float scale, size_t rows, size_t width)
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

/* At most RX_WINDOW_ROWS rows. */
static void add_rows(struct rx_loss *loss, float *d_states, size_t first, size_t rows)
{
    const struct rx_readout *readout = &loss->readout;
    const size_t units = readout->units, width = readout->outputs;
    const size_t length = rx_pieces(rows, RX_PIECES);
#pragma omp parallel
    {
#pragma omp for schedule(static)
        for (size_t i = 0; i < rows; i += length) {
            const size_t count = rx_piece_length(rows, length, i);
            float *error = loss->errors + i * width;
            if (*readout->stop)
                continue;
            target_rows(error, &loss->targets, width, first + i, count, readout->stop);
            rx_readout_rows(error, readout, -1, first + i, count);
            loss->squares[i / length] += square_rows(error, (float)(2 * loss->share), count, width);
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, (int)count, (int)units,
                        (int)width, 1, error, (int)width, readout->weights, (int)units, 0,
                        d_states + i * units, (int)units);
        }
        /* stopped, a product of no rows: all threads of the region must come by */
        rx_outer_sum_add(&loss->weights, loss->errors, width, readout->states + first * units,
                         units, *readout->stop ? 0 : rows);
    }
}

enum rx_status rx_loss_window(struct rx_loss *loss, float *d_states, size_t first, size_t rows)
{
    for (size_t i = 0; i < rows; i += RX_WINDOW_ROWS)
        add_rows(loss, d_states + i * loss->readout.units, first + i,
                 rx_piece_length(rows, RX_WINDOW_ROWS, i));
    return *loss->readout.stop ? RX_STOPPED : RX_OK;
}

double rx_loss_end(struct rx_loss *loss)
{
    double squares = 0;
    for (size_t p = 0; p < RX_PIECES; p++)
        squares += loss->squares[p];
    rx_outer_sum_end(&loss->weights);
    if (loss->is_reduced)
        rx_reduced_readout_end(loss->gradient, &loss->reduced);
    return squares * loss->share;
}
