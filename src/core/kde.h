/* kde.h - kernel density estimation: a Gaussian at every point, with the shape of their covariance.
 *
 * p(x) = mean over points of N(x; point, factor^2 C), C the covariance of the points (divisor
 * points - 1), factor = points^(-1 / (dimensions + 4)) (Scott 1992). In coordinates that make the
 * kernels round, `round`, p is scale * sum exp(-distance^2 / 2). */
#ifndef RX_KDE_H
#define RX_KDE_H

#include "matrix.h"
#include "status.h"
#include <stddef.h>

struct rx_kde {
    size_t points, dimensions;
    double factor, scale;
    double *mean;    /* (dimensions) of the points; this and what follows is not owned */
    double *spread;  /* (dimensions, dimensions), lower triangle: Cholesky factor of factor^2 C */
    double *inverse; /* (dimensions, dimensions), lower triangle: of spread */
    float *round;    /* (dimensions, points): inverse (point - mean) */
};

/* Fill in the fields below `dimensions` from points (points, dimensions), at least two of them;
 * RX_SINGULAR if they lie in fewer dimensions. */
enum rx_status rx_kde_fit(struct rx_kde *kde, const float *points);

/* density (rows) at x (rows, dimensions). A kernel's exponent is rounded to float32, which leaves
 * a relative error of about 1e-5; sums run in double precision. */
enum rx_status rx_kde_density(float *density, const struct rx_kde *kde, const float *x, size_t rows,
                              rx_stop *stop);

/* x (rows, dimensions): points (points, dimensions) picked by uniform (rows) numbers in [0, 1),
 * each moved by its kernel through normal (rows, dimensions) numbers. */
void rx_kde_sample(float *x, const struct rx_kde *kde, const float *points, const float *uniform,
                   const float *normal, size_t rows);

#endif
