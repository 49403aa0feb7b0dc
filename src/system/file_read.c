/* file_read.c - the walk through an HDF5 file: groups, links and attributes. */
#include "reader.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const double GENEROUS = 67108864.0; /* bytes that any file may fill */
static const double GENEROUS_MATRIX =
    4294967296.0;                       /* and with matrices, if the machine has 4 times it */
static const double EXPANSION = 1000.0; /* beyond them: this times what is stored, as gzip can */
static const double PATIENCE = 20, SLOWEST = 2e6; /* seconds of a processor, bytes in one of them */
enum { FEW_OBJECTS = 10000, OBJECT_SIZE = 16 };   /* any file may hold a few; more need room */

/* --- refusals -------------------------------------------------------------------------------- */

void rx_reader_fail(struct rx_reader *reader, const char *format, ...)
{
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    const char *place = reader->wish->place;
    reader->speaker.muted = false;
    if (reader->in_matrix)
        rx_say_size(&reader->speaker, RX_NO_MORE);
    rx_say(&reader->speaker, RX_SAY_FAILED);
    rx_say_text(&reader->speaker, message, strlen(message));
    rx_say_text(&reader->speaker, place, strlen(place));
    rx_say_all(&reader->speaker);
    _exit(0);
}

bool rx_reader_refuse(struct rx_reader *reader, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reader->reason, sizeof reader->reason, format, arguments);
    va_end(arguments);
    return false;
}

static herr_t look_for_memory(unsigned n, const H5E_error2_t *error, void *data)
{
    (void)n;
    bool *lacking = data;
    *lacking |= error->maj_num == H5E_RESOURCE || error->min_num == H5E_NOSPACE ||
                error->min_num == H5E_CANTALLOC;
    return 0;
}

bool rx_hdf5_lacks_memory(void)
{
    bool lacking = false;
    return H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, look_for_memory, &lacking) < 0 || lacking;
}

bool rx_reader_damage(struct rx_reader *reader)
{
    /* a file that is whole can fail for nothing else */
    if (reader->wish->sealed || rx_hdf5_lacks_memory())
        rx_reader_fail(reader, "not enough memory");
    return rx_reader_refuse(reader, "damaged or cut short");
}

void *rx_reader_allocate(struct rx_reader *reader, size_t size)
{
    void *memory = malloc(size > 0 ? size : 1);
    if (!memory)
        rx_reader_fail(reader, "not enough memory");
    return memory;
}

static double most_of_matrices(void)
{
    const double memory = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
    return fmax(GENEROUS, fmin(GENEROUS_MATRIX, memory / 4));
}

void rx_reader_weigh(struct rx_reader *reader, double count, size_t size, bool matrix)
{
    reader->loaded += count * (double)size;
    const double stored = fmin(reader->stored, reader->wish->size);
    const double most = fmax(matrix ? most_of_matrices() : GENEROUS, EXPANSION * stored);
    if (reader->loaded > most)
        rx_reader_fail(reader, "claims far more data than its size can hold");
}

/* --- places ---------------------------------------------------------------------------------- */

const char *rx_reader_key(const struct rx_reader *reader)
{
    return reader->wish->place + reader->starts[reader->depth - 1];
}

bool rx_reader_enter(struct rx_reader *reader, const char *key)
{
    char *place = reader->wish->place;
    const size_t used = strlen(place), start = used + (used > 0), length = strlen(key);
    if (reader->depth == RX_FILE_DEPTH)
        return rx_reader_refuse(reader, "more than %d tables within each other", RX_FILE_DEPTH);
    if (length > RX_PLACE - 1 - start)
        return rx_reader_refuse(reader, "names of more than %d letters", RX_PLACE);
    if (used > 0)
        place[used] = '/';
    memcpy(place + start, key, length + 1);
    reader->starts[reader->depth++] = start;
    return true;
}

void rx_reader_leave(struct rx_reader *reader)
{
    const size_t start = reader->starts[--reader->depth];
    reader->wish->place[start > 0 ? start - 1 : 0] = '\0';
}

/* What the walk is at, or its member `more`, was left out for the reader's reason. */
static void say_skipped(struct rx_reader *reader, const char *separator, const char *more)
{
    char path[RX_PLACE + 300];
    snprintf(path, sizeof path, "%s%s%s", reader->wish->place, separator, more);
    if (reader->skipped++ == 0)
        snprintf(reader->first_reason, sizeof reader->first_reason, "%.120s (at '%.120s')",
                 reader->reason, path);
    rx_say(&reader->speaker, RX_SAY_SKIPPED);
    rx_say_text(&reader->speaker, path, strlen(path));
    rx_say_text(&reader->speaker, reader->reason, strlen(reader->reason));
}

