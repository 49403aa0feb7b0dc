#include "vector.h"
#include <math.h>
#include <stdbool.h>
#include <string.h>

/* Coefficients of polynomials are those of Chebyshev's interpolation, which is within a few percent
 * of the best; highest power first. A function is of one number and has no branches, so that a loop
 * over it becomes vectors. */

static inline uint32_t bits_of(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline float with_sign(float size, float sign)
{
    return float_of(bits_of(size) | (bits_of(sign) & 0x80000000u));
}

/* 2^n, from -126 to 127 */
static inline float power_of_two(int32_t n)
{
    return float_of(((uint32_t)n + 127) << 23);
}

/* A number as large as this one has no digits behind the point: adding it rounds. */
static const float shift = 0x1.8p23f;

/* x = n log(2) + r, with log(2) in two parts, of which n times the first has no more digits than a
 * float; exp(x) = 2^n exp(r), by halves, since 2^n itself may be no normal number */
static inline float exponential(float x) /* from -104, where 0 begins, to 89, or NaN */
{
    const float shifted = fmaf(x, 0x1.715476p0f, shift), n = shifted - shift;
    const float high = fmaf(n, -0x1.62e4p-1f, x), low = n * -0x1.7f7d1cp-20f, r = high + low;
    float p = 0x1.a1256cp-13f;
    p = fmaf(p, r, 0x1.6d43bp-10f);
    p = fmaf(p, r, 0x1.1110ep-7f);
    p = fmaf(p, r, 0x1.5554e8p-5f);
    p = fmaf(p, r, 0x1.555556p-3f);
    p = fmaf(p, r, 0.5f);
    p = high + fmaf(r * r, p, low) + 1;
    const int32_t power = (int32_t)(bits_of(shifted) - bits_of(shift)), half = power >> 1;
    return p * power_of_two(half) * power_of_two(power - half);
}

/* log(2^n (1 + f)) of a positive, normal number, 1 + f in [sqrt(1/2), sqrt(2)) */
static inline float normal_logarithm(float x, float n)
{
    const uint32_t half = 0x3f3504f3; /* sqrt(1/2) */
    const uint32_t exponent = (bits_of(x) - half) & 0xff800000u;
    const float f = float_of(bits_of(x) - exponent) - 1;
    n += (float)((int32_t)exponent >> 23);
    float p = 0x1.1d8ea6p-4f;
    p = fmaf(p, f, -0x1.d635bcp-4f);
    p = fmaf(p, f, 0x1.dea282p-4f);
    p = fmaf(p, f, -0x1.fcf4c6p-4f);
    p = fmaf(p, f, 0x1.23d21ap-3f);
    p = fmaf(p, f, -0x1.555b4ap-3f);
    p = fmaf(p, f, 0x1.999d5ap-3f);
    p = fmaf(p, f, -0x1.fffffcp-3f);
    p = fmaf(p, f, 0x1.555554p-2f);
    const float square = f * f;
    const float low = fmaf(n, -0x1.05c61p-29f, fmaf(square * f, p, -0.5f * square));
    return fmaf(n, 0x1.62e43p-1f, f + low);
}

static inline float logarithm(float x)
{
    const bool subnormal = x < 0x1p-126f;
    float y = normal_logarithm(subnormal ? x * 0x1p24f : x, subnormal ? -24 : 0);
    y = x < INFINITY ? y : x; /* infinity and NaN stay what they are */
    y = x == 0 ? -INFINITY : y;
    return x < 0 ? NAN : y;
}

/* A small one by its odd polynomial; of others, 1 - 2 / (exp(2x) + 1) */
static inline float hyperbolic_tangent(float x)
{
    const float size = fabsf(x), square = x * x, most = size > 10 ? 10 : size;
    float p = -0x1.8f8de4p-8f;
    p = fmaf(p, square, 0x1.58048ep-6f);
    p = fmaf(p, square, -0x1.b9258ap-5f);
    p = fmaf(p, square, 0x1.110e1cp-3f);
    p = fmaf(p, square, -0x1.555552p-2f);
    const float small = fmaf(p * square, size, size);
    const float large = 1 - 2 / (exponential(2 * most) + 1);
    return with_sign(size < 0.625f ? small : large, x);
}

/* With a step of Newton's for the quotient, which also takes in what 1 + e has lost */
static inline float logistic(float x)
{
    const float size = fabsf(x), e = exponential(size > 104 ? -104 : -size), over = x < 0 ? e : 1;
    const float sum = 1 + e, lost = e - (sum - 1), share = 1 / sum;
    const float quotient = over * share;
    return fmaf(fmaf(-lost, quotient, fmaf(-sum, quotient, over)), share, quotient);
}

/* Sine of an angle in [-pi/4, pi/4], and cosine */
static inline float small_sine(float a)
{
    const float square = a * a;
    float p = -0x1.9ac9bp-13f;
    p = fmaf(p, square, 0x1.110c28p-7f);
    p = fmaf(p, square, -0x1.555552p-3f);
    return with_sign(fmaf(p * square, a, a), a); /* -0 stays -0 */
}

static inline float small_cosine(float a)
{
    const float square = a * a;
    float p = 0x1.9bd89cp-16f;
    p = fmaf(p, square, -0x1.6c12d2p-10f);
    p = fmaf(p, square, 0x1.555554p-5f);
    return fmaf(square * square, p, fmaf(square, -0.5f, 1));
}

/* The same where the quarter turns before the angle are counted */
static inline float sine(float a, uint32_t quarters)
{
    const float size = quarters & 1 ? small_cosine(a) : small_sine(a);
    return float_of(bits_of(size) ^ ((quarters & 2) << 30));
}

/* An angle below 2^48 less its quarter turns: in double precision, with pi/2 in two parts. */
static inline float less_quarters(float x, uint32_t *quarters)
{
    const double far = 0x1.8p52; /* rounds, as `shift` does */
    const double shifted = fma((double)x, 0x1.45f306dc9c883p-1, far), n = shifted - far;
    uint64_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    *quarters = (uint32_t)bits;
    return (float)fma(n, -0x1.1a62633145c07p-54, fma(n, -0x1.921fb54442d18p0, (double)x));
}

/* A larger angle less its quarter turns (Payne & Hanek 1983): of the digits of 2/pi, the first that
 * count are those that give no whole turn, of which the next 96 are taken. */
static float far_less_quarters(float x, uint32_t *quarters)
{
    static const uint32_t digits[] = { 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0,
                                       0xdb629599, 0x3c439041, 0xfe5163ab };
    const uint32_t first = (bits_of(x) >> 23 & 0xff) - 150 - 2;
    const uint64_t mantissa = (bits_of(x) & 0x7fffff) | 0x800000;
    uint64_t part[3];
    for (uint32_t i = 0, word = first / 32; i < 3; i++)
        part[i] = ((uint64_t)digits[word + i] << 32 | digits[word + i + 1]) << first % 32 >> 32;
    uint64_t turns = mantissa * (part[0] << 32 | part[1]) + (mantissa * part[2] >> 32);
    turns = x < 0 ? -turns : turns;
    *quarters = (uint32_t)((turns + ((uint64_t)1 << 61)) >> 62);
    return (float)((double)(int64_t)(turns - ((uint64_t)*quarters << 62)) *
                   (0x1.921fb54442d18p0 * 0x1p-62));
}

/* The sine of an angle that is some quarter turns further. */
static inline float near_sine(float x, uint32_t further)
{
    uint32_t quarters;
    const float a = less_quarters(x, &quarters);
    return sine(a, quarters + further);
}

static float any_sine(float x, uint32_t further)
{
    uint32_t quarters;
    if (fabsf(x) < 0x1p48f)
        return near_sine(x, further);
    if (!isfinite(x))
        return NAN;
    const float a = far_less_quarters(x, &quarters);
    return sine(a, quarters + further);
}

static void sines(float *out, const float *x, size_t count, uint32_t further)
{
    uint32_t largest = 0;
    for (size_t i = 0; i < count; i++) {
        const uint32_t size = bits_of(x[i]) & 0x7fffffff;
        largest = size > largest ? size : largest;
    }
    if (float_of(largest) < 0x1p48f)
#pragma omp simd
        for (size_t i = 0; i < count; i++)
            out[i] = near_sine(x[i], further);
    else
        for (size_t i = 0; i < count; i++)
            out[i] = any_sine(x[i], further);
}

void rx_vector_sin(float *out, const float *x, size_t count)
{
    sines(out, x, count, 0);
}

void rx_vector_cos(float *out, const float *x, size_t count)
{
    sines(out, x, count, 1);
}

void rx_vector_exp(float *out, const float *x, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++) {
        const float y = exponential(x[i] < -104 ? -104 : x[i]); /* NaN stays NaN */
        out[i] = x[i] > 89 ? INFINITY : y;
    }
}

