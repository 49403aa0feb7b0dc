/* file_matlab.c - data sets that MATLAB wrote: texts, cells, empty arrays and the class of numbers.
 *
 * It stores columns first, so that the sides arrive the other way round; the attribute MATLAB_class
 * tells its files. */
#include "reader.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* A letter of MATLAB's, in UTF-16, as UTF-8; how many bytes. */
static size_t put_letter(char *to, const int64_t *letters, size_t left, size_t *taken)
{
    uint32_t code = (uint16_t)letters[0];
    *taken = 1;
    if (code >> 10 == 0x36 && left > 1 && (uint16_t)letters[1] >> 10 == 0x37) {
        code = 0x10000 + ((code & 0x3ff) << 10 | ((uint32_t)letters[1] & 0x3ff));
        *taken = 2;
    }
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char first[] = { 0, 0xc0, 0xe0, 0xf0 };
    to[0] = (char)(first[more] | code >> 6 * more);
    for (int i = 1; i <= more; i++)
        to[i] = (char)(0x80 | (code >> 6 * (more - i) & 0x3f));
    return (size_t)more + 1;
}

/* A row of letters is a text, several rows are a list of texts. */
static bool say_letters(struct rx_reader *reader, const struct rx_source *source)
{
    const struct rx_array rows = rx_source_turned(source);
    const uint64_t count = rx_array_count(&rows);
    if (rows.rank != 2 || source->class != H5T_INTEGER)
        return rx_reader_refuse(reader, "letters of MATLAB's that are no text");
    rx_reader_weigh(reader, (double)count, sizeof(int64_t), false);
    if (reader->speaker.muted)
        return true;
    int64_t *letters = rx_reader_allocate(reader, (size_t)count * sizeof *letters);
    const bool good = count == 0 || rx_source_fetch(reader, source, H5T_NATIVE_INT64, letters);
    if (good) {
        letters = rx_source_turn(reader, source, letters, sizeof *letters);
        const struct rx_array list = { .rank = rows.sides[0] != 1, .sides = { rows.sides[0] } };
        char *text = rx_reader_allocate(reader, 4 * (size_t)rows.sides[1]);
        rx_say_texts(reader, source, &list);
        for (size_t i = 0; i < rows.sides[0]; i++) {
            size_t used = 0, taken;
            for (size_t j = 0; j < rows.sides[1]; j += taken)
                used += put_letter(text + used, letters + i * rows.sides[1] + j,
                                   (size_t)rows.sides[1] - j, &taken);
            rx_say_text(&reader->speaker, text, used);
        }
        free(text);
    }
    free(letters);
    return good;
}

/* A table of anything: a list of what its elements refer to, column after column. */
static bool say_cells(struct rx_reader *reader, const struct rx_source *source)
{
    const uint64_t count = rx_array_count(&source->array);
    if (source->class != H5T_REFERENCE || H5Tequal(source->type, H5T_STD_REF_OBJ) <= 0)
        return rx_reader_refuse(reader, "cells of MATLAB's that cannot be loaded");
    rx_reader_weigh(reader, (double)count, sizeof(hobj_ref_t), false);
    hobj_ref_t *cells = rx_reader_allocate(reader, (size_t)count * sizeof *cells);
    const bool good = count == 0 || rx_source_fetch(reader, source, H5T_STD_REF_OBJ, cells);
    rx_say(&reader->speaker, RX_SAY_GROUP);
    rx_say_text(&reader->speaker, source->name, strlen(source->name));
    rx_say_byte(&reader->speaker, true);
    for (uint64_t i = 0; good && i < count; i++)
        rx_read_cell(reader, source->id, &cells[i], i + 1);
    rx_say(&reader->speaker, RX_SAY_END);
    free(cells);
    return good;
}

/* An empty array's data are its sides. */
static bool say_empty(struct rx_reader *reader, struct rx_source *source)
{
    uint64_t sides[3] = { 0 };
    if (rx_array_count(&source->array) > 3 || source->class != H5T_INTEGER ||
        !rx_source_fetch(reader, source, H5T_NATIVE_UINT64, sides))
        return rx_reader_refuse(reader, "an empty array of MATLAB's that cannot be loaded");
    const bool text = strcmp(source->matlab, "char") == 0;
    if (text || strcmp(source->matlab, "cell") == 0) {
        const struct rx_array none = { .rank = text ? 0 : 1 };
        rx_say_texts(reader, source, &none);
        if (text)
            rx_say_text(&reader->speaker, "", 0);
        return true;
    }
    if (sides[0] > INT_MAX || sides[1] > INT_MAX || sides[0] * sides[1] > 0)
        return rx_reader_refuse(reader, "an empty array of MATLAB's with elements");
    rx_say(&reader->speaker, RX_SAY_MATRIX);
    rx_say_text(&reader->speaker, source->name, strlen(source->name));
    rx_say_size(&reader->speaker, sides[0]);
    rx_say_size(&reader->speaker, sides[1]);
    rx_say_size(&reader->speaker, 0);
    return true;
}

static bool is_numeric_there(const char *matlab)
{
    static const char *const classes[] = { "double", "single", "logical", "int8",  "uint8", "int16",
                                           "uint16", "int32",  "uint32",  "int64", "uint64" };
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (strcmp(matlab, classes[i]) == 0)
            return true;
    return false;
}

bool rx_say_matlab(struct rx_reader *reader, struct rx_source *source)
{
    rx_source_order(reader, source);
    if (H5Aexists(source->id, "MATLAB_empty") > 0)
        return say_empty(reader, source);
    if (strcmp(source->matlab, "char") == 0)
        return say_letters(reader, source);
    if (strcmp(source->matlab, "cell") == 0)
        return say_cells(reader, source);
    if (!is_numeric_there(source->matlab))
        return rx_reader_refuse(reader, "a %s of MATLAB's cannot be loaded", source->matlab);
    return rx_say_value(reader, source);
}
