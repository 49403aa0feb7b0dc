/* check.c - functions that Lua calls: how many arguments each takes, of which kinds, and how a
 * mistake is told. */
#include "bind.h"
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* --- where a mistake was made ---------------------------------------------------------------- */

static const char library_key[] = "rx.library"; /* in the registry: how its files' names begin */
static const char names_key[] = "rx.names";     /* and functions in Lua -> their names */

static bool is_library(lua_State *L, const char *source)
{
    const int top = lua_gettop(L);
    bool found = false;
    luaL_getsubtable(L, LUA_REGISTRYINDEX, library_key);
    for (lua_Integer i = 1; !found && lua_rawgeti(L, top + 1, i) == LUA_TSTRING; i++) {
        const char *beginning = lua_tostring(L, -1);
        found = strncmp(source, beginning, strlen(beginning)) == 0;
        lua_pop(L, 1);
    }
    lua_settop(L, top);
    return found;
}

/* The level of the nearest caller outside the library; -1: there is none. */
static int level_outside(lua_State *L, lua_Debug *frame)
{
    for (int level = 0; lua_getstack(L, level, frame); level++) {
        lua_getinfo(L, "Sl", frame);
        if (frame->currentline > 0 && !is_library(L, frame->source))
            return level;
    }
    return -1;
}

const char *rx_push_where(lua_State *L)
{
    lua_Debug frame;
    if (level_outside(L, &frame) < 0)
        return lua_pushliteral(L, "");
    return lua_pushfstring(L, "%s:%d: ", frame.short_src, frame.currentline);
}

/* Push the name of the library's function in Lua that the caller outside has called; nil: it is
 * none that has one. */
static const char *push_called(lua_State *L)
{
    lua_Debug frame;
    int level = level_outside(L, &frame);
    do { /* pcall and its like stand between the caller and what is called */
        if (--level < 0 || !lua_getstack(L, level, &frame)) {
            lua_pushnil(L);
            return NULL;
        }
        lua_getinfo(L, "S", &frame);
    } while (*frame.what == 'C');
    luaL_getsubtable(L, LUA_REGISTRYINDEX, names_key);
    lua_getinfo(L, "f", &frame);
    lua_rawget(L, -2);
    lua_remove(L, -2);
    return lua_tostring(L, -1);
}

int rx_error(lua_State *L, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    rx_push_where(L);
    lua_pushvfstring(L, format, arguments);
    va_end(arguments);
    lua_concat(L, 2);
    return lua_error(L);
}

/* --- what came ------------------------------------------------------------------------------- */

const char *rx_push_number(lua_State *L, double value)
{
    char text[32];
    if (value != value)
        return lua_pushliteral(L, "nan"); /* of either sign */
    for (int digits = 14; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    char *comma = strstr(text, localeconv()->decimal_point);
    if (comma)
        *comma = '.';
    return lua_pushstring(L, text);
}

/* A number as Lua shows it: 3.0 is no integer. */
static const char *describe_number(lua_State *L, int index)
{
    if (lua_isinteger(L, index))
        return lua_pushfstring(L, "%I", lua_tointeger(L, index));
    const char *text = rx_push_number(L, lua_tonumber(L, index));
    return text[strspn(text, "-0123456789")] == '\0' ? lua_pushfstring(L, "%s.0", text) : text;
}

const char *rx_describe(lua_State *L, int index)
{
    enum { longest = 60 };
    index = lua_absindex(L, index);
    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        return describe_number(L, index);
    case LUA_TBOOLEAN:
        return lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false");
    case LUA_TSTRING: {
        const char *text = lua_tostring(L, index);
        const size_t length = strcspn(text, "\n");
        lua_pushlstring(L, text, length < longest ? length : longest);
        return lua_pushfstring(L, "'%s%s'", lua_tostring(L, -1),
                               length < lua_rawlen(L, index) || length > longest ? "..." : "");
    }
    case LUA_TUSERDATA: {
        const char *text = luaL_tolstring(L, index, NULL);
        const bool address =
            strncmp(text, "rx.", 3) == 0; /* a type that shows itself by no other word */
        return lua_pushlstring(L, text + 3 * address,
                               strcspn(text, address ? ":" : "\n") - 3 * address);
    }
    case LUA_TNONE:
        return lua_pushliteral(L, "nothing");
    default:
        return lua_pushstring(L, luaL_typename(L, index));
    }
}

