#include "kde.h"
#include "parallel.h"
#include "vector.h"
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    QUERIES = 32, /* points that one thread finds the density of at a time, against */
    BLOCK = 512,  /* points of the density that stay in cache meanwhile */
    LANES = 16,   /* of comparisons */
    IMAGES = 64   /* of one coordinate, at the most */
};

/* What is less than exp(-NEGLIGIBLE) of a sum is left out of it. */
static const double NEGLIGIBLE = 21;

/* --- sums of kernels ------------------------------------------------------------------------- */

/* A sum of weight exp(-distance^2 / 2), over exp(-least / 2), so that nothing underflows. */
struct tally {
    double least, sum;
};

static void merge(struct tally *tally, double least, double sum)
{
    const double shift = fmin(tally->least, least);
    tally->sum = tally->sum * exp((shift - tally->least) / 2) + sum * exp((shift - least) / 2);
    tally->least = shift;
}

static double log_of(const struct tally *tally)
{
    return log(tally->sum) - tally->least / 2;
}

/* In lanes, or each comparison would wait for the one before. */
static double smallest(const double *x, size_t count)
{
    double least[LANES], all = INFINITY;
    for (size_t l = 0; l < LANES; l++)
        least[l] = INFINITY;
    for (size_t j = 0; j + LANES <= count; j += LANES)
        for (size_t l = 0; l < LANES; l++)
            least[l] = x[j + l] < least[l] ? x[j + l] : least[l];
    for (size_t l = 0; l < LANES; l++)
        all = least[l] < all ? least[l] : all;
    for (size_t j = count - count % LANES; j < count; j++)
        all = x[j] < all ? x[j] : all;
    return all;
}

/* out (count): squared distances of points, a coordinate every `stride`, from one; the least. */
static double distances(double *restrict out, const double *white, size_t stride, size_t count,
                        const double *query, size_t dims)
{
    for (size_t j = 0; j < count; j++) {
        const double apart = white[j] - query[0];
        out[j] = apart * apart;
    }
    for (size_t k = 1; k < dims; k++)
        for (size_t j = 0; j < count; j++) {
            const double apart = white[k * stride + j] - query[k];
            out[j] += apart * apart;
        }
    return smallest(out, count);
}

/* Add the points of a block, from `first` on, as they are seen from a whitened query. */
static void add_block(struct tally *tally, const struct rx_kde *kde, size_t first,
                      const double *query)
{
    const size_t count = rx_piece_length(kde->count, BLOCK, first);
    const float *weights = kde->weights + first;
    double apart[BLOCK];
    _Alignas(64) float kernel[BLOCK] = { 0 };
    const double least = distances(apart, kde->white + first, kde->count, count, query, kde->dims);
    /* below, a kernel is nothing beside the nearest one, and slow to compute */
    const float lowest = -80;
    for (size_t j = 0; j < count; j++) {
        const float power = (float)((least - apart[j]) / 2);
        kernel[j] = power > lowest ? power : lowest;
    }
    rx_vector_exp(kernel, kernel, count);
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (size_t j = 0; j < count; j++)
        sum += weights[j] * kernel[j];
    merge(tally, least, (double)sum);
}

/* --- images of a point in a domain ------------------------------------------------------------ */

/* Images of one coordinate that may add to a sum, the coordinate itself first. */
struct images {
    double at[IMAGES];
    size_t count;
};

/* Keep an image if kernels reach it from where the points lie; `reach` is in standard deviations.
 */
static bool keep_image(struct images *images, double at, double low, double high, double reach)
{
    if (!(at > low - reach && at < high + reach) || images->count == IMAGES)
        return false;
    images->at[images->count++] = at;
    return true;
}

static void find_images(struct images *images, const struct rx_kde *kde, size_t k, double x,
                        double reach)
{
    const bool mirrored = kde->domain == RX_BOX;
    const double period = mirrored ? 2 * kde->side : kde->side;
    const double low = kde->low[k], high = kde->high[k];
    images->at[0] = x;
    images->count = 1;
    if (mirrored)
        keep_image(images, kde->side - x, low, high, reach);
    bool more = true;
    for (double m = 1; more; m++) {
        more = keep_image(images, x + m * period, low, high, reach);
        more |= keep_image(images, x - m * period, low, high, reach);
        if (mirrored) {
            more |= keep_image(images, kde->side - x + m * period, low, high, reach);
            more |= keep_image(images, kde->side - x - m * period, low, high, reach);
        }
    }
}

/* Standard deviation of the kernel along a coordinate. */
static double kernel_sd(const struct rx_kde *kde, size_t k)
{
    double variance = 0;
    for (size_t j = 0; j <= k; j++)
        variance += kde->spread[k * kde->dims + j] * kde->spread[k * kde->dims + j];
    return sqrt(variance);
}

