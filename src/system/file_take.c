/* file_take.c - what a child reads in a file becomes a table of Lua. */
#include "bind.h"
#include "file.h"
#include "record.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH = 72, LONGEST_NAME = 1 << 20 };

/* On the stack: the struct, two tables by path, and the tables that the walk is in. */
enum { SKIPPED = 2, ATTRIBUTES, ROOT };

struct walk {
    lua_State *L;
    struct rx_taker *taker;
    int depth;         /* tables that the walk is in */
    bool lists[DEPTH]; /* whose names are places in a list */
};

/* --- words ----------------------------------------------------------------------------------- */

/* The child broke off, or says what it should not: raise nil. */
static void break_off(struct walk *walk)
{
    lua_pushnil(walk->L);
    lua_error(walk->L);
}

static void take(struct walk *walk, void *bytes, size_t size)
{
    if (!rx_child_read(&walk->taker->child, bytes, size))
        break_off(walk);
}

static int take_byte(struct walk *walk)
{
    unsigned char byte;
    take(walk, &byte, 1);
    return byte;
}

static uint64_t take_size(struct walk *walk, uint64_t most)
{
    uint64_t size;
    take(walk, &size, sizeof size);
    if (size > most)
        break_off(walk);
    return size;
}

static void push_text(struct walk *walk, uint64_t most)
{
    luaL_Buffer text;
    const size_t length = (size_t)take_size(walk, most);
    char *to = luaL_buffinitsize(walk->L, &text, length);
    take(walk, to, length);
    luaL_pushresultsize(&text, length);
}

/* Push the name of a member: its place, if that is a list's. */
static void push_key(struct walk *walk)
{
    push_text(walk, LONGEST_NAME);
    if (walk->depth > 0 && walk->lists[walk->depth - 1]) {
        const lua_Integer place = (lua_Integer)strtoll(lua_tostring(walk->L, -1), NULL, 10);
        lua_pop(walk->L, 1);
        lua_pushinteger(walk->L, place);
    }
}

/* --- values ---------------------------------------------------------------------------------- */

static struct rx_array take_array(struct walk *walk)
{
    struct rx_array array = { .rank = take_byte(walk) };
    if (array.rank > 3)
        break_off(walk);
    for (int i = 0; i < array.rank; i++)
        array.sides[i] = take_size(walk, INT_MAX);
    return array;
}

static void push_number(struct walk *walk, int kind)
{
    union {
        int64_t whole;
        uint64_t natural;
        double real;
    } number;
    take(walk, &number, sizeof number);
    if (kind == RX_REAL)
        lua_pushnumber(walk->L, number.real);
    else if (kind == RX_BOOLEAN)
        lua_pushboolean(walk->L, number.whole != 0);
    else if (kind == RX_UNSIGNED && number.natural > INT64_MAX)
        lua_pushnumber(walk->L, (double)number.natural); /* beyond Lua's integers */
    else
        lua_pushinteger(walk->L, number.whole);
}

/* A value, or a list of lists of them; `kind` is below 0 for texts. */
static void push_nested(struct walk *walk, const struct rx_array *array, int axis, int kind)
{
    if (axis == array->rank || axis == 3) {
        if (kind < 0)
            push_text(walk, SIZE_MAX / 2);
        else
            push_number(walk, kind);
        return;
    }
    const lua_Integer count = (lua_Integer)array->sides[axis];
    lua_newtable(walk->L);
    for (lua_Integer i = 1; i <= count; i++) {
        push_nested(walk, array, axis + 1, kind);
        lua_rawseti(walk->L, -2, i);
    }
}

static void take_values(struct walk *walk, bool numbers)
{
    push_key(walk);
    const int kind = numbers ? take_byte(walk) : -1;
    const struct rx_array array = take_array(walk);
    push_nested(walk, &array, 0, kind);
    lua_rawset(walk->L, -3);
}

