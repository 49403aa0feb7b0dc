/* whole.h - a file that is there whole or not at all: the one way in which files are written.
 *
 * It grows beside its place under a name of its own, and is renamed into place when its last byte
 * is on the disk. So a reader finds the former file or the new one, after a crash too, and two
 * writers never share an unfinished one. Links are followed; what is no plain file (a device, a
 * pipe) is refused. Each function returns NULL, or what is wrong as a text that stays valid; then
 * the unfinished file is gone, but for what `rx_whole_write` complains of. */
#ifndef RX_WHOLE_H
#define RX_WHOLE_H

#include <stddef.h>

struct rx_whole {
    int fd;                    /* what is written to it becomes the file */
    char *target, *unfinished; /* where it belongs, and where it grows */
};

const char *rx_whole_begin(struct rx_whole *whole, const char *path);

/* Append `size` bytes. In parts, so that an interrupt is seen between two; it ends in "Operation
 * canceled". */
const char *rx_whole_write(struct rx_whole *whole, const char *bytes, size_t size);

/* See it onto the disk and into its place. */
const char *rx_whole_finish(struct rx_whole *whole);

void rx_whole_give_up(struct rx_whole *whole);

/* Where a path leads when its last name is a symbolic link, perhaps to a file that is not there
 * yet; from malloc. NULL with errno set if it cannot be told. */
char *rx_follow_links(const char *path);

#endif
