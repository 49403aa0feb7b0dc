/* cell.h - what a kind of cell does within one time step, for some trials of the batch, and the
 * pieces that cells share. network.c carries it through time, adds the noise, and does all that
 * is the same for every cell. */
#ifndef RX_CELL_H
#define RX_CELL_H

#include "network.h"

struct rx_step {
    const struct rx_network *net;
    const float *weights;    /* flat block */
    const float *transposed; /* the same, each matrix transposed: (in, out) */
    size_t rows;             /* trials */
    const float *input;      /* (rows, inputs), or NULL */
    const float *before;     /* (rows, units): r(t) */
    float *saved;            /* (rows, saved, units): what the backward pass needs */
};

struct rx_cell {
    const char *name;
    size_t saved;  /* numbers to keep for each unit and step */
    size_t drives; /* sums that reach each unit, each with input weights and perhaps a bias */

    /* Append the cell's weights to net->weight. */
    void (*layout)(struct rx_network *net);

    /* after (rows, units) = r(t) + dr, without the noise. */
    void (*forward)(float *after, const struct rx_step *step);

    /* From d_after (rows, units), the gradient at r(t+1): add to d_before what reaches r(t), add
     * to d_drive (drives, 1 + inputs, units) the gradients of biases and transposed input
     * weights, and leave in step->saved what `weight_gradient` needs. */
    void (*backward)(float *d_before, float *d_drive, const float *d_after,
                     const struct rx_step *step);

    /* Add the gradients of all the cell's weights: d_drive as above, saved (rows, saved, units)
     * from the backward pass, before (rows, units), over all rows of the sequence at once.
     * Called by every thread of a parallel region. */
    void (*weight_gradient)(float *gradient, const struct rx_network *net, const float *d_drive,
                            const float *saved, const float *before, size_t rows);
};

extern const struct rx_cell rx_rnn_cell;

/* Append one matrix to net->weight. */
void rx_network_add_weight(struct rx_network *net, const char *name, size_t rows, size_t cols,
                           size_t fan_in);

/* What a unit receives besides its recurrent input: drive (rows, units; `stride` apart)
 * += bias + input w_in, with w_in (inputs, units); bias and input may be NULL. */
void rx_drive_forward(float *drive, size_t stride, const float *bias, const float *input,
                      const float *w_in, size_t rows, size_t inputs, size_t units);

/* d_weights (1 + inputs, units), bias first, += its gradient from d_drive. */
void rx_drive_backward(float *d_weights, const float *d_drive, size_t stride, const float *input,
                       size_t rows, size_t inputs, size_t units);

/* gradient += d_weights, for the bias (unless NULL) and for the input weights (units, inputs). */
void rx_drive_gradient(float *bias, float *w_in, const float *d_weights, size_t inputs,
                       size_t units);

/* x = activation(x); and, from there, x = the activation's derivative. */
void rx_activate(enum rx_activation activation, float *x, size_t count);
void rx_activation_slope(enum rx_activation activation, float *x, size_t count);

/* gradient (out, in) += left' right, with left (rows, left_stride), right (rows, right_stride);
 * shared out among the threads of the surrounding parallel region. */
void rx_outer_product(float *gradient, const float *left, size_t left_stride, size_t out,
                      const float *right, size_t right_stride, size_t in, size_t rows);

#endif