static void add_image(struct tally *tally, const struct rx_kde *kde, const double *point,
                      rx_stop *stop)
{
    double white[RX_KDE_IMAGED_DIMS];
    memcpy(white, point, kde->dims * sizeof *white);
    rx_kde_whiten(white, 1, kde);
    for (size_t first = 0; first < kde->count && !*stop; first += BLOCK)
        add_block(tally, kde, first, white);
}

/* Add what all images of a point but itself, which is in the tally already, see of the points. */
static void add_images(struct tally *tally, const struct rx_kde *kde, const double *point,
                       rx_stop *stop)
{
    struct images images[RX_KDE_IMAGED_DIMS];
    double at[RX_KDE_IMAGED_DIMS];
    const double drop = log((double)kde->count) - log_of(tally) + NEGLIGIBLE;
    size_t combinations = 1;
    for (size_t k = 0; k < kde->dims; k++) {
        find_images(&images[k], kde, k, point[k], sqrt(2 * fmax(drop, 0)) * kernel_sd(kde, k));
        combinations *= images[k].count;
    }
    for (size_t c = 1; c < combinations; c++) {
        size_t rest = c;
        for (size_t k = 0; k < kde->dims; k++) {
            at[k] = images[k].at[rest % images[k].count];
            rest /= images[k].count;
        }
        add_image(tally, kde, at, stop);
    }
}

/* --- density --------------------------------------------------------------------------------- */

/* Both (count, dims): points as doubles, angles within half a period of the mean; and whitened. */
static void prepare(double *unfolded, double *white, const struct rx_kde *kde, const float *points,
                    size_t count)
{
    const size_t dims = kde->dims;
    for (size_t i = 0; i < count * dims; i++) {
        const double x = (double)points[i];
        unfolded[i] = kde->domain == RX_CYCLIC ? rx_kde_wrap(x, kde->mean[i % dims], kde->side) : x;
        white[i] = unfolded[i];
    }
    rx_kde_whiten(white, count, kde);
}

/* out (count) = log densities at points (count, dims); scratch is twice as large as these */
static void piece_log_density(double *out, const struct rx_kde *kde, const float *points,
                              double *scratch, size_t count, rx_stop *stop)
{
    struct tally tallies[QUERIES];
    double *unfolded = scratch, *white = scratch + count * kde->dims;
    prepare(unfolded, white, kde, points, count);
    for (size_t i = 0; i < count; i++)
        tallies[i] = (struct tally){ INFINITY, 0 };
    for (size_t first = 0; first < kde->count && !*stop; first += BLOCK)
        for (size_t i = 0; i < count; i++)
            add_block(&tallies[i], kde, first, white + i * kde->dims);
    for (size_t i = 0; i < count; i++) {
        if (kde->domain != RX_PLANE && !*stop)
            add_images(&tallies[i], kde, unfolded + i * kde->dims, stop);
        out[i] = log_of(&tallies[i]) + kde->log_scale;
    }
}

/* What a log density becomes in the end. */
static float finish(double log_density, bool logarithm, const struct rx_kde *kde,
                    const float *point)
{
    if (rx_kde_first_outside(kde, point, 1) < kde->dims)
        log_density = -INFINITY;
    return (float)(logarithm ? log_density : exp(log_density));
}

static enum rx_status evaluate(float *out, bool logarithm, const struct rx_kde *kde,
                               const float *points, size_t count, rx_stop *stop)
{
    const size_t dims = kde->dims;
    double *scratch = malloc((2 * count * dims + 1) * sizeof *scratch);
    if (!scratch)
        return RX_NO_MEMORY;
#pragma omp parallel for schedule(dynamic)
    for (size_t i = 0; i < count; i += QUERIES) {
        double density[QUERIES];
        const size_t length = rx_piece_length(count, QUERIES, i);
        piece_log_density(density, kde, points + i * dims, scratch + 2 * i * dims, length, stop);
        for (size_t j = 0; j < length; j++)
            out[i + j] = finish(density[j], logarithm, kde, points + (i + j) * dims);
    }
    free(scratch);
    return *stop ? RX_STOPPED : RX_OK;
}

enum rx_status rx_kde_density(float *density, const struct rx_kde *kde, const float *points,
                              size_t count, rx_stop *stop)
{
    return evaluate(density, false, kde, points, count, stop);
}

enum rx_status rx_kde_log_density(float *log_density, const struct rx_kde *kde, const float *points,
                                  size_t count, rx_stop *stop)
{
    return evaluate(log_density, true, kde, points, count, stop);
}

/* --- score ------------------------------------------------------------------------------------ */

