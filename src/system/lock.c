/* lock.c - a lock on a path, held by one running program at a time.
 *
 * It is the kernel's lock (flock) on a file beside the path, so it ends with the program that holds
 * it, however that ends. The file says who that is; it is removed with the lock. */
#include "bind.h"
#include "whole.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char type_name[] = "lock";

struct lock {
    int fd;     /* -1: released, or nothing to hold */
    char *path; /* of the file beside */
};

static struct lock *check_lock(lua_State *L)
{
    return rx_check_object(L, 1, type_name, "lock");
}

/* --- holding ---------------------------------------------------------------------------------- */

/* Whether the file that was opened is still the one that others find under its name. */
static bool still_there(int fd, const char *path)
{
    struct stat opened, found;
    return fstat(fd, &opened) == 0 && stat(path, &found) == 0 && opened.st_ino == found.st_ino &&
           opened.st_dev == found.st_dev;
}

/* Open and lock the file; a file descriptor, or -1 with errno set (EWOULDBLOCK: somebody holds it).
 */
static int hold(const char *path)
{
    for (;;) {
        const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (fd < 0)
            return -1;
        if (flock(fd, LOCK_EX | LOCK_NB) == 0 && still_there(fd, path))
            return fd;
        const int error = errno;
        const bool removed = !still_there(fd, path); /* its holder is done: begin again */
        close(fd);
        errno = error;
        if (!removed)
            return -1;
    }
}

static void sign(int fd)
{
    char host[256] = "", text[300];
    gethostname(host, sizeof host - 1);
    const int length = snprintf(text, sizeof text, "process %ld on %s\n", (long)getpid(), host);
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)length, 0) != length)
        return; /* the lock holds, though nobody can read whose it is */
}

/* Push who holds the lock, as the file says. */
static void push_holder(lua_State *L, const char *path)
{
    char text[300];
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof text);
    if (fd >= 0)
        close(fd);
    if (length > 1 && text[length - 1] == '\n')
        lua_pushlstring(L, text, (size_t)length - 1);
    else
        lua_pushliteral(L, "another process");
}

/* --- the object ------------------------------------------------------------------------------ */

/* Nothing can be written there, so there is nothing to guard. */
static bool is_guarded(int error)
{
    return error == EACCES || error == EROFS || error == EPERM;
}

/* lock(path) -> lock, and a remark if there can be none, as on some disks of networks; nil and a
 * message if another program holds it */
static int lock_new(lua_State *L)
{
    const char *path = rx_check_path(L, 1);
    struct lock *lock = lua_newuserdatauv(L, sizeof *lock, 0);
    *lock = (struct lock){ .fd = -1 };
    luaL_setmetatable(L, type_name);
    char *target = rx_follow_links(path);
    if (target && asprintf(&lock->path, "%s.lock", target) < 0)
        lock->path = NULL;
    free(target);
    lock->fd = lock->path ? hold(lock->path) : -1;
    const int error = errno;
    if (lock->fd >= 0)
        sign(lock->fd);
    if (lock->fd >= 0 || is_guarded(error))
        return 1;
    if (error == ENOMEM)
        rx_check_status(L, RX_NO_MEMORY);
    if (error != EWOULDBLOCK) {
        lua_pushfstring(L, "%s: cannot be locked (%s): see that no other run uses it", path,
                        strerror(error));
        return 2;
    }
    luaL_pushfail(L);
    push_holder(L, lock->path);
    lua_pushfstring(L, "%s: in use by %s", path, lua_tostring(L, -1));
    lua_remove(L, -2);
    return 2;
}

/* lock:release(): somebody else may have it */
static int lock_release(lua_State *L)
{
    struct lock *lock = check_lock(L);
    if (lock->fd >= 0) {
        unlink(lock->path); /* before it is let go, or it would be another's */
        close(lock->fd);
    }
    free(lock->path);
    *lock = (struct lock){ .fd = -1 };
    return 0;
}

static const struct rx_binding functions[] = {
    { "lock", lock_new, 1 },
    { NULL, NULL, 0 },
};

static const struct rx_binding methods[] = {
    { "release", lock_release, 0 },
    { "__gc", lock_release, 1 },
    { "__close", lock_release, 2 },
    { NULL, NULL, 0 },
};

void rx_open_lock(lua_State *L)
{
    rx_set_type(L, type_name, "lock", methods, NULL);
    rx_set_functions(L, functions);
}
