#include "grid_score.h"
#include <math.h>

static const double pi = 3.14159265358979323846;

enum { LEAST_BINS = 20, PEAKS = 6 };

/* Sums for a correlation of x with y. */
struct pairs {
    double count, x, y, xx, yy, xy;
};

static void add_pair(struct pairs *p, double x, double y)
{
    p->count++;
    p->x += x;
    p->y += y;
    p->xx += x * x;
    p->yy += y * y;
    p->xy += x * y;
}

/* NaN where one of the two varies by no more than rounding. */
static double correlation(const struct pairs *p)
{
    const double xx = p->xx - p->x * p->x / p->count, yy = p->yy - p->y * p->y / p->count;
    if (!(xx > 1e-14 * p->xx && yy > 1e-14 * p->yy))
        return NAN;
    return (p->xy - p->x * p->y / p->count) / sqrt(xx * yy);
}

/* --- autocorrelogram ------------------------------------------------------------------------- */

/* The map's correlation with itself so many rows further down and columns (of either sign) across;
 * `center`, about its mean, keeps the sums from cancelling. */
static double shifted(const float *map, size_t rows, size_t cols, size_t down, ptrdiff_t across,
                      double center)
{
    struct pairs pairs = { 0 };
    const size_t first = across < 0 ? (size_t)-across : 0;
    const size_t end = across > 0 ? cols - (size_t)across : cols;
    for (size_t i = 0; i + down < rows; i++)
        for (size_t j = first; j < end; j++) {
            const float a = map[i * cols + j];
            const float b = map[(i + down) * cols + (size_t)((ptrdiff_t)j + across)];
            if (a == a && b == b)
                add_pair(&pairs, (double)a - center, (double)b - center);
        }
    return pairs.count < LEAST_BINS ? NAN : correlation(&pairs);
}

static double mean_of_defined(const float *map, size_t count)
{
    double sum = 0, defined = 0;
    for (size_t i = 0; i < count; i++)
        if (map[i] == map[i]) {
            sum += (double)map[i];
            defined++;
        }
    return defined > 0 ? sum / defined : 0;
}

void rx_autocorrelogram(double *g, const float *map, size_t rows, size_t cols)
{
    const size_t wide = 2 * cols - 1, all = (2 * rows - 1) * wide;
    const double center = mean_of_defined(map, rows * cols);
    for (size_t down = 0; down < rows; down++)
        for (size_t j = 0; j < wide; j++) {
            const ptrdiff_t across = (ptrdiff_t)j - (ptrdiff_t)(cols - 1);
            const size_t at = (rows - 1 + down) * wide + j;
            g[at] = shifted(map, rows, cols, down, across, center);
            g[all - 1 - at] = g[at]; /* the opposite shift pairs the same bins */
        }
}

/* --- peaks ----------------------------------------------------------------------------------- */

static bool is_peak(const double *g, size_t cols, size_t i, size_t j)
{
    for (size_t n = 0; n < 9; n++) {
        const double neighbour = g[(i + n / 3 - 1) * cols + j + n % 3 - 1];
        if (n != 4 && !(neighbour < g[i * cols + j]))
            return false;
    }
    return true;
}

/* Keep the nearest, in rising order. */
static void insert(double nearest[PEAKS], double distance)
{
    for (size_t k = 0; k < PEAKS; k++)
        if (distance < nearest[k]) {
            const double farther = nearest[k];
            nearest[k] = distance;
            distance = farther;
        }
}

/* Mean distance of the six peaks nearest the centre; infinite if there are fewer. */
static double peak_distance(const double *g, size_t rows, size_t cols)
{
    double nearest[PEAKS], sum = 0;
    for (size_t k = 0; k < PEAKS; k++)
        nearest[k] = INFINITY;
    for (size_t i = 1; i + 1 < rows; i++)
        for (size_t j = 1; j + 1 < cols; j++)
            if ((i != rows / 2 || j != cols / 2) && is_peak(g, cols, i, j))
                insert(nearest,
                       hypot((double)i - (double)(rows / 2), (double)j - (double)(cols / 2)));
    for (size_t k = 0; k < PEAKS; k++)
        sum += nearest[k];
    return sum / PEAKS;
}

/* --- turning --------------------------------------------------------------------------------- */

/* Of one coordinate the two entries around it, of which the second may have no weight. */
struct between {
    double low, weight;
};

static struct between locate(double x)
{
    const double whole = round(x);
    if (fabs(x - whole) < 1e-9)
        return (struct between){ whole, 0 };
    return (struct between){ floor(x), x - floor(x) };
}

/* g between its entries, bilinear; NaN outside, or beside an entry that is NaN and counts. */
static double interpolate(const double *g, size_t rows, size_t cols, double y, double x)
{
    const struct between i = locate(y), j = locate(x);
    const double bottom = i.low + (i.weight > 0), right = j.low + (j.weight > 0);
    double sum = 0;
    if (i.low < 0 || j.low < 0 || bottom > (double)(rows - 1) || right > (double)(cols - 1))
        return NAN;
    for (size_t n = 0; n < 4; n++) {
        const double weight = (n / 2 ? i.weight : 1 - i.weight) * (n % 2 ? j.weight : 1 - j.weight);
        if (weight > 0)
            sum += weight * g[((size_t)i.low + n / 2) * cols + (size_t)j.low + n % 2];
    }
    return sum;
}

static double turned(const double *g, size_t rows, size_t cols, double distance, double angle)
{
    struct pairs pairs = { 0 };
    const double y0 = (double)(rows / 2), x0 = (double)(cols / 2);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++) {
            const double y = (double)i - y0, x = (double)j - x0, apart = hypot(x, y);
            const double here = g[i * cols + j];
            if (here != here || apart < 0.3 * distance || apart > 1.3 * distance)
                continue;
            const double there = interpolate(g, rows, cols, y0 + cos(angle) * y - sin(angle) * x,
                                             x0 + sin(angle) * y + cos(angle) * x);
            if (there == there)
                add_pair(&pairs, here, there);
        }
    return correlation(&pairs);
}

bool rx_grid_score(struct rx_grid_score *score, const double *g, size_t rows, size_t cols)
{
    bool defined = true;
    score->peak_distance = peak_distance(g, rows, cols);
    for (size_t k = 0; k < 5; k++) {
        const double angle = (double)(k + 1) * pi / 6;
        score->turned[k] = turned(g, rows, cols, score->peak_distance, angle);
        defined = defined && score->turned[k] == score->turned[k];
    }
    const double *c = score->turned;
    score->score = fmin(c[1], c[3]) - fmax(c[0], fmax(c[2], c[4]));
    return defined;
}
