/* readout.h - the linear readout o = D r, and its mean squared error. */
#ifndef RX_READOUT_H
#define RX_READOUT_H

#include "noise.h"
#include "outer_sum.h"
#include "parallel.h"
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

/* The mean squared error of a sequence against targets, window by window of its rows. Outputs,
 * errors and what a code makes targets of are made and used up in cache. */
struct rx_loss {
    const struct rx_readout *readout;
    const struct rx_targets *targets;
    float *errors;                 /* (rows of a window, outputs) */
    double squares[RX_PIECES];     /* sums of the errors' */
    struct rx_outer_sum d_weights; /* (outputs, units) */
};

/* How many floats of a workspace a loss takes with windows of at most `most` rows. */
size_t rx_loss_scratch(const struct rx_readout *readout, size_t most);

/* The loss's gradient is added to d_weights (outputs, units) in the end. */
struct rx_loss rx_loss_begin(const struct rx_readout *readout, const struct rx_targets *targets,
                             float *d_weights, size_t most, struct rx_workspace *workspace);

/* d_states (rows, units) = the gradient at the states of `rows` rows from row `first` on. */
enum rx_status rx_loss_window(struct rx_loss *loss, float *d_states, size_t first, size_t rows);

double rx_loss_end(const struct rx_loss *loss);

#endif
