#include "complete.h"
#include <ctype.h>
#include <editline/readline.h>
#include <lauxlib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_CHAIN = 32 }; /* of __index tables: they may form a ring */

static const char *const keywords[] = { "and",   "break", "do",       "else",  "elseif", "end",
                                        "false", "for",   "function", "goto",  "if",     "in",
                                        "local", "nil",   "not",      "or",    "repeat", "return",
                                        "then",  "true",  "until",    "while", NULL };

/* What is asked and what was found. */
struct completion {
    lua_State *L;
    const char *text;         /* the word before the cursor, `net.weights.w_` */
    size_t base;              /* how much of it names the object and its separator */
    bool methods;             /* the separator is a colon: functions only */
    char **found;             /* (count) texts, each from malloc */
    size_t count, room, next; /* next: to be handed to libedit */
};

static struct completion current; /* libedit's callbacks carry no argument */

static bool is_name(const char *text)
{
    if (!isalpha((unsigned char)text[0]) && text[0] != '_')
        return false;
    for (; *text != '\0'; text++)
        if (!isalnum((unsigned char)*text) && *text != '_')
            return false;
    return true;
}

static bool is_listed(const struct completion *c, const char *name)
{
    for (size_t i = 0; i < c->count; i++)
        if (strcmp(c->found[i] + c->base, name) == 0)
            return true;
    return false;
}

static void offer(struct completion *c, const char *name)
{
    const char *start = c->text + c->base;
    if (strncmp(name, start, strlen(start)) != 0 || is_listed(c, name))
        return;
    if (name[0] == '_' && start[0] != '_') /* metamethods and private names, only when asked */
        return;
    if (c->count == c->room) {
        const size_t room = 2 * c->room + 16;
        char **found = realloc(c->found, room * sizeof *found);
        if (found == NULL)
            return;
        c->found = found;
        c->room = room;
    }
    char *text;
    if (asprintf(&text, "%.*s%s", (int)c->base, c->text, name) >= 0)
        c->found[c->count++] = text;
}

/* Offer the names in the table on top. */
static void offer_table(struct completion *c)
{
    lua_State *L = c->L;
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING || (c->methods && !lua_isfunction(L, -1)))
            continue;
        const char *name = lua_tostring(L, -2);
        if (is_name(name))
            offer(c, name);
    }
}

/* Replace the __index function on top by the first table among its upvalues. */
static bool open_function(lua_State *L)
{
    for (int i = 1; lua_iscfunction(L, -1) && lua_getupvalue(L, -1, i) != NULL; i++) {
        if (lua_istable(L, -1)) {
            lua_replace(L, -2);
            return true;
        }
        lua_pop(L, 1);
    }
    return false;
}

/* Replace the value on top by the table that its fields come from next; false: there is none. */
static bool follow_index(lua_State *L)
{
    if (luaL_getmetafield(L, -1, "__index") == LUA_TNIL)
        return false;
    lua_replace(L, -2);
    return lua_istable(L, -1) || open_function(L);
}

/* Replace the value on top by its field of this name; false: it has none. */
static bool enter_field(lua_State *L, const char *name, size_t length)
{
    bool more = lua_istable(L, -1) || follow_index(L);
    for (int i = 0; more && i < LONGEST_CHAIN; i++) {
        lua_pushlstring(L, name, length);
        if (lua_rawget(L, -2) != LUA_TNIL) {
            lua_replace(L, -2);
            return true;
        }
        lua_pop(L, 1);
        more = follow_index(L);
    }
    return false;
}

/* Push the object that the word's base names. */
static bool push_object(struct completion *c)
{
    lua_pushglobaltable(c->L);
    for (const char *name = c->text; name < c->text + c->base;) {
        const size_t length = strcspn(name, ".:");
        if (length == 0 || !enter_field(c->L, name, length))
            return false;
        name += length + 1;
    }
    return true;
}

static int collect(lua_State *L)
{
    struct completion *c = lua_touserdata(L, 1);
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    if (!push_object(c))
        return 0;
    bool more = lua_istable(L, -1) || follow_index(L);
    for (int i = 0; more && i < LONGEST_CHAIN; i++) {
        offer_table(c);
        more = follow_index(L);
    }
    for (const char *const *word = keywords; c->base == 0 && *word != NULL; word++)
        offer(c, *word);
    return 0;
}

/* libedit asks for one text after the other, and frees them. */
static char *next_match(const char *text, int state)
{
    (void)text;
    (void)state;
    return current.next < current.count ? current.found[current.next++] : NULL;
}

static size_t base_length(const char *text)
{
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] != '.' && text[length - 1] != ':')
        length--;
    return length;
}

static char **complete(const char *text, int start, int end)
{
    (void)start;
    (void)end;
    rl_attempted_completion_over = 1; /* never fall back on names of files */
    lua_State *L = current.L;
    const size_t base = base_length(text);
    current = (struct completion){ .L = L, .text = text, .base = base };
    current.methods = base > 0 && text[base - 1] == ':';

    lua_pushcfunction(L, collect);
    lua_pushlightuserdata(L, &current);
    if (lua_pcall(L, 1, 0, 0) != LUA_OK)
        lua_pop(L, 1);
    char **matches = rl_completion_matches(text, next_match);
    free(current.found);
    current.found = NULL;
    return matches;
}

void host_complete_names(lua_State *L)
{
    current.L = L;
    rl_attempted_completion_function = complete;
    rl_completion_append_character = '\0';
    rl_basic_word_break_characters = " \t\n\"\\'`@$><=;|&{}()[]+-*/%^~#,!?";
}
