#include "options.h"
#include <stddef.h>
#include <string.h>

const char host_usage[] =
    "usage: rxlua [options] [script [args]]\n"
    "  -e code        run the code\n"
    "  -l name        require the library 'name' into the global 'name'\n"
    "  -l g=name      require the library 'name' into the global 'g'\n"
    "  -i             go to the prompt after the script\n"
    "  -v, --version  show the version\n"
    "  -E             ignore environment variables\n"
    "  -W             turn warnings on\n"
    "  -h, --help     show this\n"
    "  --             end of the options\n"
    "  -              run standard input as the script, and end the options\n"
    "Without a script, -e or -v: the prompt on a terminal, else standard input is run.\n";

static bool is(const char *word, const char *option)
{
    return strcmp(word, option) == 0;
}

static bool takes_text(const char *word)
{
    return word[0] == '-' && (word[1] == 'e' || word[1] == 'l');
}

/* The text of -e or -l at *index, in the same word or the next, to which *index moves; NULL if
 * there is none. */
static const char *text_at(char **argv, int *index)
{
    if (argv[*index][2] != '\0')
        return argv[*index] + 2;
    const char *next = argv[*index + 1];
    if (next == NULL || next[0] == '-')
        return NULL;
    ++*index;
    return next;
}

/* A word that takes no text; false if it is no option. */
static bool read_flag(struct host_options *options, const char *word)
{
    if (is(word, "-i"))
        options->interactive = true;
    else if (is(word, "-v") || is(word, "--version"))
        options->version = true;
    else if (is(word, "-E"))
        options->no_environment = true;
    else if (is(word, "-h") || is(word, "--help"))
        options->help = true;
    else
        return is(word, "-W");
    return true;
}

struct host_options host_read_options(int argc, char **argv)
{
    struct host_options options = { .help = false };
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && !is(argv[i], "-"); i++) {
        const int first = i;
        if (is(argv[i], "--")) {
            i++;
            break;
        }
        const bool takes = takes_text(argv[i]);
        if (takes ? text_at(argv, &i) == NULL : !read_flag(&options, argv[i])) {
            options.bad = first;
            return options;
        }
        options.commands |= takes && argv[first][1] == 'e';
    }
    options.end = i;
    options.script = i < argc ? i : 0;
    return options;
}

int host_next_action(char **argv, int end, int *index, const char **text)
{
    for (; *index < end; ++*index) {
        const char *word = argv[*index];
        if (!takes_text(word) && !is(word, "-W"))
            continue;
        *text = takes_text(word) ? text_at(argv, index) : NULL;
        ++*index;
        return word[1];
    }
    return 0;
}
