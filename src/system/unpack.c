/* unpack.c - members of zip files, as NumPy's archives are. */
#include "bind.h"
#include <string.h>
#include <zlib.h>

enum { MOST_EXPANSION = 1100 }; /* more than that no deflated text expands */

/* Undo deflate; fails unless exactly `size` bytes come of it. */
static enum rx_status inflate_all(char *to, size_t size, const char *from, size_t packed)
{
    z_stream stream = { 0 };
    if (size > UINT_MAX || packed > UINT_MAX)
        return RX_FAILED;
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return RX_NO_MEMORY;
    stream.next_in = (Bytef *)(uintptr_t)from;
    stream.avail_in = (uInt)packed;
    stream.next_out = (Bytef *)to;
    stream.avail_out = (uInt)size;
    const int end = inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    if (end == Z_MEM_ERROR)
        return RX_NO_MEMORY;
    return end == Z_STREAM_END && stream.avail_out == 0 ? RX_OK : RX_FAILED;
}

static uLong sum_of(const char *bytes, size_t size)
{
    return crc32_z(crc32_z(0, NULL, 0), (const Bytef *)bytes, size);
}

/* unpack(bytes, first, packed, size, sum, deflated) -> the member whose `packed` bytes begin at
 * byte `first`; nil if it is damaged */
static int unpack(lua_State *L)
{
    size_t length;
    const char *bytes = rx_check_string(L, 1, &length);
    const size_t first = rx_check_size(L, 2, 1) - 1;
    const lua_Integer packed = rx_check_integer(L, 3), size = rx_check_integer(L, 4);
    const bool deflated = lua_toboolean(L, 6);
    if (packed < 0 || size < 0 || first > length || (size_t)packed > length - first ||
        (deflated ? size / MOST_EXPANSION > packed : size != packed))
        return 0;
    luaL_Buffer text;
    char *to = luaL_buffinitsize(L, &text, (size_t)size);
    enum rx_status status = RX_OK;
    if (deflated)
        status = inflate_all(to, (size_t)size, bytes + first, (size_t)packed);
    else
        memcpy(to, bytes + first, (size_t)size);
    if (status == RX_NO_MEMORY)
        rx_check_status(L, status);
    if (status || (lua_Integer)sum_of(to, (size_t)size) != rx_check_integer(L, 5))
        return 0;
    luaL_pushresultsize(&text, (size_t)size);
    return 1;
}

static const struct rx_binding functions[] = {
    { "unpack", unpack, 6 },
    { NULL, NULL, 0 },
};

void rx_open_unpack(lua_State *L)
{
    rx_set_functions(L, functions);
}
