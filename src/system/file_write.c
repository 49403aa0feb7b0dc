/* file_write.c - a nested table becomes the image of an HDF5 file. */
#include "bind.h"
#include "file.h"
#include "seal.h"
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    SMALL = 1024,    /* bytes that lie in the object's header, under its checksum */
    SLAB = 1 << 25,  /* bytes written between two looks at the stop flag */
    GROWTH = 1 << 20 /* of the image in memory */
};

static void write_members(lua_State *L, struct rx_file *file, hid_t group);

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

static int error(lua_State *L, struct rx_file *file, const char *format, ...)
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

static void refuse(lua_State *L, struct rx_file *file)
{
    if (rx_hdf5_lacks_memory())
        luaL_error(L, "not enough memory");
    error(L, file, "HDF5 cannot hold this");
}

static void check(lua_State *L, struct rx_file *file, int result)
{
    if (result < 0)
        refuse(L, file);
}

static hid_t keep(lua_State *L, struct rx_file *file, hid_t handle)
{
    if (handle < 0)
        refuse(L, file);
    if (file->handle_count == RX_FILE_HANDLES) {
        H5Idec_ref(handle);
        error(L, file, "too many open objects");
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

static void release(lua_State *L, struct rx_file *file, int count)
{
    if (!close_handles(file, count))
        refuse(L, file);
}

static void enter(lua_State *L, struct rx_file *file, const char *key)
{
    if (file->depth == RX_FILE_DEPTH)
        error(L, file, "more than %d tables within each other", RX_FILE_DEPTH);
    if (rx_stop_flag)
        rx_check_status(L, RX_STOPPED);
    luaL_checkstack(L, 20, "nested tables");
    file->keys[file->depth++] = key;
}

static void leave(struct rx_file *file)
{
    file->depth--;
}

/* --- data sets: the value named by the last key, in `group` ----------------------------------- */

/* By parts of the first side. */
static void write_slabs(lua_State *L, struct rx_file *file, hid_t set, hid_t given, hid_t space,
                        const char *data, size_t bytes)
{
    hsize_t first[3] = { 0 }, count[3];
    const int open = file->handle_count, rank = H5Sget_simple_extent_dims(space, count, NULL);
    check(L, file, rank);
    const hsize_t length = count[0], row = bytes / length, most = SLAB / row + 1;
    for (; first[0] < length; first[0] += count[0]) {
        if (rx_stop_flag)
            rx_check_status(L, RX_STOPPED);
        count[0] = length - first[0] < most ? length - first[0] : most;
        check(L, file, H5Sselect_hyperslab(space, H5S_SELECT_SET, first, NULL, count, NULL));
        const hid_t part = keep(L, file, H5Screate_simple(rank, count, NULL));
        check(L, file, H5Dwrite(set, given, part, space, H5P_DEFAULT, data + first[0] * row));
        release(L, file, open);
    }
}

static void write_data(lua_State *L, struct rx_file *file, hid_t group, hid_t stored, hid_t given,
                       hid_t space, const void *data, size_t bytes)
{
    const char *name = file->keys[file->depth - 1];
    const hid_t plist = keep(L, file, H5Pcreate(H5P_DATASET_CREATE));
    check(L, file, H5Pset_obj_track_times(plist, false));
    if (bytes > 0 && bytes <= SMALL)
        check(L, file, H5Pset_layout(plist, H5D_COMPACT));
    const hid_t set =
        keep(L, file, H5Dcreate2(group, name, stored, space, file->link_plist, plist, H5P_DEFAULT));
    if (bytes > SLAB)
        write_slabs(L, file, set, given, space, data, bytes);
    else if (bytes > 0)
        check(L, file, H5Dwrite(set, given, H5S_ALL, H5S_ALL, H5P_DEFAULT, data));
}

static void write_scalar(lua_State *L, struct rx_file *file, hid_t group, hid_t stored, hid_t given,
                         const void *data, size_t bytes)
{
    const hid_t space = keep(L, file, H5Screate(H5S_SCALAR));
    write_data(L, file, group, stored, given, space, data, bytes);
}

static void write_number(lua_State *L, struct rx_file *file, hid_t group)
{
    if (lua_isinteger(L, -1)) {
        const int64_t x = lua_tointeger(L, -1);
        write_scalar(L, file, group, H5T_STD_I64LE, H5T_NATIVE_INT64, &x, sizeof x);
    } else {
        const double x = lua_tonumber(L, -1);
        write_scalar(L, file, group, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &x, sizeof x);
    }
}

/* As h5py stores numpy's bool. */
static void write_boolean(lua_State *L, struct rx_file *file, hid_t group)
{
    const int8_t no = 0, yes = 1, x = lua_toboolean(L, -1) ? yes : no;
    const hid_t type = keep(L, file, H5Tenum_create(H5T_STD_I8LE));
    check(L, file, H5Tenum_insert(type, "FALSE", &no));
    check(L, file, H5Tenum_insert(type, "TRUE", &yes));
    write_scalar(L, file, group, type, type, &x, sizeof x);
}

static void write_string(lua_State *L, struct rx_file *file, hid_t group)
{
    size_t length;
    const char *text = lua_tolstring(L, -1, &length);
    if (strlen(text) != length)
        error(L, file, "cannot save a string with a zero byte");
    const size_t room = length > 0 ? length : 1; /* an empty string is one byte of padding */
    const hid_t type = keep(L, file, H5Tcopy(H5T_C_S1));
    check(L, file, H5Tset_size(type, room));
    check(L, file, H5Tset_strpad(type, H5T_STR_NULLPAD));
    check(L, file, H5Tset_cset(type, H5T_CSET_UTF8));
    write_scalar(L, file, group, type, type, text, room);
}

static void write_matrix(lua_State *L, struct rx_file *file, hid_t group, const struct rx_matrix *m)
{
    const hsize_t sides[] = { m->steps, rx_matrix_batch(m), m->cols };
    const int first = m->steps ? 0 : 1;
    const hid_t space = keep(L, file, H5Screate_simple(3 - first, sides + first, NULL));
    write_data(L, file, group, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, space, m->data,
               rx_matrix_count(m) * sizeof *m->data);
}

/* A list of n numbers: 64-bit integers if all are, or doubles. */
static void write_numbers(lua_State *L, struct rx_file *file, hid_t group, size_t n, bool integers)
{
    if (n > RX_FILE_LIST)
        error(L, file, "list of more than %d numbers: make it a matrix", RX_FILE_LIST);
    int64_t *whole = lua_newuserdatauv(L, n * sizeof *whole, 0);
    double *real = (double *)(void *)whole;
    for (size_t i = 0; i < n; i++) {
        lua_rawgeti(L, -2, (lua_Integer)i + 1);
        if (integers)
            whole[i] = lua_tointeger(L, -1);
        else
            real[i] = lua_tonumber(L, -1);
        lua_pop(L, 1);
    }
    const hsize_t side = n;
    const hid_t space = keep(L, file, H5Screate_simple(1, &side, NULL));
    write_data(L, file, group, integers ? H5T_STD_I64LE : H5T_IEEE_F64LE,
               integers ? H5T_NATIVE_INT64 : H5T_NATIVE_DOUBLE, space, whole, n * sizeof *whole);
    lua_pop(L, 1);
}

/* --- tables --------------------------------------------------------------------------------- */

struct shape {
    size_t strings, list; /* keys of either kind; of a list they are 1..list */
    bool numbers, integers;
};

/* What the table on top holds; raises if its keys are neither all strings nor 1..n. */
static struct shape check_keys(lua_State *L, struct rx_file *file)
{
    struct shape s = { .numbers = true, .integers = true };
    lua_Integer last = 0;
    bool odd = false;
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        s.numbers &= lua_type(L, -1) == LUA_TNUMBER;
        s.integers &= lua_isinteger(L, -1);
        if (lua_type(L, -2) == LUA_TSTRING) {
            s.strings++;
        } else if (lua_isinteger(L, -2) && lua_tointeger(L, -2) > 0) {
            s.list++;
            if (lua_tointeger(L, -2) > last)
                last = lua_tointeger(L, -2);
        } else {
            odd = true;
        }
    }
    if (odd || (s.strings && s.list) || (lua_Unsigned)last != s.list)
        error(L, file, "cannot save a table whose keys are neither all strings nor 1..n");
    return s;
}

static void check_key(lua_State *L, struct rx_file *file, const char *key, size_t length)
{
    const bool bad = length == 0 || strcmp(key, ".") == 0 || strcmp(key, "..") == 0 ||
                     strchr(key, '/') || strlen(key) != length;
    if (!bad)
        return;
    enter(L, file, key);
    error(L, file, "a key must not be empty, '.' or '..', nor contain '/' or a zero byte");
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Push a table that keeps the keys of the one on top alive, and an array of them in order, so
 * that equal tables make equal files. */
static const char **push_keys(lua_State *L, struct rx_file *file, size_t *count)
{
    const int table = lua_gettop(L);
    lua_createtable(L, *count < INT_MAX ? (int)*count : 0, 0);
    const char **keys = lua_newuserdatauv(L, *count * sizeof *keys, 0);
    size_t i = 0;
    /* a finalizer may have changed the table since it was counted */
    for (lua_pushnil(L); lua_next(L, table) && i < *count; lua_pop(L, 1)) {
        size_t length;
        if (lua_type(L, -2) != LUA_TSTRING)
            continue;
        keys[i] = lua_tolstring(L, -2, &length);
        check_key(L, file, keys[i], length);
        lua_pushvalue(L, -2);
        lua_rawseti(L, table + 1, (lua_Integer)++i);
    }
    lua_settop(L, table + 2);
    qsort(keys, i, sizeof *keys, by_bytes);
    *count = i;
    return keys;
}

static hid_t new_group(lua_State *L, struct rx_file *file, hid_t group)
{
    return keep(L, file,
                H5Gcreate2(group, file->keys[file->depth - 1], file->link_plist, file->group_plist,
                           H5P_DEFAULT));
}

/* A view that only reads a table, as the weights of a network are, stands for that table. */
static void push_viewed(lua_State *L)
{
    if (luaL_getmetafield(L, -1, "viewed") == LUA_TNIL)
        lua_pushvalue(L, -1);
}

static void write_table(lua_State *L, struct rx_file *file, hid_t group)
{
    push_viewed(L);
    const struct shape s = check_keys(L, file);
    if (s.list > 0 && s.numbers)
        write_numbers(L, file, group, s.list, s.integers);
    else
        write_members(L, file, new_group(L, file, group));
    lua_pop(L, 1);
}

/* Cells of either kind become the options that make them again. */
static void write_object(lua_State *L, struct rx_file *file, hid_t group)
{
    const struct rx_matrix *m = rx_test_matrix(L, -1);
    if (m) {
        write_matrix(L, file, group, m);
    } else if (rx_push_place_settings(L, -1) || rx_push_head_direction_settings(L, -1)) {
        write_table(L, file, group);
        lua_pop(L, 1);
    } else
        error(L, file, "cannot save a userdata that is no matrix");
}

/* The value on top becomes the member `key` of the group. */
static void write_member(lua_State *L, struct rx_file *file, hid_t group, const char *key)
{
    const int open = file->handle_count;
    enter(L, file, key);
    if (++file->objects > RX_FILE_OBJECTS)
        error(L, file, "more than %d values in a file", RX_FILE_OBJECTS);
    switch (lua_type(L, -1)) {
    case LUA_TNUMBER:
        write_number(L, file, group);
        break;
    case LUA_TBOOLEAN:
        write_boolean(L, file, group);
        break;
    case LUA_TSTRING:
        write_string(L, file, group);
        break;
    case LUA_TTABLE:
        write_table(L, file, group);
        break;
    case LUA_TUSERDATA:
        write_object(L, file, group);
        break;
    default:
        error(L, file, "cannot save a %s", luaL_typename(L, -1));
    }
    leave(file);
    release(L, file, open);
}

static void write_fields(lua_State *L, struct rx_file *file, hid_t group, size_t count)
{
    const char **keys = push_keys(L, file, &count);
    for (size_t i = 0; i < count; i++) {
        lua_pushstring(L, keys[i]);
        lua_rawget(L, -4);
        write_member(L, file, group, keys[i]);
        lua_pop(L, 1);
    }
    lua_pop(L, 2);
}

/* Members named "1" to "n", and the attribute that makes them a list again. */
static void write_list(lua_State *L, struct rx_file *file, hid_t group, size_t count)
{
    const int64_t n = (int64_t)count;
    const int open = file->handle_count;
    const hid_t space = keep(L, file, H5Screate(H5S_SCALAR));
    const hid_t attribute =
        keep(L, file, H5Acreate2(group, "list", H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT));
    check(L, file, H5Awrite(attribute, H5T_NATIVE_INT64, &n));
    release(L, file, open);
    for (lua_Integer i = 1; i <= n; i++) {
        const char *key = lua_pushfstring(L, "%I", i);
        lua_rawgeti(L, -2, i);
        write_member(L, file, group, key);
        lua_pop(L, 2);
    }
}

/* The members of the table on top become those of the group. */
static void write_members(lua_State *L, struct rx_file *file, hid_t group)
{
    const struct shape s = check_keys(L, file);
    if (s.strings > 0)
        write_fields(L, file, group, s.strings);
    else if (s.list > 0)
        write_list(L, file, group, s.list);
}

/* --- the file ------------------------------------------------------------------------------- *
 *
 * HDF5 builds the file in memory; when it closes it, and the last byte is right, we take the memory
 * over. (H5Fget_file_image of 1.10 is no help: it clears a flag under the superblock's checksum.)
 */

static void *image_malloc(size_t size, H5FD_file_image_op_t operation, void *data)
{
    (void)operation, (void)data;
    return malloc(size);
}

static void *image_realloc(void *image, size_t size, H5FD_file_image_op_t operation, void *data)
{
    (void)operation, (void)data;
    return realloc(image, size);
}

static void *image_copy(void *to, const void *from, size_t size, H5FD_file_image_op_t operation,
                        void *data)
{
    (void)operation, (void)data;
    return memcpy(to, from, size);
}

static herr_t image_free(void *image, H5FD_file_image_op_t operation, void *data)
{
    struct rx_file *file = data;
    if (operation == H5FD_FILE_IMAGE_OP_FILE_CLOSE && !file->image)
        file->image = image;
    else
        free(image);
    return 0;
}

static void *share_data(void *data)
{
    return data;
}

static herr_t forget_data(void *data)
{
    (void)data;
    return 0;
}

static hid_t new_file(lua_State *L, struct rx_file *file)
{
    H5FD_file_image_callbacks_t hooks = { image_malloc, image_copy,  image_realloc, image_free,
                                          share_data,   forget_data, file };
    const hid_t create = keep(L, file, H5Pcreate(H5P_FILE_CREATE));
    const hid_t access = keep(L, file, H5Pcreate(H5P_FILE_ACCESS));
    check(L, file, H5Pset_obj_track_times(create, false));
    check(L, file, H5Pset_fapl_core(access, GROWTH, false));
    check(L, file, H5Pset_file_image_callbacks(access, &hooks));
    /* the oldest format whose metadata bear checksums, for the sake of older readers */
    check(L, file, H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18));
    /* HDF5 first tries to open what it is to create: a name that cannot exist */
    return keep(L, file, H5Fcreate("/dev/null/image", H5F_ACC_TRUNC, create, access));
}

/* The size that a superblock of version 2 gives: bytes 28 to 35, the lowest first. */
static size_t size_of_image(const char *image)
{
    size_t size = 0;
    for (int i = 35; i >= 28; i--)
        size = size << 8 | (unsigned char)image[i];
    return size;
}

static void finish_image(lua_State *L, struct rx_file *file)
{
    release(L, file, 0);
    check(L, file, file->image ? 0 : -1);
    file->image_size = size_of_image(file->image) + RX_SEAL_SIZE;
    char *image = realloc(file->image, file->image_size);
    if (!image)
        rx_error(L, "not enough memory");
    file->image = image;
}

int rx_file_write(lua_State *L)
{
    struct rx_file *file = lua_touserdata(L, 2);
    lua_settop(L, 1);
    const hid_t root = new_file(L, file);
    file->link_plist = keep(L, file, H5Pcreate(H5P_LINK_CREATE));
    check(L, file, H5Pset_char_encoding(file->link_plist, H5T_CSET_UTF8));
    file->group_plist = keep(L, file, H5Pcreate(H5P_GROUP_CREATE));
    check(L, file, H5Pset_obj_track_times(file->group_plist, false));
    push_viewed(L);
    write_members(L, file, root);
    lua_pop(L, 1);
    check(L, file, H5Fflush(root, H5F_SCOPE_GLOBAL));
    finish_image(L, file);
    return 0;
}