void rx_vector_log(float *out, const float *x, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++)
        out[i] = logarithm(x[i]);
}

void rx_vector_tanh(float *out, const float *x, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++)
        out[i] = hyperbolic_tangent(x[i]);
}

void rx_vector_sigmoid(float *out, const float *x, size_t count)
{
#pragma omp simd
    for (size_t i = 0; i < count; i++)
        out[i] = logistic(x[i]);
}

enum { SUMS = 16 };

static double sum_of(double sums[SUMS])
{
    for (size_t half = SUMS / 2; half > 0; half /= 2)
        for (size_t i = 0; i < half; i++)
            sums[i] += sums[i + half];
    return sums[0];
}

double rx_vector_sum(const float *x, size_t count)
{
    double sums[SUMS] = { 0 };
    const size_t whole = count / SUMS * SUMS;
    for (size_t i = 0; i < whole; i += SUMS)
        for (size_t s = 0; s < SUMS; s++)
            sums[s] += (double)x[i + s];
    for (size_t i = whole; i < count; i++)
        sums[i - whole] += (double)x[i];
    return sum_of(sums);
}

double rx_vector_squares(const float *x, size_t count)
{
    double sums[SUMS] = { 0 };
    const size_t whole = count / SUMS * SUMS;
    for (size_t i = 0; i < whole; i += SUMS)
        for (size_t s = 0; s < SUMS; s++)
            sums[s] += (double)x[i + s] * (double)x[i + s];
    for (size_t i = whole; i < count; i++)
        sums[i - whole] += (double)x[i] * (double)x[i];
    return sum_of(sums);
}

double rx_vector_dot(const double *x, const double *y, size_t count)
{
    double sums[SUMS] = { 0 };
    const size_t whole = count / SUMS * SUMS;
    for (size_t i = 0; i < whole; i += SUMS)
        for (size_t s = 0; s < SUMS; s++)
            sums[s] = fma(x[i + s], y[i + s], sums[s]);
    for (size_t i = whole; i < count; i++)
        sums[i - whole] = fma(x[i], y[i], sums[i - whole]);
    return sum_of(sums);
}

/* Through the upper tail: u = (bits + 1/2) / 2^32 in (0, 1], finite for every bit pattern. */
static inline float rayleigh(uint32_t bits)
{
    const float u = (float)(int32_t)(bits >> 1) * 0x1p-31f + 0x1p-33f;
    return sqrtf(-2 * normal_logarithm(u, 0));
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
        /* 2^32 is a whole turn, 2^30 a quarter */
        const uint32_t quarters = (angle[i] + (1u << 29)) >> 30;
        const float a = (float)(int32_t)(angle[i] - (quarters << 30)) * (0x1.921fb6p0f * 0x1p-30f);
        x[i] = r * sine(a, quarters + 1);
        y[i] = r * sine(a, quarters);
    }
}
