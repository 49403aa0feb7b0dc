/* pca.h - principal components of rows, by the eigenvectors of their covariance. */
#ifndef RX_PCA_H
#define RX_PCA_H

#include "status.h"
#include <stddef.h>

/* From data (rows, cols), rows at least 2: mean (cols); components (cols, cols), one a row, of
 * unit length, the largest variance first, each with its largest entry positive; variance (cols)
 * along them, with divisor rows - 1. Sums run in double precision. */
enum rx_status rx_pca(float *mean, float *components, float *variance, const float *data,
                      size_t rows, size_t cols, rx_stop *stop);

#endif
