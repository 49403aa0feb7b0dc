#include "product.h"
#include "parallel.h"
#include <math.h>
#include <string.h>

/* All that depends on the processor. A tile's sums leave a few of its vector registers free, of
 * which there are 32, 16 and 32. AT_ONCE: so many k between two jumps. */
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
enum { TILE_ROWS = 14, TILE_VECTORS = 2, AT_ONCE = 1 };
#elif RX_LANES == 8
enum { TILE_ROWS = 6, TILE_VECTORS = 2, AT_ONCE = 2 };
#else
enum { TILE_ROWS = 6, TILE_VECTORS = 4, AT_ONCE = 2 };
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
typedef float unaligned /* wherever it lies in a matrix */
    __attribute__((vector_size(LANES * sizeof(float)), aligned(sizeof(float)), may_alias));

static inline vector load(const float *from)
{
    return *(const unaligned *)from;
}

/* A loop that becomes one instruction. */
static inline vector multiply_add(float x, vector y, vector sum)
{
    for (int lane = 0; lane < LANES; lane++)
        sum[lane] = fmaf(x, y[lane], sum[lane]);
    return sum;
}

/* How left lies: as it is stored; packed, in strips of TILE_ROWS rows each; or with any steps. A
 * strip begins STRIP numbers after the one before it: no multiple of a power of two, of which a
 * cache can hold but few. */
enum order { BY_ROWS, IN_STRIPS, BY_STEPS };
enum { STRIP = TILE_ROWS * DEPTH + LINE };

/* out (some rows, WIDTH) = left panel, or += */
struct tile {
    float *out;
    size_t out_stride;
    bool adds;
    enum order order;
    const float *left;           /* element (i, k) at left[i * row_step + k * inner_step] */
    size_t row_step, inner_step; /* row_step BY_ROWS, both BY_STEPS */
    const float *panel;          /* (inner, WIDTH) */
    size_t panel_step, inner;    /* panel_step, from row to row, BY_STEPS; else WIDTH */
};

/* A tile's sums. The numbers of its rows and vectors are known where this is compiled, and the
 * loops over them are unrolled, so that it is registers. */
typedef vector sums[TILE_ROWS][TILE_VECTORS];

/* Adds what one k gives: column k of left times a row of the panel. Without `volatile`, compilers
 * that run short of registers load the same vector again for every row. */
static inline __attribute__((always_inline)) void add_products(sums sum, const size_t rows,
                                                               const float *const left[TILE_ROWS],
                                                               size_t k, const float *panel)
{
    vector right[TILE_VECTORS];
#pragma GCC unroll TILE_VECTORS
    for (size_t v = 0; v < TILE_VECTORS; v++)
        right[v] = *(const volatile unaligned *)(panel + v * LANES);
#pragma GCC unroll TILE_ROWS
    for (size_t i = 0; i < TILE_ROWS && i < rows; i++)
#pragma GCC unroll TILE_VECTORS
        for (size_t v = 0; v < TILE_VECTORS; v++)
            sum[i][v] = multiply_add(left[i][k], right[v], sum[i][v]);
}

/* Steps that are known where this is compiled, `at_once` of them between two jumps, take hardly an
 * instruction of their own. Alone on its core a tile would not gain by that; but where a second
 * thread shares the core, each can begin half as many instructions. */
static inline __attribute__((always_inline)) void work_on(const struct tile *tile,
                                                          const size_t rows, const enum order order)
{
    const size_t row_step = order == IN_STRIPS ? 1 : tile->row_step;
    const size_t inner_step = order == BY_ROWS     ? 1
                              : order == IN_STRIPS ? TILE_ROWS
                                                   : tile->inner_step;
    const size_t panel_step = order == BY_STEPS ? tile->panel_step : WIDTH;
    const size_t at_once = order == BY_STEPS ? 1 : AT_ONCE;
    const size_t stride = tile->out_stride, inner = tile->inner;
    const float *left[TILE_ROWS], *panel = tile->panel;
    float *out = tile->out;
    const float *const end = panel + inner / at_once * at_once * panel_step;
    size_t k = 0;
    sums sum;
#pragma GCC unroll TILE_ROWS
    for (size_t i = 0; i < TILE_ROWS && i < rows; i++) {
        left[i] = tile->left + i * row_step;
#pragma GCC unroll TILE_VECTORS
        for (size_t v = 0; v < TILE_VECTORS; v++)
            sum[i][v] = tile->adds ? load(out + i * stride + v * LANES) : (vector){ 0 };
    }
#pragma GCC unroll 1
    while (panel != end) {
#pragma GCC unroll AT_ONCE
        for (size_t m = 0; m < at_once; m++)
            add_products(sum, rows, left, k + m * inner_step, panel + m * panel_step);
        k += at_once * inner_step;
        panel += at_once * panel_step;
    }
#pragma GCC unroll 1
    for (size_t n = inner % at_once; n > 0; n--) {
        add_products(sum, rows, left, k, panel);
        k += inner_step;
        panel += panel_step;
    }
#pragma GCC unroll TILE_ROWS
    for (size_t i = 0; i < TILE_ROWS && i < rows; i++)
#pragma GCC unroll TILE_VECTORS
        for (size_t v = 0; v < TILE_VECTORS; v++)
            memcpy(out + i * stride + v * LANES, &sum[i][v], sizeof(vector));
}

