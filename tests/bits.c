/* bits.c - what src/core computes by its own means, against independent implementations, and its
 * bits in short: compiled for several processors, it must print the same.
 *
 * With an argument, so many numbers go through every function; they are compared with those of the
 * C library in double precision. */
#include "elementary.h"
#include "product.h"
#include "vector.h"
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 1;

static uint32_t random_bits(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX */
    return (uint32_t)(state >> 32);
}

static float uniform(float low, float high)
{
    return low + (high - low) * (float)(random_bits() >> 8) * 0x1p-24f;
}

/* --- in short: Fowler, Noll & Vo's hash --------------------------------------------------------
 */

static uint64_t hash_of(uint64_t hash, const void *data, size_t bytes)
{
    const unsigned char *byte = data;
    for (size_t i = 0; i < bytes; i++)
        hash = (hash ^ byte[i]) * 0x100000001b3u;
    return hash;
}

/* All NaN are one. */
static uint64_t hash_floats(uint64_t hash, const float *x, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const float one = isnan(x[i]) ? 0 : x[i];
        hash = hash_of(hash, &one, sizeof one);
    }
    return hash;
}

static const uint64_t start = 0xcbf29ce484222325u;
static bool failed;

static void expect(bool holds, const char *what)
{
    if (!holds)
        printf("not so: %s\n", what);
    failed = failed || !holds;
}

/* --- products ----------------------------------------------------------------------------------
 */

static void fill(float *x, size_t count)
{
    for (size_t i = 0; i < count; i++)
        x[i] = uniform(-1, 1);
}

static float *room(size_t count)
{
    float *x = aligned_alloc(64, (count * sizeof *x + 63) / 64 * 64 + 64);
    if (!x)
        exit(1);
    return x;
}

static float *numbers(size_t count)
{
    float *x = room(count);
    fill(x, count);
    return x;
}

/* The chain that the header promises, of left[k * left_step] right[k * right_step]. */
static float chain(float sum, const float *left, size_t left_step, const float *right,
                   size_t right_step, size_t inner)
{
    for (size_t k = 0; k < inner; k++)
        sum = fmaf(left[k * left_step], right[k * right_step], sum);
    return sum;
}

/* out (rows, columns) from `first` on of left (rows, inner) right, right stored either way */
static uint64_t check_product(uint64_t hash, size_t rows, size_t inner, size_t columns,
                              size_t first, bool adds, bool transposed)
{
    const size_t wide = columns - first, inner_step = transposed ? 1 : columns,
                 column_step = transposed ? inner : 1;
    float *left = numbers(rows * (inner + 3)), *right = numbers(inner * columns),
          *packed = room(rx_packed_size(inner, columns)), *before = numbers(rows * (wide + 1)),
          *out = numbers(rows * (wide + 1));
    memcpy(out, before, rows * (wide + 1) * sizeof *out);
    rx_pack(packed, right, inner_step, column_step, inner, columns);
    const struct rx_packed operand = { packed, inner, columns };
    /* in two parts, as threads share it */
    const size_t part = wide / 3;
    rx_product(out, wide + 1, adds, left, inner + 3, rows, &operand, first, part);
    rx_product(out + part, wide + 1, adds, left, inner + 3, rows, &operand, first + part,
               wide - part);
    bool same = true;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j <= wide; j++) {
            const float was = before[i * (wide + 1) + j],
                        want = j == wide
                                   ? was
                                   : chain(adds ? was : 0, left + i * (inner + 3), 1,
                                           right + (first + j) * column_step, inner_step, inner);
            same = same && out[i * (wide + 1) + j] == want;
        }
    expect(same, "an element of a product is one chain");
    hash = hash_floats(hash, out, rows * (wide + 1));
    free(left), free(right), free(packed), free(before), free(out);
    return hash;
}

static uint64_t check_product_once(uint64_t hash, size_t rows, size_t inner, size_t columns)
{
    float *left = numbers(rows * inner), *right = numbers(inner * columns),
          *out = numbers(rows * columns);
    rx_product_once(out, left, right, rows, inner, columns);
    bool same = true;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++)
            same = same &&
                   out[i * columns + j] == chain(0, left + i * inner, 1, right + j, columns, inner);
    expect(same, "so is one of a product that is made once");
    hash = hash_floats(hash, out, rows * columns);
    free(left), free(right), free(out);
    return hash;
}

