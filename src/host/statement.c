#include "statement.h"
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

static bool load_text(lua_State *L, const char *text)
{
    return luaL_loadbuffer(L, text, strlen(text), "=stdin") == LUA_OK;
}

/* Load `text` behind `beginning` and in front of `end`; pushes nothing if it fails. */
static bool try_text(lua_State *L, const char *beginning, const char *text, const char *end)
{
    lua_pushfstring(L, "%s%s%s", beginning, text, end);
    const bool good = load_text(L, lua_tostring(L, -1));
    if (!good)
        lua_pop(L, 1);
    lua_remove(L, good ? -2 : -1);
    return good;
}

/* Does the message on top complain of an early end? */
static bool is_incomplete(lua_State *L)
{
    static const char mark[] = "<eof>";
    size_t length;
    const char *message = lua_tolstring(L, -1, &length);
    return message != NULL && length >= sizeof mark - 1 &&
           strcmp(message + length - (sizeof mark - 1), mark) == 0;
}

static bool load_expression(lua_State *L, const char *text, bool *incomplete)
{
    lua_pushfstring(L, "return %s", text);
    const bool good = load_text(L, lua_tostring(L, -1));
    lua_remove(L, -2);
    *incomplete = !good && is_incomplete(L);
    if (!good)
        lua_pop(L, 1);
    return good;
}

/* `x = 3; x`: what follows the last semicolon, if that makes it whole, is an expression. */
static bool load_last_expression(lua_State *L, const char *text)
{
    bool good = false;
    char *copy = strdup(text);
    for (char *end; !good && copy != NULL && (end = strrchr(copy, ';')) != NULL;) {
        *end = '\0';
        lua_pushfstring(L, "%s; return", copy);
        good = try_text(L, lua_tostring(L, -1), text + (end - copy) + 1, "");
        lua_remove(L, good ? -2 : -1);
    }
    free(copy);
    return good;
}

/* A constant is known to the compiler only, so what is typed holds variables: `local x <const> = 3`
 * is read as `local x = 3`. Pushes the text. */
static const char *without_constants(lua_State *L, const char *text)
{
    char *copy = strdup(text + strspn(text, " \t"));
    if (copy == NULL || strncmp(copy, "local", 5) != 0) {
        free(copy);
        return lua_pushstring(L, text);
    }
    char *end = copy + strcspn(copy, "=\n");
    for (char *found = copy; (found = strstr(found, "<const>")) != NULL && found < end;)
        memset(found, ' ', strlen("<const>"));
    lua_pushstring(L, copy);
    free(copy);
    return lua_tostring(L, -1);
}

bool host_load_statement(lua_State *L, bool *incomplete)
{
    bool unfinished_expression;
    const char *text = without_constants(L, lua_tostring(L, -1));
    bool good = load_expression(L, text, &unfinished_expression);
    *incomplete = false;
    if (!good && try_text(L, "", text, "\n;(...)()"))
        good = true;
    if (!good) {
        good = load_text(L, text);
        *incomplete = !good && (unfinished_expression || is_incomplete(L));
    }
    if (*incomplete && load_last_expression(L, text)) {
        lua_remove(L, -2); /* the message */
        *incomplete = false;
        good = true;
    }
    lua_remove(L, -2);
    return good;
}

int host_keep_locals(lua_State *L)
{
    lua_Debug statement;
    const char *name;
    if (!lua_getstack(L, 1, &statement))
        return 0;
    for (int i = 1; (name = lua_getlocal(L, &statement, i)) != NULL; i++) {
        if (name[0] == '(') /* a temporary value */
            lua_pop(L, 1);
        else
            lua_setglobal(L, name);
    }
    return 0;
}
