/* loss.h - the mean squared error of a readout against targets, and its gradient.
 *
 * It is made window by window of the sequence's rows: outputs, errors, and what a code makes
 * targets of, are made and used up in cache. Where the targets are a smooth code it is made in
 * fewer dimensions (reduced_readout.h). */
#ifndef RX_LOSS_H
#define RX_LOSS_H

#include "outer_sum.h"
#include "parallel.h"
#include "readout.h"
#include "reduced_readout.h"
#include <stdbool.h>

struct rx_loss {
    struct rx_readout readout; /* as given, or reduced */
    struct rx_targets targets;
    bool is_reduced;
    struct rx_reduced_readout reduced;
    double share;                /* the loss is this times the sum of the squared errors */
    double squares[RX_PIECES];   /* parts of that sum */
    float *errors;               /* (RX_WINDOW_ROWS or fewer, outputs) */
    float *gradient;             /* (outputs, units), of the readout's weights as given */
    struct rx_outer_sum weights; /* what the gradient of the weights is summed in */
};

/* How many floats of a workspace a loss takes. */
size_t rx_loss_scratch(const struct rx_readout *readout, const struct rx_targets *targets);

/* What readout and targets point to must stay until the end; they themselves are copied. `loss`
 * points into itself: it must stay where it is. */
void rx_loss_begin(struct rx_loss *loss, const struct rx_readout *readout,
                   const struct rx_targets *targets, float *gradient,
                   struct rx_workspace *workspace);

/* d_states (rows, units) = the gradient at the states of `rows` rows from row `first` on. */
enum rx_status rx_loss_window(struct rx_loss *loss, float *d_states, size_t first, size_t rows);

/* The loss; its gradient is added to that of the weights. */
double rx_loss_end(struct rx_loss *loss);

#endif