/* --- attributes ------------------------------------------------------------------------------ */

void rx_reader_label(hid_t object, const char *name, char *text, size_t size)
{
    text[0] = '\0';
    if (H5Aexists(object, name) <= 0)
        return;
    const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    const hid_t stored = H5Aget_type(attribute), type = H5Tcopy(H5T_C_S1);
    if (H5Tget_class(stored) == H5T_STRING && H5Tis_variable_str(stored) == 0 &&
        H5Aget_storage_size(attribute) == H5Tget_size(stored) && H5Tset_size(type, size) >= 0 &&
        H5Tset_cset(type, H5Tget_cset(stored)) >= 0 && H5Aread(attribute, type, text) < 0)
        text[0] = '\0';
    text[size - 1] = '\0';
    H5Tclose(type);
    H5Tclose(stored);
    H5Aclose(attribute);
}

static herr_t say_attribute(hid_t object, const char *name, const H5A_info_t *info, void *data)
{
    (void)info;
    struct rx_reader *reader = data;
    const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (++reader->objects > reader->most_objects)
        rx_reader_fail(reader, "claims more than %d values", (int)reader->most_objects);
    const bool good =
        attribute < 0 ? rx_reader_damage(reader) : rx_read_attribute(reader, attribute, name);
    if (!good)
        say_skipped(reader, "@", name);
    if (attribute >= 0)
        H5Aclose(attribute);
    return 0;
}

/* Ours mean nothing to their readers. */
static void say_attributes(struct rx_reader *reader, hid_t object)
{
    const char *place = reader->wish->place;
    H5O_info_t info;
    if (reader->wish->sealed || H5Oget_info2(object, &info, H5O_INFO_NUM_ATTRS) < 0 ||
        info.num_attrs == 0)
        return;
    rx_say(&reader->speaker, RX_SAY_ATTRIBUTES);
    rx_say_text(&reader->speaker, *place ? place : "/", *place ? strlen(place) : 1);
    const bool good =
        H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, say_attribute, reader) >= 0;
    rx_say(&reader->speaker, RX_SAY_END);
    if (!good) {
        rx_reader_damage(reader);
        say_skipped(reader, "@", "");
    }
}

/* --- groups ---------------------------------------------------------------------------------- */

/* Append the name; stops the iteration when there are too many. */
static herr_t collect(hid_t group, const char *name, const H5L_info_t *link, void *data)
{
    (void)group, (void)link;
    struct rx_reader *reader = data;
    struct rx_names *names = &reader->names[reader->depth];
    const size_t size = strlen(name) + 1;
    if (++reader->objects > reader->most_objects)
        rx_reader_fail(reader, "claims more than %d values", (int)reader->most_objects);
    if (names->room - names->used < size) {
        const size_t room = 2 * names->room + size + 256;
        char *text = realloc(names->text, room);
        if (!text)
            rx_reader_fail(reader, "not enough memory");
        names->text = text;
        names->room = room;
    }
    memcpy(names->text + names->used, name, size);
    names->used += size;
    names->count++;
    return 0;
}

/* The value of the group's attribute `list`, a whole number; 0 if there is none. */
static int64_t list_attribute(hid_t group)
{
    int64_t n = 0;
    if (H5Aexists(group, "list") <= 0)
        return 0;
    const hid_t attribute = H5Aopen(group, "list", H5P_DEFAULT);
    const hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
    if (H5Tget_class(type) != H5T_INTEGER || H5Sget_simple_extent_npoints(space) != 1 ||
        H5Aread(attribute, H5T_NATIVE_INT64, &n) < 0)
        n = 0;
    H5Sclose(space);
    H5Tclose(type);
    H5Aclose(attribute);
    return n;
}

/* The index that a name of a list's member means, from 1; 0 if it is none. */
static size_t list_index(const char *name)
{
    size_t index = 0;
    if (*name == '0' || strlen(name) > 9)
        return 0;
    for (; *name; name++) {
        if (*name < '0' || *name > '9')
            return 0;
        index = 10 * index + (size_t)(*name - '0');
    }
    return index;
}