/* --- functions and their arguments ----------------------------------------------------------- */

/* Upvalues of every function: its entry in a function table, and of a method its object's kind. */
enum { ENTRY = 1, KIND, UPVALUES = KIND };

static const struct rx_binding *running(lua_State *L)
{
    return lua_touserdata(L, lua_upvalueindex(ENTRY));
}

static bool is_method(lua_State *L)
{
    return running(L) && lua_isstring(L, lua_upvalueindex(KIND));
}

/* What the caller wrote: an operator without the underscores of its metamethod. */
static const char *name_of(const struct rx_binding *function)
{
    return function->name + strspn(function->name, "_");
}

static void refuse_self(lua_State *L)
{
    const char *name = name_of(running(L)), *kind = lua_tostring(L, lua_upvalueindex(KIND));
    rx_error(L, "'%s' is a method of a %s, called on %s: call it with a colon, object:%s(...)",
             name, kind, rx_describe(L, 1), name);
}

/* 1 for a method, whose object is no argument, but for one that is called with a dot; 0 else. */
static int object_apart(lua_State *L)
{
    lua_Debug frame;
    lua_getstack(L, 0, &frame);
    lua_getinfo(L, "n", &frame);
    const bool dot = *frame.namewhat && strcmp(frame.namewhat, "method") != 0;
    return is_method(L) && !dot;
}

int rx_argument_error(lua_State *L, int arg, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const char *message = lua_pushvfstring(L, format, arguments);
    va_end(arguments);
    if (!running(L)) /* a metamethod, called by hand */
        return rx_error(L, "bad argument #%d (%s)", arg, message);
    const char *called = push_called(L);
    if (called != NULL && strcmp(called, name_of(running(L))) != 0)
        return rx_error(L, "bad argument to '%s' (%s)", called, message);
    return rx_error(L, "bad argument #%d to '%s' (%s)", arg - object_apart(L), name_of(running(L)),
                    message);
}

void rx_argument_check(lua_State *L, bool holds, int arg, const char *message)
{
    if (!holds)
        rx_argument_error(L, arg, "%s", message);
}

/* Another kind of value came. */
static int expected(lua_State *L, int arg, const char *what)
{
    if (arg == 1 && is_method(L))
        refuse_self(L);
    const char *got = lua_isnil(L, arg)        ? "no value"
                      : lua_isuserdata(L, arg) ? rx_describe(L, arg)
                                               : luaL_typename(L, arg);
    return rx_argument_error(L, arg, "%s expected, got %s", what, got);
}

/* A value of the right kind came, but not one of these. */
static int expected_among(lua_State *L, int arg, const char *what)
{
    if (lua_isnil(L, arg))
        return expected(L, arg, what);
    return rx_argument_error(L, arg, "%s expected, got %s", what, rx_describe(L, arg));
}

/* Every function of the tables begins here. It finds all its arguments, nil for each that is left
 * out, so that what it pushes is never taken for one of them. */
static int call(lua_State *L)
{
    const struct rx_binding *function = running(L);
    const int most = function->most + is_method(L);
    int given = lua_gettop(L);
    while (given > most && lua_isnil(L, given))
        given--;
    if (given > most)
        return rx_error(L, "too many arguments to '%s' (at most %d expected, got %d)",
                        name_of(function), function->most, given - is_method(L));
    lua_settop(L, most);
    return function->call(L);
}

/* Push a function of a table; `kind` is that of a method's object, NULL if it is none. */
static void push_function(lua_State *L, const struct rx_binding *function, const char *kind)
{
    lua_pushlightuserdata(L, (void *)function);
    lua_pushstring(L, kind); /* nil for NULL */
    lua_pushcclosure(L, call, UPVALUES);
}

void rx_set_functions(lua_State *L, const struct rx_binding functions[])
{
    for (; functions->name; functions++) {
        push_function(L, functions, NULL);
        lua_setfield(L, -2, functions->name);
    }
}

