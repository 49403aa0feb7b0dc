/* file_read.c - an HDF5 file, ours or another program's, becomes a nested table.
 *
 * The file is not trusted: links never lead to another file, and no size that it claims is
 * allocated before it was weighed against the size that it has. */
#include "bind.h"
#include "file.h"
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void read_group(lua_State *L, struct rx_file *file, hid_t group);

/* --- sizes ---------------------------------------------------------------------------------- */

static const double GENEROUS = 67108864.0; /* bytes that any file may fill */
static const double EXPANSION = 1000.0;    /* beyond them: this times what is stored, as gzip can */
enum { FEW_OBJECTS = 10000, OBJECT_SIZE = 16 }; /* any file may hold a few; more need room */

/* Account for `count` x `size` bytes about to be allocated. */
static void weigh(lua_State *L, struct rx_file *file, hsize_t count, size_t size)
{
    file->loaded += (double)count * (double)size;
    const double stored = fmin(file->stored, file->file_size);
    if (file->loaded > GENEROUS && file->loaded > EXPANSION * stored)
        rx_file_error(L, file, "claims far more data than its size can hold");
}

/* --- strings -------------------------------------------------------------------------------- */

/* The type of a string in memory, ended by a zero byte; `size` may be H5T_VARIABLE. */
static hid_t string_type(lua_State *L, struct rx_file *file, hid_t stored, size_t size)
{
    const hid_t type = rx_file_keep(L, file, H5Tcopy(H5T_C_S1));
    const H5T_cset_t letters = H5Tget_cset(stored);
    rx_file_check(L, file, letters);
    rx_file_check(L, file, H5Tset_size(type, size));
    rx_file_check(L, file, H5Tset_cset(type, letters));
    return type;
}

static void read_variable_string(lua_State *L, struct rx_file *file, hid_t set, hid_t stored)
{
    const hid_t type = string_type(L, file, stored, H5T_VARIABLE);
    rx_file_check(L, file, H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, &file->text));
    lua_pushstring(L, file->text ? file->text : "");
    char *text = file->text;
    file->text = NULL;
    rx_file_check(L, file, text ? H5free_memory(text) : 0);
}

static void read_fixed_string(lua_State *L, struct rx_file *file, hid_t set, hid_t stored)
{
    const size_t size = H5Tget_size(stored);
    rx_file_check(L, file, size == 0 || size == SIZE_MAX ? -1 : 0);
    weigh(L, file, size, 1);
    const hid_t type = string_type(L, file, stored, size + 1);
    char *text = lua_newuserdatauv(L, size + 1, 0);
    rx_file_check(L, file, H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text));
    text[size] = '\0';
    lua_pushstring(L, text);
    lua_remove(L, -2);
}

static void read_string(lua_State *L, struct rx_file *file, hid_t set, hid_t stored, int rank)
{
    const htri_t variable = H5Tis_variable_str(stored);
    rx_file_check(L, file, variable);
    if (rank > 0)
        rx_file_error(L, file, "an array of strings cannot be loaded");
    if (variable)
        read_variable_string(L, file, set, stored);
    else
        read_fixed_string(L, file, set, stored);
}

/* --- numbers -------------------------------------------------------------------------------- */

enum number { INTEGER, UNSIGNED, REAL, BOOLEAN };

/* Whether the enumeration is that of h5py's booleans. */
static bool is_boolean(hid_t type)
{
    int8_t no = -1, yes = -1;
    return H5Tget_size(type) == 1 && H5Tget_nmembers(type) == 2 &&
           H5Tenum_valueof(type, "FALSE", &no) >= 0 && H5Tenum_valueof(type, "TRUE", &yes) >= 0 &&
           no == 0 && yes == 1;
}

/* What the numbers of this type become in Lua. */
static enum number number_kind(hid_t type, H5T_class_t class)
{
    if (class == H5T_ENUM)
        return BOOLEAN;
    if (class == H5T_FLOAT || H5Tget_size(type) > sizeof(int64_t))
        return REAL;
    return H5Tget_sign(type) == H5T_SGN_NONE ? UNSIGNED : INTEGER;
}

static void push_number(lua_State *L, enum number kind, const void *at)
{
    const int64_t whole = *(const int64_t *)at;
    if (kind == REAL)
        lua_pushnumber(L, *(const double *)at);
    else if (kind == BOOLEAN)
        lua_pushboolean(L, whole != 0);
    else if (kind == UNSIGNED && whole < 0) /* beyond what Lua's integers hold */
        lua_pushnumber(L, (double)(uint64_t)whole);
    else
        lua_pushinteger(L, whole);
}

static int64_t *read_buffer(lua_State *L, struct rx_file *file, hid_t set, enum number kind,
                            hsize_t count)
{
    const hid_t type = kind == REAL       ? H5T_NATIVE_DOUBLE
                       : kind == UNSIGNED ? H5T_NATIVE_UINT64
                                          : H5T_NATIVE_INT64;
    weigh(L, file, count, sizeof(int64_t));
    int64_t *buffer = lua_newuserdatauv(L, (size_t)count * sizeof *buffer, 0);
    if (count > 0)
        rx_file_check(L, file, H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer));
    return buffer;
}