/* Whether the group is a list: says so, and has the members "1" to "n". */
static bool is_list(const struct rx_names *names, hid_t group)
{
    const int64_t n = list_attribute(group);
    if (n <= 0 || (uint64_t)n != names->count)
        return false;
    const char *name = names->text;
    for (size_t i = 0; i < names->count; i++, name += strlen(name) + 1) {
        const size_t index = list_index(name);
        if (index < 1 || index > names->count)
            return false;
    }
    return true;
}

static bool collect_names(struct rx_reader *reader, hid_t group)
{
    struct rx_names *names = &reader->names[reader->depth];
    names->used = names->count = 0;
    return H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, collect, reader) >= 0 ||
           rx_reader_damage(reader);
}

/* The root has no name, and is the table that all lies in. */
static void say_group(struct rx_reader *reader, hid_t group)
{
    const char *key = reader->depth > 0 ? rx_reader_key(reader) : "";
    rx_say(&reader->speaker, RX_SAY_GROUP);
    rx_say_text(&reader->speaker, key, strlen(key));
    rx_say_byte(&reader->speaker, is_list(&reader->names[reader->depth], group));
}

/* What the link to the member of the last key leads to; negative, with a reason, if to nothing. */
static hid_t open_member(struct rx_reader *reader, hid_t group)
{
    const char *name = rx_reader_key(reader);
    H5L_info_t link;
    hid_t object = -1;
    if (H5Lget_info(group, name, &link, H5P_DEFAULT) < 0)
        rx_reader_damage(reader);
    else if (link.type != H5L_TYPE_HARD && link.type != H5L_TYPE_SOFT)
        rx_reader_refuse(reader, "a link to another file is not followed");
    else if ((object = H5Oopen(group, name, reader->access_plist)) < 0) {
        rx_reader_damage(reader);
        if (link.type == H5L_TYPE_SOFT)
            rx_reader_refuse(reader, "a link that leads nowhere in this file");
    }
    return object;
}

/* MATLAB keeps there what the cells elsewhere refer to. */
static bool is_hidden(const struct rx_reader *reader, const char *name)
{
    return reader->depth == 0 && (strcmp(name, "#refs#") == 0 || strcmp(name, "#subsystem#") == 0);
}

static void read_member(struct rx_reader *reader, hid_t group, const char *name)
{
    if (!rx_reader_enter(reader, name)) {
        say_skipped(reader, "/", name);
        return;
    }
    const hid_t object = open_member(reader, group);
    if (object < 0 || !rx_read_object(reader, object))
        say_skipped(reader, "", "");
    if (object >= 0)
        H5Oclose(object);
    rx_reader_leave(reader);
}

void rx_read_cell(struct rx_reader *reader, hid_t object, const hobj_ref_t *cell, uint64_t index)
{
    char name[24];
    snprintf(name, sizeof name, "%llu", (unsigned long long)index);
    if (!rx_reader_enter(reader, name)) {
        say_skipped(reader, "/", name);
        return;
    }
    const hid_t target = H5Rdereference2(object, H5P_DEFAULT, H5R_OBJECT, cell);
    if (++reader->objects > reader->most_objects)
        rx_reader_fail(reader, "claims more than %d values", (int)reader->most_objects);
    const bool good = target < 0
                          ? rx_reader_refuse(reader, "a cell that leads nowhere in this file")
                          : rx_read_object(reader, target);
    if (!good)
        say_skipped(reader, "", "");
    if (target >= 0)
        H5Oclose(target);
    rx_reader_leave(reader);
}

static bool read_group(struct rx_reader *reader, hid_t group)
{
    if (!collect_names(reader, group))
        return false;
    say_group(reader, group);
    say_attributes(reader, group);
    const struct rx_names *names = &reader->names[reader->depth];
    const char *name = names->text;
    for (size_t i = 0; i < names->count; i++, name += strlen(name) + 1)
        if (!is_hidden(reader, name))
            read_member(reader, group, name);
    rx_say(&reader->speaker, RX_SAY_END);
    return true;
}

bool rx_read_object(struct rx_reader *reader, hid_t object)
{
    switch (H5Iget_type(object)) {
    case H5I_GROUP:
        return read_group(reader, object);
    case H5I_DATASET:
        if (!rx_read_set(reader, object))
            return false;
        say_attributes(reader, object);
        reader->read++;
        return true;
    default:
        return rx_reader_refuse(reader, "neither a group nor a data set");
    }
}

/* --- what is asked for ----------------------------------------------------------------------- */

