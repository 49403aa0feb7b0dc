/* parallel.h - how work is cut for the threads.
 *
 * The pieces have the same size whatever the number of threads, and every matrix product runs
 * on one thread within its piece: so results do not depend on the number of threads. */
#ifndef RX_PARALLEL_H
#define RX_PARALLEL_H

#include <stddef.h>

enum {
    RX_BLOCK_ROWS = 256,   /* rows of a product or an element-wise pass */
    RX_WINDOW_ROWS = 2048, /* rows of a sequence whose gradient is made at once; at least a step */
    RX_PIECES = 8,         /* that a window is cut into */
};

static inline size_t rx_pieces(size_t count, size_t piece)
{
    return count / piece + (count % piece != 0);
}

static inline size_t rx_piece_length(size_t count, size_t piece, size_t first)
{
    return count - first < piece ? count - first : piece;
}

#endif
