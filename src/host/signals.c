#include "signals.h"
#include "bind.h"
#include <signal.h>

static lua_State *volatile running; /* NULL while a line is edited */
static volatile sig_atomic_t noted;

static void handle(int signal_number, void (*handler)(int))
{
    struct sigaction action = { .sa_handler = handler }; /* no SA_RESTART: it ends a read, too */
    sigemptyset(&action.sa_mask);
    sigaction(signal_number, &action, NULL);
}

static void handle_stops(void (*handler)(int))
{
    handle(SIGINT, handler);
    handle(SIGTERM, handler);
}

/* Raises only if no C computation has done so before: one signal, one error. */
static void stop_hook(lua_State *L, lua_Debug *where)
{
    (void)where;
    lua_sethook(L, NULL, 0, 0);
    if (rx_stop_flag) {
        rx_stop_flag = 0;
        luaL_error(L, "interrupted!");
    }
}

static void on_stop(int signal_number)
{
    lua_State *const L = running;
    noted = signal_number;
    if (L == NULL)
        return;
    handle_stops(SIG_DFL);
    rx_stop_flag = 1;
    lua_sethook(L, stop_hook, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

/* After a pause (Ctrl-Z, fg) the reading must end, so that the terminal is set up anew. */
static void on_continue(int signal_number)
{
    (void)signal_number;
}

void host_signals_run(lua_State *L)
{
    running = L;
    handle_stops(on_stop);
    handle(SIGCONT, SIG_DFL);
}

void host_signals_edit(lua_State *L)
{
    running = NULL;
    if (noted == SIGINT)
        noted = 0;
    rx_stop_flag = 0;
    if (lua_gethook(L) == stop_hook)
        lua_sethook(L, NULL, 0, 0);
    handle_stops(on_stop);
    handle(SIGCONT, on_continue);
}

int host_signals_noted(void)
{
    return noted;
}
