#include "population.h"
#include "parallel.h"
#include <math.h>

enum { BLOCK = 64 }; /* cells compared at once */

static float largest(const float *x, size_t count)
{
    float most = -INFINITY;
#pragma omp simd reduction(max : most)
    for (size_t i = 0; i < count; i++)
        most = x[i] > most ? x[i] : most;
    return most;
}

/* Put cell c in its place among the `found` best, of which at most k stay; returns how many. */
static size_t insert(size_t *best, size_t found, const float *activity, size_t c, size_t k)
{
    if (found == k && activity[c] <= activity[best[k - 1]])
        return found;
    size_t place = found < k ? found++ : k - 1;
    for (; place > 0 && activity[c] > activity[best[place - 1]]; place--)
        best[place] = best[place - 1];
    best[place] = c;
    return found;
}

static bool any_active(const float *activity, size_t cells)
{
    for (size_t c = 0; c < cells; c++)
        if (activity[c] != 0)
            return true;
    return false;
}

bool rx_most_active(size_t *best, const float *activity, size_t cells, size_t k)
{
    size_t found = 0;
    for (size_t first = 0; first < cells; first += BLOCK) {
        const size_t count = rx_piece_length(cells, BLOCK, first);
        if (found == k && largest(activity + first, count) <= activity[best[k - 1]])
            continue;
        for (size_t c = first; c < first + count; c++)
            found = insert(best, found, activity, c, k);
    }
    return any_active(activity, cells);
}
