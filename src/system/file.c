/* file.c - rx.save and rx.load: HDF5 files as nested tables. */

/** Files: nested tables as HDF5, which Python, Julia and MATLAB read as well.
 *
 * A matrix is a data set of two dimensions, a sequence one of three (steps, batch, features), a
 * list of numbers one of one; a table is a group.
 * @module reactivation.file */

#include "file.h"
#include "bind.h"
#include "reader.h"
#include "seal.h"
#include "whole.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- save ----------------------------------------------------------------------------------- */

enum outcome {
    SAVED,
    NOT_SAVED, /* the disk's fault */
    MISTAKE,   /* the table's */
    BROKEN_OFF /* memory, or an interrupt */
};

struct saving {
    lua_State *L;
    struct rx_whole whole;
    struct {
        enum outcome outcome;
        char problem[1024];
    } answer;
};

static void answer(struct saving *saving, enum outcome outcome, const char *problem)
{
    saving->answer.outcome = outcome;
    snprintf(saving->answer.problem, sizeof saving->answer.problem, "%s", problem);
}

/* Make the image of the table on top of the stack; false, and answered, if that fails. */
static bool make_image(struct saving *saving, struct rx_file *file)
{
    lua_State *L = saving->L;
    H5E_auto2_t print;
    void *print_data;
    H5dont_atexit(); /* nothing is left open at the end */
    if (H5Eget_auto2(H5E_DEFAULT, &print, &print_data) < 0 ||
        H5Eset_auto2(H5E_DEFAULT, NULL, NULL) < 0) {
        answer(saving, BROKEN_OFF, "not enough memory");
        return false;
    }
    lua_pushcfunction(L, rx_file_write);
    lua_insert(L, -2);
    lua_pushlightuserdata(L, file);
    const int status = lua_pcall(L, 2, 0, 0);
    while (file->handle_count > 0)
        H5Idec_ref(file->handles[--file->handle_count]);
    H5Eset_auto2(H5E_DEFAULT, print, print_data);
    if (status == LUA_OK)
        return true;
    const char *message = lua_tostring(L, -1);
    answer(saving, file->explained ? MISTAKE : BROKEN_OFF, message ? message : "not enough memory");
    free(file->image);
    return false;
}

/* Write the table on top of the stack. */
static void write_table(struct saving *saving)
{
    struct rx_file file = { 0 };
    if (!make_image(saving, &file))
        return;
    rx_write_seal(file.image, file.image_size - RX_SEAL_SIZE);
    const char *problem = rx_whole_write(&saving->whole, file.image, file.image_size);
    answer(saving, problem ? NOT_SAVED : SAVED, problem ? problem : "");
    free(file.image);
}

/* No finalizer runs in the child: it would run again in this process. */
static void write_in_child(int out, void *context)
{
    struct saving *saving = context;
    lua_gc(saving->L, LUA_GCSTOP);
    write_table(saving);
    if (write(out, &saving->answer, sizeof saving->answer) < 0)
        _exit(1);
}

static void save_table(struct saving *saving)
{
    struct rx_child child;
    if (rx_child_start(&child, write_in_child, saving) != 0) {
        write_table(saving);
        return;
    }
    const bool answered = rx_child_read(&child, &saving->answer, sizeof saving->answer);
    rx_child_end(&child, answered);
    if (!answered)
        answer(saving, BROKEN_OFF, rx_stop_flag ? "interrupted!" : "not enough memory");
}

static int fail(lua_State *L, const char *path, const char *message)
{
    luaL_pushfail(L);
    lua_pushfstring(L, "%s: %s", path, message);
    return 2;
}

/** Save a table. The file is written whole and then put in place, so a crash or a full disk leaves
 * the former one.
 * @function rx.save
 * @string path
 * @tab table of matrices, numbers, strings, booleans, lists of numbers and such tables; place cells
 * and head-direction cells become a table of the options that make them again
 * @return true; or nil and a message
 * @usage rx.save("run.h5", { weights = net.weights, loss = { 0.2, 0.1 }, note = "first try" }) */
