#include "adam.h"
#include "vector.h"
#include <math.h>

/* x^n by squares: of multiplications alone, which every machine rounds alike */
static double power(double x, uint64_t n)
{
    double result = 1;
    for (; n > 0; n /= 2, x *= x)
        result *= n % 2 ? x : 1;
    return result;
}

void rx_adam_update(struct rx_adam *adam, float *weights, float *mean, float *square,
                    const float *gradient, size_t count)
{
    const uint64_t t = ++adam->updates;
    const float b1 = (float)adam->beta1, b2 = (float)adam->beta2;
    const float epsilon = (float)adam->epsilon, decay = (float)adam->weight_decay;
    /* both bias corrections, folded out of the loop */
    const float step = (float)(adam->rate / (1 - power(adam->beta1, t)));
    const float unbias = (float)(1 / sqrt(1 - power(adam->beta2, t)));
    float scale = 1;
    if (adam->clip > 0) {
        const double length = sqrt(rx_vector_squares(gradient, count));
        scale = length > adam->clip ? (float)(adam->clip / length) : 1;
    }

#pragma omp parallel for simd
    for (size_t i = 0; i < count; i++) {
        const float g = scale * gradient[i] + decay * weights[i];
        mean[i] = b1 * mean[i] + (1 - b1) * g;
        square[i] = b2 * square[i] + (1 - b2) * g * g;
        weights[i] -= step * mean[i] / (unbias * sqrtf(square[i]) + epsilon);
    }
}
