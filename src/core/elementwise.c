#include "elementwise.h"
#include "elementary.h"
#include "vector.h"
#include <math.h>

/* No step of a loop looks at another's result, whatever lies where: so say the pragmas. */
#define EACH(expression)                                                                           \
    do {                                                                                           \
        _Pragma("omp simd") for (size_t j = 0; j < count; j++)                                     \
        {                                                                                          \
            const float a = x[j * dx], b = y[j * dy];                                              \
            out[j] = expression;                                                                   \
        }                                                                                          \
        return;                                                                                    \
    } while (0)

static inline __attribute__((always_inline)) void combine(enum rx_operation op, float *out,
                                                          const float *x, size_t dx, const float *y,
                                                          size_t dy, size_t count)
{
    switch (op) {
    case RX_ADD:
        EACH(a + b);
    case RX_SUBTRACT:
        EACH(a - b);
    case RX_MULTIPLY:
        EACH(a * b);
    case RX_DIVIDE:
        EACH(a / b);
    case RX_POWER:
        EACH(rx_power(a, b));
    case RX_ATAN2:
        EACH((float)rx_angle((double)a, (double)b));
    case RX_LESS:
        EACH((float)(a < b));
    case RX_LESS_EQUAL:
        EACH((float)(a <= b));
    case RX_EQUAL:
        EACH((float)(a == b));
    case RX_GREATER_OF:
        EACH(a < b ? b : a);
    case RX_LESSER_OF:
        EACH(a > b ? b : a);
    case RX_WHERE:
        EACH(b == 0 ? 0 : a);
    case RX_OPERATIONS:
        return;
    }
}

/* Each pair of steps is a loop of its own, with the steps as constants. */
void rx_combine(enum rx_operation op, float *out, const float *x, size_t dx, const float *y,
                size_t dy, size_t count)
{
    if (dx && dy)
        combine(op, out, x, 1, y, 1, count);
    else if (dx)
        combine(op, out, x, 1, y, 0, count);
    else if (dy)
        combine(op, out, x, 0, y, 1, count);
    else
        combine(op, out, x, 0, y, 0, count);
}

static float wrap(float angle)
{
    static const double pi = 3.14159265358979323846, turn = 2 * 3.14159265358979323846;
    const float wrapped = (float)(angle - turn * floor((angle + pi) / turn));
    return wrapped < (float)pi ? wrapped : -(float)pi;
}

/* out = x, less its largest element (a NaN stays one, whatever is taken from it) */
static void below_largest(float *out, const float *x, size_t count)
{
    float most = x[0];
#pragma omp simd reduction(max : most)
    for (size_t j = 0; j < count; j++)
        most = x[j] > most ? x[j] : most;
#pragma omp simd
    for (size_t j = 0; j < count; j++)
        out[j] = x[j] - most;
}

static void softmax(float *out, const float *x, size_t count)
{
    below_largest(out, x, count);
    rx_vector_exp(out, out, count);
    const float share = (float)(1 / rx_vector_sum(out, count));
#pragma omp simd
    for (size_t j = 0; j < count; j++)
        out[j] *= share;
}

/* log of the sum of exp(x), a few numbers at a time on the stack */
static float log_sum_exp(const float *x, size_t count)
{
    enum { PIECE = 256 };
    double sum = 0;
    for (size_t i = 0; i < count; i += PIECE) {
        float piece[PIECE];
        const size_t length = count - i < PIECE ? count - i : PIECE;
        rx_vector_exp(piece, x + i, length);
        sum += rx_vector_sum(piece, length);
    }
    return (float)rx_log(sum);
}

static void log_softmax(float *out, const float *x, size_t count)
{
    below_largest(out, x, count);
    const float all = log_sum_exp(out, count);
#pragma omp simd
    for (size_t j = 0; j < count; j++)
        out[j] -= all;
}

#define MAP(expression)                                                                            \
    do {                                                                                           \
        _Pragma("omp simd") for (size_t j = 0; j < count; j++)                                     \
        {                                                                                          \
            const float a = x[j];                                                                  \
            out[j] = expression;                                                                   \
        }                                                                                          \
        return;                                                                                    \
    } while (0)

void rx_map(enum rx_function function, float *out, const float *x, size_t count)
{
    switch (function) {
    case RX_ABS:
        MAP(fabsf(a));
    case RX_SQRT:
        MAP(sqrtf(a));
    case RX_EXP:
        rx_vector_exp(out, x, count);
        return;
    case RX_LOG:
        rx_vector_log(out, x, count);
        return;
    case RX_SIN:
        rx_vector_sin(out, x, count);
        return;
    case RX_COS:
        rx_vector_cos(out, x, count);
        return;
    case RX_TANH:
        rx_vector_tanh(out, x, count);
        return;
    case RX_FLOOR:
        MAP(floorf(a));
    case RX_WRAP:
        MAP(wrap(a));
    case RX_SIGMOID:
        rx_vector_sigmoid(out, x, count);
        return;
    case RX_RELU:
        MAP(a < 0 ? 0 : a); /* this way round NaN stays NaN */
    case RX_SQUARE:
        MAP(a * a);
    case RX_ROW_SOFTMAX:
        softmax(out, x, count);
        return;
    case RX_ROW_LOG_SOFTMAX:
        log_softmax(out, x, count);
        return;
    case RX_FUNCTIONS:
        return;
    }
}

size_t rx_extreme(const float *x, size_t count, bool largest)
{
    size_t best = 0;
    for (size_t i = 0; i < count && !isnan(x[best]); i++)
        if (isnan(x[i]) || (largest ? x[i] > x[best] : x[i] < x[best]))
            best = i;
    return best;
}
