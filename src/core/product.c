#include "product.h"
#include "parallel.h"
#include <math.h>
#include <string.h>

/* All that depends on the processor. A tile's sums leave a few of its vector registers free, of
 * which there are 32, 16 and 32. */
#ifndef RX_LANES
#if defined __AVX512F__
#define RX_LANES 16
#elif defined __AVX__
#define RX_LANES 8
#else
#define RX_LANES 4
#endif
#endif

#if RX_LANES == 16
enum { TILE_ROWS = 14, TILE_VECTORS = 2 };
#elif RX_LANES == 8
enum { TILE_ROWS = 6, TILE_VECTORS = 2 };
#else
enum { TILE_ROWS = 6, TILE_VECTORS = 4 };
#endif

enum {
    LANES = RX_LANES,
    WIDTH = LANES * TILE_VECTORS, /* of a panel */
    PIECE = 8192 / WIDTH,         /* rows of a packed panel that all rows of left pass by: 32 KiB */
    DEPTH = 256,                  /* the same of a panel that is packed as it goes */
    BLOCK_ROWS = 100,             /* of left that stay in the second-level cache meanwhile */
    BLOCK_COLUMNS = 258,          /* of left, where these are the rows of an outer sum */
    FEW = 4,                      /* columns of an outer sum that are too few for a panel */
    ROWS_AHEAD = 8,               /* that are asked for while others are packed */
    LINE = 16                     /* numbers of a line of the cache */
};

typedef float vector __attribute__((vector_size(LANES * sizeof(float))));

static inline vector load(const float *from)
{
    vector v;
    memcpy(&v, from, sizeof v);
    return v;
}

/* A loop that becomes one instruction. */
static inline vector multiply_add(float x, vector y, vector sum)
{
    for (int lane = 0; lane < LANES; lane++)
        sum[lane] = fmaf(x, y[lane], sum[lane]);
    return sum;
}

/* out (some rows, WIDTH) = left panel, or += */
struct tile {
    float *out;
    size_t out_stride;
    bool adds;
    const float *left; /* element (i, k) at left[i * row_step + k * inner_step] */
    size_t row_step, inner_step;
    const float *panel; /* (inner, WIDTH), a row panel_step after the one before it */
    size_t panel_step, inner;
};

/* `rows` is known when this is compiled, and the loops over rows and vectors are unrolled, so that
 * `sum` is registers. */
static inline __attribute__((always_inline)) void work_on(const struct tile *tile,
                                                          const size_t rows)
{
    const size_t stride = tile->out_stride, row_step = tile->row_step;
    const float *left = tile->left, *panel = tile->panel;
    float *out = tile->out;
    vector sum[TILE_ROWS][TILE_VECTORS];
#pragma GCC unroll TILE_ROWS
    for (size_t i = 0; i < TILE_ROWS && i < rows; i++)
#pragma GCC unroll TILE_VECTORS
        for (size_t v = 0; v < TILE_VECTORS; v++)
            sum[i][v] = tile->adds ? load(out + i * stride + v * LANES) : (vector){ 0 };
    for (size_t k = tile->inner; k > 0; k--) {
#pragma GCC unroll TILE_ROWS
        for (size_t i = 0; i < TILE_ROWS && i < rows; i++)
#pragma GCC unroll TILE_VECTORS
            for (size_t v = 0; v < TILE_VECTORS; v++)
                sum[i][v] = multiply_add(left[i * row_step], load(panel + v * LANES), sum[i][v]);
        left += tile->inner_step;
        panel += tile->panel_step;
    }
#pragma GCC unroll TILE_ROWS
    for (size_t i = 0; i < TILE_ROWS && i < rows; i++)
#pragma GCC unroll TILE_VECTORS
        for (size_t v = 0; v < TILE_VECTORS; v++)
            memcpy(out + i * stride + v * LANES, &sum[i][v], sizeof(vector));
}

