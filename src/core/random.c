#include "random.h"
#include "vector.h"
#include <Random123/philox.h>
#include <string.h>
#ifdef __AVX2__
#include <immintrin.h>
#endif

enum { LANES = RX_RANDOM_CHUNK / 4 };

/* Word w of counter l stands at words[w][l], so that each word fills a vector. */
#ifdef __AVX2__
/* Compilers make Philox's products of 32 bits by 32 of vectors in order, with more moves than work.
 * Here a word is the lower half of 64 bits, whose upper half may be anything: what is multiplied
 * is the lower halves, and both halves of the product are where they are wanted. Counters come in
 * two vectors, the even and the odd ones. */
typedef uint64_t wide __attribute__((vector_size(32)));

static inline wide product_of_lower(wide x, uint32_t factor)
{
    return (wide)_mm256_mul_epu32((__m256i)x, _mm256_set1_epi64x(factor));
}

static inline void philox_round(wide word[4], uint32_t key0, uint32_t key1)
{
    const wide a = product_of_lower(word[0], PHILOX_M4x32_0);
    const wide b = product_of_lower(word[2], PHILOX_M4x32_1);
    word[0] = (b >> 32) ^ word[1] ^ key0;
    word[1] = b;
    word[2] = (a >> 32) ^ word[3] ^ key1;
    word[3] = a;
}

static void chunk_bits(uint64_t seed, uint64_t position, uint32_t words[4][LANES])
{
    for (uint32_t l = 0; l < LANES; l += 8) {
        const wide index = (wide){ 0, 2, 4, 6 } + (position * LANES + l);
        wide even[4] = { index, index >> 32 }, odd[4] = { index + 1, index >> 32 };
        uint32_t key0 = (uint32_t)seed, key1 = (uint32_t)(seed >> 32);
#pragma GCC unroll 10
        for (int round = 0; round < 10; round++) {
            philox_round(even, key0, key1);
            philox_round(odd, key0, key1);
            key0 += PHILOX_W32_0;
            key1 += PHILOX_W32_1;
        }
        for (size_t w = 0; w < 4; w++) {
            const wide both = (even[w] & UINT32_MAX) | odd[w] << 32;
            memcpy(&words[w][l], &both, sizeof both);
        }
    }
}
#else
static void chunk_bits(uint64_t seed, uint64_t position, uint32_t words[4][LANES])
{
    const philox4x32_key_t key = { { (uint32_t)seed, (uint32_t)(seed >> 32) } };
    for (uint32_t l = 0; l < LANES; l++) {
        const uint64_t index = position * LANES + l;
        const philox4x32_ctr_t counter = { { (uint32_t)index, (uint32_t)(index >> 32), 0, 0 } };
        const philox4x32_ctr_t bits = philox4x32(counter, key);
        for (size_t w = 0; w < 4; w++)
            words[w][l] = bits.v[w];
    }
}
#endif

static void chunk(uint64_t seed, uint64_t position, enum rx_law law, float *out)
{
    uint32_t words[4][LANES];
    chunk_bits(seed, position, words);
    switch (law) {
    case RX_UNIFORM:
        for (size_t i = 0; i < RX_RANDOM_CHUNK; i++)
            out[i] = (float)(int32_t)(words[i / LANES][i % LANES] >> 8) * 0x1p-24f;
        break;
    case RX_NORMAL:
        rx_vector_normal(out, out + LANES, words[0], words[1], LANES);
        rx_vector_normal(out + 2 * LANES, out + 3 * LANES, words[2], words[3], LANES);
        break;
    case RX_RAYLEIGH:
        rx_vector_rayleigh(out, words[0], RX_RANDOM_CHUNK);
        break;
    }
}

void rx_random_at(uint64_t seed, uint64_t position, enum rx_law law, float *out, size_t count)
{
    for (; count >= RX_RANDOM_CHUNK; count -= RX_RANDOM_CHUNK, out += RX_RANDOM_CHUNK)
        chunk(seed, position++, law, out);
    if (count > 0) {
        float last[RX_RANDOM_CHUNK];
        chunk(seed, position, law, last);
        for (size_t i = 0; i < count; i++)
            out[i] = last[i];
    }
}

enum rx_status rx_random_draw(struct rx_random *random, enum rx_law law, float offset, float scale,
                              float *out, size_t count, rx_stop *stop)
{
    const size_t block = 64 * RX_RANDOM_CHUNK;
    const uint64_t seed = random->seed, start = random->position;
#pragma omp parallel for if (count > block)
    for (size_t i = 0; i < count; i += block) {
        const size_t length = count - i < block ? count - i : block;
        if (*stop)
            continue;
        rx_random_at(seed, start + i / RX_RANDOM_CHUNK, law, out + i, length);
        for (size_t j = i; j < i + length; j++)
            out[j] = offset + scale * out[j];
    }
    if (*stop)
        return RX_STOPPED;
    random->position = start + rx_random_chunks(count);
    return RX_OK;
}
