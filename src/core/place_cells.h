/* place_cells.h - cells tuned to a position x, by their distance from a centre c of their own.
 *
 * With g_c = exp(-|x - c|^2 / (2 width^2)), a cell answers to the position x with g_c itself
 * (Krishna et al. 2024, Eq. 20); with its share of the sum of all g_c, the softmax of their
 * published code; or with that share less the one at twice the squared width, shifted to be at
 * least 0 and scaled to sum to 1: a difference of Gaussians (0 so far from all centres that float32
 * leaves one share alone). Positions have any dimension. */
#ifndef RX_PLACE_CELLS_H
#define RX_PLACE_CELLS_H

#include "population.h"
#include "status.h"
#include <stddef.h>

/* A tuning by name: what makes the exponents -|x - c|^2 / (2 width^2) of all cells their activity,
 * in place. */
struct rx_place_tuning {
    const char *name;
    void (*shape)(float *exponents, size_t cells);
};
extern const struct rx_place_tuning rx_place_tunings[]; /* the last one has no name */

struct rx_place_cells {
    size_t cells, dimensions;
    float sharpness; /* 1 / (2 width^2) */
    const struct rx_place_tuning *tuning;
    const float *centers; /* (dimensions, cells); not owned */
};

/* activity (rows, cells) of the cells at positions (rows, dimensions). */
enum rx_status rx_place_encode(float *activity, const struct rx_place_cells *cells,
                               const float *positions, size_t rows, rx_stop *stop);

struct rx_code rx_place_code(const struct rx_place_cells *cells);

/* positions (rows, dimensions): mean of the centres of the k most active cells,
 * k at most RX_MOST_DECODED and the number of cells; NaN where all are silent. */
enum rx_status rx_place_decode(float *positions, const struct rx_place_cells *cells,
                               const float *activity, size_t k, size_t rows, rx_stop *stop);

#endif
