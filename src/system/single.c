#include "single.h"
#include <math.h>

/* A float of at least 2^63 has no int64. */
static const float limit = 9223372036854775808.0f;

size_t rx_single_from_integers(float *out, const int64_t *in, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = (float)in[i];
        if (out[i] >= limit || (int64_t)out[i] != in[i])
            return i;
    }
    return count;
}

size_t rx_single_from_unsigned(float *out, const uint64_t *in, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = (float)in[i];
        if (out[i] >= 2 * limit || (uint64_t)out[i] != in[i])
            return i;
    }
    return count;
}

size_t rx_single_from_doubles(struct rx_single *single, float *out, const double *in, size_t count)
{
    const double first = 16777216, beyond = 9223372036854775808.0; /* 2^24, 2^63 */
    for (size_t i = 0; i < count; i++) {
        const double x = in[i];
        out[i] = (float)x;
        if (!isfinite(x))
            continue;
        const double change = fabs((double)out[i] - x);
        if (change > 0 && ((fabs(x) >= first && fabs(x) < beyond) || isinf(out[i])))
            return i;
        if (single->count++ == 0)
            single->least = single->most = x;
        single->least = fmin(single->least, x);
        single->most = fmax(single->most, x);
        single->worst = fmax(single->worst, change);
    }
    return count;
}

bool rx_single_resolves(const struct rx_single *single)
{
    const double spread = single->most - single->least;
    const double size = fmax(fabs(single->least), fabs(single->most));
    /* a spread of less than 1e-9 of the size is arithmetic's own, as in 0.1 + 0.2 beside 0.3 */
    return spread <= 1e-9 * size || single->worst <= 1e-3 * spread;
}
