/* core.c - the module reactivation.core: all bindings in one table. */
#include "bind.h"

volatile sig_atomic_t rx_stop_flag;

void rx_check_status(lua_State *L, enum rx_status status)
{
    switch (status) {
    case RX_OK:
        return;
    case RX_STOPPED:
        rx_stop_flag = 0;
        rx_error(L, "interrupted!");
        return;
    case RX_NO_MEMORY:
        rx_error(L, "not enough memory");
        return;
    case RX_FAILED:
        rx_error(L, "the eigenvalue iteration did not converge");
        return;
    }
}

int luaopen_reactivation_core(lua_State *L)
{
    lua_newtable(L);
    rx_open_check(L);
    rx_open_matrix(L);
    rx_open_random(L);
    rx_open_program(L);
    rx_open_network(L);
    rx_open_adam(L);
    rx_open_head_direction_cells(L);
    rx_open_place_cells(L);
    rx_open_moments(L);
    rx_open_kde(L);
    rx_open_linear(L);
    rx_open_maps(L);
    rx_open_dynamics(L);
    rx_open_wasserstein(L);
    rx_open_file(L);
    rx_open_whole(L);
    rx_open_lock(L);
    rx_open_numbers(L);
    rx_open_unpack(L);
    rx_open_process(L);
    rx_open_machine(L);
    return 1;
}
