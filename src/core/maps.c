#include "maps.h"
#include "parallel.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { UNITS = 64 }; /* that one thread sums over the rows at a time */

size_t rx_grid_cells(const struct rx_grid *grid)
{
    size_t cells = 1;
    for (size_t k = 0; k < grid->dims; k++)
        cells *= grid->bins;
    return cells;
}

/* Number of the bin along one dimension; -1 outside. */
static int32_t bin_along(const struct rx_grid *grid, float x)
{
    const double low = -grid->side / 2, width = grid->side / (double)grid->bins;
    const int32_t last = (int32_t)grid->bins - 1;
    double along = (double)x - low;
    if (grid->cyclic)
        along -= grid->side * floor(along / grid->side);
    else if (!(x >= (float)low && x <= (float)-low))
        return -1;
    int32_t bin = (int32_t)(along / width);
    const float at = (float)(along + low);
    if (bin < last && at >= (float)(low + (bin + 1) * width))
        bin++;
    else if (bin > 0 && at < (float)(low + bin * width))
        bin--;
    return bin > last ? last : bin;
}

size_t rx_grid_bin(int32_t *cell, float *occupancy, const struct rx_grid *grid,
                   const float *positions, size_t rows)
{
    size_t outside = 0;
    memset(occupancy, 0, rx_grid_cells(grid) * sizeof *occupancy);
    for (size_t i = 0; i < rows; i++) {
        cell[i] = 0;
        for (size_t k = 0; k < grid->dims && cell[i] >= 0; k++) {
            const int32_t bin = bin_along(grid, positions[i * grid->dims + k]);
            cell[i] = bin < 0 ? -1 : cell[i] * (int32_t)grid->bins + bin;
        }
        if (cell[i] < 0)
            outside++;
        else
            occupancy[cell[i]]++;
    }
    return outside;
}

/* sums (cells, width): of some columns of the activity */
static void sum_units(double *sums, const int32_t *cell, const float *activity, size_t rows,
                      size_t units, size_t width, rx_stop *stop)
{
    for (size_t i = 0; i < rows && !*stop; i++) {
        if (cell[i] < 0)
            continue;
        double *sum = sums + (size_t)cell[i] * width;
        for (size_t u = 0; u < width; u++)
            sum[u] += (double)activity[i * units + u];
    }
}

enum rx_status rx_rate_maps(float *rates, const int32_t *cell, const float *activity, size_t rows,
                            size_t units, size_t cells, rx_stop *stop)
{
    size_t *count = calloc(cells, sizeof *count);
    bool short_of_memory = !count;
    for (size_t i = 0; count && i < rows; i++)
        if (cell[i] >= 0)
            count[cell[i]]++;
#pragma omp parallel for schedule(dynamic) reduction(|| : short_of_memory)
    for (size_t first = 0; first < units; first += UNITS) {
        const size_t width = rx_piece_length(units, UNITS, first);
        double *sums = count ? calloc(cells * width, sizeof *sums) : NULL;
        short_of_memory = short_of_memory || !sums;
        if (sums)
            sum_units(sums, cell, activity + first, rows, units, width, stop);
        for (size_t u = 0; sums && u < width; u++)
            for (size_t c = 0; c < cells; c++)
                rates[(first + u) * cells + c] =
                    count[c] ? (float)(sums[c * width + u] / (double)count[c]) : NAN;
        free(sums);
    }
    free(count);
    return short_of_memory ? RX_NO_MEMORY : *stop ? RX_STOPPED : RX_OK;
}

static double information(const float *rates, const float *occupancy, size_t cells, double total)
{
    double mean = 0, bits = 0;
    for (size_t c = 0; c < cells; c++)
        if (occupancy[c] > 0)
            mean += (double)occupancy[c] / total * (double)rates[c];
    for (size_t c = 0; c < cells; c++)
        if (occupancy[c] > 0 && rates[c] > 0) {
            const double ratio = (double)rates[c] / mean;
            bits += (double)occupancy[c] / total * ratio * log2(ratio);
        }
    return bits;
}

void rx_spatial_information(float *bits, const float *rates, const float *occupancy, size_t units,
                            size_t cells)
{
    double total = 0;
    for (size_t c = 0; c < cells; c++)
        total += (double)occupancy[c];
    for (size_t u = 0; u < units; u++)
        bits[u] = (float)information(rates + u * cells, occupancy, cells, total);
}

size_t rx_first_negative(const float *rates, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (rates[i] < 0)
            return i;
    return count;
}
