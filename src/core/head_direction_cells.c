#include "head_direction_cells.h"
#include "elementary.h"
#include "population.h"
#include "vector.h"
#include <math.h>

static const double pi = 3.14159265358979323846;

struct direction {
    double x, y; /* cosine and sine */
};

/* A direction, turned further by the bearing of another: so come those of its multiples. */
static struct direction turned(struct direction a, struct direction by)
{
    return (struct direction){ a.x * by.x - a.y * by.y, a.y * by.x + a.x * by.y };
}

void rx_head_direction_prefer(float *preferred, size_t cells)
{
    for (size_t c = 0; c < cells; c++) {
        const double bearing = cells > 1 ? -pi + 2 * pi * (double)c / (double)(cells - 1) : 0;
        double cosine, sine;
        rx_cosine_sine(&cosine, &sine, bearing);
        preferred[c] = (float)bearing;
        preferred[cells + c] = (float)cosine;
        preferred[2 * cells + c] = (float)sine;
    }
}

static double peak_scale(double sharpness)
{
    (void)sharpness;
    return 1;
}

/* amplitude (1 + harmonics) of the curve exp(k (cos x - 1)), by the trapezoid rule, which on a
 * whole period converges faster than any power of the spacing */
static void fourier_series(double *amplitude, size_t harmonics, double sharpness)
{
    const size_t points = 4096;
    for (size_t n = 0; n <= harmonics; n++)
        amplitude[n] = 0;
    for (size_t i = 0; i < points; i++) {
        struct direction turn = { 1, 0 }, once;
        rx_cosine_sine(&once.x, &once.y, 2 * pi * (double)i / (double)points);
        const double share = rx_exp(sharpness * (once.x - 1)) / (double)points;
        for (size_t n = 0; n <= harmonics; n++, turn = turned(turn, once))
            amplitude[n] += (n ? 2 : 1) * share * turn.x;
    }
}

static double density_scale(double sharpness)
{
    double mean;
    fourier_series(&mean, 0, sharpness);
    return 1 / (2 * pi * mean);
}

const struct rx_head_direction_tuning rx_head_direction_tunings[] = {
    { "peak", peak_scale },
    { "density", density_scale },
    { NULL, NULL },
};

/* In double precision, of length 1. */
static struct direction preferred_direction(const struct rx_head_direction_cells *cells, size_t c)
{
    const double x = (double)cells->cosine[c], y = (double)cells->sine[c],
                 length = sqrt(x * x + y * y);
    return (struct direction){ x / length, y / length };
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
        const struct direction once = preferred_direction(cells, c);
        struct direction turn = once;
        patterns[c] = (float)(scale * amplitude[0]);
        for (size_t n = 1; n <= harmonics; n++, turn = turned(turn, once)) {
            patterns[(2 * n - 1) * count + c] = (float)(scale * amplitude[n] * turn.x);
            patterns[2 * n * count + c] = (float)(scale * amplitude[n] * turn.y);
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
        struct direction once;
        rx_cosine_sine(&once.x, &once.y, (double)bearings[r]);
        struct direction turn = once;
        factor[0] = 1;
        for (size_t i = 1; i < code->rank; i += 2, turn = turned(turn, once)) {
            factor[i] = (float)turn.x;
            factor[i + 1] = (float)turn.y;
        }
    }
}

static enum rx_status encode(float *activity, const struct rx_code *code, const float *bearings,
                             size_t rows, rx_stop *stop)
{
    return rx_head_direction_encode(activity, code->population, bearings, rows, stop);
}

struct rx_code rx_head_direction_code(const struct rx_head_direction_cells *cells,
                                      const float *patterns, size_t rank)
{
    return (struct rx_code){
        .population = cells,
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
        double cosine, sine;
        rx_cosine_sine(&cosine, &sine, (double)bearings[r]);
        const float kc = k * (float)cosine, ks = k * (float)sine;
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
        bearings[r] = active ? (float)rx_angle(y, x) : NAN;
    }
    return *stop ? RX_STOPPED : RX_OK;
}
