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

static double peak_scale(double sharpness)
{
    (void)sharpness;
    return 1;
}

static double density_scale(double sharpness)
{
    /* the trapezoid rule on a whole period converges faster than any power of the spacing */
    const size_t points = 4096;
    double mean = 0;
    for (size_t i = 0; i < points; i++)
        mean += exp(sharpness * (cos(2 * pi * (double)i / (double)points) - 1));
    return (double)points / (2 * pi * mean);
}

const struct rx_head_direction_tuning rx_head_direction_tunings[] = {
    { "peak", peak_scale },
    { "density", density_scale },
    { NULL, NULL },
};

/* amplitude (1 + harmonics) of the curve exp(k (cos x - 1)), by the same rule */
static void fourier_series(double *amplitude, size_t harmonics, double sharpness)
{
    const size_t points = 4096;
    for (size_t n = 0; n <= harmonics; n++)
        amplitude[n] = 0;
    for (size_t i = 0; i < points; i++) {
        const double x = 2 * pi * (double)i / (double)points;
        const double share = exp(sharpness * (cos(x) - 1)) / (double)points;
        for (size_t n = 0; n <= harmonics; n++)
            amplitude[n] += (n ? 2 : 1) * share * cos((double)n * x);
    }
}

size_t rx_head_direction_patterns(float *patterns, const struct rx_head_direction_cells *cells)
{
    enum { MOST = (RX_MOST_FACTORS - 1) / 2 };
    double amplitude[1 + MOST], missing = 1; /* at the peak, where all harmonics add up to 1 */
    size_t harmonics = 0;
    fourier_series(amplitude, MOST, (double)cells->sharpness);
    missing -= amplitude[0];
    while (missing > 0x1p-25 && harmonics < MOST)
        missing -= amplitude[++harmonics];
    const size_t count = cells->cells, rank = 1 + 2 * harmonics;
    if (missing > 0x1p-25 || rank >= count)
        return 0;

    const double scale = (double)cells->scale;
    for (size_t c = 0; c < count; c++) {
        const double bearing = atan2((double)cells->sine[c], (double)cells->cosine[c]);
        patterns[c] = (float)(scale * amplitude[0]);
        for (size_t n = 1; n <= harmonics; n++) {
            patterns[(2 * n - 1) * count + c] =
                (float)(scale * amplitude[n] * cos((double)n * bearing));
            patterns[2 * n * count + c] = (float)(scale * amplitude[n] * sin((double)n * bearing));
        }
    }
    return rank;
}

/* factors (rows, rank): 1, then cosine and sine of the bearing, twice the bearing, ... */
static void harmonics(float *factors, const struct rx_code *code, const float *bearings,
                      size_t rows)
{
    for (size_t r = 0; r < rows; r++) {
        float *factor = factors + r * code->rank;
        const double c = cos((double)bearings[r]), s = sin((double)bearings[r]);
        double x = 1, y = 0;
        factor[0] = 1;
        for (size_t i = 1; i < code->rank; i += 2) {
            const double turned = c * x - s * y;
            y = s * x + c * y;
            x = turned;
            factor[i] = (float)x;
            factor[i + 1] = (float)y;
        }
    }
}

static enum rx_status encode(float *activity, const struct rx_code *code, const float *bearings,
                             size_t rows, rx_stop *stop)
{
    return rx_head_direction_encode(activity, code->tuning, bearings, rows, stop);
}

struct rx_code rx_head_direction_code(const struct rx_head_direction_cells *cells,
                                      const float *patterns, size_t rank)
{
    return (struct rx_code){
        .tuning = cells,
        .cells = cells->cells,
        .dimensions = 1,
        .encode = encode,
        .rank = rank,
        .patterns = patterns,
        .factor = harmonics,
    };
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
        rx_vector_exp(row, row, count);
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
        const bool active = rx_most_active(best, activity + r * cells->cells, cells->cells, k);
        for (size_t i = 0; i < k; i++) {
            x += (double)cells->cosine[best[i]];
            y += (double)cells->sine[best[i]];
        }
        bearings[r] = active ? (float)atan2(y, x) : NAN;
    }
    return *stop ? RX_STOPPED : RX_OK;
}
