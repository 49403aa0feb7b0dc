/* linearize_states.c - the step and its derivative at many states, each by one thread. */
#include "linear.h"
#include "linearize.h"
#include <stdlib.h>

static void narrow(float *out, const double *in, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] = (float)in[i];
}

static void widen(double *out, const float *in, size_t count)
{
    for (size_t i = 0; i < count; i++)
        out[i] = (double)in[i];
}

/* Scratch of one thread: states before and after, an input, a derivative, eigenvalues, the step's.
 */
static size_t scratch_size(const struct rx_dynamics *dynamics, size_t cols, bool derivative)
{
    const size_t size = dynamics->states * dynamics->units;
    return 4 * size + cols + (derivative ? size * size : 0) + rx_step_memory(dynamics, derivative);
}

static enum rx_status linearize_one(const struct rx_linearized *out,
                                    const struct rx_dynamics *dynamics, const float *state,
                                    const float *input, size_t cols, size_t i, double *scratch)
{
    const size_t size = dynamics->states * dynamics->units;
    double *before = scratch, *next = before + size, *real = next + size, *imaginary = real + size;
    double *given = imaginary + size, *rest = given + cols;
    double *jacobian = out->jacobians || out->real ? rest : NULL;
    struct rx_dynamics with = *dynamics;
    with.input = given;
    widen(before, state + i * size, size);
    widen(given, input + i * cols, cols);
    rx_step(next, jacobian, &with, before, rest + (jacobian ? size * size : 0));
    for (size_t k = 0; out->drift && k < size; k++)
        out->drift[i * size + k] = (float)(next[k] - before[k]);
    if (out->jacobians)
        narrow(out->jacobians + i * size * size, jacobian, size * size);
    if (!out->real)
        return RX_OK;
    const enum rx_status status = rx_eigen_double(real, imaginary, jacobian, size);
    narrow(out->real + i * size, real, size);
    narrow(out->imaginary + i * size, imaginary, size);
    return status;
}

static size_t input_cols(const struct rx_program *program)
{
    size_t cols = 0;
    for (size_t b = 0; b < program->blocks; b++)
        if (program->block[b].place == RX_FIELD)
            cols = program->block[b].cols;
    return cols;
}

enum rx_status rx_linearize(const struct rx_linearized *out, const struct rx_dynamics *dynamics,
                            const float *states, const float *input, size_t count, rx_stop *stop)
{
    const size_t cols = input ? input_cols(dynamics->program) : 0;
    const bool derivative = out->jacobians || out->real;
    enum rx_status status = RX_OK;
#pragma omp parallel
    {
        double *scratch = malloc(scratch_size(dynamics, cols, derivative) * sizeof *scratch);
#pragma omp for schedule(dynamic)
        for (size_t i = 0; i < count; i++) {
            enum rx_status here = *stop ? RX_STOPPED : scratch ? RX_OK : RX_NO_MEMORY;
            if (!here)
                here = linearize_one(out, dynamics, states, input, cols, i, scratch);
            if (here)
#pragma omp atomic write
                status = here;
        }
        free(scratch);
    }
    return status;
}
