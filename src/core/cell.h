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
 * and so are the drives of a trial. Their inputs and biases, and the gradients of these, are
 * made whatever the cell (pass.c, network_gradient.c); a cell adds the recurrent sums and does the
 * rest of one time step, for some trials of the batch.
 *
 * A step is made in phases, so that threads can share it: in each, every unit is worked out from
 * its own values and from what the phases before left of all units. */
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
    float *after;                  /* (rows, units): r(t+1), made by the phases forward */
    float *drive;                  /* (rows, drives * units) */
    float *d_before, *d_after;     /* (rows, units), backward: gradients at r(t) and r(t+1) */
};

/* One phase of a step, for `count` units from unit `first` on. */
typedef void rx_phase(const struct rx_step *step, size_t first, size_t count);

enum { RX_MOST_PHASES = 3 };

struct rx_cell {
    const char *name;
    enum rx_activation activation; /* unless another is asked for */
    size_t drives;
    struct {
        const char *input, *recurrent, *bias; /* names of the weights */
        bool hears_left; /* the recurrent weights weigh what `backward` left in d_after, not r(t) */
    } drive[RX_MAX_DRIVES];

    /* after = r(t) + dr. `drive` holds inputs and biases; what is left in it is kept for
     * `backward`. Fewer phases than RX_MOST_PHASES end at a NULL. */
    rx_phase *forward[RX_MOST_PHASES];

    /* From d_after: add to d_before what reaches r(t), and replace `drive` by its gradient. */
    rx_phase *backward[RX_MOST_PHASES];
};

extern const struct rx_cell rx_rnn_cell, rx_gru_cell;

/* --- drives ----------------------------------------------------------------------------------
 * `width` is drives * units; bias (width) is NULL without biases, input (rows, inputs) at rest. */

/* drive (rows, width) = bias + input w_in, with w_in (inputs, width); of it, `count` columns from
 * column `first` on. */
void rx_drive_forward(float *drive, const float *bias, const float *input, const float *w_in,
                      size_t rows, size_t inputs, size_t width, size_t first, size_t count);

/* d_weights (1 + inputs, width), bias first, += its gradient from d_drive (rows, width); of it,
 * `count` columns from column `first` on. */
void rx_drive_backward(float *d_weights, const float *d_drive, const float *input, size_t rows,
                       size_t inputs, size_t width, size_t first, size_t count);

/* The gradients of bias and w_in (width, inputs) += d_weights. */
void rx_drive_gradient(float *bias, float *w_in, const float *d_weights, size_t inputs,
                       size_t width);

/* --- what cells share ------------------------------------------------------------------------ */

/* out (rows, columns) = kept * out + left (rows, units) right (units, columns); all are parts of
 * matrices whose rows have the length that follows them. */
void rx_recurrent_sum(float *out, size_t out_stride, float kept, const float *left,
                      size_t left_stride, const float *right, size_t right_stride, size_t rows,
                      size_t units, size_t columns);

/* x = activation(x); and, from there, x = the activation's derivative. */
void rx_activate(enum rx_activation activation, float *x, size_t count);
void rx_activation_slope(enum rx_activation activation, float *x, size_t count);

#endif
