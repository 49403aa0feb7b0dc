/* elementwise.h - what is worked out number by number, for matrices and for programs.
 *
 * The one place that knows how an operation is made. Results may lie where an argument of the same
 * length lies. */
#ifndef RX_ELEMENTWISE_H
#define RX_ELEMENTWISE_H

#include <stdbool.h>
#include <stddef.h>

enum rx_operation {
    RX_ADD,
    RX_SUBTRACT,
    RX_MULTIPLY,
    RX_DIVIDE,
    RX_POWER,
    RX_ATAN2,
    RX_LESS, /* comparisons give 1 or 0 */
    RX_LESS_EQUAL,
    RX_EQUAL,
    RX_GREATER_OF, /* of the two; NaN if the first is */
    RX_LESSER_OF,
    RX_WHERE, /* the first where the second is not 0, and 0 elsewhere */
    RX_OPERATIONS
};

enum rx_function {
    RX_ABS,
    RX_SQRT,
    RX_EXP,
    RX_LOG,
    RX_SIN,
    RX_COS,
    RX_TANH,
    RX_FLOOR,
    RX_WRAP, /* an angle into [-pi, pi) */
    RX_SIGMOID,
    RX_RELU,
    RX_SQUARE,
    RX_ROW_SOFTMAX,     /* of the row */
    RX_ROW_LOG_SOFTMAX, /* of the row */
    RX_FUNCTIONS
};

/* Whether a function looks at a whole row at once. */
static inline bool rx_is_rowwise(enum rx_function function)
{
    return function == RX_ROW_SOFTMAX || function == RX_ROW_LOG_SOFTMAX;
}

/* out (count) = x op y, where x and y are repeated if their step, 0 or 1, is 0. */
void rx_combine(enum rx_operation op, float *out, const float *x, size_t dx, const float *y,
                size_t dy, size_t count);

/* out (count) = function(x), where `count` numbers are one row. */
void rx_map(enum rx_function function, float *out, const float *x, size_t count);

/* Index of the largest element of x (count, at least 1), or of the smallest; of a NaN if there is
 * one. */
size_t rx_extreme(const float *x, size_t count, bool largest);

#endif