static uint64_t check_outer_sum(uint64_t hash, size_t rows, size_t out, size_t in)
{
    float *left = numbers(rows * (out + 2)), *right = numbers(rows * (in + 1)),
          *before = numbers(out * in), *sum = numbers(out * in);
    memcpy(sum, before, out * in * sizeof *sum);
    /* two windows of rows, two parts of out */
    const size_t window = rows / 3, part = out / 2;
    for (int second = 0; second < 2; second++) {
        const size_t first = second ? window : 0, count = second ? rows - window : window;
        const float *l = left + first * (out + 2), *r = right + first * (in + 1);
        rx_outer_sum(sum, in, l, out + 2, r, in + 1, count, part, in);
        rx_outer_sum(sum + part * in, in, l + part, out + 2, r, in + 1, count, out - part, in);
    }
    bool same = true;
    for (size_t i = 0; i < out; i++)
        for (size_t j = 0; j < in; j++)
            same = same && sum[i * in + j] == chain(before[i * in + j], left + i, out + 2,
                                                    right + j, in + 1, rows);
    expect(same, "an element of an outer sum is one chain down the rows");
    hash = hash_floats(hash, sum, out * in);
    free(left), free(right), free(before), free(sum);
    return hash;
}

static void products(void)
{
    static const size_t shapes[][3] = { { 1, 1, 1 },     { 7, 2, 40 },    { 50, 512, 48 },
                                        { 25, 300, 33 }, { 200, 1, 512 }, { 129, 257, 65 },
                                        { 3, 0, 5 },     { 14, 600, 1 },  { 300, 64, 100 } };
    uint64_t hash = start;
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        const size_t rows = shapes[s][0], inner = shapes[s][1], columns = shapes[s][2];
        for (int way = 0; way < 4; way++)
            hash = check_product(hash, rows, inner, columns, columns / 5, way & 1, way & 2);
        hash = check_product_once(hash, rows, inner, columns);
        hash = check_outer_sum(hash, inner, rows, columns);
    }
    printf("products %016llx\n", (unsigned long long)hash);
}

/* --- functions ---------------------------------------------------------------------------------
 */

static void power_of_pairs(float *out, const float *x, size_t count)
{
    for (size_t i = 0; i + 1 < count; i += 2)
        out[i] = out[i + 1] = rx_power(x[i], x[i + 1]);
}

static void angle_of_pairs(float *out, const float *x, size_t count)
{
    for (size_t i = 0; i + 1 < count; i += 2)
        out[i] = out[i + 1] = (float)rx_angle((double)x[i], (double)x[i + 1]);
}

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

static const struct {
    const char *name;
    void (*function)(float *, const float *, size_t);
    double (*exact)(double), (*exact_of_pair)(double, double);
    float low, high; /* where it is neither 0 nor 1 */
} functions[] = {
    { "exp", rx_vector_exp, exp, NULL, -104, 89 },
    { "log", rx_vector_log, log, NULL, 0, 4 },
    { "sin", rx_vector_sin, sin, NULL, -30, 30 },
    { "cos", rx_vector_cos, cos, NULL, -30, 30 },
    { "tanh", rx_vector_tanh, tanh, NULL, -10, 10 },
    { "sigmoid", rx_vector_sigmoid, sigmoid, NULL, -104, 20 },
    { "power", power_of_pairs, NULL, pow, -3, 3 },
    { "atan2", angle_of_pairs, NULL, atan2, -3, 3 },
};

/* In units of the last place; 0 if both are NaN or the same infinity. */
static double error_of(float got, double exact)
{
    if (isnan(got) && isnan(exact))
        return 0;
    if (isinf(exact) || fabs(exact) >= 0x1.ffffffp127) /* rounds to infinity */
        return isinf(got) && (got > 0) == (exact > 0) ? 0 : INFINITY;
    const double size = fabs(exact) < 0x1p-126 ? 0x1p-126 : fabs(exact);
    const double unit = ldexp(1, ilogb(size) - 23);
    const double error = fabs((double)got - exact) / unit;
    return isfinite(error) && (exact != 0 || !signbit(got) == !signbit(exact)) ? error : INFINITY;
}

static const float special[] = { 0,        -0.0f,   1,        -1,           2,        -2,
                                 3,        -3,      0.5f,     -0.5f,        INFINITY, -INFINITY,
                                 NAN,      FLT_MIN, -FLT_MIN, FLT_TRUE_MIN, FLT_MAX,  -FLT_MAX,
                                 0x1p48f,  88.8f,   -87.4f,   -103.9f,      0.625f,   -150,
                                 0x1p126f, 1e15f };

