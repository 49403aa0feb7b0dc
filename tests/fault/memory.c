/* memory.c - a lua with the library inside, in which memory runs out when its script says so.
 *
 * Its malloc, calloc, realloc and aligned_alloc stand in place of the C library's, for all that is
 * linked to it. Scripts find the table `memory`: `memory.fail(n, count)` lets the n-th request from
 * now on fail, and `count` - 1 after it; `memory.stop()` tells how many requests there were. */
#include "bind.h"
#include <errno.h>
#include <lualib.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static atomic_bool counting;
static atomic_long requests, first_failing, last_failing;

static bool fails(void)
{
    if (!counting)
        return false;
    const long request = ++requests;
    if (request < first_failing || request >= last_failing)
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    return fails() ? NULL : __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : __libc_memalign(alignment, size);
}

static int memory_fail(lua_State *L)
{
    first_failing = (long)luaL_checkinteger(L, 1);
    last_failing = first_failing + (long)luaL_checkinteger(L, 2);
    requests = 0;
    counting = true;
    return 0;
}

static int memory_stop(lua_State *L)
{
    counting = false;
    lua_pushinteger(L, requests);
    return 1;
}

static const luaL_Reg functions[] = {
    { "fail", memory_fail },
    { "stop", memory_stop },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    lua_State *L = luaL_newstate();
    if (L == NULL || argc != 2)
        return EXIT_FAILURE;
    luaL_openlibs(L);
    luaL_requiref(L, "reactivation.core", luaopen_reactivation_core, 0);
    luaL_newlib(L, functions);
    lua_setglobal(L, "memory");
    if (luaL_dostring(L, "package.path = 'lua/?.lua;lua/?/init.lua;' .. package.path") ||
        luaL_dofile(L, argv[1])) {
        fprintf(stderr, "%s\n", lua_tostring(L, -1));
        return EXIT_FAILURE;
    }
    lua_close(L);
    return EXIT_SUCCESS;
}
