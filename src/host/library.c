#include "library.h"
#include "bind.h"
#include <limits.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* from the program's folder, in this order */
static const char *const places[] = { "lua", "../../lua", "../share/lua/5.4", NULL };

/* The folder of the running program, without a slash at its end; false if nobody knows. */
static bool program_folder(char folder[PATH_MAX])
{
    const ssize_t length = readlink("/proc/self/exe", folder, PATH_MAX - 1);
    if (length <= 0)
        return false;
    folder[length] = '\0';
    char *slash = strrchr(folder, '/');
    if (slash == NULL)
        return false;
    *slash = '\0';
    return true;
}

/* Is the library in `place`, seen from `folder`? Then its full path goes to `found`. */
static bool has_library(const char *folder, const char *place, char found[PATH_MAX])
{
    char path[2 * PATH_MAX];
    snprintf(path, sizeof path, "%s/%s/reactivation/init.lua", folder, place);
    if (access(path, R_OK) != 0)
        return false;
    snprintf(path, sizeof path, "%s/%s", folder, place);
    return realpath(path, found) != NULL;
}

static void prepend_path(lua_State *L, const char *folder)
{
    lua_getglobal(L, LUA_LOADLIBNAME);
    lua_getfield(L, -1, "path");
    const char *path = lua_tostring(L, -1);
    lua_pushfstring(L, "%s/?.lua;%s/?/init.lua;%s", folder, folder, path != NULL ? path : "");
    lua_setfield(L, -3, "path");
    lua_pop(L, 2);
}

static void find_library(lua_State *L)
{
    char folder[PATH_MAX], found[PATH_MAX];
    if (!program_folder(folder))
        return;
    for (const char *const *place = places; *place != NULL; place++) {
        if (has_library(folder, *place, found)) {
            prepend_path(L, found);
            return;
        }
    }
}

void host_open_libraries(lua_State *L)
{
    luaL_openlibs(L);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    lua_pushcfunction(L, luaopen_reactivation_core);
    lua_setfield(L, -2, "reactivation.core");
    lua_pop(L, 1);
    find_library(L);
}
