#include "vector.h"
#include <math.h>
#include <stdbool.h>

static const float pi = 3.14159265358979f;

/* Below, exponentials have no normal float32, and the library leaves its vectors for each of them.
 */
static const float least_exponent = -87;

void rx_vector_exp(float *x, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const bool tiny = x[i] < least_exponent;
        const float e = expf(tiny ? least_exponent : x[i]);
        x[i] = tiny ? 0 : e;
    }
}

void rx_vector_tanh(float *x, size_t count)
{
    for (size_t i = 0; i < count; i++)
        x[i] = tanhf(x[i]);
}

void rx_vector_sigmoid(float *x, size_t count)
{
    for (size_t i = 0; i < count; i++)
        x[i] = 1 / (1 + expf(-x[i]));
}

/* Through the upper tail: u = (bits + 1/2) / 2^32 in (0, 1], finite for every bit pattern. */
static inline float rayleigh(uint32_t bits)
{
    const float u = (float)(int32_t)(bits >> 1) * 0x1p-31f + 0x1p-33f;
    return sqrtf(-2 * logf(u));
}

void rx_vector_rayleigh(float *out, const uint32_t *bits, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] = rayleigh(bits[i]);
}

void rx_vector_normal(float *restrict x, float *restrict y, const uint32_t *restrict radius,
                      const uint32_t *restrict angle, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const float r = rayleigh(radius[i]);
        const float a = (float)(int32_t)angle[i] * (pi * 0x1p-31f);
        /* not cosf: the compiler would join the pair into one scalar call of sincosf */
        x[i] = r * sinf(a + pi / 2);
        y[i] = r * sinf(a);
    }
}
