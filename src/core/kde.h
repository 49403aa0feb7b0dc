/* kde.h - the density of points, estimated with a Gaussian kernel on each of them:
 *
 *   p(x) = 1/n sum_i N(x; x_i, h^2 S),  h = n^(-1 / (d + 4))   (Scott 1992)
 *
 * with S the covariance of the points, divisor n - 1: what SciPy's gaussian_kde does by default.
 * In whitened coordinates, L^-1 (x - mean) with L L' = h^2 S, every kernel is the standard normal.
 *
 * Accuracy: coordinates are float32, so a density is right to some 1e-6 of itself, in the far tails
 * too. A sum of kernels runs in float32 over each block of points and in double over the blocks. */
#ifndef RX_KDE_H
#define RX_KDE_H

#include "random.h"
#include "status.h"

struct rx_kde {
    size_t dims, count; /* d and n */
    double factor;      /* h */
    double log_scale;   /* log of what turns a sum of exp(-distance^2 / 2) into a density */
    double *mean;       /* (dims) */
    double *spread;     /* (dims, dims), lower triangle: L */
    double *whiten;     /* (dims, dims), lower triangle: the inverse of L */
    float *white;       /* (dims, count): the points, whitened */
};

/* Fill in a density whose dims, count, at least dims + 1, and memory are set, from points (count,
 * dims). RX_FAILED: their covariance is singular, as far as float32 numbers can tell. */
enum rx_status rx_kde_fit(struct rx_kde *kde, const float *points, rx_stop *stop);

/* density (count) at points (count, dims); 0 where it is below the range of float32. */
enum rx_status rx_kde_density(float *density, const struct rx_kde *kde, const float *points,
                              size_t count, rx_stop *stop);

/* out (count, dims): draws from the density. */
enum rx_status rx_kde_sample(float *out, const struct rx_kde *kde, size_t count,
                             struct rx_random *random, rx_stop *stop);

#endif
