#include "run.h"
#include "bind.h"
#include "signals.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>

bool host_interrupted(lua_State *L)
{
    if (host_signals_noted() == 0)
        return false;
    /* flag still up: the signal broke a system call, and that raised the error */
    const char *message = lua_tostring(L, -1);
    return rx_stop_flag || (message != NULL && strstr(message, "interrupted!") != NULL);
}

static int explain(lua_State *L)
{
    if (lua_type(L, 1) != LUA_TSTRING) {
        if (luaL_callmeta(L, 1, "__tostring") && lua_type(L, -1) == LUA_TSTRING)
            return 1;
        lua_settop(L, 1);
        if (!lua_isnumber(L, 1))
            lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, 1));
    }
    if (!host_interrupted(L))
        luaL_traceback(L, L, lua_tostring(L, -1), 1);
    return 1;
}

bool host_call(lua_State *L, int nargs, int nresults)
{
    const int function = lua_gettop(L) - nargs;
    lua_pushcfunction(L, explain);
    lua_insert(L, function);
    const int status = lua_pcall(L, nargs, nresults, function);
    lua_remove(L, function);
    return status == LUA_OK;
}

/* Silent after SIGPIPE: `rxlua script.lua | head` is no mistake. */
static int report_signal(int signal_number)
{
    if (signal_number != SIGPIPE)
        fprintf(stderr, "rxlua: %s\n", signal_number == SIGINT ? "interrupted" : "terminated");
    return 128 + signal_number;
}

int host_report(lua_State *L)
{
    int status = 1;
    fflush(stdout);
    if (host_interrupted(L)) {
        status = report_signal(host_signals_noted());
    } else {
        const char *message = lua_tostring(L, -1);
        fprintf(stderr, "rxlua: %s\n", message != NULL ? message : "(error without a message)");
    }
    lua_pop(L, 1);
    return status;
}
