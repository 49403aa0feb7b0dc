#include "population.h"

void rx_most_active(size_t *best, const float *activity, size_t cells, size_t k)
{
    size_t found = 0;
    for (size_t c = 0; c < cells; c++) {
        if (found == k && activity[c] <= activity[best[k - 1]])
            continue;
        size_t place = found < k ? found++ : k - 1;
        for (; place > 0 && activity[c] > activity[best[place - 1]]; place--)
            best[place] = best[place - 1];
        best[place] = c;
    }
}