static void take_matrix(struct walk *walk)
{
    push_key(walk);
    const size_t rows = take_size(walk, INT_MAX), cols = take_size(walk, INT_MAX);
    const size_t steps = take_size(walk, rows);
    const struct rx_matrix *m = rx_new_matrix(walk->L, rows, cols, steps);
    for (size_t left = rx_matrix_count(m), at = 0; left > 0;) {
        const uint64_t part = take_size(walk, UINT64_MAX);
        if (part == RX_NO_MORE) {
            lua_pop(walk->L, 2);
            return;
        }
        if (part > left)
            break_off(walk);
        take(walk, m->data + at, (size_t)part * sizeof *m->data);
        left -= (size_t)part;
        at += (size_t)part;
    }
    lua_rawset(walk->L, -3);
}

/* --- tables ---------------------------------------------------------------------------------- */

/* Step into the table on top. */
static void enter(struct walk *walk, bool list)
{
    luaL_checkstack(walk->L, 20, "nested tables");
    if (walk->depth == DEPTH)
        break_off(walk);
    walk->lists[walk->depth++] = list;
}

/* The table of the table on top that the next name tells, a new one unless it is there. */
static void enter_group(struct walk *walk)
{
    push_key(walk);
    const bool list = take_byte(walk), root = walk->depth == 0;
    if (root) {
        lua_pop(walk->L, 1);
    } else {
        lua_pushvalue(walk->L, -1);
        if (lua_rawget(walk->L, -3) != LUA_TTABLE) {
            lua_pop(walk->L, 1);
            lua_newtable(walk->L);
            lua_pushvalue(walk->L, -2);
            lua_pushvalue(walk->L, -2);
            lua_rawset(walk->L, -5);
        }
        lua_remove(walk->L, -2);
    }
    enter(walk, list);
}

static void enter_attributes(struct walk *walk)
{
    push_text(walk, LONGEST_NAME);
    lua_newtable(walk->L);
    lua_insert(walk->L, -2);
    lua_pushvalue(walk->L, -2);
    lua_rawset(walk->L, ATTRIBUTES);
    enter(walk, false);
}

static void leave(struct walk *walk)
{
    if (walk->depth == 0)
        break_off(walk);
    if (--walk->depth > 0)
        lua_pop(walk->L, 1);
}

static void take_text(struct walk *walk, char *to, size_t room)
{
    push_text(walk, LONGEST_NAME);
    snprintf(to, room, "%s", lua_tostring(walk->L, -1));
    lua_pop(walk->L, 1);
}

/* --- the file -------------------------------------------------------------------------------- */

/* Take a record; false after the last. */
static bool take_record(struct walk *walk)
{
    const int record = take_byte(walk);
    if (record == RX_SAY_DONE || record == RX_SAY_FAILED) {
        if (record == RX_SAY_FAILED) {
            take_text(walk, walk->taker->message, sizeof walk->taker->message);
            take_text(walk, walk->taker->place, sizeof walk->taker->place);
        }
        walk->taker->done = true;
        return false;
    }
    switch (record) {
    case RX_SAY_GROUP:
        enter_group(walk);
        break;
    case RX_SAY_ATTRIBUTES:
        enter_attributes(walk);
        break;
    case RX_SAY_END:
        leave(walk);
        break;
    case RX_SAY_NUMBERS:
    case RX_SAY_TEXTS:
        take_values(walk, record == RX_SAY_NUMBERS);
        break;
    case RX_SAY_MATRIX:
        take_matrix(walk);
        break;
    case RX_SAY_SKIPPED:
        push_text(walk, LONGEST_NAME);
        push_text(walk, LONGEST_NAME);
        lua_rawset(walk->L, SKIPPED);
        break;
    default:
        break_off(walk);
    }
    return true;
}

int rx_file_take(lua_State *L)
{
    struct walk walk = { .L = L, .taker = lua_touserdata(L, 1) };
    lua_newtable(L);
    lua_newtable(L);
    lua_newtable(L);
    while (take_record(&walk))
        ;
    lua_settop(L, ROOT);
    lua_createtable(L, 0, 1); /* file.skipped and file.attributes stand beside what it holds */
    lua_createtable(L, 0, 2);
    lua_pushvalue(L, SKIPPED);
    lua_setfield(L, -2, "skipped");
    lua_pushvalue(L, ATTRIBUTES);
    lua_setfield(L, -2, "attributes");
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, ROOT);
    return 1;
}
