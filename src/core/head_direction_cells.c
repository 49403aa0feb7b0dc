#include "head_direction_cells.h"
#include "population.h"
#include "vector.h"
#include <math.h>

static const double pi = 3.14159265358979323846;

void rx_head_direction_prefer(float *preferred, size_t cells)
{
    for (size_t c = 0; c < cells; c++) {
        const double bearing = cells > 1 ? -pi + 2 * pi * (double)c / (double)(cells - 1) : 0;
        preferred[c] = (float)bearing;
        preferred[cells + c] = (float)cos(bearing);
        preferred[2 * cells + c] = (float)sin(bearing);
    }
}

double rx_von_mises_density_scale(double sharpness)
{
    /* the trapezoid rule on a whole period converges faster than any power of the spacing */
    const size_t points = 4096;
    double mean = 0;
    for (size_t i = 0; i < points; i++)
        mean += exp(sharpness * (cos(2 * pi * (double)i / (double)points) - 1));
    return (double)points / (2 * pi * mean);
}

enum rx_status rx_head_direction_encode(float *activity,
                                        const struct rx_head_direction_cells *cells,
                                        const float *bearings, size_t rows, rx_stop *stop)
{
    const size_t count = cells->cells;
    const float k = cells->sharpness;
#pragma omp parallel for schedule(static)
    for (size_t r = 0; r < rows; r++) {
        float *row = activity + r * count;
        if (*stop)
            continue;
        const float kc = k * cosf(bearings[r]), ks = k * sinf(bearings[r]);
        for (size_t c = 0; c < count; c++)
            row[c] = kc * cells->cosine[c] + ks * cells->sine[c] - k;
        rx_vector_exp(row, count);
        if (cells->scale != 1)
            for (size_t c = 0; c < count; c++)
                row[c] *= cells->scale;
    }
    return *stop ? RX_STOPPED : RX_OK;
}

enum rx_status rx_head_direction_decode(float *bearings,
                                        const struct rx_head_direction_cells *cells,
                                        const float *activity, size_t k, size_t rows, rx_stop *stop)
{
#pragma omp parallel for schedule(static)
    for (size_t r = 0; r < rows; r++) {
        size_t best[RX_MOST_DECODED];
        double x = 0, y = 0;
        if (*stop)
            continue;
        rx_most_active(best, activity + r * cells->cells, cells->cells, k);
        for (size_t i = 0; i < k; i++) {
            x += (double)cells->cosine[best[i]];
            y += (double)cells->sine[best[i]];
        }
        bearings[r] = (float)atan2(y, x);
    }
    return *stop ? RX_STOPPED : RX_OK;
}
