/* main.c - rxlua: Lua 5.4 with the bindings inside and, on its command line, the manners of lua. */
#include "bind.h"
#include "library.h"
#include "machine.h"
#include "options.h"
#include "prompt.h"
#include "run.h"
#include "signals.h"
#include <lualib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct command {
    int argc;
    char **argv;
    struct host_options options;
    int status; /* of the process */
};

/* Call the chunk on top, or take it for a message if loading it failed. */
static bool run_chunk(lua_State *L, struct command *command, int load_status, int nargs)
{
    if (load_status == LUA_OK && host_call(L, nargs, 0))
        return true;
    command->status = host_report(L);
    return false;
}

static bool run_string(lua_State *L, struct command *command, const char *text, const char *name)
{
    return run_chunk(L, command, luaL_loadbuffer(L, text, strlen(text), name), 0);
}

static bool run_file(lua_State *L, struct command *command, const char *path)
{
    return run_chunk(L, command, luaL_loadfile(L, path), 0);
}

/* -l name, -l global=name; what follows a hyphen is no part of the global, as in `socket-v3`. */
static bool run_library(lua_State *L, struct command *command, const char *text)
{
    const char *equals = strchr(text, '=');
    const char *name = equals != NULL ? equals + 1 : text;
    const size_t length = equals != NULL ? (size_t)(equals - text) : strcspn(text, "-");

    lua_getglobal(L, "require");
    lua_pushstring(L, name);
    if (!host_call(L, 1, 1)) {
        command->status = host_report(L);
        return false;
    }
    lua_pushglobaltable(L);
    lua_pushlstring(L, text, length);
    lua_pushvalue(L, -3);
    lua_settable(L, -3);
    lua_pop(L, 2);
    return true;
}

static bool run_environment(lua_State *L, struct command *command)
{
    const char *name = "=LUA_INIT" LUA_VERSUFFIX;
    const char *text = getenv(name + 1);
    if (text == NULL) {
        name = "=LUA_INIT";
        text = getenv(name + 1);
    }
    if (text == NULL)
        return true;
    return text[0] == '@' ? run_file(L, command, text + 1) : run_string(L, command, text, name);
}

static bool run_actions(lua_State *L, struct command *command)
{
    int index = 1, letter;
    const char *text = NULL;
    bool good = true;
    while (good &&
           (letter = host_next_action(command->argv, command->options.end, &index, &text))) {
        if (letter == 'e')
            good = run_string(L, command, text, "=(command line)");
        else if (letter == 'l')
            good = run_library(L, command, text);
        else
            lua_warning(L, "@on", 0);
    }
    return good;
}

static bool run_script(lua_State *L, struct command *command)
{
    const int script = command->options.script;
    if (script == 0)
        return true;
    /* after `--`, a script may be called `-` */
    const bool is_stdin =
        strcmp(command->argv[script], "-") == 0 && strcmp(command->argv[script - 1], "--") != 0;
    const int load_status = luaL_loadfile(L, is_stdin ? NULL : command->argv[script]);
    if (load_status != LUA_OK)
        return run_chunk(L, command, load_status, 0);

    /* its arguments are what `arg` holds by now: what ran before the script may have changed it */
    if (lua_getglobal(L, "arg") != LUA_TTABLE)
        luaL_error(L, "'arg' is not a table");
    const int count = (int)luaL_len(L, -1);
    luaL_checkstack(L, count + 3, "too many arguments to the script");
    for (int i = 1; i <= count; i++)
        lua_rawgeti(L, -i, i);
    lua_remove(L, -count - 1);
    return run_chunk(L, command, load_status, count);
}

/* arg[0] is the script, what follows it counts up from 1, what stands before it down from -1. */
static void set_arg(lua_State *L, const struct command *command)
{
    const int script = command->options.script;
    lua_createtable(L, command->argc - script, script + 1);
    for (int i = 0; i < command->argc; i++) {
        lua_pushstring(L, command->argv[i]);
        lua_rawseti(L, -2, i - script);
    }
    lua_setglobal(L, "arg");
}

static void run_rest(lua_State *L, struct command *command)
{
    const struct host_options *options = &command->options;
    if (options->interactive)
        command->status = host_prompt(L);
    else if (options->script || options->commands || options->version)
        return;
    else if (isatty(STDIN_FILENO)) {
        host_prompt_version();
        command->status = host_prompt(L);
    } else
        run_file(L, command, NULL);
}

static void show_version(void)
{
    rx_machine_share_threads();
    const struct rx_machine m = rx_machine();
    host_prompt_version();
    printf("OpenBLAS %s with kernels for %s, HDF5 %s, built for %s, %d %s\n", m.openblas, m.kernel,
           m.hdf5, m.processor, m.threads, m.threads == 1 ? "thread" : "threads");
    fflush(stdout);
}

static int run_command(lua_State *L)
{
    struct command *command = lua_touserdata(L, 1);
    const struct host_options *options = &command->options;
    if (options->no_environment) {
        lua_pushboolean(L, true); /* the package library looks for this */
        lua_setfield(L, LUA_REGISTRYINDEX, "LUA_NOENV");
    }
    host_open_libraries(L);
    set_arg(L, command);
    lua_gc(L, LUA_GCGEN, 0, 0);
    host_signals_run(L);
    if (options->version)
        show_version();
    else if (options->interactive)
        host_prompt_version();
    if ((options->no_environment || run_environment(L, command)) && run_actions(L, command) &&
        run_script(L, command))
        run_rest(L, command);
    return 0;
}

static int show_usage(const struct command *command)
{
    const int bad = command->options.bad;
    if (bad == 0) {
        fputs(host_usage, stdout);
        return 0;
    }
    const char *word = command->argv[bad];
    const bool lacks_text = strcmp(word, "-e") == 0 || strcmp(word, "-l") == 0;
    fprintf(stderr, lacks_text ? "rxlua: '%s' needs an argument\n" : "rxlua: unknown option '%s'\n",
            word);
    fputs(host_usage, stderr);
    return 1;
}

int main(int argc, char **argv)
{
    struct command command = { .argc = argc, .argv = argv };
    command.options = host_read_options(argc, argv);
    if (command.options.bad || command.options.help)
        return show_usage(&command);

    signal(SIGXFSZ, SIG_IGN); /* a file too large is an error of its write, as a full disk is */
    lua_State *L = luaL_newstate();
    if (L == NULL) {
        fputs("rxlua: not enough memory\n", stderr);
        return 1;
    }
    lua_pushcfunction(L, run_command);
    lua_pushlightuserdata(L, &command);
    if (!host_call(L, 1, 0))
        command.status = host_report(L);
    lua_close(L);
    return command.status;
}
