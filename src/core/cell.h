/* cell.h - the kinds of recurrent cells: what dr is in r(t+1) = r(t) + dr + noise.
 *
 * Vanilla, rnn.c (Krishna et al. 2024, Eqs. A.1 and A.2), phi the network's activation:
 *
 *   dr = (dt/tau) [ -r + phi(w_rec r + w_in ds + b_rec) ]
 *
 * Gated, gru.c (Eqs. A.3 to A.6), * elementwise; the weights of gate g are named r:
 *
 *   z = sigmoid(u_z r + w_z ds + b_z)
 *   g = sigmoid(u_r r + w_r ds + b_r)
 *   h = phi(u_h (g * r) + w_h ds + b_h)
 *   dr = (dt/tau) (1 - z) * (h - r)
 *
 * Each line with weights is a drive of the units: a recurrent sum, an input sum, and perhaps a
 * bias. The weights of all drives are stacked, as one matrix of drives * units rows for each kind,
 * and so are the drives of a trial: inputs and biases then cost one pass, whatever the cell.
 * network.c makes that pass and its gradients; a cell adds the recurrent sums and does the rest
 * of one time step, for some trials of the batch. */
#ifndef RX_CELL_H
#define RX_CELL_H

#include "network.h"

struct rx_step {
    size_t rows, units;            /* trials, units */
    float leak;                    /* dt / tau */
    enum rx_activation activation; /* phi */
    const float *recurrent;        /* (drives * units, units) */
    const float *transposed;       /* (units, drives * units), the same */
    const float *before;           /* (rows, units): r(t) */
    float *drive;                  /* (rows, drives * units) */
};

struct rx_cell {
    const char *name;
    enum rx_activation activation; /* unless another is asked for */
    size_t drives;
    struct {
        const char *input, *recurrent, *bias; /* names of the weights */
    } drive[RX_MAX_DRIVES];

    /* after (rows, units) = r(t) + dr. step->drive holds inputs and biases; what is left in it is
     * kept for `backward`. */
    void (*forward)(float *after, const struct rx_step *step);

    /* From d_after (rows, units), the gradient at r(t+1): add to d_before what reaches r(t), and
     * replace step->drive by its gradient. d_after may be overwritten with what
     * `weight_gradient` needs. */
    void (*backward)(float *d_before, float *d_after, const struct rx_step *step);

    /* gradient (drives * units, units) of the recurrent weights += what all rows of a sequence
     * give: d_drive (rows, drives * units) and left (rows, units), what `backward` left in
     * drive and d_after, and before (rows, units). Called by every thread of a parallel region. */
    void (*weight_gradient)(float *gradient, const float *d_drive, const float *left,
                            const float *before, size_t rows, size_t units);
};

extern const struct rx_cell rx_rnn_cell, rx_gru_cell;

/* --- drives ----------------------------------------------------------------------------------
 * `width` is drives * units; bias (width) is NULL without biases, input (rows, inputs) at rest. */

/* drive (rows, width) = bias + input w_in, with w_in (inputs, width). */
void rx_drive_forward(float *drive, const float *bias, const float *input, const float *w_in,
                      size_t rows, size_t inputs, size_t width);

/* d_weights (1 + inputs, width), bias first, += its gradient from d_drive (rows, width). */
void rx_drive_backward(float *d_weights, const float *d_drive, const float *input, size_t rows,
                       size_t inputs, size_t width);

/* The gradients of bias and w_in (width, inputs) += d_weights. */
void rx_drive_gradient(float *bias, float *w_in, const float *d_weights, size_t inputs,
                       size_t width);

/* --- what cells share ------------------------------------------------------------------------ */

/* x = activation(x); and, from there, x = the activation's derivative. */
void rx_activate(enum rx_activation activation, float *x, size_t count);
void rx_activation_slope(enum rx_activation activation, float *x, size_t count);

/* gradient (out, in) += left' right, with left (rows, left_stride), right (rows, right_stride);
 * shared out among the threads of the surrounding parallel region. */
void rx_outer_product(float *gradient, const float *left, size_t left_stride, size_t out,
                      const float *right, size_t right_stride, size_t in, size_t rows);

#endif