/* The member at the path, within the tables that lead to it. */
static void read_path(struct rx_reader *reader, hid_t group, const char *path)
{
    char key[RX_PLACE];
    const size_t length = strcspn(path, "/");
    snprintf(key, sizeof key, "%.*s", (int)length, path);
    if (!rx_reader_enter(reader, key))
        rx_reader_fail(reader, "%s", reader->reason);
    if (H5Lexists(group, key, H5P_DEFAULT) <= 0)
        rx_reader_fail(reader, "holds no such member");
    const hid_t object = open_member(reader, group);
    const bool inner = path[length] == '/';
    bool good = object >= 0;
    if (good && inner && H5Iget_type(object) != H5I_GROUP)
        good = rx_reader_refuse(reader, "holds no members: it is a data set");
    if (good && inner && collect_names(reader, object)) {
        say_group(reader, object);
        read_path(reader, object, path + length + 1);
        rx_say(&reader->speaker, RX_SAY_END);
    } else if (!good || inner || !rx_read_object(reader, object))
        rx_reader_fail(reader, "%s", reader->reason);
    H5Oclose(object);
    rx_reader_leave(reader);
}

static void read_wish(struct rx_reader *reader, hid_t root)
{
    const struct rx_wish *wish = reader->wish;
    if (wish->count == 0) {
        if (!read_group(reader, root))
            rx_reader_fail(reader, "%s", reader->reason);
        return;
    }
    if (!collect_names(reader, root))
        rx_reader_fail(reader, "%s", reader->reason);
    say_group(reader, root);
    for (size_t i = 0; i < wish->count; i++)
        read_path(reader, root, wish->names[i] + strspn(wish->names[i], "/"));
    rx_say(&reader->speaker, RX_SAY_END);
}

/* --- the file -------------------------------------------------------------------------------- */

static herr_t refuse_link(const char *parent_file, const char *parent_group, const char *child_file,
                          const char *child_object, unsigned *flags, hid_t access, void *data)
{
    (void)parent_file, (void)parent_group, (void)child_file, (void)child_object;
    (void)flags, (void)access, (void)data;
    return -1;
}

static hid_t open_root(struct rx_reader *reader)
{
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    reader->access_plist = H5Pcreate(H5P_LINK_ACCESS);
    const htri_t hdf5 = H5Fis_hdf5(reader->wish->path);
    if (access < 0 || hdf5 < 0 || H5Pset_elink_cb(reader->access_plist, refuse_link, NULL) < 0)
        rx_reader_damage(reader);
    else if (!hdf5)
        rx_reader_refuse(reader, "not an HDF5 file");
    else {
        /* a lock would fail on disks that are read-only; files of ours are replaced, not changed */
        H5Pset_file_locking(access, false, true);
        const hid_t file = H5Fopen(reader->wish->path, H5F_ACC_RDONLY, access);
        const hid_t root = file < 0 ? -1 : H5Gopen2(file, "/", H5P_DEFAULT);
        if (root >= 0)
            return root;
        rx_reader_damage(reader);
    }
    rx_reader_fail(reader, "%s", reader->reason);
}

/* A walk that says nothing, but weighs all that will be read. */
static void weigh_all(struct rx_reader *reader, hid_t root)
{
    reader->speaker.muted = true;
    read_wish(reader, root);
    reader->speaker.muted = false;
    reader->objects = reader->read = reader->skipped = 0;
    reader->loaded = reader->stored = 0;
}

/* A damaged file can hold HDF5 in a loop. */
static void limit_time(double size)
{
    const rlim_t seconds = (rlim_t)(PATIENCE + size / SLOWEST);
    const struct rlimit limit = { seconds, seconds };
    setrlimit(RLIMIT_CPU, &limit);
}

void rx_read_file(int out, void *wish)
{
    static struct rx_reader reader;
    reader.wish = wish;
    reader.speaker.out = out;
    limit_time(reader.wish->size);
    if (H5Eset_auto2(H5E_DEFAULT, NULL, NULL) < 0)
        rx_reader_fail(&reader, "not enough memory");
    const hid_t root = open_root(&reader);
    const double room = FEW_OBJECTS + reader.wish->size / OBJECT_SIZE;
    reader.most_objects = room < RX_FILE_OBJECTS ? (size_t)room : RX_FILE_OBJECTS;
    if (!reader.wish->sealed)
        weigh_all(&reader, root);
    read_wish(&reader, root);
    if (reader.read == 0 && reader.skipped > 0) {
        *reader.wish->place = '\0';
        rx_reader_fail(&reader, "%s", reader.first_reason);
    }
    rx_say(&reader.speaker, RX_SAY_DONE);
    rx_say_all(&reader.speaker);
}
