#include "noise.h"

enum { PIECE = 16 * RX_RANDOM_CHUNK }; /* draws that wait on the stack */

static void add(float *restrict x, float scale, const float *restrict draws, size_t count)
{
    for (size_t i = 0; i < count; i++)
        x[i] += scale * draws[i];
}

void rx_noise_add(const struct rx_noise *noise, size_t row, float *x, size_t count)
{
    if (noise->scale == 0)
        return;
    if (noise->given) {
        add(x, noise->scale, noise->given + row * count, count);
        return;
    }
    uint64_t position =
        noise->start + row / noise->batch * noise->step + row % noise->batch * noise->row;
    for (size_t i = 0; i < count; i += PIECE) {
        float draws[PIECE];
        const size_t length = count - i < PIECE ? count - i : PIECE;
        rx_random_at(noise->seed, position, noise->law, draws, length);
        add(x + i, noise->scale, draws, length);
        position += PIECE / RX_RANDOM_CHUNK;
    }
}