void rx_set_type(lua_State *L, const char *type_name, const char *kind,
                 const struct rx_binding methods[], lua_CFunction index)
{
    if (luaL_newmetatable(L, type_name)) {
        lua_newtable(L);
        lua_pushvalue(L, -1);
        lua_setfield(L, -3, "methods");
        if (index)
            lua_pushcclosure(L, index, 1);
        lua_setfield(L, -2, "__index");
    }
    const int metatable = lua_gettop(L);
    lua_getfield(L, metatable, "methods");
    for (; methods->name; methods++) {
        const bool is_metamethod = strncmp(methods->name, "__", 2) == 0;
        push_function(L, methods, is_metamethod ? NULL : kind);
        lua_setfield(L, is_metamethod ? metatable : metatable + 1, methods->name);
    }
    lua_settop(L, metatable - 1);
}

const char *rx_field_name(lua_State *L)
{
    return lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
}

/* --- kinds of arguments ---------------------------------------------------------------------- */

void *rx_check_object(lua_State *L, int arg, const char *type_name, const char *what)
{
    void *object = luaL_testudata(L, arg, type_name);
    if (!object)
        expected(L, arg, what);
    return object;
}

lua_Integer rx_check_integer(lua_State *L, int arg)
{
    int whole;
    const lua_Integer value = lua_tointegerx(L, arg, &whole);
    if (lua_type(L, arg) != LUA_TNUMBER || !whole)
        expected_among(L, arg, "whole number");
    return value;
}

double rx_check_number(lua_State *L, int arg)
{
    if (lua_type(L, arg) != LUA_TNUMBER)
        expected(L, arg, "number");
    return lua_tonumber(L, arg);
}

double rx_opt_number(lua_State *L, int arg, double absent)
{
    return lua_isnoneornil(L, arg) ? absent : rx_check_number(L, arg);
}

const char *rx_check_string(lua_State *L, int arg, size_t *length)
{
    if (lua_type(L, arg) != LUA_TSTRING)
        expected(L, arg, "string");
    return lua_tolstring(L, arg, length);
}

const char *rx_check_path(lua_State *L, int arg)
{
    size_t length;
    const char *path = rx_check_string(L, arg, &length);
    rx_argument_check(L, strlen(path) == length, arg, "path contains a zero byte");
    return path;
}

void rx_check_table(lua_State *L, int arg)
{
    if (lua_type(L, arg) != LUA_TTABLE)
        expected(L, arg, "table");
}

int rx_check_choice(lua_State *L, int arg, int absent, const char *const choices[])
{
    if (lua_isnoneornil(L, arg))
        return absent;
    for (int i = 0; choices[i]; i++)
        if (lua_type(L, arg) == LUA_TSTRING && strcmp(lua_tostring(L, arg), choices[i]) == 0)
            return i;
    if (lua_type(L, arg) != LUA_TSTRING)
        expected(L, arg, "string");
    lua_pushfstring(L, "invalid option %s; known are", rx_describe(L, arg));
    for (int i = 0; choices[i]; i++) {
        lua_pushfstring(L, "%s %s", i ? "," : "", choices[i]);
        lua_concat(L, 2);
    }
    return rx_argument_error(L, arg, "%s", lua_tostring(L, -1));
}

size_t rx_check_size(lua_State *L, int arg, lua_Integer least)
{
    int whole;
    const lua_Integer value = lua_tointegerx(L, arg, &whole);
    if (lua_type(L, arg) != LUA_TNUMBER || !whole || value < least || value > RX_LARGEST_SIDE)
        expected_among(L, arg, lua_pushfstring(L, "whole number of at least %I", least));
    return (size_t)value;
}

/* The greatest key of the table at `index` and how many keys it has; false, the odd one pushed, if
 * one is no place in a list. */
static bool survey(lua_State *L, int index, lua_Integer *last, lua_Integer *count)
{
    *last = *count = 0;
    lua_pushnil(L);
    while (lua_next(L, index)) {
        lua_pop(L, 1);
        if (!lua_isinteger(L, -1) || lua_tointeger(L, -1) < 1)
            return false;
        if (lua_tointeger(L, -1) > *last)
            *last = lua_tointeger(L, -1);
        ++*count;
    }
    return true;
}

