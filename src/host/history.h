/* history.h - the lines typed at the prompt, kept from one session to the next.
 *
 * The last 1000, in $XDG_STATE_HOME/rxlua/history or ~/.local/state/rxlua/history. Where the file
 * cannot be read or written, the history lasts as long as the process; nobody is told. */
#ifndef HOST_HISTORY_H
#define HOST_HISTORY_H

/* Read the kept lines; they are written back when the process exits. */
void host_history_open(void);

/* Add a line, unless it is empty or repeats the last one. */
void host_history_add(const char *line);

#endif
