/* pass.h - one run of a network through time, as forward and backward share it. */
#ifndef RX_PASS_H
#define RX_PASS_H

#include "cell.h"
#include "network.h"
#include "readout.h"
#include "team.h"
#include <stdbool.h>

struct rx_pass {
    const struct rx_network *net;
    const struct rx_run *run;
    const float *weights;
    float *transposed; /* (parameters): matrices the other way round, those of drives stacked */
    const float *inputs;
    float *start;  /* (batch, units): r(0) */
    float *states; /* (steps, batch, units) */
    float *drive;  /* (steps, batch, drives * units), or one step of it if `keeps` is false */
    bool keeps;
};

/* Draws of the generator that a step takes, in chunks. */
uint64_t rx_pass_draws(const struct rx_network *net, size_t batch);

/* drives * units */
size_t rx_pass_width(const struct rx_network *net);

/* The readout of a run, before there are states to read. */
struct rx_readout rx_pass_readout(const struct rx_network *net, const struct rx_run *run);

/* How many floats of a workspace a pass takes. */
size_t rx_pass_scratch(const struct rx_network *net, const struct rx_run *run, bool keeps);

/* Transposes the weights, encodes the first state, adds noise to the inputs. start (batch, units)
 * and states (steps, batch, units) are the caller's. */
struct rx_pass rx_pass_begin(const struct rx_network *net, const float *weights,
                             const struct rx_run *run, float *start, float *states, bool keeps,
                             struct rx_workspace *workspace);

/* Goes through time: makes the states, unless it is stopped. */
void rx_pass_forward(const struct rx_pass *pass);

/* Lets the readout read the states. */
void rx_pass_read(struct rx_readout *readout, const struct rx_pass *pass);

/* --- shards: groups of trials, each worked on by a team (team.h) ------------------------------ */

struct rx_shard {
    size_t first, count; /* trials */
};

size_t rx_pass_shards(const struct rx_run *run);
struct rx_shard rx_pass_shard(const struct rx_run *run, size_t index);

/* How many threads may make the steps of a shard together. */
size_t rx_pass_members(const struct rx_pass *pass);

/* Step t of a shard; the gradients in it are not set. */
struct rx_step rx_pass_step(const struct rx_pass *pass, struct rx_shard shard, size_t t);

/* The inputs from a row of the sequence on; NULL at rest. */
const float *rx_pass_input(const struct rx_pass *pass, size_t row);

/* Takes a step through phases, forward or backward, with all members of the team. */
void rx_pass_phases(rx_phase *const phases[], const struct rx_step *step, struct rx_member member);

#endif
