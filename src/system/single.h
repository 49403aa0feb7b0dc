/* single.h - numbers of other programs in single precision: without a loss that matters, or not at
 * all.
 *
 * A number from 2^24 to 2^63 counts something (samples, nanoseconds, seconds since 1970) and must
 * be held exactly, for neighbours are 2 apart there and more. Others may be rounded, as 0.1 is, but
 * not be lost: neither to infinity, nor in that all numbers of a set are nearly one and become
 * equal. */
#ifndef RX_SINGLE_H
#define RX_SINGLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is known of a set so far; begins as all zeros. */
struct rx_single {
    size_t count;
    double least, most, worst; /* of finite numbers; the largest that one was changed by */
};

/* out = in, (count) each. The index of the first number that is lost; `count` if there is none. */
size_t rx_single_from_integers(float *out, const int64_t *in, size_t count);
size_t rx_single_from_unsigned(float *out, const uint64_t *in, size_t count);
size_t rx_single_from_doubles(struct rx_single *single, float *out, const double *in, size_t count);

/* Whether the numbers of the whole set can still be told apart. */
bool rx_single_resolves(const struct rx_single *single);

#endif
