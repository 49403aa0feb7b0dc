#include "wasserstein.h"
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static int rising(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* out (count), rising: the points along a direction */
static void project(double *out, struct rx_points points, const float *direction, size_t dims)
{
    double squares = 0;
    for (size_t k = 0; k < dims; k++)
        squares += (double)direction[k] * (double)direction[k];
    const double scale = 1 / sqrt(squares);
    for (size_t i = 0; i < points.count; i++) {
        double sum = 0;
        for (size_t k = 0; k < dims; k++)
            sum += (double)points.data[i * dims + k] * (double)direction[k];
        out[i] = scale * sum;
    }
    qsort(out, points.count, sizeof *out, rising);
}

/* The area between two distribution functions: both rise by 1 / count at each point. */
static double area(const double *a, size_t a_count, const double *b, size_t b_count)
{
    double sum = 0, before = a[0] < b[0] ? a[0] : b[0];
    for (size_t i = 0, j = 0; i < a_count || j < b_count;) {
        const bool from_a = j == b_count || (i < a_count && a[i] <= b[j]);
        const double here = from_a ? a[i] : b[j];
        sum += (here - before) * fabs((double)i / (double)a_count - (double)j / (double)b_count);
        before = here;
        i += from_a;
        j += !from_a;
    }
    return sum;
}

enum rx_status rx_wasserstein(double *each, struct rx_points a, struct rx_points b,
                              const float *directions, size_t count, size_t dims, rx_stop *stop)
{
    bool short_of_memory = false;
#pragma omp parallel for schedule(dynamic) reduction(|| : short_of_memory)
    for (size_t k = 0; k < count; k++) {
        double *memory = *stop ? NULL : malloc((a.count + b.count) * sizeof *memory);
        short_of_memory = short_of_memory || (!memory && !*stop);
        if (!memory)
            continue;
        project(memory, a, directions + k * dims, dims);
        project(memory + a.count, b, directions + k * dims, dims);
        each[k] = area(memory, a.count, memory + a.count, b.count);
        free(memory);
    }
    return short_of_memory ? RX_NO_MEMORY : *stop ? RX_STOPPED : RX_OK;
}
