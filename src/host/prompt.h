/* prompt.h - the interactive prompt.
 *
 * Reads statements line by line, with editing, history and completion on a terminal, runs them and
 * prints what expressions yield. A statement that is not complete goes on in the next line. Ctrl-C
 * drops the line, or stops what runs; Ctrl-D leaves; SIGTERM leaves. _PROMPT and _PROMPT2, if
 * strings, are the prompts. The library is there as the global `rx`, if it can be loaded. */
#ifndef HOST_PROMPT_H
#define HOST_PROMPT_H

#include <lua.h>

void host_prompt_version(void);

/* Returns the exit status: 0, or 143 after SIGTERM. */
int host_prompt(lua_State *L);

#endif
