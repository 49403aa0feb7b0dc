#include "outer_sum.h"
#include "parallel.h"
#include <cblas.h>
#include <string.h>

/* Every tile packs `right` anew, which costs the more the lower it is. A strand of fewer rows than
 * this of the whole sequence is not worth a partial sum. */
enum { MOST_TILE_ROWS = 256, LEAST_STRAND_ROWS = 512 };

static size_t tile_rows(size_t out)
{
    return rx_pieces(out, rx_pieces(out, MOST_TILE_ROWS));
}

static size_t strand_count(size_t out, size_t rows)
{
    const size_t wanted = rx_pieces(RX_PIECES, rx_pieces(out, MOST_TILE_ROWS)),
                 most = rows / LEAST_STRAND_ROWS;
    return most < 1 ? 1 : most < wanted ? most : wanted;
}

size_t rx_outer_sum_scratch(size_t out, size_t in, size_t rows)
{
    return rx_workspace_padded((strand_count(out, rows) - 1) * out * in);
}

struct rx_outer_sum rx_outer_sum_single(float *sum, size_t out, size_t in)
{
    return (struct rx_outer_sum){
        .sum = sum, .out = out, .in = in, .tile = tile_rows(out), .strands = 1
    };
}

struct rx_outer_sum rx_outer_sum_begin(float *sum, size_t out, size_t in, size_t rows,
                                       struct rx_workspace *workspace)
{
    struct rx_outer_sum outer = rx_outer_sum_single(sum, out, in);
    outer.strands = strand_count(out, rows);
    outer.partial = rx_workspace_take(workspace, (outer.strands - 1) * out * in);
    memset(outer.partial, 0, (outer.strands - 1) * out * in * sizeof *outer.partial);
    return outer;
}

void rx_outer_sum_add(const struct rx_outer_sum *outer, const float *left, size_t left_stride,
                      const float *right, size_t right_stride, size_t rows)
{
    const size_t out = outer->out, in = outer->in, length = rx_pieces(rows, outer->strands);
#pragma omp for schedule(static) collapse(2)
    for (size_t strand = 0; strand < outer->strands; strand++)
        for (size_t i = 0; i < out; i += outer->tile) {
            const size_t first = strand * length;
            float *sum = strand == 0 ? outer->sum : outer->partial + (strand - 1) * out * in;
            if (first < rows)
                cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans,
                            (int)rx_piece_length(out, outer->tile, i), (int)in,
                            (int)rx_piece_length(rows, length, first), 1,
                            left + first * left_stride + i, (int)left_stride,
                            right + first * right_stride, (int)right_stride, 1, sum + i * in,
                            (int)in);
        }
}

void rx_outer_sum_end(const struct rx_outer_sum *outer)
{
    const size_t count = outer->out * outer->in;
#pragma omp parallel for schedule(static)
    for (size_t i = 0; i < outer->out; i++)
        for (size_t strand = 1; strand < outer->strands; strand++) {
            float *sum = outer->sum + i * outer->in;
            const float *partial = outer->partial + (strand - 1) * count + i * outer->in;
            for (size_t j = 0; j < outer->in; j++)
                sum[j] += partial[j];
        }
}
