/* head_direction_cells.h - cells tuned to a bearing, von Mises on the circle.
 *
 * Cell c prefers the bearing theta_c, evenly spaced from -pi to pi inclusive, and answers to the
 * bearing s with scale * exp(k (cos(s - theta_c) - 1)), k = 1 / width^2. With scale 1 it peaks
 * at 1; with 1 / (2 pi exp(-k) I0(k)) it is a density (Krishna et al. 2024, Eq. 21). */
#ifndef RX_HEAD_DIRECTION_CELLS_H
#define RX_HEAD_DIRECTION_CELLS_H

#include "population.h"
#include "status.h"
#include <stddef.h>

struct rx_head_direction_cells {
    size_t cells;
    float sharpness;            /* k */
    float scale;                /* activity at the preferred bearing */
    const float *cosine, *sine; /* (cells) of the preferred bearings; not owned */
};

/* preferred (3, cells): the preferred bearings, their cosines, their sines. */
void rx_head_direction_prefer(float *preferred, size_t cells);

/* A tuning by name: the scale that it gives to curves of a sharpness. */
struct rx_head_direction_tuning {
    const char *name;
    double (*scale)(double sharpness);
};
extern const struct rx_head_direction_tuning rx_head_direction_tunings[]; /* ends without a name */

/* patterns (RX_MOST_FACTORS, cells) of the tuning curve's harmonics: first the constant one, then
 * cosine and sine of one period, two periods, ... Returns how many of them give it to the accuracy
 * of float32, and 0 if all that there is room for do not, or if they are not fewer than the cells.
 */
size_t rx_head_direction_patterns(float *patterns, const struct rx_head_direction_cells *cells);

/* The cells as a population code; of `rank` harmonics, if patterns (rank, cells) of them are given.
 */
struct rx_code rx_head_direction_code(const struct rx_head_direction_cells *cells,
                                      const float *patterns, size_t rank);

/* activity (rows, cells) of the cells at bearings (rows), in radians. */
enum rx_status rx_head_direction_encode(float *activity,
                                        const struct rx_head_direction_cells *cells,
                                        const float *bearings, size_t rows, rx_stop *stop);

/* bearings (rows): circular mean of the preferred bearings of the k most active cells,
 * k at most RX_MOST_DECODED and the number of cells; NaN where all are silent. */
enum rx_status rx_head_direction_decode(float *bearings,
                                        const struct rx_head_direction_cells *cells,
                                        const float *activity, size_t k, size_t rows,
                                        rx_stop *stop);

#endif