static int file_save(lua_State *L)
{
    const char *path = rx_check_path(L, 1);
    rx_check_table(L, 2);
    struct saving saving = { .L = L };
    const char *problem = rx_whole_begin(&saving.whole, path);
    if (problem)
        return fail(L, path, problem);
    save_table(&saving);
    if (saving.answer.outcome == SAVED)
        problem = rx_whole_finish(&saving.whole);
    else
        rx_whole_give_up(&saving.whole);
    if (saving.answer.outcome != SAVED)
        problem = saving.answer.problem;
    if (problem && rx_stop_flag)
        rx_check_status(L, RX_STOPPED);
    if (saving.answer.outcome == MISTAKE)
        return rx_argument_error(L, 2, "%s", problem);
    if (saving.answer.outcome == BROKEN_OFF)
        return rx_error(L, "%s", problem);
    if (problem)
        return fail(L, path, problem);
    lua_pushboolean(L, true);
    return 1;
}

/* --- load ----------------------------------------------------------------------------------- */

/* NULL if the file is there, a plain file and not damaged as far as its seal tells; or what is
 * wrong with it, and an errno if it could not be opened. */
static const char *examine(const char *path, struct rx_wish *wish, int *error)
{
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* a pipe must not block */
    struct stat status;
    const char *problem = NULL;
    enum rx_seal seal = RX_UNSEALED;
    if (fd < 0)
        return strerror(*error = errno);
    if (fstat(fd, &status) != 0)
        problem = strerror(errno);
    else if (!S_ISREG(status.st_mode))
        problem = S_ISDIR(status.st_mode) ? strerror(EISDIR) : "not a regular file";
    else if ((seal = rx_check_seal(fd, status.st_size)) == RX_UNREADABLE)
        problem = strerror(errno);
    else if (seal == RX_BROKEN)
        problem = "damaged or cut short";
    wish->sealed = seal == RX_SEALED;
    wish->size = problem ? 0 : (double)status.st_size;
    close(fd);
    return problem;
}

/* Replace the table at 2, which may be absent, by its list and, at 3, by the rest of it. */
static void split_wishes(lua_State *L)
{
    if (lua_isnil(L, 2)) {
        lua_newtable(L);
        lua_replace(L, 2);
    }
    rx_check_table(L, 2);
    lua_newtable(L);
    lua_newtable(L);
    for (lua_pushnil(L); lua_next(L, 2); lua_pop(L, 1)) {
        lua_pushvalue(L, -2);
        lua_pushvalue(L, -2);
        lua_rawset(L, lua_isinteger(L, -4) ? 4 : 3);
    }
    lua_replace(L, 2);
}

/* The names in the list at 2, which keeps them alive. */
static const char **check_names(lua_State *L, size_t *count)
{
    *count = rx_check_list(L, 2);
    const char **names = lua_newuserdatauv(L, *count * sizeof *names + 1, 0);
    for (size_t i = 0; i < *count; i++) {
        const int type = lua_rawgeti(L, 2, (lua_Integer)i + 1);
        const char *name = type == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
        if (!name || name[strspn(name, "/")] == '\0' || strlen(name) != lua_rawlen(L, -1) ||
            strlen(name) > RX_PLACE / 2)
            rx_argument_error(L, 2, "list of names such as 'group/name' expected, got %s",
                              rx_describe(L, -1));
        names[i] = name;
        lua_pop(L, 1);
    }
    return names;
}

static struct rx_wish check_wish(lua_State *L, const char *path)
{
    static const char *const options[] = { "lists", "rounded", "batch_first", NULL };
    struct rx_wish wish = { .path = path };
    split_wishes(L);
    rx_check_options(L, 3, options);
    wish.lists = rx_option_boolean(L, 3, "lists", false);
    wish.rounded = rx_option_boolean(L, 3, "rounded", false);
    wish.batch_first = rx_option_boolean(L, 3, "batch_first", false);
    wish.names = check_names(L, &wish.count);
    return wish;
}

