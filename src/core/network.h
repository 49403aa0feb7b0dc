/* network.h - noisy recurrent networks with a linear encoder and a linear readout.
 *
 * r(0) = E f(s(0));  r(t+1) = r(t) + dr(r(t), ds(t)) + sigma sqrt(dt) eta;  o(t) = D r(t),
 * with eta standard normal. What dr is, a cell says (cell.h). Sequences are time-major,
 * (steps, batch, features). All weights lie in one flat block, each matrix (out, in). */
#ifndef RX_NETWORK_H
#define RX_NETWORK_H

#include "population.h"
#include "random.h"
#include "status.h"
#include "workspace.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rx_activation { RX_RELU, RX_HYPERBOLIC, RX_SIGMOID, RX_IDENTITY };

struct rx_weight {
    const char *name;
    size_t rows, cols;
    size_t fan_in; /* for the first values, uniform in +-1/sqrt(fan_in); 0: from zero */
    size_t offset; /* in the flat block */
};

/* The weights: encoder and readout, then of all drives of the cell (cell.h) the input weights, the
 * recurrent weights, and the biases. */
enum { RX_ENCODER, RX_READOUT };
enum { RX_MAX_DRIVES = 3, RX_MAX_WEIGHTS = 2 + 3 * RX_MAX_DRIVES };

struct rx_cell;

struct rx_network {
    const struct rx_cell *cell;
    size_t inputs, units, outputs, init;     /* sizes, all at least 1 */
    double dt, tau;                          /* seconds */
    double sigma, input_sigma, output_sigma; /* noise per sqrt(second) */
    enum rx_law law;                         /* of the noise: RX_NORMAL or RX_UNIFORM */
    enum rx_activation activation;
    bool bias;                               /* a learned constant drive to each unit */
    struct rx_weight weight[RX_MAX_WEIGHTS]; /* filled by rx_network_layout */
    size_t weights, parameters;              /* matrices, and numbers in all of them */
    size_t input, recurrent, biases;         /* offsets of the drives' weights in the flat block */
};

/* Fill in the weight table and what follows it from the fields before. Sides below 2^31 keep the
 * count of parameters from wrapping around: beyond SIZE_MAX / 4 it goes no further. */
void rx_network_layout(struct rx_network *net);

/* First values of all weights (parameters). */
enum rx_status rx_network_initialize(const struct rx_network *net, float *weights,
                                     struct rx_random *random, rx_stop *stop);

struct rx_run {
    size_t steps, batch;
    const float *init;       /* (batch, init): the first target, encoded into r(0); or */
    const float *state;      /* (batch, units): r(0) itself */
    const float *inputs;     /* (steps, batch, inputs); NULL: quiescence */
    const float *noise;      /* (steps, batch, units) standard draws; NULL: drawn from `random` */
    double sigma;            /* noise on the state in this run */
    struct rx_random random; /* where this run's draws begin */
    rx_stop *stop;
};

/* How far a run moves its generator. */
uint64_t rx_network_draws(const struct rx_network *net, const struct rx_run *run);

/* states (steps, batch, units), after each step; outputs (steps, batch, outputs). run->state may
 * lie within states. */
enum rx_status rx_network_forward(float *states, float *outputs, const struct rx_network *net,
                                  const float *weights, const struct rx_run *run,
                                  struct rx_workspace *workspace);

/* The loss, mean squared error over steps, batch and outputs against targets for each row of
 * (steps, batch), and its exact gradient (parameters) by backpropagation through time. */
enum rx_status rx_network_gradient(double *loss, float *gradient, const struct rx_network *net,
                                   const float *weights, const struct rx_run *run,
                                   const struct rx_targets *targets,
                                   struct rx_workspace *workspace);

#endif