const char *rx_list_problem(lua_State *L, int index, size_t *length)
{
    lua_Integer last, count, hole = 1;
    index = lua_absindex(L, index);
    if (lua_type(L, index) != LUA_TTABLE)
        return lua_pushfstring(L, "list expected, got %s", rx_describe(L, index));
    if (!survey(L, index, &last, &count))
        return lua_pushfstring(L, "list expected, got a table with the field %s",
                               rx_describe(L, -1));
    for (; count < last && lua_rawgeti(L, index, hole) != LUA_TNIL; hole++)
        lua_pop(L, 1);
    if (count < last)
        return lua_pushfstring(L, "list without holes expected, got nothing at %I of %I", hole,
                               last);
    if (count > RX_LARGEST_SIDE)
        return lua_pushfstring(L, "list of at most %d elements expected", RX_LARGEST_SIDE);
    *length = (size_t)count;
    return NULL;
}

size_t rx_check_list(lua_State *L, int arg)
{
    size_t length = 0;
    lua_newtable(L); /* before the look at the list, for this is where finalizers run */
    const char *problem = rx_list_problem(L, arg, &length);
    if (problem)
        rx_argument_error(L, arg, "%s", problem);
    for (size_t i = 1; i <= length; i++) {
        lua_rawgeti(L, arg, (lua_Integer)i);
        lua_rawseti(L, -2, (lua_Integer)i);
    }
    lua_replace(L, arg);
    return length;
}

/* --- results over what they are made from ---------------------------------------------------- */

static bool share_memory(const struct rx_matrix *a, const struct rx_matrix *b)
{
    const float *end_a = a->data + rx_matrix_count(a), *end_b = b->data + rx_matrix_count(b);
    return a->data < end_b && b->data < end_a;
}

void rx_check_apart(lua_State *L, int arg, const struct rx_matrix *result,
                    const struct rx_matrix *other, const char *what)
{
    if (other && share_memory(result, other))
        rx_argument_error(L, arg,
                          "a matrix of its own expected, got one that shares "
                          "memory with %s",
                          what);
}

/* --- for the library's files in Lua ---------------------------------------------------------- */

/* library(beginning): files whose names begin so are the library's own, and no place for a mistake
 */
static int check_library(lua_State *L)
{
    rx_check_string(L, 1, NULL);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, library_key);
    lua_pushvalue(L, 1);
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    return 0;
}

/* name(function, name): as users know one in Lua */
static int check_name(lua_State *L)
{
    rx_argument_check(L, lua_isfunction(L, 1), 1, "function expected");
    rx_check_string(L, 2, NULL);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, names_key);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 2);
    lua_rawset(L, -3);
    return 0;
}

/* called() -> the name of that which the nearest caller outside the library has called, or nil */
static int check_called(lua_State *L)
{
    push_called(L);
    return 1;
}

/* where() -> "file:line: " of the nearest caller outside the library */
static int check_where(lua_State *L)
{
    rx_push_where(L);
    return 1;
}

/* describe(value) -> what it is, in a few words */
static int check_describe(lua_State *L)
{
    rx_describe(L, 1);
    return 1;
}

/* list_problem(value) -> what keeps it from being a list without holes, or nil */
static int check_list_problem(lua_State *L)
{
    size_t length;
    lua_pushstring(L, rx_list_problem(L, 1, &length));
    return 1;
}

/* number_text(x) -> the shortest text that gives the number back, with a point in any locale */
static int check_number_text(lua_State *L)
{
    rx_push_number(L, rx_check_number(L, 1));
    return 1;
}

static const struct rx_binding functions[] = {
    { "library", check_library, 1 },         { "where", check_where, 0 },
    { "describe", check_describe, 1 },       { "list_problem", check_list_problem, 1 },
    { "number_text", check_number_text, 1 }, { "name", check_name, 2 },
    { "called", check_called, 0 },           { NULL, NULL, 0 },
};

void rx_open_check(lua_State *L)
{
    rx_set_functions(L, functions);
}
