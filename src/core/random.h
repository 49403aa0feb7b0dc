/* random.h - counter-based random numbers: Philox 4x32-10 (Salmon et al. 2011, Random123).
 *
 * A generator is a seed and a position; the numbers at a position depend on these two alone, so
 * any thread can draw any part. Numbers come in chunks of 64, and a position counts chunks: a
 * draw of n numbers takes the next ceil(n / 64) of them. */
#ifndef RX_RANDOM_H
#define RX_RANDOM_H

#include "status.h"
#include <stddef.h>
#include <stdint.h>

enum { RX_RANDOM_CHUNK = 64 };

struct rx_random {
    uint64_t seed;
    uint64_t position; /* of the next unused chunk, below 2^60 */
};

enum rx_law {
    RX_UNIFORM,  /* on [0, 1), in steps of 2^-24 */
    RX_NORMAL,   /* mean 0, standard deviation 1 (Box & Muller 1958) */
    RX_RAYLEIGH, /* scale 1 */
};

static inline uint64_t rx_random_chunks(size_t count)
{
    return (uint64_t)(count / RX_RANDOM_CHUNK + (count % RX_RANDOM_CHUNK != 0));
}

/* out (count): the numbers at `position`, on the calling thread. */
void rx_random_at(uint64_t seed, uint64_t position, enum rx_law law, float *out, size_t count);

/* out (count) = offset + scale * the generator's next numbers, on all threads. Stopped, the
 * generator stays where it was. */
enum rx_status rx_random_draw(struct rx_random *random, enum rx_law law, float offset, float scale,
                              float *out, size_t count, rx_stop *stop);

#endif
