/* slow_points.h - where a network stands still, or nearly (Sussillo & Barak 2013).
 *
 * From each start x the squared speed |F(x) - x|^2 / 2 of a step F is brought down: by Newton's
 * steps where they help, halved until they do; else by Levenberg's and Marquardt's, between
 * Newton's and steepest descent. It ends at a fixed point, or where no step makes the speed less: a
 * slow point.
 *
 * A network without biases whose activation is homogeneous, F(c x) = c F(x), stands still at 0
 * alone; but rays can lead to themselves. These are fixed points of F(x) / |F(x)|, on the sphere.
 */
#ifndef RX_SLOW_POINTS_H
#define RX_SLOW_POINTS_H

#include "linearize.h"

struct rx_search {
    double tolerance;  /* what moves at most so far a step stands still, */
    double slow;       /* and what moves at most so far is worth a longer search */
    size_t iterations; /* at most, from one start */
    bool rays;
};

/* points (count, size): where the search came from starts (count, size); speed (count): how far a
 * step takes it from there, of rays within the sphere; growth (count), of rays: |F(x)| at length 1,
 * else 1. */
enum rx_status rx_slow_points(float *points, float *speed, float *growth,
                              const struct rx_dynamics *dynamics, const struct rx_search *search,
                              const float *starts, size_t count, rx_stop *stop);

#endif