/* A third of any bit pattern, the rest where the function changes; special numbers in all pairs */
static void arguments(float *x, size_t count, size_t from, float low, float high)
{
    enum { SPECIAL = sizeof special / sizeof *special };
    for (size_t i = 0; i < count; i++) {
        const uint32_t bits = random_bits();
        x[i] = uniform(low, high);
        if (i % 3 == 0)
            memcpy(&x[i], &bits, sizeof bits);
        const size_t pair = (from + i) / 2;
        if (pair < SPECIAL * SPECIAL)
            x[i] = special[i % 2 ? pair / SPECIAL : pair % SPECIAL];
    }
}

static void check_function(size_t f, size_t count)
{
    enum { BLOCK = 1000 };
    double worst = 0;
    uint64_t hash = start;
    for (size_t from = 0; from < count; from += BLOCK) {
        float x[BLOCK], y[BLOCK];
        arguments(x, BLOCK, from, functions[f].low, functions[f].high);
        functions[f].function(y, x, BLOCK);
        hash = hash_floats(hash, y, BLOCK);
        for (size_t i = 0; i < BLOCK; i++) {
            const double exact =
                functions[f].exact
                    ? functions[f].exact((double)x[i])
                    : functions[f].exact_of_pair((double)x[i / 2 * 2], (double)x[i / 2 * 2 + 1]);
            const double error = error_of(y[i], exact);
            worst = error > worst ? error : worst;
            if (error > 2 && getenv("SHOW"))
                printf("%s of %a, %a: %a for %a\n", functions[f].name, (double)x[i / 2 * 2],
                       (double)x[i / 2 * 2 + 1], (double)y[i], exact);
        }
    }
    printf("%s %016llx %.2f\n", functions[f].name, (unsigned long long)hash, worst);
    expect(worst <= 2, functions[f].name);
}

static void doubles(void)
{
    uint64_t hash = start;
    double worst = 0;
    for (int i = 0; i < 20000; i++) {
        const double x = (double)uniform(-30, 30) + (double)uniform(0, 1) * 0x1p-24,
                     positive = x + 31;
        double got[] = { rx_exp(x), rx_log(positive), 0, 0, rx_exp(20 * x) };
        rx_cosine_sine(&got[2], &got[3], x);
        const double errors[] = { got[0] / exp(x) - 1, got[1] - log(positive), got[2] - cos(x),
                                  got[3] - sin(x), got[4] / exp(20 * x) - 1 };
        for (int e = 0; e < 5; e++)
            worst = fabs(errors[e]) > worst ? fabs(errors[e]) : worst;
        hash = hash_of(hash, (const void *)got, sizeof got);
    }
    expect(worst < 2e-15, "functions in double precision are right to 2e-15");
    expect(rx_exp(-INFINITY) == 0 && isinf(rx_exp(1000)) && isnan(rx_exp(NAN)), "exp at its ends");
    printf("doubles %016llx\n", (unsigned long long)hash);
}

/* --- sums and random numbers -------------------------------------------------------------------
 */

static void sums(void)
{
    enum { COUNT = 1003 };
    float x[COUNT], y[COUNT];
    uint32_t bits[2][COUNT];
    uint64_t hash = start;
    fill(x, COUNT);
    for (size_t count = 0; count < 40; count++) {
        const double sum[] = { rx_vector_sum(x, count * 25), rx_vector_squares(x, count * 25) };
        hash = hash_of(hash, (const void *)sum, sizeof sum);
    }
    for (size_t i = 0; i < COUNT; i++)
        bits[0][i] = random_bits(), bits[1][i] = random_bits();
    bits[0][0] = bits[1][0] = 0;
    bits[0][1] = bits[1][1] = UINT32_MAX;
    rx_vector_normal(x, y, bits[0], bits[1], COUNT);
    hash = hash_floats(hash_floats(hash, x, COUNT), y, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        const double u = (double)(bits[0][i] >> 1) * 0x1p-31 + 0x1p-33, radius = sqrt(-2 * log(u)),
                     angle = 2 * 3.14159265358979323846 * (double)(int32_t)bits[1][i] * 0x1p-32;
        const double tolerance = 1e-6 + 0x1p-23 / radius; /* u has 24 digits */
        expect(fabs((double)x[i] - radius * cos(angle)) < tolerance, "a normal number is x");
        expect(fabs((double)y[i] - radius * sin(angle)) < tolerance, "and y");
    }
    printf("sums %016llx\n", (unsigned long long)hash);
}

int main(int count, char **argument)
{
    products();
    for (size_t f = 0; f < sizeof functions / sizeof *functions; f++)
        check_function(f, count > 1 ? strtoul(argument[1], NULL, 10) : 100000);
    doubles();
    sums();
    return failed;
}