/* mean (dims): how far points lie from a whitened query, on average, each by its kernel's share of
 * the sum there; `tally` is that sum. */
static void mean_distance(double *mean, const struct rx_kde *kde, const double *query,
                          const struct tally *tally)
{
    memset(mean, 0, kde->dims * sizeof *mean);
    for (size_t j = 0; j < kde->count; j++) {
        double apart = 0;
        for (size_t k = 0; k < kde->dims; k++)
            apart += pow(kde->white[k * kde->count + j] - query[k], 2);
        const double share = (double)kde->weights[j] * exp((tally->least - apart) / 2) / tally->sum;
        for (size_t k = 0; k < kde->dims && share > 0; k++)
            mean[k] += share * (kde->white[k * kde->count + j] - query[k]);
    }
}

/* Scratch is 3 times as long as a point. */
static void score_at(float *score, const struct rx_kde *kde, const float *point, double *scratch,
                     rx_stop *stop)
{
    const size_t dims = kde->dims;
    double *unfolded = scratch, *white = scratch + dims, *mean = scratch + 2 * dims;
    struct tally tally = { INFINITY, 0 };
    prepare(unfolded, white, kde, point, 1);
    for (size_t first = 0; first < kde->count && !*stop; first += BLOCK)
        add_block(&tally, kde, first, white);
    mean_distance(mean, kde, white, &tally);
    /* by the coordinates as they are: what whitens, transposed */
    for (size_t j = 0; j < dims; j++) {
        double sum = 0;
        for (size_t k = j; k < dims; k++)
            sum += kde->whiten[k * dims + j] * mean[k];
        score[j] = (float)sum;
    }
}

enum rx_status rx_kde_score(float *score, const struct rx_kde *kde, const float *points,
                            size_t count, rx_stop *stop)
{
    double *scratch = malloc((3 * count * kde->dims + 1) * sizeof *scratch);
    if (!scratch)
        return RX_NO_MEMORY;
#pragma omp parallel for schedule(dynamic)
    for (size_t i = 0; i < count; i++)
        if (!*stop)
            score_at(score + i * kde->dims, kde, points + i * kde->dims,
                     scratch + 3 * i * kde->dims, stop);
    free(scratch);
    return *stop ? RX_STOPPED : RX_OK;
}

/* --- sampling -------------------------------------------------------------------------------- */

/* Back into the domain: angles into half a period about 0, what left a box mirrored at its walls.
 */
static double fold(const struct rx_kde *kde, double x)
{
    if (kde->domain == RX_PLANE)
        return x;
    if (kde->domain == RX_CYCLIC)
        return remainder(x, kde->side);
    const double along = fabs(remainder(x - kde->side / 2, 2 * kde->side));
    return kde->side / 2 - along;
}

/* The first of a rising list that is above x, or the last. */
static size_t search(const double *rising, size_t count, double x)
{
    size_t low = 0, high = count - 1;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (rising[middle] > x)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* In place of standard normals, a draw about the point that two uniform numbers choose; one alone
 * has 24 bits. `sums` are the running sums of the weights. */
static void draw_about(float *out, const struct rx_kde *kde, const double *sums,
                       const float *uniform)
{
    const size_t dims = kde->dims, count = kde->count;
    const double share = (double)uniform[0] + 0x1p-24 * (double)uniform[1];
    const double *point = kde->white + search(sums, count, share * sums[count - 1]);
    for (size_t k = dims; k-- > 0;) {
        double sum = kde->mean[k];
        for (size_t j = 0; j <= k; j++)
            sum += kde->spread[k * dims + j] * ((double)out[j] + point[j * count]);
        out[k] = (float)fold(kde, sum);
    }
}

enum rx_status rx_kde_sample(float *out, const struct rx_kde *kde, size_t count,
                             struct rx_random *random, rx_stop *stop)
{
    float *uniform = malloc((2 * count + 1) * sizeof *uniform);
    double *sums = malloc(kde->count * sizeof *sums);
    if (uniform && sums) {
        sums[0] = (double)kde->weights[0];
        for (size_t i = 1; i < kde->count; i++)
            sums[i] = sums[i - 1] + (double)kde->weights[i];
        rx_random_draw(random, RX_UNIFORM, 0, 1, uniform, 2 * count, stop);
        rx_random_draw(random, RX_NORMAL, 0, 1, out, count * kde->dims, stop);
#pragma omp parallel for schedule(static)
        for (size_t i = 0; i < count; i++)
            if (!*stop)
                draw_about(out + i * kde->dims, kde, sums, uniform + 2 * i);
    }
    const bool ready = uniform && sums;
    free(uniform);
    free(sums);
    return !ready ? RX_NO_MEMORY : *stop ? RX_STOPPED : RX_OK;
}
