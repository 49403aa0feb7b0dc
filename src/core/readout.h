/* readout.h - the linear readout o = D r, and its mean squared error. */
#ifndef RX_READOUT_H
#define RX_READOUT_H

#include "noise.h"
#include "population.h"
#include "status.h"
#include <stddef.h>

struct rx_readout {
    size_t rows; /* of a sequence: steps * batch */
    size_t units, outputs;
    const float *weights;    /* (outputs, units): D */
    const float *transposed; /* (units, outputs) */
    const float *states;     /* (rows, units) */
    size_t mean_over;        /* outputs that the mean squared error counts */
    struct rx_noise noise;   /* on the outputs */
    rx_stop *stop;
};

/* What the outputs should be. */
struct rx_targets {
    const float *values;        /* (rows, outputs); or, if NULL, */
    const struct rx_code *code; /* the activity of as many cells */
    const float *positions;     /* (rows, dimensions): at these */
};

/* outputs (rows, outputs) = D r + noise. */
enum rx_status rx_readout_forward(float *outputs, const struct rx_readout *readout);

/* How many floats of scratch rx_readout_loss needs. */
size_t rx_readout_scratch(size_t rows, size_t outputs);

/* Mean squared error against targets, with its gradients: d_states (rows, units) is set, d_weights
 * (outputs, units) is added to. Outputs, errors and what a code makes targets of stay in cache:
 * they are made and used up a block of rows at a time. */
enum rx_status rx_readout_loss(double *loss, float *d_states, float *d_weights,
                               const struct rx_readout *readout, const struct rx_targets *targets,
                               float *scratch);

#endif
