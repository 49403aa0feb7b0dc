/* run.h - calling Lua code, and what becomes of its errors. */
#ifndef HOST_RUN_H
#define HOST_RUN_H

#include <lua.h>
#include <stdbool.h>

/* Call the function below `nargs` arguments, on top of the stack. True: its `nresults` results are
 * on top; false: the message is, as text with a traceback. (An error object with __tostring speaks
 * for itself, and an interruption needs no traceback.) */
bool host_call(lua_State *L, int nargs, int nresults);

/* Does the message on top come from a signal? */
bool host_interrupted(lua_State *L);

/* Write the message on top to stderr and pop it; returns the exit status that it means: 1, or 130
 * and 143 for Ctrl-C and SIGTERM, whose messages are one short line. */
int host_report(lua_State *L);

#endif
