/* prompt.h - the interactive prompt.
 *
 * Reads statements line by line, with editing, history and completion on a terminal, runs them and
 * prints what expressions yield. A statement that is not complete goes on in the next line; its
 * locals are globals for the next statement. Ctrl-C drops the line, or stops what runs; Ctrl-D
 * leaves; SIGTERM leaves. _PROMPT and _PROMPT2, if strings, are the prompts. If the library can be
 * loaded, it is there as the global `rx`, with `help`, and what it says of tables is printed in
 * place of their addresses (lua/reactivation/prompt/). */
#ifndef HOST_PROMPT_H
#define HOST_PROMPT_H

#include <lua.h>

void host_prompt_version(void);

/* Returns the exit status: 0, or 143 after SIGTERM. */
int host_prompt(lua_State *L);

#endif