/* Push why a child could not read the file. */
static void push_complaint(lua_State *L, const struct rx_taker *taker, bool sealed)
{
    const char *message = taker->message;
    if (!taker->done)
        message = sealed ? "not enough memory" : "damaged, or not enough memory: HDF5 broke down";
    if (*taker->place)
        lua_pushfstring(L, "%s (at '%s')", message, taker->place);
    else
        lua_pushstring(L, message);
}

/* Have a child read the file and take what it says: push a table, or nil if it breaks off. An errno
 * if there can be no child. Raises what Lua does for want of memory, when the child is gone. */
static int take_table(lua_State *L, struct rx_wish *wish, struct rx_taker *taker)
{
    wish->place = mmap(NULL, RX_PLACE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (wish->place == MAP_FAILED)
        return errno;
    const int error = rx_child_start(&taker->child, rx_read_file, wish);
    if (error != 0) {
        munmap(wish->place, RX_PLACE);
        return error;
    }
    lua_pushcfunction(L, rx_file_take);
    lua_pushlightuserdata(L, taker);
    const int status = lua_pcall(L, 1, 1, 0);
    rx_child_end(&taker->child, taker->done);
    if (!taker->done)
        snprintf(taker->place, sizeof taker->place, "%.*s", RX_PLACE - 1, wish->place);
    munmap(wish->place, RX_PLACE);
    if (status != LUA_OK && !lua_isnil(L, -1))
        lua_error(L);
    return 0;
}

/** Load a table that `rx.save`, or another program, has written.
 *
 * What cannot be read is left out: `file.skipped` tells of it, path -> reason. `file.attributes`
 * has those of other programs' groups and data sets, path -> table, "/" for the file's own. Numbers
 * are exact: lists and single ones as 64 bits hold them; a matrix whose numbers single precision
 * would change is an error that names the data set. Arrays of MATLAB's (7.3) arrive the right way
 * round.
 * @function rx.load
 * @string path
 * @tab[opt] wishes names of what to load, such as "group/name" (all of it); and `lists`: data sets
 * of two and three dimensions as lists of lists of exact numbers (false); `rounded`: matrices may
 * lose digits (false); `batch_first`: data sets of three dimensions are batch x steps x features,
 * as in Python, and become sequences (false)
 * @return the table; or nil, a message and a number, as io.open gives them, if the file cannot be
 * opened or is damaged, or lacks what was asked for
 * @usage
 * assert(rx.save("settings.h5", { sigma = 0.5, run = { seed = 3 } }))
 * local file = assert(rx.load("settings.h5"))
 * local part = assert(rx.load("settings.h5", { "run/seed" })) -- part.run.seed */
static int file_load(lua_State *L)
{
    const char *path = rx_check_path(L, 1);
    struct rx_wish wish = check_wish(L, path);
    int error = 0;
    const char *problem = examine(path, &wish, &error);
    if (problem) {
        fail(L, path, problem);
        lua_pushinteger(L, error);
        return 3;
    }
    struct rx_taker taker = { .message = "", .place = "" };
    error = take_table(L, &wish, &taker);
    if (error != 0)
        return fail(L, path, strerror(error));
    if (rx_stop_flag)
        rx_check_status(L, RX_STOPPED);
    if (taker.done && !*taker.message)
        return 1;
    push_complaint(L, &taker, wish.sealed);
    return fail(L, path, lua_tostring(L, -1));
}

static const struct rx_binding file_functions[] = {
    { "save", file_save, 2 },
    { "load", file_load, 2 },
    { NULL, NULL, 0 },
};

void rx_open_file(lua_State *L)
{
    rx_set_functions(L, file_functions);
}
