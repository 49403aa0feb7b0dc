/* gru.c - the gated cell (Krishna et al. 2024, Eqs. A.3 to A.6):
 * dr = (dt/tau) (1 - z) * (h - r), with gates z and g and the candidate h = phi(u_h (g * r) + ...).
 *
 * A row of drives is z, g, h. Both gates hear r: backward, one product takes both to it. The
 * candidate hears g * r, which backward makes anew from g and leaves in d_after; so z, g and h are
 * all that is kept. */
#include "cell.h"
#include "vector.h"

enum { DRIVES = 3 };

/* g = sigmoid(g); heard = g * r */
static void open_gate(float *restrict heard, float *restrict g, const float *restrict before,
                      size_t units)
{
    rx_vector_sigmoid(g, g, units);
    for (size_t i = 0; i < units; i++)
        heard[i] = g[i] * before[i];
}

/* after = r + leak (1 - z) (h - r) */
static void move(float *restrict after, const float *restrict z, const float *restrict h,
                 const float *restrict before, float leak, size_t units)
{
    for (size_t i = 0; i < units; i++)
        after[i] = before[i] + leak * (1 - z[i]) * (h[i] - before[i]);
}

/* drive keeps z, g and h; until there is a new state, `after` holds g * r */
static void gates(const struct rx_step *step, size_t first, size_t count)
{
    const size_t units = step->units, width = DRIVES * units;
    for (size_t at = first; at < 2 * units; at += units)
        rx_recurrent_sum(step->drive + at, width, 1, step->before, units, step->transposed + at,
                         width, step->rows, units, count);
    for (size_t r = 0; r < step->rows; r++) {
        const size_t i = r * units + first;
        float *z = step->drive + r * width + first, *g = z + units;
        rx_vector_sigmoid(z, z, count);
        open_gate(step->after + i, g, step->before + i, count);
    }
}

static void candidate(const struct rx_step *step, size_t first, size_t count)
{
    const size_t units = step->units, width = DRIVES * units, h = 2 * units + first;
    rx_recurrent_sum(step->drive + h, width, 1, step->after, units, step->transposed + h, width,
                     step->rows, units, count);
}

static void forward(const struct rx_step *step, size_t first, size_t count)
{
    const size_t units = step->units;
    for (size_t r = 0; r < step->rows; r++) {
        const size_t i = r * units + first;
        float *z = step->drive + r * DRIVES * units + first, *h = z + 2 * units;
        rx_activate(step->activation, h, count);
        move(step->after + i, z, h, step->before + i, step->leak, count);
    }
}

/* From the gradient at r(t+1), those at the arguments of z and of h. */
static void move_backward(float *restrict d_before, float *restrict d_after, float *restrict z,
                          float *restrict h, const float *restrict before, float leak,
                          enum rx_activation activation, size_t units)
{
    for (size_t i = 0; i < units; i++) {
        const float d_h = leak * (1 - z[i]) * d_after[i];
        d_before[i] += d_after[i] - d_h;
        z[i] *= (before[i] - h[i]) * d_h; /* with the slope of the sigmoid, z (1 - z) */
        d_after[i] = d_h;
    }
    rx_activation_slope(activation, h, units);
    for (size_t i = 0; i < units; i++)
        h[i] *= d_after[i];
}

/* From d_heard, the gradient at g * r, that at the argument of g; heard = g * r in its place. */
static void open_gate_backward(float *restrict d_before, float *restrict d_heard, float *restrict g,
                               const float *restrict before, size_t units)
{
    for (size_t i = 0; i < units; i++) {
        const float heard = g[i] * before[i], d = d_heard[i];
        d_before[i] += g[i] * d;
        g[i] = heard * (1 - g[i]) * d;
        d_heard[i] = heard;
    }
}

static void backward(const struct rx_step *step, size_t first, size_t count)
{
    const size_t units = step->units;
    for (size_t r = 0; r < step->rows; r++) {
        const size_t i = r * units + first;
        float *z = step->drive + r * DRIVES * units + first, *h = z + 2 * units;
        move_backward(step->d_before + i, step->d_after + i, z, h, step->before + i, step->leak,
                      step->activation, count);
    }
}

/* d_after becomes the gradient at g * r, then g * r itself */
static void candidate_backward(const struct rx_step *step, size_t first, size_t count)
{
    const size_t units = step->units, width = DRIVES * units;
    rx_recurrent_sum(step->d_after + first, units, 0, step->drive + 2 * units, width,
                     step->recurrent + 2 * units * units + first, units, step->rows, units, count);
    for (size_t r = 0; r < step->rows; r++) {
        const size_t i = r * units + first;
        open_gate_backward(step->d_before + i, step->d_after + i,
                           step->drive + r * width + units + first, step->before + i, count);
    }
}

static void gates_backward(const struct rx_step *step, size_t first, size_t count)
{
    const size_t units = step->units;
    rx_recurrent_sum(step->d_before + first, units, 1, step->drive, DRIVES * units,
                     step->recurrent + first, units, step->rows, 2 * units, count);
}

const struct rx_cell rx_gru_cell = {
    .name = "gru",
    .activation = RX_HYPERBOLIC,
    .drives = DRIVES,
    .drive = { { "w_z", "u_z", "b_z" },
               { "w_r", "u_r", "b_r" },
               { "w_h", "u_h", "b_h", .hears_left = true } },
    .forward = { gates, candidate, forward },
    .backward = { backward, candidate_backward, gates_backward },
};
