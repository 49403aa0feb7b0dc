/* population.c - what the bindings of population codes share. */
#include "population.h"
#include "bind.h"

bool rx_option_code(lua_State *L, int arg, const char *name, struct rx_code *code)
{
    if (!rx_push_option(L, arg, name))
        return false;
    if (!rx_test_place_code(L, -1, code) && !rx_test_head_direction_code(L, -1, code))
        rx_option_error(L, name, "place cells or head-direction cells expected, got %s",
                        luaL_typename(L, -1));
    lua_pop(L, 1);
    return true;
}

size_t rx_check_most_active(lua_State *L, int arg, size_t cells)
{
    const lua_Integer most = cells < RX_MOST_DECODED ? (lua_Integer)cells : RX_MOST_DECODED;
    const lua_Integer k =
        lua_isnoneornil(L, arg) ? (most < 3 ? most : 3) : rx_check_integer(L, arg);
    if (k < 1 || k > most)
        rx_argument_error(L, arg, "number of cells from 1 to %I expected, got %I", most, k);
    return (size_t)k;
}