static void read_scalar(lua_State *L, struct rx_file *file, hid_t set, enum number kind)
{
    push_number(L, kind, read_buffer(L, file, set, kind, 1));
    lua_remove(L, -2);
}

static void read_list(lua_State *L, struct rx_file *file, hid_t set, enum number kind,
                      hsize_t count)
{
    if (count > RX_FILE_LIST)
        rx_file_error(L, file, "list of more than %d numbers", RX_FILE_LIST);
    const int64_t *buffer = read_buffer(L, file, set, kind, count);
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        push_number(L, kind, buffer + i);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_remove(L, -2);
}

/* Two sides make a matrix, three a sequence. */
static void read_matrix(lua_State *L, struct rx_file *file, hid_t set, int rank,
                        const hsize_t *sides)
{
    const hsize_t steps = rank == 3 ? sides[0] : 0, cols = sides[rank - 1];
    for (int i = 0; i < rank; i++)
        if (sides[i] > INT32_MAX)
            rx_file_error(L, file, "more than %d rows or columns", INT32_MAX);
    const hsize_t rows = rank == 3 ? steps * sides[1] : sides[0];
    if (rows > INT32_MAX)
        rx_file_error(L, file, "more than %d rows or columns", INT32_MAX);
    weigh(L, file, rows * cols, sizeof(float));
    const struct rx_matrix *m = rx_new_matrix(L, (size_t)rows, (size_t)cols, (size_t)steps);
    if (rows > 0 && cols > 0)
        rx_file_check(L, file,
                      H5Dread(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, m->data));
}

/* --- data sets ------------------------------------------------------------------------------ */

static const char *class_name(H5T_class_t class)
{
    switch (class) {
    case H5T_COMPOUND:
        return "compound";
    case H5T_REFERENCE:
        return "reference";
    case H5T_OPAQUE:
        return "opaque";
    case H5T_BITFIELD:
        return "bit field";
    case H5T_ENUM:
        return "enumeration";
    case H5T_ARRAY:
        return "array";
    case H5T_VLEN:
        return "variable-length list";
    case H5T_TIME:
        return "time";
    default:
        return "unknown";
    }
}

/* The numbers must lie in this file, not in others that it names; counts their bytes. */
static void check_storage(lua_State *L, struct rx_file *file, hid_t set)
{
    const hid_t plist = rx_file_keep(L, file, H5Dget_create_plist(set));
    const H5D_layout_t layout = H5Pget_layout(plist);
    rx_file_check(L, file, layout);
    const int others = H5Pget_external_count(plist);
    rx_file_check(L, file, others);
    if (others > 0 || layout == H5D_VIRTUAL)
        rx_file_error(L, file, "a data set stored in other files is not loaded");
    file->stored += (double)H5Dget_storage_size(set);
}

/* The number of sides, at most 3. */
static int get_sides(lua_State *L, struct rx_file *file, hid_t set, hsize_t sides[3])
{
    const hid_t space = rx_file_keep(L, file, H5Dget_space(set));
    const H5S_class_t class = H5Sget_simple_extent_type(space);
    rx_file_check(L, file, class);
    if (class == H5S_NULL)
        rx_file_error(L, file, "a data set without a value cannot be loaded");
    const int rank = H5Sget_simple_extent_ndims(space);
    rx_file_check(L, file, rank);
    if (rank > 3)
        rx_file_error(L, file, "a data set of %d dimensions cannot be loaded", rank);
    rx_file_check(L, file, H5Sget_simple_extent_dims(space, sides, NULL));
    return rank;
}

static void read_numbers(lua_State *L, struct rx_file *file, hid_t set, enum number kind)
{
    hsize_t sides[3] = { 0 };
    const int rank = get_sides(L, file, set, sides);
    if (rank == 0)
        read_scalar(L, file, set, kind);
    else if (rank == 1)
        read_list(L, file, set, kind, sides[0]);
    else
        read_matrix(L, file, set, rank, sides);
}

static void read_set(lua_State *L, struct rx_file *file, hid_t set)
{
    hsize_t sides[3];
    check_storage(L, file, set);
    const hid_t type = rx_file_keep(L, file, H5Dget_type(set));
    const H5T_class_t class = H5Tget_class(type);
    rx_file_check(L, file, class);
    if (class == H5T_STRING)
        read_string(L, file, set, type, get_sides(L, file, set, sides));
    else if (class == H5T_INTEGER || class == H5T_FLOAT || (class == H5T_ENUM && is_boolean(type)))
        read_numbers(L, file, set, number_kind(type, class));
    else
        rx_file_error(L, file, "a data set of type %s cannot be loaded", class_name(class));
}

/* --- groups --------------------------------------------------------------------------------- */

