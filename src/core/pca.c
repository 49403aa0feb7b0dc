#include "pca.h"
#include "lapack_status.h"
#include <math.h>
#include <stdlib.h>

/* +1 or -1: what makes the entry of largest size positive. */
static double orientation(const double *vector, size_t count)
{
    double largest = 0;
    for (size_t i = 0; i < count; i++)
        if (fabs(vector[i]) > fabs(largest))
            largest = vector[i];
    return largest < 0 ? -1 : 1;
}

/* values (cols), ascending, and in place of the lower triangle vectors (cols, cols), one a row */
static lapack_int eigenvectors(double *values, double *vectors, size_t cols)
{
    lapack_int failed = 0;
    /* on one thread, as the library is within a region of ours: its sums depend on their number */
#pragma omp parallel
#pragma omp single
    failed = LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'V', 'U', (int)cols, vectors, (int)cols, values);
    return failed;
}

enum rx_status rx_pca(float *components, float *variance, const struct rx_moments *moments)
{
    const size_t cols = moments->cols;
    double *vectors = malloc((cols * cols + cols) * sizeof *vectors);
    if (!vectors)
        return RX_NO_MEMORY;
    double *values = vectors + cols * cols;
    rx_moments_lower(vectors, moments);
    const lapack_int failed = eigenvectors(values, vectors, cols);
    for (size_t c = 0; c < cols && !failed; c++) {
        const double *vector = vectors + (cols - 1 - c) * cols;
        const double sign = orientation(vector, cols);
        for (size_t j = 0; j < cols; j++)
            components[c * cols + j] = (float)(sign * vector[j]);
        variance[c] = (float)fmax(values[cols - 1 - c], 0);
    }
    free(vectors);
    return rx_lapack_status(failed);
}
