#include "place_cells.h"
#include "parallel.h"
#include "population.h"
#include "vector.h"
#include <math.h>

/* exponent (cells) = -|x - c|^2 / (2 width^2) */
static void exponents(float *restrict exponent, const struct rx_place_cells *cells, const float *x)
{
    const size_t count = cells->cells;
    for (size_t c = 0; c < count; c++)
        exponent[c] = 0;
    for (size_t d = 0; d < cells->dimensions; d++) {
        const float *restrict center = cells->centers + d * count;
        for (size_t c = 0; c < count; c++)
            exponent[c] -= cells->sharpness * (x[d] - center[c]) * (x[d] - center[c]);
    }
}

static void scale_to_sum(float *x, size_t count)
{
    const float sum = (float)rx_vector_sum(x, count), scale = sum > 0 ? 1 / sum : 0;
    for (size_t i = 0; i < count; i++)
        x[i] *= scale;
}

static void softmax(float *x, size_t count)
{
    float most = x[0];
#pragma omp simd reduction(max : most)
    for (size_t i = 0; i < count; i++)
        most = x[i] > most ? x[i] : most;
    for (size_t i = 0; i < count; i++)
        x[i] -= most;
    rx_vector_exp(x, x, count);
    scale_to_sum(x, count);
}

static double sum_of_roots(const float *x, size_t count)
{
    enum { PIECE = 128 };
    float roots[PIECE];
    double sum = 0;
    for (size_t i = 0; i < count; i += PIECE) {
        const size_t length = rx_piece_length(count, PIECE, i);
        for (size_t j = 0; j < length; j++)
            roots[j] = sqrtf(x[i + j]);
        sum += rx_vector_sum(roots, length);
    }
    return sum;
}

/* From a softmax: its square root, scaled to sum to 1, is the softmax at twice the squared width.
 */
static void subtract_surround(float *x, size_t count)
{
    const float sum = (float)sum_of_roots(x, count);
    float least = 0;
#pragma omp simd reduction(min : least)
    for (size_t i = 0; i < count; i++) {
        x[i] -= sqrtf(x[i]) / sum;
        least = x[i] < least ? x[i] : least;
    }
    for (size_t i = 0; i < count; i++)
        x[i] -= least;
    scale_to_sum(x, count);
}

static void gaussian(float *x, size_t count)
{
    rx_vector_exp(x, x, count);
}

static void difference_of_gaussians(float *x, size_t count)
{
    softmax(x, count);
    subtract_surround(x, count);
}

const struct rx_place_tuning rx_place_tunings[] = {
    { "softmax", softmax },
    { "gaussian", gaussian },
    { "difference_of_gaussians", difference_of_gaussians },
    { NULL, NULL },
};

enum rx_status rx_place_encode(float *activity, const struct rx_place_cells *cells,
                               const float *positions, size_t rows, rx_stop *stop)
{
    const size_t count = cells->cells;
#pragma omp parallel for schedule(static)
    for (size_t r = 0; r < rows; r++) {
        float *row = activity + r * count;
        if (*stop)
            continue;
        exponents(row, cells, positions + r * cells->dimensions);
        cells->tuning->shape(row, count);
    }
    return *stop ? RX_STOPPED : RX_OK;
}

static enum rx_status encode(float *activity, const struct rx_code *code, const float *positions,
                             size_t rows, rx_stop *stop)
{
    return rx_place_encode(activity, code->population, positions, rows, stop);
}

struct rx_code rx_place_code(const struct rx_place_cells *cells)
{
    return (struct rx_code){
        .population = cells,
        .cells = cells->cells,
        .dimensions = cells->dimensions,
        .encode = encode,
    };
}

enum rx_status rx_place_decode(float *positions, const struct rx_place_cells *cells,
                               const float *activity, size_t k, size_t rows, rx_stop *stop)
{
    const size_t count = cells->cells;
#pragma omp parallel for schedule(static)
    for (size_t r = 0; r < rows; r++) {
        size_t best[RX_MOST_DECODED];
        if (*stop)
            continue;
        const bool active = rx_most_active(best, activity + r * count, count, k);
        for (size_t d = 0; d < cells->dimensions; d++) {
            double sum = 0;
            for (size_t i = 0; i < k; i++)
                sum += (double)cells->centers[d * count + best[i]];
            positions[r * cells->dimensions + d] = active ? (float)(sum / (double)k) : NAN;
        }
    }
    return *stop ? RX_STOPPED : RX_OK;
}
