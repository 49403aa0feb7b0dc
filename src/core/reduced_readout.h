/* reduced_readout.h - the loss of a readout whose targets are a smooth code, in fewer dimensions.
 *
 * The errors D r - C' f, with f the factors and C the patterns of the code (population.h), all lie
 * in the span of the columns of [D, C']. With an orthonormal basis Q of it, [D, C'] = Q [R, S],
 * they are Q (R r - S f): as long as those of a readout R with units + rank outputs and the targets
 * S f. The gradient at the states is the same, and that of D is Q times that of R. With 512 cells,
 * 128 units and 27 factors a training step takes less than half the time of one with targets. */
#ifndef RX_REDUCED_READOUT_H
#define RX_REDUCED_READOUT_H

#include "readout.h"
#include "workspace.h"
#include <stdbool.h>

/* Whether there is such a readout, and it takes less than half the work. */
bool rx_readout_is_reducible(const struct rx_readout *readout, const struct rx_targets *targets);

/* As rx_readout_scratch and rx_readout_loss, for what is reducible; the scratch is taken from the
 * workspace. */
size_t rx_reduced_readout_scratch(const struct rx_readout *readout,
                                  const struct rx_targets *targets);
enum rx_status rx_reduced_readout_loss(double *loss, float *d_states, float *d_weights,
                                       const struct rx_readout *readout,
                                       const struct rx_targets *targets,
                                       struct rx_workspace *workspace);

#endif