/* Push what the member named by the last key holds. */
static void read_member(lua_State *L, struct rx_file *file, hid_t group)
{
    const char *name = file->keys[file->depth - 1];
    H5L_info_t link;
    rx_file_check(L, file, H5Lget_info(group, name, &link, H5P_DEFAULT));
    if (link.type != H5L_TYPE_HARD && link.type != H5L_TYPE_SOFT)
        rx_file_error(L, file, "a link to another file is not followed");
    const hid_t object = H5Oopen(group, name, file->access_plist);
    if (object < 0 && link.type == H5L_TYPE_SOFT)
        rx_file_error(L, file, "a link that leads nowhere in this file");
    rx_file_keep(L, file, object);
    switch (H5Iget_type(object)) {
    case H5I_GROUP:
        read_group(L, file, object);
        break;
    case H5I_DATASET:
        read_set(L, file, object);
        break;
    default:
        rx_file_error(L, file, "neither a group nor a data set");
    }
}

/* Append the name; stops the iteration when there are too many. No Lua: HDF5 is on the stack. */
static herr_t collect(hid_t group, const char *name, const H5L_info_t *link, void *data)
{
    (void)group;
    (void)link;
    struct rx_file *file = data;
    struct rx_file_names *names = &file->names[file->depth];
    const size_t size = strlen(name) + 1;
    if (++file->objects > file->most_objects)
        return 1;
    if (names->room - names->used < size) {
        const size_t room = 2 * names->room + size + 256;
        char *text = realloc(names->text, room);
        if (!text)
            return -1;
        names->text = text;
        names->room = room;
    }
    memcpy(names->text + names->used, name, size);
    names->used += size;
    names->count++;
    return 0;
}

/* The value of the group's attribute `list`, a whole number; 0 if there is none. */
static int64_t list_attribute(lua_State *L, struct rx_file *file, hid_t group)
{
    int64_t n = 0;
    const int open = file->handle_count;
    const htri_t exists = H5Aexists(group, "list");
    rx_file_check(L, file, exists);
    if (!exists)
        return 0;
    const hid_t attribute = rx_file_keep(L, file, H5Aopen(group, "list", H5P_DEFAULT));
    const hid_t type = rx_file_keep(L, file, H5Aget_type(attribute));
    const hid_t space = rx_file_keep(L, file, H5Aget_space(attribute));
    if (H5Tget_class(type) == H5T_INTEGER && H5Sget_simple_extent_npoints(space) == 1)
        rx_file_check(L, file, H5Aread(attribute, H5T_NATIVE_INT64, &n));
    rx_file_release(L, file, open);
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
static bool is_list(lua_State *L, struct rx_file *file, hid_t group)
{
    const struct rx_file_names *names = &file->names[file->depth];
    const int64_t n = list_attribute(L, file, group);
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

/* Push the group as a table. */
static void read_group(lua_State *L, struct rx_file *file, hid_t group)
{
    struct rx_file_names *names = &file->names[file->depth];
    names->used = names->count = 0;
    rx_file_check(L, file, H5Literate(group, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, collect, file));
    if (file->objects > file->most_objects)
        rx_file_error(L, file, "claims more than %d values", (int)file->most_objects);
    const bool list = is_list(L, file, group);
    const char *name = names->text;
    lua_newtable(L);
    for (size_t i = 0; i < names->count; i++, name += strlen(name) + 1) {
        const int open = file->handle_count;
        rx_file_enter(L, file, name);
        if (list)
            lua_pushinteger(L, (lua_Integer)list_index(name));
        else
            lua_pushstring(L, name);
        read_member(L, file, group);
        lua_rawset(L, -3);
        rx_file_leave(file);
        rx_file_release(L, file, open);
    }
}

/* --- the file ------------------------------------------------------------------------------- */

static herr_t refuse_link(const char *parent_file, const char *parent_group, const char *child_file,
                          const char *child_object, unsigned *flags, hid_t access, void *data)
{
    (void)parent_file, (void)parent_group, (void)child_file, (void)child_object;
    (void)flags, (void)access, (void)data;
    return -1;
}

static hid_t open_file(lua_State *L, struct rx_file *file)
{
    const htri_t hdf5 = H5Fis_hdf5(file->path);
    rx_file_check(L, file, hdf5);
    if (!hdf5)
        rx_file_error(L, file, "not an HDF5 file");
    const hid_t access = rx_file_keep(L, file, H5Pcreate(H5P_FILE_ACCESS));
    /* a lock would fail on disks that are read-only; files of ours are replaced, not changed */
    rx_file_check(L, file, H5Pset_file_locking(access, false, true));
    return rx_file_keep(L, file, H5Fopen(file->path, H5F_ACC_RDONLY, access));
}

int rx_file_read(lua_State *L)
{
    struct rx_file *file = lua_touserdata(L, 1);
    const double room = FEW_OBJECTS + file->file_size / OBJECT_SIZE;
    file->most_objects = room < RX_FILE_OBJECTS ? (size_t)room : RX_FILE_OBJECTS;
    const hid_t opened = open_file(L, file);
    file->access_plist = rx_file_keep(L, file, H5Pcreate(H5P_LINK_ACCESS));
    rx_file_check(L, file, H5Pset_elink_cb(file->access_plist, refuse_link, NULL));
    read_group(L, file, rx_file_keep(L, file, H5Gopen2(opened, "/", H5P_DEFAULT)));
    return 1;
}
