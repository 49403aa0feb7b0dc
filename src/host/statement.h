/* statement.h - what is typed at the prompt, as functions. */
#ifndef HOST_STATEMENT_H
#define HOST_STATEMENT_H

#include <lua.h>
#include <stdbool.h>

/* Push the text on top as a function, or a message. An expression returns its value, also one after
 * a last semicolon. Top-level locals become globals when the function ends, so that later lines
 * know them; for that it is called with host_keep_locals as its argument. `incomplete`: more lines
 * may make it right. Returns whether there is a function. */
bool host_load_statement(lua_State *L, bool *incomplete);

int host_keep_locals(lua_State *L);

#endif
