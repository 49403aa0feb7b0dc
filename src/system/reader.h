/* reader.h - what the files that read HDF5 share: a walk that knows no Lua and runs in a child.
 *
 * The file is not trusted: links never lead to another file, and no size that it claims is
 * allocated before it was weighed. What cannot be read is left out, with the reason; only what
 * leaves the whole file in doubt ends the walk (rx_reader_fail, which does not return). A file may
 * crash HDF5, or hold it in a loop until the child has computed for far too long: then the child is
 * ended, and its parent knows from `place` where it was. */
#ifndef RX_READER_H
#define RX_READER_H

#include "record.h"
#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum {
    RX_FILE_DEPTH = 64,        /* tables within tables */
    RX_FILE_OBJECTS = 1000000, /* tables and values in one file, at the most */
    RX_FILE_LIST = 10000000,   /* numbers in one list */
    RX_PLACE = 4096,           /* bytes of a path in a file */
};

/* What the caller wants. */
struct rx_wish {
    const char *path;
    const char *const *names; /* (count) the members wanted; none: all */
    size_t count;
    double size;      /* of the file, in bytes */
    bool sealed;      /* the file is ours, and whole */
    bool lists;       /* of numbers, exact, in place of matrices */
    bool rounded;     /* matrices may lose digits */
    bool batch_first; /* of three dimensions the first two are batch and steps */
    char *place;      /* (RX_PLACE) where the walk is; shared with the parent */
};

/* The names of a group's members, one after the other, each ended by a zero byte. */
struct rx_names {
    char *text;
    size_t used, room, count;
};

struct rx_reader {
    const struct rx_wish *wish;
    struct rx_speaker speaker;
    bool in_matrix;               /* of whose record more is expected */
    char reason[256];             /* why the last member could not be read */
    size_t starts[RX_FILE_DEPTH]; /* where in the place each key begins */
    int depth;
    struct rx_names names[RX_FILE_DEPTH + 1]; /* one a level */
    hid_t access_plist;                       /* how links are followed */
    size_t objects, most_objects;             /* met so far, and how many may be */
    double stored, loaded;                    /* bytes of numbers met on disk, in memory */
    size_t read, skipped;                     /* data sets */
    char first_reason[256];                   /* why the first was skipped, and where */
};

/* What a child does with a struct rx_wish. */
void rx_read_file(int out, void *wish);

/* End the walk with a message, and where it was. */
_Noreturn void rx_reader_fail(struct rx_reader *reader, const char *format, ...);

/* Say why something cannot be read; false. */
bool rx_reader_refuse(struct rx_reader *reader, const char *format, ...);

/* The same after HDF5 refused: damage, unless it is for want of memory, which ends the walk. */
bool rx_reader_damage(struct rx_reader *reader);

/* Account for `count` x `size` bytes about to be allocated. A matrix may be mostly empty, and so
 * much larger than what is stored. */
void rx_reader_weigh(struct rx_reader *reader, double count, size_t size, bool matrix);

/* Whether HDF5's last failure was for want of memory. */
bool rx_hdf5_lacks_memory(void);

/* `size` bytes, which may be 0. */
void *rx_reader_allocate(struct rx_reader *reader, size_t size);

/* The key of where the walk is. */
const char *rx_reader_key(const struct rx_reader *reader);

/* --- file_set.c ------------------------------------------------------------------------------ */

/* A data set or an attribute, lying open. */
struct rx_source {
    hid_t id, type;
    H5T_class_t class;
    bool is_attribute;
    const char *name;
    struct rx_array array; /* as stored */
    int order[3];          /* which of its axes each axis of the result is */
    char matlab[32];       /* its class there; empty for other programs */
};

/* Read all of it in the order in which it is stored. */
bool rx_source_fetch(struct rx_reader *reader, const struct rx_source *source, hid_t type,
                     void *to);

/* Begin a record of texts. */
void rx_say_texts(struct rx_reader *reader, const struct rx_source *source,
                  const struct rx_array *array);

/* Say what a data set or attribute holds, under the name of the last key or of the attribute. */
bool rx_read_set(struct rx_reader *reader, hid_t set);
bool rx_read_attribute(struct rx_reader *reader, hid_t attribute, const char *name);

/* Its value, as every program but MATLAB means it. */
bool rx_say_value(struct rx_reader *reader, struct rx_source *source);

/* --- file_numbers.c -------------------------------------------------------------------------- */

/* Choose the order of its axes: MATLAB's are stored the other way round. */
void rx_source_order(const struct rx_reader *reader, struct rx_source *source);

/* Its sides in that order. */
struct rx_array rx_source_turned(const struct rx_source *source);

/* Elements of `size` bytes each in that order: those at `from`, which is from malloc, or in its
 * place a copy. */
void *rx_source_turn(struct rx_reader *reader, const struct rx_source *source, void *from,
                     size_t size);

/* Say numbers as they are, in this shape; or a matrix in single precision. */
bool rx_say_numbers(struct rx_reader *reader, const struct rx_source *source,
                    struct rx_array array);
bool rx_say_matrix(struct rx_reader *reader, const struct rx_source *source);

/* --- file_matlab.c --------------------------------------------------------------------------- */

/* What MATLAB means by it. */
bool rx_say_matlab(struct rx_reader *reader, struct rx_source *source);

/* --- file_read.c ----------------------------------------------------------------------------- */

/* What element `index`, from 1, of MATLAB's cells refers to, seen from an object of the file. */
void rx_read_cell(struct rx_reader *reader, hid_t object, const hobj_ref_t *cell, uint64_t index);

/* Say the object that lies open, under the name of the last key: a group's members or a data set.
 */
bool rx_read_object(struct rx_reader *reader, hid_t object);

/* Step into a member and out again; false if it lies too deep. */
bool rx_reader_enter(struct rx_reader *reader, const char *key);
void rx_reader_leave(struct rx_reader *reader);

/* What a text attribute of an object says, cut to `size` - 1 bytes; empty if there is none. */
void rx_reader_label(hid_t object, const char *name, char *text, size_t size);

#endif
