/* foreign.c - writes, into the folder that it is given, HDF5 files as other programs write them,
 * and as nobody should: what tests/spec/file_spec.lua reads. */
#include <hdf5.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

static void mark(hid_t object, const char *name, hid_t stored, hid_t space, hid_t given,
                 const void *data)
{
    const hid_t attribute = H5Acreate2(object, name, stored, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, given, data);
}

static void mark_text(hid_t object, const char *name, const char *text)
{
    const hid_t type = text_type(strlen(text), H5T_STR_NULLTERM);
    mark(object, name, type, space_of(0, 0, 0, 0), type, text);
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

/* Lists and tables of texts, of one and of none. */
static void many_texts(void)
{
    const hid_t file = created("many_texts.h5");
    const hid_t variable = text_type(H5T_VARIABLE, H5T_STR_NULLTERM);
    const char *parts[] = { "nose", "left ear", "tail", "" };
    const char fixed[2][4] = { "on", "off" };
    const hid_t four = text_type(4, H5T_STR_NULLPAD);
    put(file, "list", variable, space_of(1, 3, 0, 0), variable, parts);
    put(file, "table", variable, space_of(2, 2, 2, 0), variable, parts);
    put(file, "fixed", four, space_of(1, 2, 0, 0), four, fixed);
    put(file, "one", variable, space_of(1, 1, 0, 0), variable, parts);
    put(file, "none", variable, space_of(1, 0, 0, 0), variable, parts);
    H5Fclose(file);
}

/* A recording: what can be read, what cannot, and what is said of either. */
static void recording(void)
{
    const hid_t file = created("recording.h5"), pair = H5Tcreate(H5T_COMPOUND, 8);
    const hid_t unit = H5Gcreate2(file, "unit", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const double times[] = { 0.5, 1.25, 7.0 };
    const int32_t rate = 30000, sides[] = { 4, 2 };
    H5Tinsert(pair, "x", 0, H5T_IEEE_F32LE);
    put(unit, "times", H5T_IEEE_F64LE, space_of(1, 3, 0, 0), H5T_NATIVE_DOUBLE, times);
    put(unit, "waveform", pair, space_of(1, 3, 0, 0), -1, NULL);
    put(file, "image", H5T_IEEE_F32LE, space_of(4, 1, 1, 1), -1, NULL);
    mark_text(file, "session", "r7 day 3");
    mark(unit, "rate", H5T_STD_I32BE, space_of(0, 0, 0, 0), H5T_NATIVE_INT32, &rate);
    mark(unit, "sides", H5T_STD_I32LE, space_of(1, 2, 0, 0), H5T_NATIVE_INT32, sides);
    mark(unit, "link", H5T_STD_REF_OBJ, space_of(0, 0, 0, 0), H5T_STD_REF_OBJ, times);
    mark_text(H5Dopen2(unit, "times", H5P_DEFAULT), "unit", "s");
    H5Fclose(file);
}

/* Numbers that single precision would change. */
static void digits(void)
{
    const int64_t frames[] = { 30000000, 30000001, 90000003 };
    const uint64_t ticks[] = { 16777216, 18446744073709551615u };
    const double huge[] = { 1.0, 1e300 }, since_1970[] = { 1700000000.25, 1700000001.75 };
    const double days[] = { 738000.001, 738000.002, 738000.003 };
    const double fine[] = { 0.1, -1e30, NAN, INFINITY, 16777216, 0.1 + 0.2 };
    const double same[] = { 0.1 + 0.2, 0.3 };
    put(created("frames.h5"), "x", H5T_STD_I64LE, space_of(2, 3, 1, 0), H5T_NATIVE_INT64, frames);
    put(created("ticks.h5"), "x", H5T_STD_U64LE, space_of(2, 1, 2, 0), H5T_NATIVE_UINT64, ticks);
    put(created("huge.h5"), "x", H5T_IEEE_F64LE, space_of(2, 1, 2, 0), H5T_NATIVE_DOUBLE, huge);
    put(created("since_1970.h5"), "x", H5T_IEEE_F64LE, space_of(2, 2, 1, 0), H5T_NATIVE_DOUBLE,
        since_1970);
    put(created("days.h5"), "x", H5T_IEEE_F64LE, space_of(2, 3, 1, 0), H5T_NATIVE_DOUBLE, days);
    const hid_t file = created("fine.h5");
    put(file, "x", H5T_IEEE_F64LE, space_of(2, 2, 3, 0), H5T_NATIVE_DOUBLE, fine);
    put(file, "same", H5T_IEEE_F64LE, space_of(2, 2, 1, 0), H5T_NATIVE_DOUBLE, same);
    H5Fclose(file);
}

static hid_t matlab(hid_t group, const char *name, const char *class, hid_t type, hid_t space,
                    hid_t given, const void *data)
{
    put(group, name, type, space, given, data);
    const hid_t set = H5Dopen2(group, name, H5P_DEFAULT);
    mark_text(set, "MATLAB_class", class);
    return set;
}

/* As `save -v7.3` writes: columns first, every number a matrix. */
static void of_matlab(void)
{
    const hid_t file = created("matlab.h5"), scalar = space_of(0, 0, 0, 0);
    const double columns[] = { 1, 3, 2, 4 }, dt = 0.02;
    const double cube[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
    const uint16_t letters[] = { 'r', 0xe4, 0xd83d, 0xde00 }, rows[] = { 'o', 'o', 'n', 'f' };
    const uint8_t yes[] = { 1, 0, 1 }, one = 1;
    const uint64_t empty[] = { 0, 3 };
    matlab(file, "w", "double", H5T_IEEE_F64LE, space_of(2, 2, 2, 0), H5T_NATIVE_DOUBLE, columns);
    matlab(file, "dt", "double", H5T_IEEE_F64LE, space_of(2, 1, 1, 0), H5T_NATIVE_DOUBLE, &dt);
    matlab(file, "x", "double", H5T_IEEE_F64LE, space_of(3, 2, 3, 2), H5T_NATIVE_DOUBLE, cube);
    matlab(file, "text", "char", H5T_STD_U16LE, space_of(2, 4, 1, 0), H5T_NATIVE_UINT16, letters);
    matlab(file, "words", "char", H5T_STD_U16LE, space_of(2, 2, 2, 0), H5T_NATIVE_UINT16, rows);
    matlab(file, "valid", "logical", H5T_STD_U8LE, space_of(2, 3, 1, 0), H5T_NATIVE_UINT8, yes);
    matlab(file, "flag", "logical", H5T_STD_U8LE, space_of(2, 1, 1, 0), H5T_NATIVE_UINT8, yes);
    const hid_t none = matlab(file, "none", "double", H5T_STD_U64LE, space_of(1, 2, 0, 0),
                              H5T_NATIVE_UINT64, empty);
    mark(none, "MATLAB_empty", H5T_STD_U8LE, scalar, H5T_NATIVE_UINT8, &one);
    const hid_t blank = matlab(file, "blank", "char", H5T_STD_U64LE, space_of(1, 2, 0, 0),
                               H5T_NATIVE_UINT64, empty);
    mark(blank, "MATLAB_empty", H5T_STD_U8LE, scalar, H5T_NATIVE_UINT8, &one);
    const hid_t refs = H5Gcreate2(file, "#refs#", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    hobj_ref_t cells[2];
    matlab(refs, "a", "char", H5T_STD_U16LE, space_of(2, 2, 1, 0), H5T_NATIVE_UINT16, rows);
    matlab(refs, "b", "double", H5T_IEEE_F64LE, space_of(2, 2, 2, 0), H5T_NATIVE_DOUBLE, columns);
    H5Rcreate(&cells[0], file, "#refs#/a", H5R_OBJECT, -1);
    H5Rcreate(&cells[1], file, "#refs#/b", H5R_OBJECT, -1);
    matlab(file, "cells", "cell", H5T_STD_REF_OBJ, space_of(2, 2, 1, 0), H5T_STD_REF_OBJ, cells);
    matlab(file, "handle", "function_handle", H5T_STD_U8LE, scalar, H5T_NATIVE_UINT8, &one);
    H5Fclose(file);
}

/* Trials of a network in Python: batch x steps x features. */
static void of_python(void)
{
    const hid_t file = created("python.h5");
    const float states[] = { 111, 112, 121, 122, 131, 132, 211, 212, 221, 222, 231, 232 };
    put(file, "states", H5T_IEEE_F32LE, space_of(3, 2, 3, 2), H5T_NATIVE_FLOAT, states);
    H5Fclose(file);
}

/* A raster of spikes, 100 MB of which one chunk was ever written. */
static void raster(void)
{
    const hid_t file = created("raster.h5"), plist = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t chunk[] = { 100, 100 }, start[] = { 4999, 4999 }, count[] = { 1, 1 };
    const float spike = 1;
    H5Pset_chunk(plist, 2, chunk);
    H5Pset_deflate(plist, 9);
    const hid_t space = space_of(2, 5000, 5000, 0);
    const hid_t set =
        H5Dcreate2(file, "spikes", H5T_IEEE_F32LE, space, H5P_DEFAULT, plist, H5P_DEFAULT);
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL);
    H5Dwrite(set, H5T_NATIVE_FLOAT, space_of(2, 1, 1, 0), space, H5P_DEFAULT, &spike);
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
    put(created("four.h5"), "x", H5T_IEEE_F32LE, space_of(4, 1, 1, 1), -1, NULL);
    put(created("null.h5"), "x", H5T_IEEE_F32LE, H5Screate(H5S_NULL), -1, NULL);
    H5Tcommit2(created("type.h5"), "x", H5Tcopy(H5T_IEEE_F32LE), H5P_DEFAULT, H5P_DEFAULT,
               H5P_DEFAULT);
}

/* A filter that HDF5 knows only by its number. */
static void filter(void)
{
    const hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t chunk[] = { 2, 2 };
    H5Pset_chunk(plist, 2, chunk);
    H5Pset_filter(plist, 32000, H5Z_FLAG_OPTIONAL, 0, NULL);
    H5Dcreate2(created("lzf.h5"), "x", H5T_IEEE_F32LE, space_of(2, 4, 4, 0), H5P_DEFAULT, plist,
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
    many_texts();
    recording();
    digits();
    of_matlab();
    of_python();
    raster();
    layouts();
    types();
    filter();
    claims();
    links();
    elsewhere();
    return H5close() < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
