/* file_set.c - what an HDF5 data set or attribute holds: which kind it is, and texts. */
#include "reader.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool rx_source_fetch(struct rx_reader *reader, const struct rx_source *source, hid_t type, void *to)
{
    const bool good =
        (source->is_attribute ? H5Aread(source->id, type, to)
                              : H5Dread(source->id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, to)) >= 0;
    return good || rx_reader_damage(reader);
}

/* --- texts ----------------------------------------------------------------------------------- */

void rx_say_texts(struct rx_reader *reader, const struct rx_source *source,
                  const struct rx_array *array)
{
    rx_say(&reader->speaker, RX_SAY_TEXTS);
    rx_say_text(&reader->speaker, source->name, strlen(source->name));
    rx_say_array(&reader->speaker, array);
}

/* Texts of any length each; HDF5 allocates them. */
static bool say_variable_texts(struct rx_reader *reader, const struct rx_source *source, hid_t type,
                               size_t count)
{
    char **texts = rx_reader_allocate(reader, count * sizeof *texts);
    const bool good = count == 0 || rx_source_fetch(reader, source, type, texts);
    if (good)
        rx_say_texts(reader, source, &source->array);
    for (size_t i = 0; good && i < count; i++) {
        rx_say_text(&reader->speaker, texts[i] ? texts[i] : "", texts[i] ? strlen(texts[i]) : 0);
        H5free_memory(texts[i]);
    }
    free(texts);
    return good;
}

/* Texts in the same room each, which they need not fill. */
static bool say_fixed_texts(struct rx_reader *reader, const struct rx_source *source, hid_t type,
                            size_t count, size_t size)
{
    char *texts = rx_reader_allocate(reader, count * size);
    const bool good = count == 0 || rx_source_fetch(reader, source, type, texts);
    if (good)
        rx_say_texts(reader, source, &source->array);
    for (size_t i = 0; good && i < count; i++)
        rx_say_text(&reader->speaker, texts + i * size, strnlen(texts + i * size, size - 1));
    free(texts);
    return good;
}

static bool read_texts(struct rx_reader *reader, const struct rx_source *source)
{
    const uint64_t count = rx_array_count(&source->array);
    const htri_t variable = H5Tis_variable_str(source->type);
    const size_t stored = variable ? sizeof(char *) : H5Tget_size(source->type);
    if (count > RX_FILE_OBJECTS)
        return rx_reader_refuse(reader, "list of more than %d texts", RX_FILE_OBJECTS);
    if (variable < 0 || stored == 0 || stored > SIZE_MAX / 2)
        return rx_reader_damage(reader);
    rx_reader_weigh(reader, (double)count, stored + 1, false);
    if (reader->speaker.muted)
        return true;
    /* in memory each is ended by a zero byte */
    const hid_t type = H5Tcopy(H5T_C_S1);
    bool good = type >= 0 && H5Tset_size(type, variable ? H5T_VARIABLE : stored + 1) >= 0 &&
                H5Tset_cset(type, H5Tget_cset(source->type)) >= 0;
    if (!good)
        rx_reader_damage(reader);
    else if (variable)
        good = say_variable_texts(reader, source, type, (size_t)count);
    else
        good = say_fixed_texts(reader, source, type, (size_t)count, stored + 1);
    H5Tclose(type);
    return good;
}

/* --- which of these it is -------------------------------------------------------------------- */

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

/* Whether the enumeration is that of h5py's booleans. */
static bool is_boolean(hid_t type)
{
    int8_t no = -1, yes = -1;
    return H5Tget_size(type) == 1 && H5Tget_nmembers(type) == 2 &&
           H5Tenum_valueof(type, "FALSE", &no) >= 0 && H5Tenum_valueof(type, "TRUE", &yes) >= 0 &&
           no == 0 && yes == 1;
}

bool rx_say_value(struct rx_reader *reader, struct rx_source *source)
{
    const bool number = source->class == H5T_INTEGER || source->class == H5T_FLOAT ||
                        (source->class == H5T_ENUM && is_boolean(source->type));
    const int rank = source->array.rank;
    rx_source_order(reader, source);
    if (source->class == H5T_STRING)
        return read_texts(reader, source);
    if (!number)
        return rx_reader_refuse(reader, "a data set of type %s cannot be loaded",
                                class_name(source->class));
    const struct rx_array array = rx_source_turned(source), alone = { 0 };
    if (source->matlab[0] && rx_array_count(&array) == 1)
        return rx_say_numbers(reader, source, alone); /* every number of MATLAB's is a matrix */
    if (rank < 2 || source->is_attribute || reader->wish->lists)
        return rx_say_numbers(reader, source, array);
    return rx_say_matrix(reader, source);
}

