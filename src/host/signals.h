/* signals.h - what Ctrl-C (SIGINT), SIGTERM, a closed terminal (SIGHUP) and a reader of the output
 * that went away (SIGPIPE) do.
 *
 * While Lua runs, the first of them raises the error "interrupted!": in Lua code at its next
 * instruction, through a debug hook; in a long C computation at its next look at rx_stop_flag,
 * which both lower. The program may catch that error, to save its work; so the signal is only noted
 * here, and its number becomes the exit status if the error surfaces. What follows within a fifth
 * of a second is the first one's echo (timeout and batch systems signal the process, then its
 * group) and does nothing; later, signals have their default action: a second Ctrl-C ends the
 * process at once, whatever the program catches. But a later SIGPIPE does nothing, for the work is
 * still to be saved, nor does what nohup or whoever started the program had ignored. While a line
 * is edited, a signal is noted and ends the reading; nothing else.
 *
 * SIGILL, from the program's first moment, has a word for those who run it on an older processor
 * than it was built for.
 *
 * As with lua, a hook reaches the main coroutine only: another that neither yields nor calls a long
 * C computation goes on until the second Ctrl-C. */
#ifndef HOST_SIGNALS_H
#define HOST_SIGNALS_H

#include <lua.h>
#include <stdbool.h>

/* Lua is going to run: interrupt `L` from now on. */
void host_signals_run(lua_State *L);

/* A line is going to be edited: forget an earlier Ctrl-C, and interrupt the reading from now on. */
void host_signals_edit(lua_State *L);

/* The signal that came, or 0. */
int host_signals_noted(void);

/* Whether one came that ends the prompt, too: any but Ctrl-C. */
bool host_signals_leave(void);

#endif
