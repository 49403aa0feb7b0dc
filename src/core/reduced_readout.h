/* reduced_readout.h - the squared error of a readout whose targets are a smooth code, in fewer
 * dimensions.
 *
 * The errors D r - C' f, with f the factors and C the patterns of the code (population.h), all lie
 * in the span of the columns of [D, C']. With an orthonormal basis Q of it, [D, C'] = Q [R, S],
 * they are Q (R r - S f): as long as those of a readout R with units + rank outputs and the targets
 * S f. The gradient at the states is the same, and that of D is Q times that of R. With 512 cells,
 * 128 units and 27 factors a training step takes less than half the time of one with targets. */
#ifndef RX_REDUCED_READOUT_H
#define RX_REDUCED_READOUT_H

#include "population.h"
#include "workspace.h"

/* The outputs of such a readout of `rows` rows, units + rank; 0: there is none, or it takes over
 * half the work. */
size_t rx_reduced_outputs(const struct rx_code *code, size_t units, size_t rows);

struct rx_reduced_readout {
    size_t units, outputs, fewer; /* columns and rows of D; rows of R */
    struct rx_code code;          /* of the targets S f */
    float *basis;                 /* (units + rank, outputs): Q' */
    float *triangle;              /* (units + rank, units + rank): R' above S' */
    float *weights;               /* (units + rank, units): R */
    float *d_weights;             /* (units + rank, units): for the gradient of R */
    double *vectors;              /* (units + rank, outputs): the basis in the making */
};

/* Takes its memory (or counts it: workspace.h). */
struct rx_reduced_readout rx_reduced_readout_take(const struct rx_code *code, size_t units,
                                                  size_t outputs, struct rx_workspace *workspace);

/* Reduces weights (outputs, units) and the code; d_weights is 0. `reduced` must stay where it is.
 */
void rx_reduced_readout_begin(struct rx_reduced_readout *reduced, const float *weights,
                              const struct rx_code *code);

/* d_weights (outputs, units), the gradient of D, += that of R turned back. */
void rx_reduced_readout_end(float *d_weights, const struct rx_reduced_readout *reduced);

#endif
