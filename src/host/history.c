#include "history.h"
#include <editline/readline.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LINES_KEPT = 1000 };

static char path[PATH_MAX]; /* empty: nowhere to keep it */
static char *last;

static void find_path(void)
{
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    int length = 0;
    if (state != NULL && state[0] == '/')
        length = snprintf(path, sizeof path, "%s/rxlua/history", state);
    else if (home != NULL && home[0] == '/')
        length = snprintf(path, sizeof path, "%s/.local/state/rxlua/history", home);
    if (length >= (int)sizeof path)
        path[0] = '\0';
}

/* Make the folders on the way to the file. */
static void make_folders(void)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, S_IRWXU);
        *slash = '/';
    }
}

static void save(void)
{
    if (last == NULL || path[0] == '\0') /* nothing new, or nowhere */
        return;
    make_folders();
    write_history(path);
}

void host_history_open(void)
{
    using_history();
    stifle_history(LINES_KEPT);
    find_path();
    if (path[0] != '\0')
        read_history(path);
    atexit(save); /* os.exit leaves the prompt, too */
}

void host_history_add(const char *line)
{
    if (line[0] == '\0' || (last != NULL && strcmp(line, last) == 0))
        return;
    add_history(line);
    free(last);
    last = strdup(line);
}
