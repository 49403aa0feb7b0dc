/* numbers.c - numbers of text and binary files become matrices. */
#include "bind.h"
#include "single.h"
#include <string.h>

/* Number `i` of the list at 1, put into `out`; false if single precision would change it. */
static bool put_number(lua_State *L, struct rx_single *single, float *out, size_t i)
{
    bool good;
    lua_rawgeti(L, 1, (lua_Integer)i + 1);
    if (lua_isinteger(L, -1)) {
        const int64_t whole = lua_tointeger(L, -1);
        good = rx_single_from_integers(out + i, &whole, 1) == 1;
    } else {
        const double real = lua_tonumber(L, -1);
        good = rx_single_from_doubles(single, out + i, &real, 1) == 1;
    }
    if (good)
        lua_pop(L, 1);
    return good;
}

/* nil, the index of the number to blame or nil, and the text on top */
static int push_loss(lua_State *L, size_t index)
{
    lua_pushnil(L);
    lua_insert(L, -2);
    if (index > 0)
        lua_pushinteger(L, (lua_Integer)index);
    else
        lua_pushnil(L);
    lua_insert(L, -2);
    return 3;
}

/* single(list, rows, cols, rounded) -> matrix; or nil, the index of the first number that single
 * precision would change, if one alone is to blame, and what would become of it */
static int numbers_single(lua_State *L)
{
    const size_t count = rx_check_list(L, 1);
    const size_t rows = rx_check_size(L, 2, 0), cols = rx_check_size(L, 3, 0);
    const bool rounded = lua_toboolean(L, 4);
    rx_argument_check(L, count == rows * cols, 1, "rows x cols numbers expected");
    struct rx_matrix *m = rx_new_matrix(L, rows, cols, 0);
    struct rx_single single = { 0 };
    for (size_t i = 0; i < count; i++) {
        if (put_number(L, &single, m->data, i))
            continue;
        if (!rounded) {
            const char *number = rx_describe(L, -1);
            const char *became = rx_push_number(L, (double)m->data[i]);
            lua_pushfstring(L, "%s would become %s in single precision", number, became);
            return push_loss(L, i + 1);
        }
        lua_pop(L, 1);
    }
    if (rounded || rx_single_resolves(&single))
        return 1;
    const char *least = rx_push_number(L, single.least);
    const char *most = rx_push_number(L, single.most);
    lua_pushfstring(L, "numbers from %s to %s are too close together for single precision", least,
                    most);
    return push_loss(L, 0);
}

/* floats(bytes, first, rows, cols) -> matrix of the floats of this machine from byte `first` on */
static int numbers_floats(lua_State *L)
{
    size_t length;
    const char *bytes = rx_check_string(L, 1, &length);
    const size_t first = rx_check_size(L, 2, 1) - 1;
    const size_t rows = rx_check_size(L, 3, 0), cols = rx_check_size(L, 4, 0);
    rx_argument_check(L, first <= length && rows * cols <= (length - first) / sizeof(float), 1,
                      "as many bytes as rows x cols floats have expected");
    struct rx_matrix *m = rx_new_matrix(L, rows, cols, 0);
    memcpy(m->data, bytes + first, rows * cols * sizeof(float));
    return 1;
}

static const struct rx_binding functions[] = {
    { "single", numbers_single, 4 },
    { "floats", numbers_floats, 4 },
    { NULL, NULL, 0 },
};

void rx_open_numbers(lua_State *L)
{
    rx_set_functions(L, functions);
}
