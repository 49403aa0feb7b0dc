#include "prompt.h"
#include "complete.h"
#include "history.h"
#include "run.h"
#include "signals.h"
#include "statement.h"
#include "version.h"
#include <editline/readline.h>
#include <errno.h>
#include <lauxlib.h>
#include <locale.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char helpers[] = "rx.prompt"; /* in the registry: what lua/reactivation/prompt gives */

enum input { INPUT_LINE, INPUT_DROPPED, INPUT_END };

void host_prompt_version(void)
{
    puts("rxlua " RX_VERSION "  " LUA_RELEASE);
    fflush(stdout);
}

/* --- lines ---------------------------------------------------------------------------------- */

static char *read_plain(const char *prompt)
{
    char *line = NULL;
    size_t room = 0;
    fputs(prompt, stdout);
    fflush(stdout);
    const ssize_t length = getline(&line, &room, stdin);
    if (length < 0) {
        clearerr(stdin); /* a signal may have ended it */
        free(line);
        return NULL;
    }
    if (line[length - 1] == '\n')
        line[length - 1] = '\0';
    return line;
}

static char *read_terminal(const char *prompt)
{
    errno = 0;
    char *line = readline(prompt);
    while (line == NULL && errno == EINTR && host_signals_noted() == 0) { /* Ctrl-Z and fg */
        errno = 0;
        line = readline(prompt);
    }
    if (line != NULL)
        host_history_add(line);
    return line;
}

/* The text of the prompt: a global, if it is a string. Pushes it. */
static const char *prompt_text(lua_State *L, bool first)
{
    lua_pushglobaltable(L);
    lua_pushstring(L, first ? "_PROMPT" : "_PROMPT2");
    if (lua_rawget(L, -2) != LUA_TSTRING) {
        lua_pop(L, 1);
        lua_pushstring(L, first ? "> " : ">> ");
    }
    lua_remove(L, -2);
    return lua_tostring(L, -1);
}

/* Read a line and push it; anything else pushes nothing. */
static enum input push_line(lua_State *L, bool first)
{
    const char *prompt = prompt_text(L, first);
    host_signals_edit(L);
    char *line = isatty(STDIN_FILENO) ? read_terminal(prompt) : read_plain(prompt);
    const int noted = host_signals_noted();
    host_signals_run(L);
    lua_pop(L, 1);
    if (noted == 0 && line != NULL)
        lua_pushstring(L, line);
    free(line);
    if (noted == 0)
        return line != NULL ? INPUT_LINE : INPUT_END;
    putchar('\n');
    return noted == SIGINT ? INPUT_DROPPED : INPUT_END;
}

/* --- statements ----------------------------------------------------------------------------- */

/* Replace the line on top, and those that follow if need be, by a function; not good: by a message.
 * A dropped line drops them all. */
static enum input load_statement(lua_State *L, bool *good)
{
    enum input input = INPUT_LINE;
    for (;;) {
        bool incomplete;
        *good = host_load_statement(L, &incomplete);
        if (incomplete)
            input = push_line(L, false);
        if (!incomplete || input == INPUT_END)
            break;
        if (input == INPUT_DROPPED)
            return input;
        lua_remove(L, -2); /* the message */
        lua_pushfstring(L, "%s\n%s", lua_tostring(L, -2), lua_tostring(L, -1));
        lua_replace(L, -3);
        lua_pop(L, 1);
    }
    lua_remove(L, -2);
    return INPUT_LINE;
}

static void show_error(lua_State *L)
{
    const char *message = lua_tostring(L, -1);
    fflush(stdout);
    fprintf(stderr, "%s\n", message != NULL ? message : "(error without a message)");
}

/* Push a function of the library's prompt; false, and nothing pushed, if there is no library. */
static bool push_helper(lua_State *L, const char *name)
{
    const int top = lua_gettop(L);
    if (lua_getfield(L, LUA_REGISTRYINDEX, helpers) == LUA_TTABLE &&
        lua_getfield(L, -1, name) == LUA_TFUNCTION) {
        lua_remove(L, -2);
        return true;
    }
    lua_settop(L, top);
    return false;
}

/* Print all values from `first` to the top with Lua's own print, which a user may have replaced. */
static void print_results(lua_State *L, int first)
{
    const int count = lua_gettop(L) - first + 1;
    if (count == 0)
        return;
    luaL_checkstack(L, LUA_MINSTACK, "too many results to print");
    if (push_helper(L, "shown")) { /* what tables hold, in place of their addresses */
        lua_insert(L, first);
        if (!host_call(L, count, count)) {
            show_error(L);
            return;
        }
    }
    lua_getglobal(L, "print");
    lua_insert(L, first);
    if (!host_call(L, count, 0))
        show_error(L);
}

/* After an error: a training that it ended leaves its history. */
static void after_error(lua_State *L)
{
    if (push_helper(L, "stopped") && !host_call(L, 0, 0))
        show_error(L);
}

/* Read, run and print one statement. */
static enum input one_statement(lua_State *L)
{
    lua_settop(L, 0);
    bool good = true;
    enum input input = push_line(L, true);
    if (input == INPUT_LINE)
        input = load_statement(L, &good);
    if (input != INPUT_LINE)
        return input;
    lua_pushcfunction(L, host_keep_locals);
    if (good && host_call(L, 1, LUA_MULTRET)) {
        print_results(L, 1);
    } else {
        lua_settop(L, 1);
        show_error(L);
        after_error(L);
    }
    fflush(stdout);
    return input;
}

/* --- the prompt ------------------------------------------------------------------------------ */

static void open_terminal(lua_State *L)
{
    setlocale(LC_CTYPE, ""); /* for the editing of lines that are not plain ASCII */
    rl_readline_name = "rxlua";
    rl_catch_signals = 0; /* libedit would pass signals on to the whole process group */
    host_complete_names(L);
    host_history_open();
}

/* Set the globals `rx` and `help`; false if the library cannot be loaded. */
static bool require_library(lua_State *L)
{
    lua_getglobal(L, "require");
    lua_pushstring(L, "reactivation.prompt");
    if (lua_pcall(L, 1, 1, 0) != LUA_OK)
        return false;
    lua_getfield(L, -1, "rx");
    lua_setglobal(L, "rx");
    lua_getfield(L, -1, "help");
    lua_setglobal(L, "help");
    lua_setfield(L, LUA_REGISTRYINDEX, helpers);
    return true;
}

int host_prompt(lua_State *L)
{
    if (isatty(STDIN_FILENO))
        open_terminal(L);
    if (require_library(L))
        fputs("The library is `rx`, help \"pca\" explains. ", stdout);
    puts("TAB completes names, Ctrl-C stops, Ctrl-D leaves.");
    enum input input = INPUT_LINE;
    while (input != INPUT_END && !host_signals_leave())
        input = one_statement(L);
    if (host_signals_leave()) {
        lua_pushstring(L, "interrupted!");
        return host_report(L);
    }
    putchar('\n');
    return 0;
}
