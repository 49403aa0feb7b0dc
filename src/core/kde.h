/* kde.h - the density of points, estimated with a Gaussian kernel on each of them:
 *
 *   p(x) = sum_i w_i N(x; x_i, h^2 S),  h = n^(-1 / (d + 4)),  n = 1 / sum_i w_i^2   (Scott 1992)
 *
 * with weights w of sum 1 and S their covariance, divisor 1 - sum w^2: what SciPy's gaussian_kde
 * does by default. With a bandwidth b, b^2 times the unit matrix stands in place of h^2 S.
 *
 * In whitened coordinates, L^-1 (x - mean) with L L' the kernel's covariance, every kernel is the
 * standard normal.
 *
 * A domain keeps the mass where points can be. The plane's density is summed over the images of x:
 *   RX_CYCLIC  x + m side, for all whole m: angles. S is then diagonal, of the circular variances
 *              -2 log R (Mardia & Jupp 2000), at most that of the uniform distribution.
 *   RX_BOX     x mirrored at the walls of a box, [-side / 2, side / 2] in each dimension, again and
 *              again; the density is 0 outside. Nothing leaks, and nothing is lost near a wall.
 * Images that add less than 1e-9 of the density are left out.
 *
 * Accuracy: all is double but weights, the exponential of what a kernel lies below the nearest one
 * of its block, and the sum over a block, which are float32. A log density is right to some 1e-6,
 * however far from all points. */
#ifndef RX_KDE_H
#define RX_KDE_H

#include "random.h"
#include "status.h"

enum rx_kde_domain { RX_PLANE, RX_CYCLIC, RX_BOX };

enum { RX_KDE_IMAGED_DIMS = 3 }; /* the most of a domain that is no plane */

struct rx_kde {
    size_t dims, count;        /* d and number of points; those of weight 0 are dropped */
    double bandwidth;          /* b; 0: Scott's */
    enum rx_kde_domain domain; /* and, unless it is the plane, its */
    double side;
    double factor;    /* h */
    double log_scale; /* log of what turns a sum of exp(-distance^2 / 2) into a density */
    double *mean;     /* (dims); of angles the circular one */
    double *low;      /* (dims) from where the points lie, angles within half a period of mean, */
    double *high;     /* (dims) to where */
    double *spread;   /* (dims, dims), lower triangle: L */
    double *whiten;   /* (dims, dims), lower triangle: the inverse of L */
    double *white;    /* (dims, count): the points, whitened */
    float *weights;   /* (count), of mean 1 */
};

/* How many doubles a density of so many points works in. */
size_t rx_kde_memory(size_t dims, size_t count);

/* Fill in a density whose dims, count, bandwidth, domain and side are set, in `memory`, which stays
 * the caller's: of points (count, dims), which lie within the box if there is one, and weights
 * (count), at least 0 and not all 0; NULL: all alike. RX_FAILED: no bandwidth is given and their
 * covariance is singular, as far as float32 numbers can tell. */
enum rx_status rx_kde_fit(struct rx_kde *kde, double *memory, const float *points,
                          const float *weights, rx_stop *stop);

/* Index of the first number of points (count, dims) outside the box; count * dims if there is none.
 * A wall is as exact as a float32 number is. */
size_t rx_kde_first_outside(const struct rx_kde *kde, const float *points, size_t count);

/* Whiten points (count, dims) in place. */
void rx_kde_whiten(double *points, size_t count, const struct rx_kde *kde);

/* An angle brought to within half a period of `center`. */
double rx_kde_wrap(double x, double center, double period);

/* density (count) at points (count, dims), 0 where it is below the range of float32; and its
 * logarithm, minus infinity outside a box. */
enum rx_status rx_kde_density(float *density, const struct rx_kde *kde, const float *points,
                              size_t count, rx_stop *stop);
enum rx_status rx_kde_log_density(float *log_density, const struct rx_kde *kde, const float *points,
                                  size_t count, rx_stop *stop);

/* score (count, dims): the gradient of the log density at points (count, dims), of a density on the
 * plane. */
enum rx_status rx_kde_score(float *score, const struct rx_kde *kde, const float *points,
                            size_t count, rx_stop *stop);

/* out (count, dims): draws from the density. */
enum rx_status rx_kde_sample(float *out, const struct rx_kde *kde, size_t count,
                             struct rx_random *random, rx_stop *stop);

#endif
