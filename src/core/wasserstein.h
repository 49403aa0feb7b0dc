/* wasserstein.h - how far one set of points is from another: the sliced Wasserstein distance. */
#ifndef RX_WASSERSTEIN_H
#define RX_WASSERSTEIN_H

#include "status.h"
#include <stddef.h>

struct rx_points {
    const float *data; /* (count, dims) */
    size_t count;      /* at least 1; each point has the same weight */
};

/* each (count): the first Wasserstein distance between the projections of a and b on each of
 * directions (count, dims), whose length does not matter but is not 0: the area between their two
 * distribution functions. All in double. */
enum rx_status rx_wasserstein(double *each, struct rx_points a, struct rx_points b,
                              const float *directions, size_t count, size_t dims, rx_stop *stop);

#endif