/* Its sides, if they are at most 3. */
static bool measure(struct rx_reader *reader, struct rx_source *source)
{
    const hid_t space = source->is_attribute ? H5Aget_space(source->id) : H5Dget_space(source->id);
    const H5S_class_t class = H5Sget_simple_extent_type(space);
    const int rank = H5Sget_simple_extent_ndims(space);
    hsize_t sides[3] = { 0 };
    bool good = true;
    if (class == H5S_NULL)
        good = rx_reader_refuse(reader, "a data set without a value cannot be loaded");
    else if (rank > 3)
        good = rx_reader_refuse(reader, "a data set of %d dimensions cannot be loaded", rank);
    else if (class < 0 || H5Sget_simple_extent_dims(space, sides, NULL) < 0)
        good = rx_reader_damage(reader);
    source->array.rank = good ? rank : 0;
    for (int i = 0; i < 3; i++)
        source->array.sides[i] = sides[i];
    H5Sclose(space);
    return good;
}

/* Each of its filters must be one that this program has. */
static bool has_filters(struct rx_reader *reader, hid_t plist)
{
    static const struct {
        H5Z_filter_t id;
        const char *name;
    } known[] = {
        { 32000, "lzf" },  { 32001, "blosc" },      { 32004, "lz4" },    { 307, "bzip2" },
        { 32015, "zstd" }, { 32008, "bitshuffle" }, { 32026, "blosc2" }, { 32013, "zfp" }
    };
    const int count = H5Pget_nfilters(plist);
    for (unsigned i = 0; (int)i < count; i++) {
        char name[64] = "";
        unsigned flags;
        size_t values = 0;
        const H5Z_filter_t filter =
            H5Pget_filter2(plist, i, &flags, &values, NULL, sizeof name, name, NULL);
        if (filter >= 0 && H5Zfilter_avail(filter) > 0)
            continue;
        for (size_t k = 0; k < sizeof known / sizeof *known; k++)
            if (known[k].id == filter)
                snprintf(name, sizeof name, "%s", known[k].name);
        return rx_reader_refuse(
            reader,
            "packed by the filter %s (%d), which is not to be had here; pack it "
            "by gzip, or not at all",
            name[0] ? name : "of number", (int)filter);
    }
    return count >= 0 || rx_reader_damage(reader);
}

/* The numbers must lie in this file, not in others that it names; counts their bytes. */
static bool check_storage(struct rx_reader *reader, hid_t set)
{
    const hid_t plist = H5Dget_create_plist(set);
    const H5D_layout_t layout = H5Pget_layout(plist);
    const int others = H5Pget_external_count(plist);
    bool good = true;
    if (plist < 0 || layout < 0 || others < 0)
        good = rx_reader_damage(reader);
    else if (others > 0 || layout == H5D_VIRTUAL)
        good = rx_reader_refuse(reader, "a data set stored in other files is not loaded");
    else
        good = has_filters(reader, plist);
    H5Pclose(plist);
    if (good)
        reader->stored += (double)H5Dget_storage_size(set);
    return good;
}

static bool say_source(struct rx_reader *reader, struct rx_source *source)
{
    source->class = H5Tget_class(source->type);
    if (source->type < 0 || source->class < 0)
        return rx_reader_damage(reader);
    if (!measure(reader, source))
        return false;
    return source->matlab[0] ? rx_say_matlab(reader, source) : rx_say_value(reader, source);
}

bool rx_read_set(struct rx_reader *reader, hid_t set)
{
    if (!check_storage(reader, set))
        return false;
    struct rx_source source = { .id = set,
                                .type = H5Dget_type(set),
                                .name = rx_reader_key(reader) };
    rx_reader_label(set, "MATLAB_class", source.matlab, sizeof source.matlab);
    const bool good = say_source(reader, &source);
    H5Tclose(source.type);
    return good;
}

bool rx_read_attribute(struct rx_reader *reader, hid_t attribute, const char *name)
{
    struct rx_source source = {
        .id = attribute, .type = H5Aget_type(attribute), .name = name, .is_attribute = true
    };
    const bool good = say_source(reader, &source);
    H5Tclose(source.type);
    return good;
}