#define TILE_OF(rows)                                                                              \
    static void tile_of_##rows(const struct tile *tile)                                            \
    {                                                                                              \
        work_on(tile, rows);                                                                       \
    }
TILE_OF(1)
TILE_OF(2)
TILE_OF(3)
TILE_OF(4)
TILE_OF(5)
TILE_OF(6)
#if RX_LANES == 16
TILE_OF(7)
TILE_OF(8)
TILE_OF(9)
TILE_OF(10)
TILE_OF(11)
TILE_OF(12)
TILE_OF(13)
TILE_OF(14)
#endif

static void (*const tile_of[TILE_ROWS])(const struct tile *) = {
    tile_of_1, tile_of_2, tile_of_3, tile_of_4,  tile_of_5,  tile_of_6,
#if RX_LANES == 16
    tile_of_7, tile_of_8, tile_of_9, tile_of_10, tile_of_11, tile_of_12, tile_of_13, tile_of_14,
#endif
};

/* The same for the columns first to first + count - 1 of the panel alone, which are those of out.
 */
static void work_on_part(const struct tile *tile, size_t rows, size_t first, size_t count)
{
    float whole[TILE_ROWS * WIDTH] = { 0 };
    struct tile padded = *tile;
    padded.out = whole;
    padded.out_stride = WIDTH;
    for (size_t i = 0; i < rows && tile->adds; i++)
        memcpy(whole + i * WIDTH + first, tile->out + i * tile->out_stride, count * sizeof *whole);
    tile_of[rows - 1](&padded);
    for (size_t i = 0; i < rows; i++)
        memcpy(tile->out + i * tile->out_stride, whole + i * WIDTH + first, count * sizeof *whole);
}

/* Rows of right that are wanted next: `next` and others, `step` apart. */
struct ahead {
    const float *next;
    size_t step;
};

/* Asks for some of `depth` such rows, as far as the second-level cache: the first is full of what
 * is being worked on. */
static void prefetch(struct ahead ahead, size_t depth, size_t first, size_t count)
{
    for (size_t k = first; k < first + count && k < depth; k++)
        __builtin_prefetch(ahead.next + k * ahead.step, 0, 2);
}

/* How left lies: as it is, or packed, in strips of TILE_ROWS rows each. A strip begins STRIP
 * numbers after the one before it: no multiple of a power of two, of which a cache can hold but
 * few. */
enum order { BY_ROWS, IN_STRIPS };
enum { STRIP = TILE_ROWS * DEPTH + LINE };

/* Tiles down all rows, of columns first to first + count - 1 of a panel. Meanwhile what the next
 * tile adds to, and the rows `ahead`, come into cache. */
static void work_down(struct tile tile, size_t rows, enum order order, size_t first, size_t count,
                      struct ahead ahead)
{
    const size_t tiles = rx_pieces(rows, TILE_ROWS), least = rows / tiles, taller = rows % tiles;
    const size_t share = rx_pieces(tile.inner, tiles);
    float *out = tile.out;
    const float *left = tile.left;
    for (size_t n = 0, i = 0, height; n < tiles; n++, i += height) {
        /* rows as they are go in even tiles */
        height = order == BY_ROWS ? least + (n < taller) : rx_piece_length(rows, TILE_ROWS, i);
        tile.out = out + i * tile.out_stride;
        tile.left = left + (order == BY_ROWS ? i * tile.row_step : n * STRIP);
        prefetch(ahead, tile.inner, n * share, share);
        for (size_t r = i + height; r < i + 2 * height && r < rows; r++)
            __builtin_prefetch(out + r * tile.out_stride, 1);
        if (count == WIDTH)
            tile_of[height - 1](&tile);
        else
            work_on_part(&tile, height, first, count);
    }
}

size_t rx_packed_size(size_t inner, size_t columns)
{
    return rx_pieces(columns, WIDTH) * WIDTH * inner;
}

