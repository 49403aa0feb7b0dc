/* program.c - programs as Lua hands them over: lists of instructions become one object. */
#include "program.h"
#include "bind.h"
#include <string.h>

static const char type_name[] = "rx.program";

static const char *const places[] = { "weight",  "field", "result", "before",  "after", "d_before",
                                      "d_after", "kept",  "window", "scratch", "seed",  NULL };
static const char *const kinds[] = { "copy",     "combine",  "map",       "row_sum",
                                     "row_mean", "row_most", "row_least", "product",
                                     "noise",    "encode",   "total",     NULL };
static const char *const operations[] = { "add", "sub", "mul", "div", "pow",   "atan2", "lt",
                                          "le",  "eq",  "max", "min", "where", NULL };
static const char *const functions[] = { "abs",  "sqrt",   "exp",     "log",         "sin",
                                         "cos",  "tanh",   "floor",   "wrap",        "sigmoid",
                                         "relu", "square", "softmax", "log_softmax", NULL };
static const char *const noises[] = { "state", "output", NULL };

const struct rx_program *rx_test_program(lua_State *L, int index)
{
    return luaL_testudata(L, index, type_name);
}

/* --- fields of the table on top ------------------------------------------------------------------
 */

static int choice(lua_State *L, const char *name, const char *const choices[])
{
    lua_getfield(L, -1, name);
    const char *text = lua_tostring(L, -1);
    int found = -1;
    for (int i = 0; text && choices[i] && found < 0; i++)
        if (strcmp(text, choices[i]) == 0)
            found = i;
    if (found < 0)
        rx_error(L, "no program: '%s' is %s", name, rx_describe(L, -1));
    lua_pop(L, 1);
    return found;
}

static size_t size(lua_State *L, const char *name, lua_Integer least)
{
    lua_getfield(L, -1, name);
    const lua_Integer value = lua_tointeger(L, -1);
    if (value < least || value > RX_LARGEST_SIDE)
        rx_error(L, "no program: '%s' is %s", name, rx_describe(L, -1));
    lua_pop(L, 1);
    return (size_t)value;
}

static bool flag(lua_State *L, const char *name)
{
    lua_getfield(L, -1, name);
    const bool value = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return value;
}

/* { block, first column, columns }, all from 1 on; absent, none */
static struct rx_operand operand(lua_State *L, const char *name)
{
    struct rx_operand operand = { .block = RX_NO_BLOCK };
    if (lua_getfield(L, -1, name) == LUA_TTABLE) {
        lua_Integer number[3];
        for (int i = 0; i < 3; i++) {
            lua_rawgeti(L, -1, i + 1);
            number[i] = lua_tointeger(L, -1);
            lua_pop(L, 1);
            if (number[i] < 1 || number[i] > RX_LARGEST_SIDE)
                rx_error(L, "no program: an operand outside its block");
        }
        operand =
            (struct rx_operand){ (int)(number[0] - 1), (size_t)number[1] - 1, (size_t)number[2] };
    }
    lua_pop(L, 1);
    return operand;
}

static struct rx_block block(lua_State *L)
{
    const enum rx_place place = (enum rx_place)choice(L, "place", places);
    return (struct rx_block){
        .place = place,
        .index = size(L, "index", 1) - 1,
        .rows = place == RX_WEIGHT ? size(L, "rows", 1) : 0,
        .cols = size(L, "cols", 1),
    };
}

static struct rx_instruction instruction(lua_State *L)
{
    struct rx_instruction in = {
        .kind = (enum rx_kind)choice(L, "kind", kinds),
        .out = operand(L, "out"),
        .a = operand(L, "a"),
        .b = operand(L, "b"),
        .adds = flag(L, "adds"),
        .transposed = flag(L, "transposed"),
    };
    if (in.kind == RX_COMBINE)
        in.operation = (enum rx_operation)choice(L, "what", operations);
    if (in.kind == RX_MAP)
        in.function = (enum rx_function)choice(L, "what", functions);
    if (in.kind == RX_NOISE)
        in.which = choice(L, "what", noises);
    lua_getfield(L, -1, "number");
    in.number = (float)lua_tonumber(L, -1);
    lua_pop(L, 1);
    return in;
}

static struct rx_outer outer(lua_State *L)
{
    return (struct rx_outer){ operand(L, "left"), operand(L, "right"), size(L, "weight", 1) - 1 };
}

/* --- the whole
 * ------------------------------------------------------------------------------------ */

static size_t count(lua_State *L, const char *name)
{
    const lua_Unsigned length = lua_getfield(L, 1, name) == LUA_TTABLE ? lua_rawlen(L, -1) : 0;
    lua_pop(L, 1);
    if (length > 1 << 20)
        rx_error(L, "no program: too many %s", name);
    return (size_t)length;
}

/* Push element i of a list of tables. */
static void push_element(lua_State *L, const char *name, size_t i)
{
    lua_getfield(L, 1, name);
    if (lua_rawgeti(L, -1, (lua_Integer)i + 1) != LUA_TTABLE)
        rx_error(L, "no program: element %d of '%s' is no table", (int)i + 1, name);
    lua_remove(L, -2);
}

static void fill_list(lua_State *L, struct rx_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        push_element(L, name, i);
        list->at[i] = instruction(L);
        lua_pop(L, 1);
    }
}

static void fill(lua_State *L, struct rx_program *program)
{
    for (size_t i = 0; i < program->blocks; i++) {
        push_element(L, "blocks", i);
        program->block[i] = block(L);
        lua_pop(L, 1);
    }
    fill_list(L, &program->forward, "forward");
    fill_list(L, &program->backward, "backward");
    for (size_t i = 0; i < program->outers; i++) {
        push_element(L, "outers", i);
        program->outer[i] = outer(L);
        lua_pop(L, 1);
    }
}

/* program { blocks =, forward =, backward =, outers = } -> program; see program.h. Lists, in which
 * numbers count from 1. */
static int program_new(lua_State *L)
{
    rx_check_table(L, 1);
    const size_t blocks = count(L, "blocks"), outers = count(L, "outers"),
                 forward = count(L, "forward"), backward = count(L, "backward");
    if (blocks > RX_MOST_BLOCKS)
        rx_error(L, "at most %d values in one step expected, got %d; a simpler cell is needed",
                 RX_MOST_BLOCKS, (int)blocks);
    struct rx_program *program = lua_newuserdatauv(
        L,
        sizeof *program + blocks * sizeof(struct rx_block) + outers * sizeof(struct rx_outer) +
            (forward + backward) * sizeof(struct rx_instruction),
        0);
    struct rx_instruction *instructions = (struct rx_instruction *)(program + 1);
    struct rx_outer *sums = (struct rx_outer *)(instructions + forward + backward);
    *program = (struct rx_program){ .block = (struct rx_block *)(sums + outers),
                                    .blocks = blocks,
                                    .forward = { instructions, forward },
                                    .backward = { instructions + forward, backward },
                                    .outer = sums,
                                    .outers = outers };
    fill(L, program);
    const char *wrong = rx_program_prepare(program);
    if (wrong)
        return rx_error(L, "no program: %s", wrong);
    luaL_setmetatable(L, type_name);
    return 1;
}

static const struct rx_binding functions_of_core[] = {
    { "program", program_new, 1 },
    { NULL, NULL, 0 },
};

void rx_open_program(lua_State *L)
{
    luaL_newmetatable(L, type_name);
    lua_pop(L, 1);
    rx_set_functions(L, functions_of_core);
}
