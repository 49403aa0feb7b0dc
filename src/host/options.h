/* options.h - the command line: rxlua [options] [script [args]], as lua reads it. */
#ifndef HOST_OPTIONS_H
#define HOST_OPTIONS_H

#include <stdbool.h>

struct host_options {
    bool help;           /* -h, --help */
    bool interactive;    /* -i */
    bool version;        /* -v */
    bool no_environment; /* -E */
    bool commands;       /* at least one -e */
    int end;             /* index in argv of what follows the options */
    int script;          /* index in argv of the script ("-": stdin), 0 if there is none */
    int bad;             /* index in argv of an option that is none, 0 if all are good */
};

struct host_options host_read_options(int argc, char **argv);

/* Walk over the options -e, -l and -W in their order: returns the letter of the next one at or
 * after *index, with its text (NULL for -W), and moves *index past it; 0 at the end. */
int host_next_action(char **argv, int end, int *index, const char **text);

extern const char host_usage[];

#endif
