#include "seal.h"
#include "bind.h"
#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

static const char seal_mark[8] = { 'r', 'x', 's', 'e', 'a', 'l', '1', '\n' };

/* Hash eight bytes a step; any change within one of them changes the sum. */
static uint64_t checksum(uint64_t sum, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i += 8) {
        uint64_t word = 0;
        memcpy(&word, bytes + i, size - i < 8 ? size - i : 8);
        sum = (sum ^ le64toh(word)) * UINT64_C(0x9e3779b97f4a7c15);
        sum ^= sum >> 32;
    }
    return sum;
}

static void put_seal(char *seal, uint64_t sum)
{
    memcpy(seal, seal_mark, sizeof seal_mark);
    for (int i = 0; i < 8; i++)
        seal[8 + i] = (char)(sum >> (8 * i) & 0xff);
}

static ssize_t read_fully(int fd, char *bytes, size_t size)
{
    size_t done = 0;
    while (done < size) {
        const ssize_t got = read(fd, bytes + done, size - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return got;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

enum rx_seal rx_check_seal(int fd, off_t size)
{
    char found[RX_SEAL_SIZE], expected[RX_SEAL_SIZE], block[1 << 16];
    off_t left = size - RX_SEAL_SIZE;
    if (left < 0 || pread(fd, found, RX_SEAL_SIZE, left) != RX_SEAL_SIZE ||
        memcmp(found, seal_mark, sizeof seal_mark) != 0)
        return RX_UNSEALED;
    uint64_t sum = (uint64_t)left;
    while (left > 0) {
        if (rx_stop_flag) /* whoever waits for the child will raise it */
            return RX_SEALED;
        const size_t part = left < (off_t)sizeof block ? (size_t)left : sizeof block;
        const ssize_t got = read_fully(fd, block, part);
        if (got != (ssize_t)part)
            return got < 0 ? RX_UNREADABLE : RX_BROKEN;
        sum = checksum(sum, block, part);
        left -= (off_t)part;
    }
    put_seal(expected, sum);
    return memcmp(found, expected, RX_SEAL_SIZE) == 0 ? RX_SEALED : RX_BROKEN;
}

void rx_write_seal(char *image, size_t size)
{
    put_seal(image + size, checksum((uint64_t)size, image, size));
}
