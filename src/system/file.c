/* file.c - rx.save and rx.load: HDF5 files as nested tables. */

/** Files: nested tables as HDF5, which Python, Julia and MATLAB read as well.
 *
 * A matrix is a data set of two dimensions, a sequence one of three (steps, batch, features), a
 * list of numbers one of one; a table is a group.
 * @module reactivation.file */

#include "file.h"
#include "bind.h"
#include "whole.h"
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- the walk's handles and its place ------------------------------------------------------- */

static void push_place(lua_State *L, const struct rx_file *file)
{
    const int shown = file->depth > 12 ? 8 : file->depth; /* a cycle is recognized by its start */
    luaL_Buffer b;
    luaL_buffinit(L, &b);
    for (int i = 0; i < shown; i++) {
        if (i > 0)
            luaL_addchar(&b, '.');
        luaL_addstring(&b, file->keys[i]);
    }
    if (shown < file->depth)
        luaL_addstring(&b, "...");
    luaL_pushresult(&b);
}

int rx_file_error(lua_State *L, struct rx_file *file, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    lua_pushvfstring(L, format, arguments);
    va_end(arguments);
    if (file->depth > 0) {
        push_place(L, file);
        lua_pushfstring(L, "%s (at '%s')", lua_tostring(L, -2), lua_tostring(L, -1));
    }
    file->explained = true;
    return lua_error(L);
}

void rx_file_check(lua_State *L, struct rx_file *file, int result)
{
    if (result < 0)
        rx_file_error(L, file, "%s", file->damage);
}

hid_t rx_file_keep(lua_State *L, struct rx_file *file, hid_t handle)
{
    if (handle < 0)
        rx_file_error(L, file, "%s", file->damage);
    if (file->handle_count == RX_FILE_HANDLES) {
        H5Idec_ref(handle);
        rx_file_error(L, file, "too many open objects");
    }
    file->handles[file->handle_count++] = handle;
    return handle;
}

static bool close_handles(struct rx_file *file, int count)
{
    bool good = true;
    while (file->handle_count > count)
        good &= H5Idec_ref(file->handles[--file->handle_count]) >= 0;
    return good;
}

void rx_file_release(lua_State *L, struct rx_file *file, int count)
{
    if (!close_handles(file, count))
        rx_file_error(L, file, "%s", file->damage);
}

void rx_file_enter(lua_State *L, struct rx_file *file, const char *key)
{
    if (file->depth == RX_FILE_DEPTH)
        rx_file_error(L, file, "more than %d tables within each other", RX_FILE_DEPTH);
    if (rx_stop_flag)
        rx_check_status(L, RX_STOPPED);
    luaL_checkstack(L, 20, "nested tables");
    file->keys[file->depth++] = key;
}

void rx_file_leave(struct rx_file *file)
{
    file->depth--;
}

static void clean_up(struct rx_file *file)
{
    close_handles(file, 0);
    for (size_t i = 0; i < sizeof file->names / sizeof *file->names; i++)
        free(file->names[i].text);
    if (file->text)
        H5free_memory(file->text);
}

/* Call `walk` with the arguments on top of the stack and the file; its one result, or the error
 * message, is left there. Errors that are not ours (memory, an interrupt) are raised again. */
static bool run_walk(lua_State *L, struct rx_file *file, lua_CFunction walk, int arguments)
{
    H5E_auto2_t print;
    void *print_data;
    lua_pushcfunction(L, walk);
    lua_insert(L, -1 - arguments);
    lua_pushlightuserdata(L, file);
    if (H5Eget_auto2(H5E_DEFAULT, &print, &print_data) < 0 ||
        H5Eset_auto2(H5E_DEFAULT, NULL, NULL) < 0)
        rx_error(L, "HDF5 does not start");
    const int status = lua_pcall(L, arguments + 1, 1, 0);
    clean_up(file);
    const bool restored = H5Eset_auto2(H5E_DEFAULT, print, print_data) >= 0;
    if (!restored || (status != LUA_OK && !file->explained)) {
        free(file->image);
        lua_error(L);
    }
    if (status != LUA_OK)
        free(file->image);
    return status == LUA_OK;
}

/* --- the seal: 16 bytes after the end of what HDF5 sees --------------------------------------
 *
 * HDF5 guards its metadata with checksums, but not the numbers. A seal covers every byte of a file
 * of ours; HDF5 ignores it, and drops it when another program changes the file. */

static const char seal_mark[8] = { 'r', 'x', 's', 'e', 'a', 'l', '1', '\n' };

/* Hash eight bytes a step; any change within one of them changes the sum. */
static uint64_t checksum(uint64_t sum, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i += 8) {
        uint64_t word = 0;
        memcpy(&word, bytes + i, size - i < 8 ? size - i : 8);
        sum = (sum ^ le64toh(word)) * UINT64_C(0x9e3779b97f4a7c15);
        sum ^= sum >> 32;
    }
    return sum;
}

static void write_seal(char *seal, uint64_t sum)
{
    memcpy(seal, seal_mark, sizeof seal_mark);
    for (int i = 0; i < 8; i++)
        seal[8 + i] = (char)(sum >> (8 * i) & 0xff);
}

