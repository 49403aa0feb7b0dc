/* child.h - work for a library that may crash, hang or fail for want of memory: it is done by a
 * child.
 *
 * The child is a copy of this process (fork), so it finds all memory as it is here, but nothing
 * that it does there comes back: it writes what it has found to a pipe, and ends. However it ends,
 * this process goes on; an interrupt (the stop flag) ends the child at once. */
#ifndef RX_CHILD_H
#define RX_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct rx_child {
    pid_t pid;
    int in;          /* what it says */
    size_t at, held; /* of the block: read up to, and in it */
    char block[1 << 16];
};

/* Start `work`, which says what it finds to `out`; 0 or an errno. */
int rx_child_start(struct rx_child *child, void (*work)(int out, void *context), void *context);

/* Read `size` bytes of what it says. False if it ended before, or the stop flag rose. */
bool rx_child_read(struct rx_child *child, void *bytes, size_t size);

/* Wait for its end, or bring it about unless it is `done`. */
void rx_child_end(struct rx_child *child, bool done);

#endif
