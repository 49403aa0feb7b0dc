/* grid_score.h - how hexagonal a rate map is: its autocorrelogram turned against itself. */
#ifndef RX_GRID_SCORE_H
#define RX_GRID_SCORE_H

#include <stdbool.h>
#include <stddef.h>

/* g (2 rows - 1, 2 cols - 1), no shift in its centre: at each shift the Pearson correlation of map
 * (rows, cols) with the shifted map, over the bins where both are defined, that is no NaN; NaN with
 * fewer than 20 of these, or where one of the two does not vary. */
void rx_autocorrelogram(double *g, const float *map, size_t rows, size_t cols);

struct rx_grid_score {
    double score;     /* min(c60, c120) - max(c30, c90, c150), */
    double turned[5]; /* where c30, c60, ..., c150 are g's correlations with itself, turned by so
                       * many degrees, over a ring about its centre, from 0.3 to 1.3 */
    double peak_distance; /* times the mean distance of its six peaks nearest the centre, in bins */
};

/* From an autocorrelogram (rows, cols), both odd. A peak is higher than its eight neighbours.
 * False: fewer than six peaks, or a ring in which nothing varies: no score. */
bool rx_grid_score(struct rx_grid_score *score, const double *g, size_t rows, size_t cols);

#endif
