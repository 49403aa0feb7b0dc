/* options.c - tables of named options: the one place where bindings check them. */
#include "bind.h"
#include <stdarg.h>
#include <string.h>

int rx_option_error(lua_State *L, const char *name, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *message = lua_pushvfstring(L, format, arguments);
    va_end(arguments);
    return rx_error(L, "bad option '%s' (%s)", name, message);
}

static bool is_known(const char *name, const char *const names[])
{
    for (size_t i = 0; names[i]; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

void rx_check_options(lua_State *L, int arg, const char *const names[])
{
    rx_check_table(L, arg);
    lua_newtable(L);
    lua_pushnil(L);
    while (lua_next(L, arg)) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, -4);
        if (lua_type(L, -1) == LUA_TSTRING && is_known(lua_tostring(L, -1), names))
            continue;
        const char *unknown = rx_describe(L, -1);
        lua_pushfstring(L, "unknown option %s; known are", unknown);
        for (size_t i = 0; names[i]; i++) {
            lua_pushfstring(L, "%s %s", i ? "," : "", names[i]);
            lua_concat(L, 2);
        }
        rx_error(L, "%s", lua_tostring(L, -1));
    }
    lua_replace(L, arg);
}

bool rx_push_option(lua_State *L, int arg, const char *name)
{
    lua_pushstring(L, name);
    if (lua_rawget(L, arg) != LUA_TNIL)
        return true;
    lua_pop(L, 1);
    return false;
}

double rx_option_number(lua_State *L, int arg, const char *name, double absent)
{
    if (!rx_push_option(L, arg, name))
        return absent;
    if (lua_type(L, -1) != LUA_TNUMBER)
        rx_option_error(L, name, "number expected, got %s", rx_describe(L, -1));
    const double value = lua_tonumber(L, -1);
    if (!(value - value == 0))
        rx_option_error(L, name, "finite number expected, got %f", value);
    lua_pop(L, 1);
    return value;
}

size_t rx_option_size(lua_State *L, int arg, const char *name, size_t absent)
{
    if (!rx_push_option(L, arg, name)) {
        if (absent == 0)
            rx_option_error(L, name, "whole number of at least 1 expected, got nothing");
        return absent;
    }
    int whole;
    const lua_Integer value = lua_tointegerx(L, -1, &whole);
    if (lua_type(L, -1) != LUA_TNUMBER || !whole || value < 1 || value > RX_LARGEST_SIDE)
        rx_option_error(L, name, "whole number of at least 1 expected, got %s", rx_describe(L, -1));
    lua_pop(L, 1);
    return (size_t)value;
}

bool rx_option_boolean(lua_State *L, int arg, const char *name, bool absent)
{
    if (!rx_push_option(L, arg, name))
        return absent;
    if (lua_type(L, -1) != LUA_TBOOLEAN)
        rx_option_error(L, name, "boolean expected, got %s", rx_describe(L, -1));
    const bool value = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return value;
}

/* The name with which entry `i` of a table begins. */
static const char *entry_name(const void *table, size_t size, int i)
{
    const char *name;
    memcpy(&name, (const char *)table + (size_t)i * size, sizeof name);
    return name;
}

int rx_option_entry(lua_State *L, int arg, const char *name, int absent, const void *table,
                    size_t size)
{
    const char *entry;
    if (!rx_push_option(L, arg, name))
        return absent;
    if (lua_type(L, -1) == LUA_TSTRING)
        for (int i = 0; (entry = entry_name(table, size, i)); i++)
            if (strcmp(lua_tostring(L, -1), entry) == 0) {
                lua_pop(L, 1);
                return i;
            }
    const char *got = rx_describe(L, -1);
    lua_pushliteral(L, "");
    for (int i = 0; (entry = entry_name(table, size, i)); i++) {
        lua_pushfstring(L, "%s'%s'", i ? ", " : "", entry);
        lua_concat(L, 2);
    }
    return rx_option_error(L, name, "one of %s expected, got %s", lua_tostring(L, -1), got);
}

void rx_push_names(lua_State *L, const void *table, size_t size)
{
    const char *entry;
    lua_newtable(L);
    for (int i = 0; (entry = entry_name(table, size, i)); i++) {
        lua_pushstring(L, entry);
        lua_rawseti(L, -2, i + 1);
    }
}

/* "any" or the number itself, for a message */
static const char *side(lua_State *L, lua_Integer size)
{
    return size == RX_ANY ? "any" : lua_pushfstring(L, "%I", size);
}

struct rx_matrix *rx_option_matrix(lua_State *L, int arg, const char *name, lua_Integer rows,
                                   lua_Integer cols)
{
    if (!rx_push_option(L, arg, name))
        return NULL;
    struct rx_matrix *m = rx_test_matrix(L, -1);
    if (!m || (rows != RX_ANY && (lua_Integer)m->rows != rows) ||
        (cols != RX_ANY && (lua_Integer)m->cols != cols)) {
        const char *got = m ? lua_pushfstring(L, "%d x %d matrix", (int)m->rows, (int)m->cols)
                            : rx_describe(L, -1);
        const char *high = side(L, rows), *wide = side(L, cols);
        rx_option_error(L, name, "%s x %s matrix expected, got %s", high, wide, got);
    }
    const size_t bad = rx_matrix_first_not_finite(m);
    if (bad < rx_matrix_count(m))
        rx_option_error(L, name, "finite numbers expected, got %f in row %d, column %d",
                        (double)m->data[bad], (int)(bad / m->cols) + 1, (int)(bad % m->cols) + 1);
    lua_pop(L, 1); /* the copy of the options keeps it alive */
    return m;
}
