/* readout.h - the linear readout o = D r, and its mean squared error. */
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

/* How many floats of scratch rx_readout_loss needs. */
size_t rx_readout_scratch(size_t rows, size_t outputs);

/* Mean squared error against targets (rows, outputs), with its gradients: d_states (rows, units)
 * is set, d_weights (outputs, units) is added to. Outputs and errors stay in cache: they are made
 * and used up a block of rows at a time. */
enum rx_status rx_readout_loss(double *loss, float *d_states, float *d_weights,
                               const struct rx_readout *readout, const float *targets,
                               float *scratch);

#endif
