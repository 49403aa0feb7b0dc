/* moments.h - mean and covariance of rows that arrive in parts, in double precision.
 *
 * Each part is centred on its own mean and merged with what was there before (Chan, Golub &
 * LeVeque 1983), so no large numbers cancel, however far the rows lie from zero. */
#ifndef RX_MOMENTS_H
#define RX_MOMENTS_H

#include "status.h"
#include <stddef.h>

struct rx_moments {
    size_t cols, count; /* of the rows: their width, and how many came so far */
    double *mean;       /* (cols) */
    double *products;   /* (cols, cols), lower triangle: sum of (x - mean)(x - mean)' */
    double *block;      /* scratch */
};

/* How many doubles a `struct rx_moments` of this width works in. */
size_t rx_moments_memory(size_t cols);

/* Of no rows yet, in `memory`, which stays the caller's. */
void rx_moments_begin(struct rx_moments *moments, double *memory, size_t cols);

/* Take in data (rows, cols). Stopped, it has taken in some of the rows. */
enum rx_status rx_moments_add(struct rx_moments *moments, const float *data, size_t rows,
                              rx_stop *stop);

/* covariance (cols, cols), with divisor count - 1; count is at least 2. Its lower triangle, the
 * rest 0, and the whole. */
void rx_moments_lower(double *covariance, const struct rx_moments *moments);
void rx_moments_covariance(float *covariance, const struct rx_moments *moments);

#endif