static ssize_t read_fully(int fd, char *bytes, size_t size)
{
    size_t done = 0;
    while (done < size) {
        const ssize_t got = read(fd, bytes + done, size - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return got;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

/* Whether the file bears no seal or the right one. */
static bool seal_holds(int fd, off_t size)
{
    char found[RX_FILE_SEAL], expected[RX_FILE_SEAL], block[1 << 16];
    off_t left = size - RX_FILE_SEAL;
    if (left < 0 || pread(fd, found, RX_FILE_SEAL, left) != RX_FILE_SEAL ||
        memcmp(found, seal_mark, sizeof seal_mark) != 0)
        return true;
    uint64_t sum = (uint64_t)left;
    while (left > 0) {
        if (rx_stop_flag) /* the walk will raise it */
            return true;
        const size_t part = left < (off_t)sizeof block ? (size_t)left : sizeof block;
        if (read_fully(fd, block, part) != (ssize_t)part)
            return false;
        sum = checksum(sum, block, part);
        left -= (off_t)part;
    }
    write_seal(expected, sum);
    return memcmp(found, expected, RX_FILE_SEAL) == 0;
}

/* --- save ----------------------------------------------------------------------------------- */

/* Put the bytes where `path` is, at once or not at all; NULL or what went wrong. */
static const char *store(const char *path, const char *bytes, size_t size)
{
    struct rx_whole whole;
    const char *problem = rx_whole_begin(&whole, path);
    if (problem)
        return problem;
    problem = rx_whole_write(&whole, bytes, size);
    if (!problem)
        return rx_whole_finish(&whole);
    rx_whole_give_up(&whole);
    return problem;
}

static int fail(lua_State *L, const char *path, const char *message)
{
    lua_pushnil(L);
    lua_pushfstring(L, "%s: %s", path, message);
    return 2;
}

/** Save a table. The file is written whole and then put in place, so a crash or a full disk leaves
 * the former one.
 * @function rx.save
 * @string path
 * @tab table of matrices, numbers, strings, booleans, lists of numbers and such tables
 * @return true; or nil and a message
 * @usage rx.save("run.h5", { weights = net.weights, loss = { 0.2, 0.1 }, note = "first try" }) */
static int file_save(lua_State *L)
{
    const char *path = rx_check_path(L, 1);
    rx_check_table(L, 2);
    lua_settop(L, 2);
    struct rx_file file = {
        .path = path,
        .damage = "HDF5 cannot hold this",
        .most_objects = RX_FILE_OBJECTS,
    };
    lua_pushvalue(L, 2);
    if (!run_walk(L, &file, rx_file_write, 1))
        return rx_argument_error(L, 2, "%s", lua_tostring(L, -1));

    const size_t inner = file.image_size - RX_FILE_SEAL; /* the writer left room for the seal */
    write_seal(file.image + inner, checksum((uint64_t)inner, file.image, inner));
    const char *problem = store(path, file.image, file.image_size);
    free(file.image);
    if (problem && rx_stop_flag)
        rx_check_status(L, RX_STOPPED);
    if (problem)
        return fail(L, path, problem);
    lua_pushboolean(L, true);
    return 1;
}

/* --- load ----------------------------------------------------------------------------------- */

/* NULL if the file is there, a plain file and whole; or what is wrong with it, and an errno if it
 * could not be opened. */
static const char *examine(const char *path, double *size, int *error)
{
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* a pipe must not block */
    struct stat status;
    const char *problem = NULL;
    if (fd < 0)
        return strerror(*error = errno);
    if (fstat(fd, &status) != 0)
        problem = strerror(errno);
    else if (!S_ISREG(status.st_mode))
        problem = S_ISDIR(status.st_mode) ? strerror(EISDIR) : "not a regular file";
    else if (!seal_holds(fd, status.st_size))
        problem = "damaged or cut short";
    else
        *size = (double)status.st_size;
    close(fd);
    return problem;
}

/** Load a table that `rx.save`, or another program, has written.
 * @function rx.load
 * @string path
 * @return the table; or nil, a message and a number, as io.open gives them, if the file cannot be
 * opened or is damaged
 * @usage
 * assert(rx.save("settings.h5", { sigma = 0.5 }))
 * local file = assert(rx.load("settings.h5")) */
static int file_load(lua_State *L)
{
    const char *path = rx_check_path(L, 1);
    lua_settop(L, 1);
    struct rx_file file = { .path = path, .damage = "damaged or cut short" };
    int error = 0;
    const char *problem = examine(path, &file.file_size, &error);
    if (problem) {
        fail(L, path, problem);
        lua_pushinteger(L, error);
        return 3;
    }
    if (!run_walk(L, &file, rx_file_read, 0))
        return fail(L, path, lua_tostring(L, -1));
    return 1;
}

static const struct rx_binding file_functions[] = {
    { "save", file_save, 2 },
    { "load", file_load, 1 },
    { NULL, NULL, 0 },
};

void rx_open_file(lua_State *L)
{
    H5dont_atexit(); /* nothing is left open then, but a damaged file would make HDF5 complain */
    rx_set_functions(L, file_functions);
}
