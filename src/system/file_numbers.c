/* file_numbers.c - arrays of numbers in HDF5: turned to the order of axes that is wanted, exact or
 * in single precision. */
#include "reader.h"
#include "single.h"
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLAB = 1 << 23 }; /* bytes of numbers that are read at a time */

/* --- axes ------------------------------------------------------------------------------------ */

static bool is_turned(const struct rx_source *source)
{
    for (int i = 0; i < source->array.rank; i++)
        if (source->order[i] != i)
            return true;
    return false;
}

struct rx_array rx_source_turned(const struct rx_source *source)
{
    struct rx_array array = { .rank = source->array.rank };
    for (int i = 0; i < array.rank; i++)
        array.sides[i] = source->array.sides[source->order[i]];
    return array;
}

void rx_source_order(const struct rx_reader *reader, struct rx_source *source)
{
    const int rank = source->array.rank;
    for (int i = 0; i < rank; i++)
        source->order[i] = source->matlab[0] ? rank - 1 - i : i;
    if (rank == 3 && reader->wish->batch_first) {
        const int batch = source->order[0];
        source->order[0] = source->order[1];
        source->order[1] = batch;
    }
}

/* The elements, of `size` bytes each, in the order of the result's axes: `from` itself or, in its
 * place, a copy. */
void *rx_source_turn(struct rx_reader *reader, const struct rx_source *source, void *from,
                     size_t size)
{
    if (!is_turned(source))
        return from;
    const struct rx_array out = rx_source_turned(source);
    const int missing = 3 - out.rank;
    size_t sides[3] = { 1, 1, 1 }, steps[3] = { 0 }, stored_step[3], step = size;
    for (int i = out.rank; i-- > 0; step *= source->array.sides[i])
        stored_step[i] = step;
    for (int i = 0; i < out.rank; i++) {
        sides[missing + i] = out.sides[i];
        steps[missing + i] = stored_step[source->order[i]];
    }
    char *all = rx_reader_allocate(reader, step), *to = all;
    for (size_t i = 0; i < sides[0]; i++)
        for (size_t j = 0; j < sides[1]; j++)
            for (size_t k = 0; k < sides[2]; k++, to += size)
                memcpy(to, (char *)from + i * steps[0] + j * steps[1] + k * steps[2], size);
    free(from);
    return all;
}

/* --- numbers --------------------------------------------------------------------------------- */

static enum rx_kind number_kind(const struct rx_source *source)
{
    if (source->class == H5T_ENUM || strcmp(source->matlab, "logical") == 0)
        return RX_BOOLEAN;
    if (source->class == H5T_FLOAT || H5Tget_size(source->type) > sizeof(int64_t))
        return RX_REAL;
    return H5Tget_sign(source->type) == H5T_SGN_NONE ? RX_UNSIGNED : RX_INTEGER;
}

static hid_t type_in_memory(enum rx_kind kind)
{
    return kind == RX_REAL       ? H5T_NATIVE_DOUBLE
           : kind == RX_UNSIGNED ? H5T_NATIVE_UINT64
                                 : H5T_NATIVE_INT64;
}

/* All as they are, in 8 bytes each. */
bool rx_say_numbers(struct rx_reader *reader, const struct rx_source *source, struct rx_array array)
{
    const enum rx_kind kind = number_kind(source);
    const uint64_t count = rx_array_count(&array);
    if (count > RX_FILE_LIST)
        return rx_reader_refuse(reader, "list of more than %d numbers", RX_FILE_LIST);
    rx_reader_weigh(reader, (double)count, sizeof(int64_t), false);
    if (reader->speaker.muted)
        return true;
    void *numbers = rx_reader_allocate(reader, (size_t)count * sizeof(int64_t));
    const bool good = count == 0 || rx_source_fetch(reader, source, type_in_memory(kind), numbers);
    if (good) {
        numbers = rx_source_turn(reader, source, numbers, sizeof(int64_t));
        rx_say(&reader->speaker, RX_SAY_NUMBERS);
        rx_say_text(&reader->speaker, source->name, strlen(source->name));
        rx_say_byte(&reader->speaker, (int)kind);
        rx_say_array(&reader->speaker, &array);
        rx_say_bytes(&reader->speaker, numbers, (size_t)count * sizeof(int64_t));
    }
    free(numbers);
    return good;
}

