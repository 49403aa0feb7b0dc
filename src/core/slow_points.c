#include "slow_points.h"
#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE = 5 }; /* steps that bring little, before a search ends */

/* What a search works in; every thread has its own. */
struct place {
    const struct rx_dynamics *dynamics;
    bool rays;
    size_t size;
    double *x, *off;       /* (size): where it is, and how far a step takes it from there */
    double *trial, *ahead; /* (size): the same where it may go */
    double *move;          /* (size) */
    double *slope;         /* (size, size): the derivative of `off` */
    double *square;        /* (size, size) */
    double *normal;        /* (size, size): slope' slope */
    double *step;          /* scratch of rx_step */
    lapack_int *pivots;    /* (size) */
};

static size_t place_memory(const struct rx_dynamics *dynamics)
{
    const size_t size = dynamics->states * dynamics->units;
    return 6 * size + 3 * size * size + rx_step_memory(dynamics, true);
}

static void make_place(struct place *p, const struct rx_dynamics *dynamics, bool rays,
                       double *memory)
{
    const size_t size = dynamics->states * dynamics->units;
    *p = (struct place){ .dynamics = dynamics, .rays = rays, .size = size, .x = memory };
    p->off = p->x + size;
    p->trial = p->off + size;
    p->ahead = p->trial + size;
    p->move = p->ahead + size;
    p->pivots = (lapack_int *)(p->move + size);
    p->slope = p->move + 2 * size;
    p->square = p->slope + size * size;
    p->normal = p->square + size * size;
    p->step = p->normal + size * size;
}

static double norm(const double *x, size_t size)
{
    return cblas_dnrm2((int)size, x, 1);
}

/* On the sphere, of slope = dF: (1 - g g') dF / |F|, with g the direction of F. */
static void project_slope(const struct place *p, const double *g, double length)
{
    const int n = (int)p->size;
    cblas_dgemv(CblasRowMajor, CblasTrans, n, n, 1, p->slope, n, g, 1, 0, p->move, 1);
    cblas_dger(CblasRowMajor, n, n, -1, g, 1, p->move, 1, p->slope, n);
    cblas_dscal(n * n, 1 / length, p->slope, 1);
}

/* off = F(x) - x, or F(x) / |F(x)| - x, and with `derivative` its slope; returns |F(x)|. */
static double look(const struct place *p, const double *x, double *off, bool derivative)
{
    const size_t size = p->size;
    rx_step(off, derivative ? p->slope : NULL, p->dynamics, x, p->step);
    const double length = norm(off, size);
    if (p->rays) {
        cblas_dscal((int)size, 1 / length, off, 1);
        if (derivative)
            project_slope(p, off, length);
    }
    for (size_t i = 0; i < size; i++) {
        off[i] -= x[i];
        if (derivative)
            p->slope[i * (size + 1)] -= 1;
    }
    return length;
}

/* Try x + share * move; go there if it is slower by what a step so long should bring. */
static bool go(struct place *p, double share)
{
    const double before = norm(p->off, p->size);
    for (size_t i = 0; i < p->size; i++)
        p->trial[i] = p->x[i] + share * p->move[i];
    if (p->rays)
        cblas_dscal((int)p->size, 1 / norm(p->trial, p->size), p->trial, 1);
    look(p, p->trial, p->ahead, false);
    if (!(norm(p->ahead, p->size) < (1 - 1e-4 * share) * before))
        return false;
    double *x = p->x, *off = p->off;
    p->x = p->trial;
    p->off = p->ahead;
    p->trial = x;
    p->ahead = off;
    return true;
}

/* Newton's step: slope move = -off. */
static bool newton(struct place *p)
{
    const int n = (int)p->size;
    memcpy(p->square, p->slope, p->size * p->size * sizeof *p->square);
    for (size_t i = 0; i < p->size; i++)
        p->move[i] = -p->off[i];
    if (LAPACKE_dgetrf(LAPACK_COL_MAJOR, n, n, p->square, n, p->pivots))
        return false;
    /* what is row-major here is the transpose there */
    LAPACKE_dgetrs(LAPACK_COL_MAJOR, 'T', n, 1, p->square, n, p->pivots, p->move, n);
    for (double share = 1; share > 0.1; share /= 2)
        if (go(p, share))
            return true;
    return false;
}

/* (slope' slope + damping) move = -slope' off, damped until it helps. */
static bool descend(struct place *p, double *damping)
{
    const int n = (int)p->size;
    const size_t count = p->size * p->size;
    const double scale = pow(norm(p->slope, count), 2) / (double)p->size;
    cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, n, n, 1, p->slope, n, 0, p->normal, n);
    for (int tries = 0; tries < 12; tries++, *damping *= 10) {
        memcpy(p->square, p->normal, count * sizeof *p->square);
        for (size_t i = 0; i < p->size; i++)
            p->square[i * (p->size + 1)] += *damping * scale;
        cblas_dgemv(CblasRowMajor, CblasTrans, n, n, -1, p->slope, n, p->off, 1, 0, p->move, 1);
        if (LAPACKE_dposv(LAPACK_COL_MAJOR, 'L', n, 1, p->square, n, p->move, n))
            continue;
        if (go(p, 1)) {
            *damping = fmax(*damping / 10, 1e-10);
            return true;
        }
    }
    return false;
}

/* From p->x on, until it stands still, or comes down no more: by a tenth of a percent where it is
 * slow, by five where it is not. */
static void search_one(struct place *p, const struct rx_search *search, rx_stop *stop)
{
    double damping = 1e-6;
    size_t stalled = 0;
    for (size_t i = 0; i < search->iterations && stalled < PATIENCE && !*stop; i++) {
        look(p, p->x, p->off, true);
        const double before = norm(p->off, p->size);
        if (before <= search->tolerance || !(before < INFINITY))
            return;
        if (!newton(p) && !descend(p, &damping))
            return;
        const double gain = before <= search->slow ? 0.001 : 0.05;
        stalled = norm(p->off, p->size) > (1 - gain) * before ? stalled + 1 : 0;
    }
}

static void start(struct place *p, const float *at)
{
    for (size_t k = 0; k < p->size; k++)
        p->x[k] = (double)at[k];
    const double length = norm(p->x, p->size);
    if (p->rays && length > 0)
        cblas_dscal((int)p->size, 1 / length, p->x, 1);
}

enum rx_status rx_slow_points(float *points, float *speed, float *growth,
                              const struct rx_dynamics *dynamics, const struct rx_search *search,
                              const float *starts, size_t count, rx_stop *stop)
{
    const size_t size = dynamics->states * dynamics->units;
    bool short_of_memory = false;
#pragma omp parallel reduction(|| : short_of_memory)
    {
        struct place p;
        double *memory = malloc(place_memory(dynamics) * sizeof *memory);
        short_of_memory = !memory;
#pragma omp for schedule(dynamic)
        for (size_t i = 0; i < count; i++) {
            if (!memory || *stop)
                continue;
            make_place(&p, dynamics, search->rays, memory);
            start(&p, starts + i * size);
            search_one(&p, search, stop);
            const double length = look(&p, p.x, p.off, false);
            growth[i] = (float)(search->rays ? length : 1);
            speed[i] = (float)norm(p.off, size);
            for (size_t k = 0; k < size; k++)
                points[i * size + k] = (float)p.x[k];
        }
        free(memory);
    }
    return short_of_memory ? RX_NO_MEMORY : *stop ? RX_STOPPED : RX_OK;
}
