#include "record.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

static void send(struct rx_speaker *speaker, const char *bytes, size_t size)
{
    while (size > 0) {
        const ssize_t put = write(speaker->out, bytes, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            _exit(1);
        bytes += put;
        size -= (size_t)put;
    }
}

void rx_say_all(struct rx_speaker *speaker)
{
    send(speaker, speaker->block, speaker->used);
    speaker->used = 0;
}

void rx_say_bytes(struct rx_speaker *speaker, const void *bytes, size_t size)
{
    if (speaker->muted || size == 0)
        return;
    if (size > sizeof speaker->block - speaker->used)
        rx_say_all(speaker);
    if (size > sizeof speaker->block) {
        send(speaker, bytes, size);
        return;
    }
    memcpy(speaker->block + speaker->used, bytes, size);
    speaker->used += size;
}

void rx_say(struct rx_speaker *speaker, enum rx_record record)
{
    rx_say_byte(speaker, (int)record);
}

void rx_say_byte(struct rx_speaker *speaker, int byte)
{
    const char one = (char)byte;
    rx_say_bytes(speaker, &one, 1);
}

void rx_say_size(struct rx_speaker *speaker, uint64_t size)
{
    rx_say_bytes(speaker, &size, sizeof size);
}

void rx_say_text(struct rx_speaker *speaker, const char *text, size_t length)
{
    rx_say_size(speaker, length);
    rx_say_bytes(speaker, text, length);
}

void rx_say_array(struct rx_speaker *speaker, const struct rx_array *array)
{
    rx_say_byte(speaker, array->rank);
    for (int i = 0; i < array->rank; i++)
        rx_say_size(speaker, array->sides[i]);
}
