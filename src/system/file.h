/* file.h - what file.c and the two that know Lua on its behalf share.
 *
 * HDF5 runs in a child (child.h): what a file, or a lack of memory, does to it is an error here. To
 * save, the child finds the table as it is here, and writes the file itself; only if no child can
 * be had is it done in this process, so that a result is not lost for that. To load, the child
 * tells what it reads (record.h), and file_take.c makes Lua's values of it. */
#ifndef RX_FILE_H
#define RX_FILE_H

#include "child.h"
#include "reader.h"
#include <hdf5.h>
#include <lua.h>
#include <stdbool.h>

/* --- file_write.c: a table becomes the image of a file ---------------------------------------- *
 *
 * The walk through nested tables calls both Lua and HDF5, and either may fail at any depth. So it
 * runs under lua_pcall and keeps all that Lua does not own (handles, the image) in one struct
 * rx_file, which file.c empties afterwards, however the walk ended. */

enum { RX_FILE_HANDLES = 2 * RX_FILE_DEPTH }; /* open at a time */

struct rx_file {
    bool explained; /* the error that ended the walk is one of ours */
    hid_t handles[RX_FILE_HANDLES];
    int handle_count;
    const char *keys[RX_FILE_DEPTH]; /* from the outermost table to where the walk is */
    int depth;
    size_t objects;                /* met so far */
    hid_t link_plist, group_plist; /* how links and groups are made */
    char *image;                   /* the finished file, with room for a seal */
    size_t image_size;
};

/* The walk, called with a table and a light pointer to the struct rx_file. */
int rx_file_write(lua_State *L);

/* --- file_take.c: what a child reads becomes a table ------------------------------------------ */

struct rx_taker {
    struct rx_child child;
    char message[512]; /* why the child could not read the file; empty if it did */
    char place[4096];  /* in the file, of that */
    bool done;         /* the child came to the end of what it had to say */
};

/* Called with a light pointer to the struct rx_taker, it pushes the table; if the child's speech
 * breaks off, nil. */
int rx_file_take(lua_State *L);

#endif