/* A panel (inner, WIDTH) from a matrix of `columns` columns. */
static void pack_panel(float *restrict panel, const float *restrict right, size_t inner_step,
                       size_t column_step, size_t inner, size_t columns)
{
    if (columns == WIDTH && column_step == 1)
        for (size_t k = 0; k < inner; k++)
            memcpy(panel + k * WIDTH, right + k * inner_step, WIDTH * sizeof *panel);
    else
        for (size_t k = 0; k < inner; k++)
            for (size_t j = 0; j < WIDTH; j++)
                panel[k * WIDTH + j] = j < columns ? right[k * inner_step + j * column_step] : 0;
}

void rx_pack(float *packed, const float *right, size_t inner_step, size_t column_step, size_t inner,
             size_t columns)
{
    for (size_t j = 0; j < columns; j += WIDTH)
        pack_panel(packed + j * inner, right + j * column_step, inner_step, column_step, inner,
                   rx_piece_length(columns, WIDTH, j));
}

static void clear(float *out, size_t stride, size_t rows, size_t columns)
{
    for (size_t i = 0; i < rows; i++)
        memset(out + i * stride, 0, columns * sizeof *out);
}

/* Rows that stay in cache, times columns first to end - 1 of right, in pieces of PIECE. */
static void multiply_block(struct tile tile, size_t rows, const struct rx_packed *right,
                           size_t first, size_t end)
{
    float *out = tile.out;
    const float *left = tile.left;
    const bool adds = tile.adds;
    for (size_t k = 0; k < right->inner; k += PIECE)
        for (size_t j = first, next; j < end; j = next) {
            const size_t panel = j / WIDTH * WIDTH;
            next = panel + WIDTH < end ? panel + WIDTH : end;
            tile.out = out + j - first;
            tile.left = left + k;
            tile.panel = right->panels + panel * right->inner + k * WIDTH;
            tile.inner = rx_piece_length(right->inner, PIECE, k);
            tile.adds = adds || k > 0;
            work_down(
                tile, rows, BY_ROWS, j - panel, next - j,
                (struct ahead){ tile.panel + (next < end ? right->inner * WIDTH : 0), WIDTH });
        }
}

void rx_product(float *out, size_t out_stride, bool adds, const float *left, size_t left_stride,
                size_t rows, const struct rx_packed *right, size_t first, size_t count)
{
    const size_t blocks = rx_pieces(rows, BLOCK_ROWS);
    if (right->inner == 0 && !adds)
        clear(out, out_stride, rows, count);
    for (size_t b = 0; b < blocks; b++) {
        const size_t i = b * rows / blocks, height = (b + 1) * rows / blocks - i;
        const struct tile tile = { .out = out + i * out_stride,
                                   .out_stride = out_stride,
                                   .adds = adds,
                                   .left = left + i * left_stride,
                                   .row_step = left_stride,
                                   .inner_step = 1,
                                   .panel_step = WIDTH };
        multiply_block(tile, height, right, first, first + count);
    }
}

/* out (rows, columns) += left right, where right (at most DEPTH, columns) is packed as it goes. */
static void multiply_unpacked(struct tile tile, size_t rows, enum order order, const float *right,
                              size_t stride, size_t columns)
{
    _Alignas(64) float panel[DEPTH * WIDTH];
    float *out = tile.out;
    tile.panel = panel;
    tile.panel_step = WIDTH;
    for (size_t j = 0; j < columns; j += WIDTH) {
        const size_t width = rx_piece_length(columns, WIDTH, j);
        pack_panel(panel, right + j, stride, 1, tile.inner, width);
        tile.out = out + j;
        work_down(tile, rows, order, 0, width,
                  (struct ahead){ right + (j + width < columns ? j + width : j), stride });
    }
}

void rx_product_once(float *out, const float *left, const float *right, size_t rows, size_t inner,
                     size_t columns)
{
    clear(out, columns, rows, columns);
    for (size_t i = 0; i < rows; i += BLOCK_ROWS)
        for (size_t k = 0; k < inner; k += DEPTH) {
            const struct tile tile = { .out = out + i * columns,
                                       .out_stride = columns,
                                       .adds = true,
                                       .left = left + i * inner + k,
                                       .row_step = inner,
                                       .inner_step = 1,
                                       .inner = rx_piece_length(inner, DEPTH, k) };
            multiply_unpacked(tile, rx_piece_length(rows, BLOCK_ROWS, i), BY_ROWS,
                              right + k * columns, columns, columns);
        }
}

