/* file.h - what file.c, file_write.c and file_read.c share: HDF5 handles that survive no Lua error.
 *
 * Reading and writing walk nested tables with calls of both Lua and HDF5, and either may fail at
 * any depth. So a walk runs under lua_pcall and keeps all that Lua does not own (handles, buffers)
 * in one struct rx_file, which file.c empties afterwards, however the walk ended. An interrupt ends
 * it between two members or parts of a large one; only the reading of a single matrix, and the
 * disk's last word (fsync), are waited for. */
#ifndef RX_FILE_H
#define RX_FILE_H

#include <hdf5.h>
#include <lua.h>
#include <stdbool.h>

enum {
    RX_FILE_DEPTH = 64,        /* tables within tables */
    RX_FILE_OBJECTS = 1000000, /* tables and values in one file, at the most */
    RX_FILE_LIST = 10000000,   /* numbers in one list */
    RX_FILE_HANDLES = 2 * RX_FILE_DEPTH,
    RX_FILE_SEAL = 16 /* bytes that file.c adds to the image */
};

/* The names of a group's members, one after the other, each ended by a zero byte. */
struct rx_file_names {
    char *text;
    size_t used, room, count;
};

struct rx_file {
    const char *path;
    const char *damage; /* what to say when HDF5 refuses */
    bool explained;     /* the error that ended the walk is one of ours */

    hid_t handles[RX_FILE_HANDLES];
    int handle_count;
    const char *keys[RX_FILE_DEPTH]; /* from the outermost table to where the walk is */
    int depth;
    size_t objects, most_objects; /* met so far, and how many may be */

    hid_t link_plist, group_plist; /* writing: how links and groups are made */
    char *image;                   /* writing: the finished file, with room for the seal */
    size_t image_size;

    hid_t access_plist;               /* reading: how links are followed */
    double file_size, stored, loaded; /* bytes: the file's, and of numbers met on disk, in memory */
    struct rx_file_names names[RX_FILE_DEPTH + 1]; /* one a level */
    char *text;                                    /* a string that HDF5 allocated */
};

/* The walks, called with a light pointer to the struct rx_file: (table, file) makes the image,
 * (file) pushes the table. */
int rx_file_write(lua_State *L);
int rx_file_read(lua_State *L);

/* Raise the message, followed by the keys that lead to where the walk is. */
int rx_file_error(lua_State *L, struct rx_file *file, const char *format, ...);

hid_t rx_file_keep(lua_State *L, struct rx_file *file, hid_t handle); /* raises if negative */
void rx_file_check(lua_State *L, struct rx_file *file, int result);   /* raises if negative */

/* Close all handles but the first `count`. */
void rx_file_release(lua_State *L, struct rx_file *file, int count);

/* Step into the member `key`, which must stay alive until the walk leaves it. */
void rx_file_enter(lua_State *L, struct rx_file *file, const char *key);
void rx_file_leave(struct rx_file *file);

#endif