#define TILES_OF(rows)                                                                             \
    static void by_rows_##rows(const struct tile *tile)                                            \
    {                                                                                              \
        work_on(tile, rows, BY_ROWS);                                                              \
    }                                                                                              \
    static void in_strips_##rows(const struct tile *tile)                                          \
    {                                                                                              \
        work_on(tile, rows, IN_STRIPS);                                                            \
    }                                                                                              \
    static void by_steps_##rows(const struct tile *tile)                                           \
    {                                                                                              \
        work_on(tile, rows, BY_STEPS);                                                             \
    }
TILES_OF(1)
TILES_OF(2)
TILES_OF(3)
TILES_OF(4)
TILES_OF(5)
TILES_OF(6)
#if RX_LANES == 16
TILES_OF(7)
TILES_OF(8)
TILES_OF(9)
TILES_OF(10)
TILES_OF(11)
TILES_OF(12)
TILES_OF(13)
TILES_OF(14)
#endif

#define KINDS(rows)                                                                                \
    {                                                                                              \
        by_rows_##rows, in_strips_##rows, by_steps_##rows                                          \
    }

static void (*const tile_of[TILE_ROWS][3])(const struct tile *) = {
    KINDS(1), KINDS(2), KINDS(3), KINDS(4),  KINDS(5),  KINDS(6),
#if RX_LANES == 16
    KINDS(7), KINDS(8), KINDS(9), KINDS(10), KINDS(11), KINDS(12), KINDS(13), KINDS(14),
#endif
};

static void sum_up(const struct tile *tile, size_t rows)
{
    tile_of[rows - 1][tile->order](tile);
}

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
    sum_up(&padded, rows);
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

/* Tiles down all rows, of columns first to first + count - 1 of a panel. Meanwhile what the next
 * tile adds to, and the rows `ahead`, come into cache. */
static void work_down(struct tile tile, size_t rows, size_t first, size_t count, struct ahead ahead)
{
    const size_t tiles = rx_pieces(rows, TILE_ROWS), least = rows / tiles, taller = rows % tiles;
    const size_t share = rx_pieces(tile.inner, tiles);
    float *out = tile.out;
    const float *left = tile.left;
    for (size_t n = 0, i = 0, height; n < tiles; n++, i += height) {
        /* rows as they are go in even tiles */
        height = tile.order == BY_ROWS ? least + (n < taller) : rx_piece_length(rows, TILE_ROWS, i);
        tile.out = out + i * tile.out_stride;
        tile.left = left + (tile.order == BY_ROWS ? i * tile.row_step : n * STRIP);
        prefetch(ahead, tile.inner, n * share, share);
        for (size_t r = i + height; r < i + 2 * height && r < rows; r++)
            __builtin_prefetch(out + r * tile.out_stride, 1);
        if (count == WIDTH)
            sum_up(&tile, height);
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
                tile, rows, j - panel, next - j,
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
                                   .order = BY_ROWS,
                                   .left = left + i * left_stride,
                                   .row_step = left_stride };
        multiply_block(tile, height, right, first, first + count);
    }
}

/* out (rows, columns) += left right, where right (at most DEPTH, columns) is packed as it goes. */
static void multiply_unpacked(struct tile tile, size_t rows, const float *right, size_t stride,
                              size_t columns)
{
    _Alignas(64) float panel[DEPTH * WIDTH];
    float *out = tile.out;
    tile.panel = panel;
    for (size_t j = 0; j < columns; j += WIDTH) {
        const size_t width = rx_piece_length(columns, WIDTH, j);
        pack_panel(panel, right + j, stride, 1, tile.inner, width);
        tile.out = out + j;
        work_down(tile, rows, 0, width,
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
                                       .order = BY_ROWS,
                                       .left = left + i * inner + k,
                                       .row_step = inner,
                                       .inner = rx_piece_length(inner, DEPTH, k) };
            multiply_unpacked(tile, rx_piece_length(rows, BLOCK_ROWS, i), right + k * columns,
                              columns, columns);
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
                         .order = BY_STEPS,
                         .left = right,
                         .row_step = 1,
                         .inner_step = right_stride,
                         .panel_step = left_stride,
                         .inner = rows };
    for (size_t i = 0; i < whole; i += WIDTH) {
        for (size_t j = 0; j < in * WIDTH; j++)
            turned[j] = sum[(i + j % WIDTH) * sum_stride + j / WIDTH];
        tile.panel = left + i;
        sum_up(&tile, in);
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
                                       .order = IN_STRIPS,
                                       .left = strips,
                                       .inner = depth };
            pack_strips(strips, left + k * left_stride + i, left_stride, depth, width);
            multiply_unpacked(tile, width, right + k * right_stride, right_stride, in);
        }
}

const char *rx_product_vectors(void)
{
    return RX_LANES == 16 ? "16 x float32" : RX_LANES == 8 ? "8 x float32" : "4 x float32";
}
