#include "random.h"
#include "vector.h"
#include <Random123/philox.h>

enum { LANES = RX_RANDOM_CHUNK / 4 };

/* Word w of counter l stands at words[w][l], so that each word fills a vector. */
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
