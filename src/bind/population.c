/* population.c - what the bindings of population codes share. */
#include "population.h"
#include "bind.h"

size_t rx_check_most_active(lua_State *L, int arg, size_t cells)
{
    const lua_Integer most = cells < RX_MOST_DECODED ? (lua_Integer)cells : RX_MOST_DECODED;
    const lua_Integer k =
        lua_isnoneornil(L, arg) ? (most < 3 ? most : 3) : rx_check_integer(L, arg);
    if (k < 1 || k > most)
        rx_argument_error(L, arg, "number of cells from 1 to %I expected, got %I", most, k);
    return (size_t)k;
}
