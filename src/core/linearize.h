/* linearize.h - one step of a network in double precision, and its derivative.
 *
 * A step is a map of all states side by side, of `size` = states * units numbers. It is given by
 * the forward list of a program, gone through for one row, without its noise. Each number on the
 * way has a tangent, its derivative by the states before the step: nothing, one entry, or a row of
 * `size` numbers, which only products of such rows make dear. */
#ifndef RX_LINEARIZE_H
#define RX_LINEARIZE_H

#include "program.h"
#include "status.h"

struct rx_dynamics {
    const struct rx_program *program;
    const double *const *weight; /* of each weight of the program: (rows, cols) */
    const double *input;         /* what stands in the program's one field; NULL if it has none */
    size_t states, units;
};

/* How many doubles a step works in, with its derivative or without. */
size_t rx_step_memory(const struct rx_dynamics *dynamics, bool derivative);

/* next (size): the states after one step from `before` (size); jacobian (size, size), unless NULL:
 * d next_i / d before_j in row i. `memory` is scratch, of its own in each thread. Products run on
 * the calling thread within a parallel region. */
void rx_step(double *next, double *jacobian, const struct rx_dynamics *dynamics,
             const double *before, double *memory);

/* Of many states (count, size): drift (count, size), how far a step takes each; unless NULL, the
 * derivatives of the step, jacobians (count, size, size), and the eigenvalues of these, real and
 * imaginary (count, size), by falling modulus. `input` (count, cols): beside each state; NULL if
 * the program has no field. RX_FAILED: the eigenvalue iteration did not converge. */
struct rx_linearized {
    float *drift, *jacobians, *real, *imaginary;
};
enum rx_status rx_linearize(const struct rx_linearized *out, const struct rx_dynamics *dynamics,
                            const float *states, const float *input, size_t count, rx_stop *stop);

#endif
