/* readout.h - the linear readout o = D r of a sequence of states. */
#ifndef RX_READOUT_H
#define RX_READOUT_H

#include "noise.h"
#include "status.h"
#include <stddef.h>

struct rx_readout {
    size_t rows; /* of a sequence: steps * batch */
    size_t units, outputs;
    const float *weights;    /* (outputs, units): D */
    const float *transposed; /* (units, outputs) */
    const float *states;     /* (rows, units) */
    struct rx_noise noise;   /* on the outputs */
    rx_stop *stop;
};

/* outputs (rows, outputs) = D r + noise. */
enum rx_status rx_readout_forward(float *outputs, const struct rx_readout *readout);

/* outputs (rows, outputs) = D r + noise + kept * outputs, of `rows` rows from row `first` of the
 * sequence on, by the calling thread alone. */
void rx_readout_rows(float *outputs, const struct rx_readout *readout, float kept, size_t first,
                     size_t rows);

#endif
