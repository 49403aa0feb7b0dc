/* pca.h - principal components of rows, by the eigenvectors of their covariance. */
#ifndef RX_PCA_H
#define RX_PCA_H

#include "moments.h"

/* From the moments of at least two rows: components (cols, cols), one a row, of unit length, the
 * largest variance first, each with its largest entry positive; variance (cols) along them, with
 * divisor count - 1. RX_FAILED: the eigenvalue iteration did not converge. It cannot be stopped: a
 * second for 1000 columns, and eight for twice as many. */
enum rx_status rx_pca(float *components, float *variance, const struct rx_moments *moments);

#endif
