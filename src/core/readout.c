#include "readout.h"
#include "parallel.h"
#include <cblas.h>

void rx_readout_rows(float *outputs, const struct rx_readout *readout, float kept, size_t first,
                     size_t rows)
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
            rx_readout_rows(outputs + i * readout->outputs, readout, 0, i,
                            rx_piece_length(rows, RX_BLOCK_ROWS, i));
    return *readout->stop ? RX_STOPPED : RX_OK;
}