/* strips: of TILE_ROWS columns of left (rows, columns) each */
static void pack_strips(float *restrict strips, const float *restrict left, size_t stride,
                        size_t rows, size_t columns)
{
    const size_t whole = columns / TILE_ROWS, rest = columns % TILE_ROWS;
    for (size_t k = 0; k < rows; k++) {
        const float *from = left + k * stride;
        float *to = strips + k * TILE_ROWS;
        for (size_t j = 0; j < columns; j += LINE)
            __builtin_prefetch(from + ROWS_AHEAD * stride + j);
        for (size_t n = 0; n < whole; n++)
            memcpy(to + n * STRIP, from + n * TILE_ROWS, TILE_ROWS * sizeof *to);
        memcpy(to + whole * STRIP, from + whole * TILE_ROWS, rest * sizeof *to);
    }
}

/* The transpose of a sum with few columns has few rows: one tile, with left for its panels. */
static void outer_sum_of_few(float *sum, size_t sum_stride, const float *left, size_t left_stride,
                             const float *right, size_t right_stride, size_t rows, size_t out,
                             size_t in)
{
    float turned[FEW * WIDTH];
    const size_t whole = out / WIDTH * WIDTH;
    struct tile tile = { .out = turned,
                         .out_stride = WIDTH,
                         .adds = true,
                         .left = right,
                         .row_step = 1,
                         .inner_step = right_stride,
                         .panel_step = left_stride,
                         .inner = rows };
    for (size_t i = 0; i < whole; i += WIDTH) {
        for (size_t j = 0; j < in * WIDTH; j++)
            turned[j] = sum[(i + j % WIDTH) * sum_stride + j / WIDTH];
        tile.panel = left + i;
        tile_of[in - 1](&tile);
        for (size_t j = 0; j < in * WIDTH; j++)
            sum[(i + j % WIDTH) * sum_stride + j / WIDTH] = turned[j];
    }
    for (size_t i = whole; i < out; i++)
        for (size_t j = 0; j < in; j++)
            for (size_t k = 0; k < rows; k++)
                sum[i * sum_stride + j] =
                    fmaf(left[k * left_stride + i], right[k * right_stride + j],
                         sum[i * sum_stride + j]);
}

void rx_outer_sum(float *sum, size_t sum_stride, const float *left, size_t left_stride,
                  const float *right, size_t right_stride, size_t rows, size_t out, size_t in)
{
    _Alignas(64) float strips[STRIP * (BLOCK_COLUMNS / TILE_ROWS + 1)];
    if (in > 0 && in <= FEW) {
        outer_sum_of_few(sum, sum_stride, left, left_stride, right, right_stride, rows, out, in);
        return;
    }
    for (size_t k = 0; k < rows; k += DEPTH)
        for (size_t i = 0; i < out; i += BLOCK_COLUMNS) {
            const size_t depth = rx_piece_length(rows, DEPTH, k),
                         width = rx_piece_length(out, BLOCK_COLUMNS, i);
            const struct tile tile = { .out = sum + i * sum_stride,
                                       .out_stride = sum_stride,
                                       .adds = true,
                                       .left = strips,
                                       .row_step = 1,
                                       .inner_step = TILE_ROWS,
                                       .inner = depth };
            pack_strips(strips, left + k * left_stride + i, left_stride, depth, width);
            multiply_unpacked(tile, width, IN_STRIPS, right + k * right_stride, right_stride, in);
        }
}

const char *rx_product_vectors(void)
{
    return RX_LANES == 16 ? "16 x float32" : RX_LANES == 8 ? "8 x float32" : "4 x float32";
}
