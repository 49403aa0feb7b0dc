/* foreign.c - writes, into the folder that it is given, HDF5 files as other programs write them,
 * and as nobody should: what tests/spec/file_spec.lua reads. */
#include <hdf5.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* HDF5's identifiers stay open until the program ends: it is a short one. */

static hid_t created(const char *name)
{
    return H5Fcreate(name, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
}

static hid_t space_of(int rank, hsize_t a, hsize_t b, hsize_t c)
{
    const hsize_t sides[] = { a, b, c, 1 };
    return rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(rank, sides, NULL);
}

static void put(hid_t group, const char *name, hid_t stored, hid_t space, hid_t given,
                const void *data)
{
    const hid_t set = H5Dcreate2(group, name, stored, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (data)
        H5Dwrite(set, given, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
}

/* A data set in chunks, none of which is ever written. */
static void claim(hid_t group, const char *name, int rank, hsize_t a, hsize_t b, hsize_t c)
{
    const hsize_t chunk[] = { a < 100 ? a : 100, b < 100 ? b : 100, c < 100 ? c : 100 };
    const hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(plist, rank, chunk);
    H5Dcreate2(group, name, H5T_IEEE_F32LE, space_of(rank, a, b, c), H5P_DEFAULT, plist,
               H5P_DEFAULT);
}

static hid_t text_type(size_t size, H5T_str_t padding)
{
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, size);
    H5Tset_strpad(type, padding);
    return type;
}

static hid_t enumeration(const char *no, const char *yes)
{
    const int8_t values[] = { 0, 1 };
    const hid_t type = H5Tenum_create(H5T_STD_I8LE);
    H5Tenum_insert(type, no, &values[0]);
    H5Tenum_insert(type, yes, &values[1]);
    return type;
}

/* --- what can be loaded --------------------------------------------------------------------- */

static void numbers(void)
{
    const hid_t file = created("numbers.h5");
    const int64_t whole[] = { -3, 5, 7 };
    const uint64_t large = UINT64_MAX;
    const double real[] = { 0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5 };
    put(file, "byte", H5T_STD_I8BE, space_of(0, 0, 0, 0), H5T_NATIVE_INT64, whole);
    put(file, "big_endian", H5T_STD_I32BE, space_of(1, 3, 0, 0), H5T_NATIVE_INT64, whole);
    put(file, "unsigned", H5T_STD_U64LE, space_of(0, 0, 0, 0), H5T_NATIVE_UINT64, &large);
    put(file, "single", H5T_IEEE_F32BE, space_of(0, 0, 0, 0), H5T_NATIVE_DOUBLE, real);
    put(file, "none", H5T_IEEE_F64LE, space_of(1, 0, 0, 0), H5T_NATIVE_DOUBLE, NULL);
    put(file, "matrix", H5T_IEEE_F64BE, space_of(2, 2, 4, 0), H5T_NATIVE_DOUBLE, real);
    put(file, "whole_matrix", H5T_STD_I16LE, space_of(2, 1, 3, 0), H5T_NATIVE_INT64, whole);
    put(file, "sequence", H5T_IEEE_F64LE, space_of(3, 2, 2, 2), H5T_NATIVE_DOUBLE, real);
    put(file, "empty_sequence", H5T_IEEE_F64LE, space_of(3, 0, 2, 2), H5T_NATIVE_DOUBLE, NULL);
    H5Fclose(file);
}

static void texts(void)
{
    const hid_t file = created("texts.h5");
    const char *text = "a text";
    put(file, "variable", text_type(H5T_VARIABLE, H5T_STR_NULLTERM), space_of(0, 0, 0, 0),
        text_type(H5T_VARIABLE, H5T_STR_NULLTERM), &text);
    put(file, "unwritten", text_type(H5T_VARIABLE, H5T_STR_NULLTERM), space_of(0, 0, 0, 0), -1,
        NULL);
    put(file, "ended", text_type(20, H5T_STR_NULLTERM), space_of(0, 0, 0, 0),
        text_type(7, H5T_STR_NULLTERM), text);
    put(file, "padded", text_type(6, H5T_STR_NULLPAD), space_of(0, 0, 0, 0),
        text_type(7, H5T_STR_NULLTERM), text);
    H5Fclose(file);
}

/* Gzipped chunks, a soft link, a list whose attribute is a narrow integer. */
static void layouts(void)
{
    const hid_t file = created("layouts.h5");
    const hid_t inner = H5Gcreate2(file, "inner", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t chunk[] = { 7, 5 };
    const int16_t count = 2;
    float rows[100][10];
    for (int i = 0; i < 1000; i++)
        rows[i / 10][i % 10] = (float)i;
    H5Pset_chunk(plist, 2, chunk);
    H5Pset_shuffle(plist);
    H5Pset_deflate(plist, 6);
    const hid_t set = H5Dcreate2(inner, "gzipped", H5T_IEEE_F32LE, space_of(2, 100, 10, 0),
                                 H5P_DEFAULT, plist, H5P_DEFAULT);
    H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows);
    H5Lcreate_soft("/inner/gzipped", file, "link", H5P_DEFAULT, H5P_DEFAULT);
    const hid_t list = H5Gcreate2(file, "list", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t attribute =
        H5Acreate2(list, "list", H5T_STD_I16BE, space_of(0, 0, 0, 0), H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, H5T_NATIVE_INT16, &count);
    put(list, "1", H5T_STD_I16BE, space_of(0, 0, 0, 0), H5T_NATIVE_INT16, &count);
    H5Gcreate2(list, "2", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);
}

/* --- what cannot: one kind a file ------------------------------------------------------------ */

static void types(void)
{
    const hid_t scalar = space_of(0, 0, 0, 0), pair = H5Tcreate(H5T_COMPOUND, 8);
    H5Tinsert(pair, "x", 0, H5T_IEEE_F32LE);
    put(created("compound.h5"), "x", pair, scalar, -1, NULL);
    put(created("opaque.h5"), "x", H5Tcreate(H5T_OPAQUE, 8), scalar, -1, NULL);
    put(created("reference.h5"), "x", H5T_STD_REF_OBJ, scalar, -1, NULL);
    put(created("ragged.h5"), "x", H5Tvlen_create(H5T_IEEE_F32LE), space_of(1, 3, 0, 0), -1, NULL);
    put(created("colours.h5"), "x", enumeration("RED", "BLUE"), scalar, -1, NULL);
    put(created("strings.h5"), "x", text_type(3, H5T_STR_NULLPAD), space_of(1, 2, 0, 0), -1, NULL);
    put(created("four.h5"), "x", H5T_IEEE_F32LE, space_of(4, 1, 1, 1), -1, NULL);
    put(created("null.h5"), "x", H5T_IEEE_F32LE, H5Screate(H5S_NULL), -1, NULL);
    H5Tcommit2(created("type.h5"), "x", H5Tcopy(H5T_IEEE_F32LE), H5P_DEFAULT, H5P_DEFAULT,
               H5P_DEFAULT);
}

static void claims(void)
{
    const hsize_t much = 1 << 20, most = INT32_MAX;
    claim(created("large.h5"), "x", 2, much, much, 0);
    claim(created("wide.h5"), "x", 2, 1, most + 1, 0);
    claim(created("overflow.h5"), "x", 3, (hsize_t)1 << 33, (hsize_t)1 << 33, (hsize_t)1 << 33);
    claim(created("product.h5"), "x", 3, most, most, most);
    claim(created("list.h5"), "x", 1, (hsize_t)1 << 40, 0, 0);
    put(created("text.h5"), "x", text_type((size_t)1 << 31, H5T_STR_NULLPAD), space_of(0, 0, 0, 0),
        -1, NULL);
    const hid_t many = created("many.h5"); /* each modest, together not */
    char name[16];
    for (int i = 0; i < 2000; i++) {
        snprintf(name, sizeof name, "%d", i);
        claim(many, name, 2, 1000, 1000, 0);
    }
}

static void links(void)
{
    const hid_t outside = created("outside.h5"), soft = created("soft.h5");
    H5Lcreate_external("numbers.h5", "/byte", outside, "x", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/x/y", soft, "x", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/nowhere", created("dangling.h5"), "x", H5P_DEFAULT, H5P_DEFAULT);
    const hid_t ring = created("ring.h5");
    const hid_t group = H5Gcreate2(ring, "x", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_hard(ring, "/", group, "y", H5P_DEFAULT, H5P_DEFAULT);
    hid_t inner = created("deep.h5");
    for (int i = 0; i < 200; i++)
        inner = H5Gcreate2(inner, "x", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t bomb = created("bomb.h5"); /* 24 levels, each twice the one below */
    hid_t level = bomb;
    for (int i = 0; i < 24; i++) {
        const hid_t below = H5Gcreate2(level, "x", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        H5Lcreate_hard(level, "x", level, "y", H5P_DEFAULT, H5P_DEFAULT);
        level = below;
    }
}

/* Numbers that lie in another file: this program's reader must not fetch them. */
static void elsewhere(void)
{
    const hid_t raw = H5Pcreate(H5P_DATASET_CREATE), virtual = H5Pcreate(H5P_DATASET_CREATE);
    const hid_t space = space_of(2, 2, 4, 0);
    H5Pset_external(raw, "/etc/passwd", 0, 32);
    H5Dcreate2(created("raw.h5"), "x", H5T_IEEE_F32LE, space, H5P_DEFAULT, raw, H5P_DEFAULT);
    H5Pset_virtual(virtual, space, "numbers.h5", "matrix", space);
    H5Dcreate2(created("virtual.h5"), "x", H5T_IEEE_F32LE, space, H5P_DEFAULT, virtual,
               H5P_DEFAULT);
}

int main(int argc, char **argv)
{
    if (argc != 2 || chdir(argv[1]) != 0)
        return EXIT_FAILURE;
    numbers();
    texts();
    layouts();
    types();
    claims();
    links();
    elsewhere();
    return H5close() < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