/* --- matrices -------------------------------------------------------------------------------- */

/* Numbers on their way into single precision, some of the stored rows at a time. */
struct passage {
    enum rx_kind kind;
    bool direct; /* all numbers of the stored type are exact: HDF5 makes them single */
    struct rx_single single;
};

/* The indices of a number, from 1, as the result counts them. */
static void name_element(const struct rx_source *source, uint64_t index, char text[80])
{
    uint64_t at[3] = { 0 };
    for (int i = source->array.rank; i-- > 0; index /= source->array.sides[i])
        at[i] = index % source->array.sides[i] + 1;
    int used = 0;
    for (int i = 0; i < source->array.rank; i++)
        used += snprintf(text + used, 80 - (size_t)used, "%s%llu", i ? ", " : "",
                         (unsigned long long)at[source->order[i]]);
}

_Noreturn static void refuse_number(struct rx_reader *reader, const struct rx_source *source,
                                    enum rx_kind kind, const void *number, uint64_t index,
                                    double became)
{
    char text[40], element[80];
    if (kind == RX_REAL)
        snprintf(text, sizeof text, "%.17g", *(const double *)number);
    else if (kind == RX_UNSIGNED)
        snprintf(text, sizeof text, "%llu", *(const unsigned long long *)number);
    else
        snprintf(text, sizeof text, "%lld", *(const long long *)number);
    name_element(source, index, element);
    rx_reader_fail(reader,
                   "the number %s in element (%s) would become %.17g in single precision; load it "
                   "with lists = true (as lists of exact numbers) or with rounded = true",
                   text, element, became);
}

/* From `raw`, in 8 bytes each, the first being number `first` of the set. */
static void pass(struct rx_reader *reader, const struct rx_source *source, struct passage *passage,
                 float *out, const void *raw, uint64_t first, size_t count)
{
    size_t good = 0;
    while (good < count) {
        const char *from = (const char *)raw + good * sizeof(int64_t);
        const size_t left = count - good;
        const size_t kept =
            passage->kind == RX_REAL
                ? rx_single_from_doubles(&passage->single, out + good,
                                         (const double *)(const void *)from, left)
            : passage->kind == RX_UNSIGNED
                ? rx_single_from_unsigned(out + good, (const uint64_t *)(const void *)from, left)
                : rx_single_from_integers(out + good, (const int64_t *)(const void *)from, left);
        good += kept;
        if (kept == left)
            return;
        if (!reader->wish->rounded)
            refuse_number(reader, source, passage->kind, (const char *)raw + good * sizeof(int64_t),
                          first + good, (double)out[good]);
        good++; /* it is rounded already */
    }
}

/* Rows of the first side to be read at a time: whole chunks, so that none is unpacked twice. */
static hsize_t slab_rows(const struct rx_source *source, size_t row)
{
    hsize_t chunk[3] = { 1, 1, 1 }, rows = row > 0 ? SLAB / row + 1 : SLAB;
    const hid_t plist = H5Dget_create_plist(source->id);
    if (plist >= 0 && H5Pget_layout(plist) == H5D_CHUNKED && H5Pget_chunk(plist, 3, chunk) > 0 &&
        chunk[0] > 0)
        rows = (rows + chunk[0] - 1) / chunk[0] * chunk[0];
    H5Pclose(plist);
    return rows < source->array.sides[0] ? rows : source->array.sides[0];
}

/* Read `rows` of the first side, from `first` on. */
static bool fetch_rows(struct rx_reader *reader, const struct rx_source *source, hid_t type,
                       hsize_t first, hsize_t rows, void *to)
{
    hsize_t start[3] = { first, 0, 0 }, count[3];
    for (int i = 0; i < source->array.rank; i++)
        count[i] = i == 0 ? rows : source->array.sides[i];
    const hid_t space = H5Dget_space(source->id);
    const hid_t part = H5Screate_simple(source->array.rank, count, NULL);
    const bool good = space >= 0 && part >= 0 &&
                      H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
                      H5Dread(source->id, type, part, space, H5P_DEFAULT, to) >= 0;
    H5Sclose(part);
    H5Sclose(space);
    return good || rx_reader_damage(reader);
}

