/* pass.h - the memory of one run of a network, and its programs' ways through it. */
#ifndef RX_PASS_H
#define RX_PASS_H

#include "network.h"
#include "parallel.h"
#include "program_run.h"
#include "reduced_readout.h"

/* A program laid out for a run. Frames of scratch hold its size for one thread in `step`. */
struct rx_layout {
    const struct rx_program *program;
    struct rx_frame *frame; /* (blocks) */
};

struct rx_pass {
    const struct rx_run *run;
    bool goes_back;       /* keeps what a gradient needs */
    size_t reduced;       /* the weight that is a reduced readout, or RX_NOT_REDUCED */
    size_t window, slice; /* steps of a window; rows that a reading works on at a time */
    struct rx_weight weight[RX_MOST_WEIGHTS]; /* with the reduced readout in its place */
    float *gradient[RX_MOST_WEIGHTS];
    struct rx_packed packed[RX_MOST_WEIGHTS][2];
    struct rx_means means;
    struct rx_noise noise[RX_NOISES];
    struct rx_reduced_readout readout;
    float *inputs; /* (steps, batch, inputs), noise and all */
    float *start[RX_MOST_STATES],
        *states[RX_MOST_STATES];     /* (batch, ..) and (steps, batch, units) */
    float *d_states[RX_MOST_STATES]; /* (window + 1, batch, units): from the state before it on */
    float *result;
    double *step_total, *read_total; /* (shards), (RX_PIECES) */
    struct rx_layout first, step, read;
};

/* Finds room for a pass in the workspace, packs the weights, and makes the first states. `states`
 * are the caller's (steps, batch, units) each, or NULL: then they are the pass's own, and follow
 * its start without a gap. */
enum rx_status rx_pass_begin(struct rx_pass *pass, const struct rx_run *run, bool goes_back,
                             size_t reduced, float *const states[], float *result,
                             struct rx_workspace *workspace);

/* Goes through time: makes the states, unless it is stopped. */
void rx_pass_forward(const struct rx_pass *pass);

/* Goes back from step first + steps - 1 to step `first`, a window, whose gradients at the states
 * the reading left. What the window after it left at its own first state is added. */
void rx_pass_backward(const struct rx_pass *pass, size_t first, size_t steps);

/* Runs the forward list of a program over rows of the sequence, and adds its outer sums. Frames of
 * what lies in a window, or only in a slice of it, begin at row `origin`. */
void rx_pass_rows(const struct rx_pass *pass, const struct rx_layout *layout, size_t origin,
                  size_t first, size_t rows);

/* The outer sums of the program that made the first states. */
void rx_pass_encoder(const struct rx_pass *pass);

/* All totals, each times its seed. */
double rx_pass_total(const struct rx_pass *pass);

#endif
