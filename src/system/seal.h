/* seal.h - 16 bytes after the end of what HDF5 sees, which tell a file of ours that is whole.
 *
 * HDF5 guards its metadata with checksums, but not the numbers. A seal covers every byte of a file
 * of ours; HDF5 ignores it, and drops it when another program changes the file. */
#ifndef RX_SEAL_H
#define RX_SEAL_H

#include <stddef.h>
#include <sys/types.h>

enum { RX_SEAL_SIZE = 16 };

/* Unreadable: errno is set. */
enum rx_seal { RX_UNSEALED, RX_SEALED, RX_BROKEN, RX_UNREADABLE };

/* What an open file of `size` bytes bears; it is read from where it stands. An interrupt ends that.
 */
enum rx_seal rx_check_seal(int fd, off_t size);

/* Put a seal after the `size` bytes of an image, where there is room for it. */
void rx_write_seal(char *image, size_t size);

#endif
