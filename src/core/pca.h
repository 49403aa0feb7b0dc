/* pca.h - principal components of rows, by the eigenvectors of their covariance. */
#ifndef RX_PCA_H
#define RX_PCA_H

#include "moments.h"

/* From the moments of at least two rows: components (cols, cols), one a row, of unit length, the
 * largest variance first, each with its largest entry positive; variance (cols) along them, with
 * divisor count - 1. RX_FAILED: the eigenvalue iteration did not converge. It cannot be stopped,
 * and grows with the cube of cols: some 0.3 s for 1000 columns, 2.5 s for 2000. */
enum rx_status rx_pca(float *components, float *variance, const struct rx_moments *moments);

#endif
