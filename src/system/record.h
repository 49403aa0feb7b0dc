/* record.h - how a child that reads a file tells what it found: a stream of records.
 *
 * Each begins with a letter. Names and texts go as their length and their bytes, sizes as 64 bits,
 * numbers as this machine holds them: both ends are the same program. What is said between a
 * group's record and its end is inside it. */
#ifndef RX_RECORD_H
#define RX_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rx_record {
    RX_SAY_GROUP = 'g',      /* name, whether it is a list (a byte) */
    RX_SAY_ATTRIBUTES = 'a', /* path of whose they are; like a group */
    RX_SAY_END = 'e',
    RX_SAY_NUMBERS = 'n', /* name, kind (a byte), array, 8 bytes each */
    RX_SAY_TEXTS = 't',   /* name, array, a text each */
    RX_SAY_MATRIX = 'm',  /* name, rows, columns, steps; blocks of a size and as many floats, until
                             all  have come or a size of RX_NO_MORE: the value is then left out */
    RX_SAY_SKIPPED = 's', /* path, reason */
    RX_SAY_FAILED = 'f',  /* message: nothing else follows */
    RX_SAY_DONE = 'd',
};

#define RX_NO_MORE UINT64_MAX

/* What numbers become in Lua; BOOLEAN and INTEGER are int64, UNSIGNED is uint64, REAL is double. */
enum rx_kind { RX_INTEGER, RX_UNSIGNED, RX_REAL, RX_BOOLEAN };

/* An array's sides, the first `rank` of them, at most 3. A value alone has none. */
struct rx_array {
    int rank;
    uint64_t sides[3];
};

static inline uint64_t rx_array_count(const struct rx_array *array)
{
    uint64_t count = 1;
    for (int i = 0; i < array->rank; i++)
        count *= array->sides[i];
    return count;
}

/* The speaker. It ends the process when nobody listens any more. */
struct rx_speaker {
    int out;
    bool muted; /* says nothing */
    size_t used;
    char block[1 << 16];
};

void rx_say(struct rx_speaker *speaker, enum rx_record record);
void rx_say_byte(struct rx_speaker *speaker, int byte);
void rx_say_size(struct rx_speaker *speaker, uint64_t size);
void rx_say_text(struct rx_speaker *speaker, const char *text, size_t length);
void rx_say_array(struct rx_speaker *speaker, const struct rx_array *array);
void rx_say_bytes(struct rx_speaker *speaker, const void *bytes, size_t size);
void rx_say_all(struct rx_speaker *speaker); /* that was not yet sent */

#endif
