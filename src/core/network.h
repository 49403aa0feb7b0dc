/* network.h - noisy recurrent networks: programs run over time for a batch of trials.
 *
 * A network has a few states, each (batch, units). Its step, a program, makes them anew from
 * themselves and the inputs; before time begins another program encodes the first of them; and a
 * third reads all states that were gone through, row by row: to outputs, or to the loss with its
 * gradient. Sequences are time-major, (steps, batch, features). What the programs compute is none
 * of this file's business. */
#ifndef RX_NETWORK_H
#define RX_NETWORK_H

#include "noise.h"
#include "population.h"
#include "program.h"
#include "status.h"
#include "workspace.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rx_weight {
    const float *values; /* (rows, cols) */
    float *gradient;     /* likewise; used by rx_network_gradient */
    size_t rows, cols;
};

enum { RX_MOST_WEIGHTS = 64 };
enum { RX_INPUTS = 0 }; /* the field that inputs are; the others are the programs' own */

struct rx_run {
    size_t steps, batch, units, states;
    const float *start[RX_MOST_STATES]; /* (batch, units) each; NULL: zero, or what `first` makes */
    const struct rx_program *first;     /* over trials: makes the first of the states; or NULL */
    const struct rx_program *step;
    const struct rx_program *read; /* over the rows of the sequence */

    const struct rx_weight *weight;
    size_t weights;
    float *const *field; /* (fields) of them (steps, batch, cols); the inputs are NULL at rest */
    size_t fields;
    const struct rx_code *code; /* what RX_ENCODE asks; or NULL */

    size_t inputs;                                    /* columns of field RX_INPUTS */
    struct rx_noise on_states, on_inputs, on_outputs; /* on_states: (units) a row */
    float step_seed, read_seed; /* what a row counts in the step's total, and in the reading's */
    rx_stop *stop;
};

/* states[k] (steps, batch, units), after each step; result (steps, batch, cols of RX_RESULT); and
 * all totals, each times its seed. run->start may lie within states. */
enum rx_status rx_network_forward(float *const states[], float *result, double *total,
                                  const struct rx_run *run, struct rx_workspace *workspace);

/* The loss, the totals as above, and the gradient of each weight by backpropagation through time.
 * `reduced` names the weight of a linear readout whose loss is that of squares, to be made in fewer
 * dimensions (reduced_readout.h); or is RX_NOT_REDUCED. */
#define RX_NOT_REDUCED SIZE_MAX
enum rx_status rx_network_gradient(double *loss, const struct rx_run *run, size_t reduced,
                                   struct rx_workspace *workspace);

#endif
