/* whole.c - files written beside their place, and then renamed into it. */
#include "whole.h"
#include "bind.h"
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MOST_LINKS = 40, /* that lead to one another */
    NAME_KEPT =
        200,       /* bytes of a name that its unfinished file bears, of 255 that a name may have */
    PART = 1 << 24 /* bytes written between two looks at the stop flag */
};

static int folder_length(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (int)(slash - path) + 1 : 0;
}

/* --- where it belongs ------------------------------------------------------------------------ */

/* A name as seen from the folder of `path`; from malloc. */
static char *beside(const char *path, const char *name)
{
    char *both;
    const int folder = name[0] == '/' ? 0 : folder_length(path);
    return asprintf(&both, "%.*s%s", folder, path, name) < 0 ? NULL : both;
}

char *rx_follow_links(const char *path)
{
    char to[4096], *place = strdup(path);
    for (int links = 0; place && links < MOST_LINKS; links++) {
        const ssize_t length = readlink(place, to, sizeof to - 1);
        if (length < 0)
            return place;
        to[length] = '\0';
        char *next = beside(place, to);
        free(place);
        place = next;
    }
    if (place)
        errno = ELOOP;
    free(place);
    return NULL;
}

/* --- growing --------------------------------------------------------------------------------- */

/* Make the unfinished file, with a name that nobody else has; 0 or an errno. */
static int make_unfinished(struct rx_whole *whole)
{
    const int folder = folder_length(whole->target);
    uint64_t number;
    do {
        free(whole->unfinished);
        if (getrandom(&number, sizeof number, 0) != sizeof number)
            number = (uint64_t)getpid();
        if (asprintf(&whole->unfinished, "%.*s%.*s.tmp-%016llx", folder, whole->target, NAME_KEPT,
                     whole->target + folder, (unsigned long long)number) < 0) {
            whole->unfinished = NULL;
            return ENOMEM;
        }
        whole->fd = open(whole->unfinished, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (whole->fd < 0 && errno == EEXIST);
    return whole->fd < 0 ? errno : 0;
}

static void forget(struct rx_whole *whole)
{
    free(whole->target);
    free(whole->unfinished);
    *whole = (struct rx_whole){ .fd = -1 };
}

void rx_whole_give_up(struct rx_whole *whole)
{
    if (whole->fd >= 0) {
        close(whole->fd);
        unlink(whole->unfinished);
    }
    forget(whole);
}

const char *rx_whole_begin(struct rx_whole *whole, const char *path)
{
    struct stat old;
    *whole = (struct rx_whole){ .fd = -1, .target = rx_follow_links(path) };
    int error = !*path ? ENOENT : whole->target ? 0 : errno;
    const bool exists = error == 0 && stat(whole->target, &old) == 0;
    if (error == 0 && !exists && errno != ENOENT)
        error = errno;
    if (exists && S_ISDIR(old.st_mode))
        error = EISDIR;
    const bool special = exists && error == 0 && !S_ISREG(old.st_mode);
    if (error == 0 && !special)
        error = make_unfinished(whole);
    if (error == 0 && !special && exists && fchmod(whole->fd, old.st_mode & 07777) != 0)
        error = errno;
    if (error != 0 || special)
        rx_whole_give_up(whole);
    return special ? "not a regular file" : error ? strerror(error) : NULL;
}

const char *rx_whole_write(struct rx_whole *whole, const char *bytes, size_t size)
{
    while (size > 0) {
        const ssize_t put = write(whole->fd, bytes, size < PART ? size : PART);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return strerror(errno);
        if (rx_stop_flag)
            return strerror(ECANCELED);
        bytes += put;
        size -= (size_t)put;
    }
    return NULL;
}

/* --- in place -------------------------------------------------------------------------------- */

/* See a renaming in the file's folder onto the disk; 0 or an errno. */
static int sync_folder(const char *path)
{
    char *folder = beside(path, ".");
    if (!folder)
        return ENOMEM;
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    if (fd < 0)
        return errno == EACCES ? 0 : errno; /* a folder may be open to writing but not reading */
    const int error = fsync(fd) != 0 && errno != EINVAL ? errno : 0;
    close(fd);
    return error;
}

const char *rx_whole_finish(struct rx_whole *whole)
{
    int error = fsync(whole->fd) != 0 ? errno : 0;
    if (close(whole->fd) != 0 && error == 0)
        error = errno;
    whole->fd = -1;
    if (error == 0 && rename(whole->unfinished, whole->target) != 0)
        error = errno;
    if (error != 0)
        unlink(whole->unfinished);
    else
        error = sync_folder(whole->target);
    forget(whole);
    return error ? strerror(error) : NULL;
}

/* --- texts ----------------------------------------------------------------------------------- */

/* write_whole(path, text) -> true; or nil and a message */
static int write_whole(lua_State *L)
{
    size_t size;
    const char *path = rx_check_path(L, 1), *text = rx_check_string(L, 2, &size);
    struct rx_whole whole;
    const char *problem = rx_whole_begin(&whole, path);
    if (!problem) {
        problem = rx_whole_write(&whole, text, size);
        if (problem)
            rx_whole_give_up(&whole);
        else
            problem = rx_whole_finish(&whole);
    }
    if (problem && rx_stop_flag)
        rx_check_status(L, RX_STOPPED);
    if (problem) {
        luaL_pushfail(L);
        lua_pushfstring(L, "%s: %s", path, problem);
        return 2;
    }
    lua_pushboolean(L, true);
    return 1;
}

static const struct rx_binding functions[] = {
    { "write_whole", write_whole, 2 },
    { NULL, NULL, 0 },
};

void rx_open_whole(lua_State *L)
{
    rx_set_functions(L, functions);
}