static void say_block(struct rx_reader *reader, const float *numbers, uint64_t count)
{
    rx_say_size(&reader->speaker, count);
    rx_say_bytes(&reader->speaker, numbers, (size_t)count * sizeof *numbers);
}

/* All numbers of the matrix, in slabs, or at once if its axes are turned. */
static bool say_floats(struct rx_reader *reader, const struct rx_source *source,
                       struct passage *passage)
{
    const uint64_t count = rx_array_count(&source->array), side = source->array.sides[0];
    const size_t row = count > 0 ? (size_t)(count / side) : 0;
    const size_t wide = passage->direct ? sizeof(float) : sizeof(int64_t);
    const hid_t type = passage->direct ? H5T_NATIVE_FLOAT : type_in_memory(passage->kind);
    const hsize_t most = is_turned(source) ? side : slab_rows(source, row * wide);
    bool good = true;
    float *numbers = rx_reader_allocate(reader, (size_t)most * row * sizeof *numbers);
    void *raw = passage->direct ? numbers : rx_reader_allocate(reader, (size_t)most * row * wide);
    for (hsize_t first = 0; good && row > 0 && first < side; first += most) {
        const hsize_t rows = side - first < most ? side - first : most;
        good = fetch_rows(reader, source, type, first, rows, raw);
        if (good && !passage->direct)
            pass(reader, source, passage, numbers, raw, first * row, (size_t)rows * row);
        if (good && is_turned(source))
            numbers = rx_source_turn(reader, source, numbers, sizeof *numbers);
        if (good)
            say_block(reader, numbers, rows * row);
    }
    if (!good)
        rx_say_size(&reader->speaker, RX_NO_MORE);
    if (!passage->direct)
        free(raw);
    free(numbers);
    return good;
}

static bool fits(const struct rx_array *array)
{
    for (int i = 0; i < array->rank; i++)
        if (array->sides[i] > INT_MAX)
            return false;
    return array->rank < 3 || array->sides[0] * array->sides[1] <= INT_MAX;
}

/* Two sides make a matrix, three a sequence. */
bool rx_say_matrix(struct rx_reader *reader, const struct rx_source *source)
{
    const struct rx_array out = rx_source_turned(source);
    const uint64_t steps = out.rank == 3 ? out.sides[0] : 0;
    const uint64_t cols = out.sides[out.rank - 1];
    struct passage passage = { .kind = number_kind(source) };
    passage.direct = source->class == H5T_FLOAT ? H5Tget_size(source->type) <= sizeof(float)
                                                : H5Tget_size(source->type) <= sizeof(int16_t);
    if (!fits(&out))
        return rx_reader_refuse(reader, "more than %d rows or columns", INT_MAX);
    const uint64_t rows = out.rank == 3 ? steps * out.sides[1] : out.sides[0];
    rx_reader_weigh(reader, (double)rows * (double)cols, sizeof(float), true);
    if (reader->speaker.muted)
        return true;
    rx_say(&reader->speaker, RX_SAY_MATRIX);
    rx_say_text(&reader->speaker, source->name, strlen(source->name));
    rx_say_size(&reader->speaker, rows);
    rx_say_size(&reader->speaker, cols);
    rx_say_size(&reader->speaker, steps);
    reader->in_matrix = true;
    const bool good = say_floats(reader, source, &passage);
    reader->in_matrix = false;
    if (!good)
        return false;
    if (!reader->wish->rounded && !rx_single_resolves(&passage.single))
        rx_reader_fail(reader,
                       "the numbers from %.17g to %.17g are too close together for single "
                       "precision; load them with lists = true (as lists of exact numbers) or "
                       "with rounded = true",
                       passage.single.least, passage.single.most);
    return true;
}
