/* maps.h - where units are active: mean activity by place or bearing, and how much it tells.
 *
 * Space is cut into cells: `bins` of one width along each of 1 to 3 dimensions, [-side / 2, side /
 * 2] or, cyclic, once around a circle of this circumference. A cell holds its lower edges, the last
 * of a line also its upper; an edge is as exact as a float32 number is. Cell i of x, j of y has the
 * number i * bins + j. */
#ifndef RX_MAPS_H
#define RX_MAPS_H

#include "status.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rx_grid {
    size_t dims, bins;
    double side;
    bool cyclic;
};

enum { RX_GRID_DIMS = 3, RX_GRID_CELLS = 1 << 24 }; /* at the most */

/* bins to the power of dims */
size_t rx_grid_cells(const struct rx_grid *grid);

/* cell (rows): the number of the cell in which each of positions (rows, dims) lies; -1 outside.
 * occupancy (cells): how many lie in each. Returns how many lie outside. */
size_t rx_grid_bin(int32_t *cell, float *occupancy, const struct rx_grid *grid,
                   const float *positions, size_t rows);

/* rates (units, cells): the mean of activity (rows, units) over the rows in each cell, summed in
 * double; NaN where there are none. */
enum rx_status rx_rate_maps(float *rates, const int32_t *cell, const float *activity, size_t rows,
                            size_t units, size_t cells, rx_stop *stop);

/* bits (units): the information of rates (units, cells), at least 0, about the cell (Skaggs et al.
 * 1993): sum p r/m log2(r/m), with the share p of time in a cell and the mean rate m; 0 if m is. */
void rx_spatial_information(float *bits, const float *rates, const float *occupancy, size_t units,
                            size_t cells);

/* Index of the first number of `rates` (count) below 0; the count if there is none. */
size_t rx_first_negative(const float *rates, size_t count);

#endif
