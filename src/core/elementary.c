#include "elementary.h"
#include <math.h>
#include <stdbool.h>

/* exp(x) = 2^n exp(r) with r = x - n log(2), log(2) in two parts; exp(r) by its series */
double rx_exp(double x)
{
    if (!(fabs(x) < 746))
        return x > 0 ? INFINITY : x < 0 ? 0 : x;
    const double n = floor(fma(x, 0x1.71547652b82fep0, 0.5));
    const double r = fma(n, -0x1.a39ef35793c76p-33, fma(n, -0x1.62e42feep-1, x));
    double p = 1;
    for (int k = 13; k >= 1; k--)
        p = fma(p, r * (1.0 / k), 1);
    return ldexp(p, (int)n);
}

/* log(2^n m) = n log(2) + 2 artanh((m - 1) / (m + 1)), m in [sqrt(1/2), sqrt(2)) */
double rx_log(double x)
{
    int n;
    double m = frexp(x, &n);
    if (m < 0x1.6a09e667f3bcdp-1) {
        m *= 2;
        n--;
    }
    const double s = (m - 1) / (m + 1);
    double p = 0;
    for (int k = 10; k >= 0; k--)
        p = fma(p, s * s, 1.0 / (2 * k + 1));
    return fma(n, 0x1.62e42fefa39efp-1, 2 * s * p);
}

/* By the series, of what is left of an angle without its quarter turns */
static double small_sine(double a)
{
    double p = 1;
    for (int k = 17; k >= 3; k -= 2)
        p = fma(p, a * a * (-1.0 / (k * (k - 1))), 1);
    return a * p;
}

static double small_cosine(double a)
{
    double p = 1;
    for (int k = 18; k >= 2; k -= 2)
        p = fma(p, a * a * (-1.0 / (k * (k - 1))), 1);
    return p;
}

void rx_cosine_sine(double *cosine, double *sine, double angle)
{
    const double quarters = floor(fma(angle, 0x1.45f306dc9c883p-1, 0.5));
    const double a =
        fma(quarters, -0x1.1a62633145c07p-54, fma(quarters, -0x1.921fb54442d18p0, angle));
    const double c = small_cosine(a), s = small_sine(a);
    const bool odd = floor(quarters / 2) != quarters / 2,
               half = floor(quarters / 4) != floor(quarters / 2) / 2;
    *cosine = odd ? -s : c;
    *sine = odd ? c : s;
    if (half) {
        *cosine = -*cosine;
        *sine = -*sine;
    }
}

/* x^y for x above 0 and not 1, and at its ends */
static float positive_power(float x, float y)
{
    const double log_x = x > 0 && x < INFINITY ? rx_log((double)x) : x > 0 ? INFINITY : -INFINITY;
    return (float)rx_exp((double)y * log_x);
}

float rx_power(float x, float y)
{
    const bool whole = floorf(y) == y, odd = whole && floorf(y / 2) != y / 2;
    if (y == 0 || x == 1)
        return 1;
    if (isnan(x) || isnan(y))
        return x + y;
    if (y == 2)
        return x * x;
    if (x < 0 && x > -INFINITY && !whole)
        return NAN;
    const float size = fabsf(x), power = size == 1 ? 1 : positive_power(size, y);
    return odd ? copysignf(power, x) : power;
}

/* The angle whose tangent, from 0 to 1, is t */
static inline double small_angle(double t)
{
    const double square = t * t;
    double p = -0x1.eae3fce3e9b57p-11;
    p = fma(p, square, 0x1.96cc733874da8p-8);
    p = fma(p, square, -0x1.3b92d4977ae50p-6);
    p = fma(p, square, 0x1.39fa7ae12ac35p-5);
    p = fma(p, square, -0x1.d7eaf8f924fc4p-5);
    p = fma(p, square, 0x1.2fd217ccc6a7ap-4);
    p = fma(p, square, -0x1.72251c83739b9p-4);
    p = fma(p, square, 0x1.c6d94a4e392f4p-4);
    p = fma(p, square, -0x1.249035356f79fp-3);
    p = fma(p, square, 0x1.99998c8c70e06p-3);
    p = fma(p, square, -0x1.5555554e74b35p-2);
    return fma(p * square, t, t);
}

double rx_angle(double y, double x)
{
    const double pi = 0x1.921fb54442d18p1;
    const double across = fabs(x), up = fabs(y);
    const double more = across > up ? across : up, less = across > up ? up : across;
    if (isnan(x) || isnan(y))
        return x + y;
    const double t = less == more ? more > 0 : less / more;
    double angle = small_angle(t);
    angle = up > across ? pi / 2 - angle : angle;
    angle = signbit(x) ? pi - angle : angle;
    return copysign(angle, y);
}
