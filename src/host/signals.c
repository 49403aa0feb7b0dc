#include "signals.h"
#include "bind.h"
#include <signal.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#define ECHO_SECONDS 0.2

static lua_State *volatile running; /* NULL while a line is edited */
static volatile sig_atomic_t noted;
static struct timespec first; /* when the signal came that was raised; of the handlers alone */

static const int stops[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
enum { STOPS = sizeof stops / sizeof *stops };

static void handle(int signal_number, void (*handler)(int), int flags)
{
    struct sigaction action = { .sa_handler = handler, .sa_flags = flags };
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < STOPS; i++)
        sigaddset(&action.sa_mask, stops[i]);
    sigaction(signal_number, &action, NULL);
}

/* Whether nohup, or whoever started this program, wants the signal ignored. */
static bool is_ignored(int signal_number)
{
    struct sigaction action;
    return (signal_number == SIGHUP || signal_number == SIGPIPE) &&
           sigaction(signal_number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static void handle_stops(void (*handler)(int), int flags)
{
    for (int i = 0; i < STOPS; i++)
        if (!is_ignored(stops[i]))
            handle(stops[i], handler, flags);
}

/* Raises only if no C computation has done so before: one signal, one error. */
static void stop_hook(lua_State *L, lua_Debug *where)
{
    (void)where;
    lua_sethook(L, NULL, 0, 0);
    if (rx_stop_flag) {
        rx_stop_flag = 0;
        luaL_error(L, "interrupted!");
    }
}

static void on_second_stop(int signal_number)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const double since =
        (double)(now.tv_sec - first.tv_sec) + 1e-9 * (double)(now.tv_nsec - first.tv_nsec);
    if (since < ECHO_SECONDS || signal_number == SIGPIPE)
        return;
    handle(signal_number, SIG_DFL, 0);
    raise(signal_number);
}

static void on_stop(int signal_number)
{
    lua_State *const L = running;
    noted = signal_number;
    if (L == NULL)
        return;
    clock_gettime(CLOCK_MONOTONIC, &first);
    handle_stops(on_second_stop, SA_RESTART); /* an echo must not end what saves the work */
    rx_stop_flag = 1;
    lua_sethook(L, stop_hook, LUA_MASKCALL | LUA_MASKRET | LUA_MASKLINE | LUA_MASKCOUNT, 1);
}

/* After a pause (Ctrl-Z, fg) the reading must end, so that the terminal is set up anew. */
static void on_continue(int signal_number)
{
    (void)signal_number;
}

#ifdef __x86_64__
#define OLDER "x86-64-v2"
#else
#define OLDER "armv8-a"
#endif

static void on_illegal(int signal_number)
{
    static const char message[] =
        "rxlua: this processor lacks instructions of the one that rxlua was built for, " RX_ARCH
        ".\n"
        "Build it anew on this machine: make; or for older processors too: make ARCH=" OLDER "\n";
    if (write(STDERR_FILENO, message, sizeof message - 1) < 0)
        _exit(128 + signal_number);
}

/* Before main, which the compiler may begin with the very instruction. Then the signal comes again.
 */
__attribute__((constructor)) static void explain_illegal(void)
{
    handle(SIGILL, on_illegal, (int)SA_RESETHAND);
}

void host_signals_run(lua_State *L)
{
    running = L;
    handle_stops(on_stop, 0); /* without SA_RESTART: it ends a read, too */
    handle(SIGCONT, SIG_DFL, 0);
}

void host_signals_edit(lua_State *L)
{
    running = NULL;
    if (noted == SIGINT)
        noted = 0;
    rx_stop_flag = 0;
    if (lua_gethook(L) == stop_hook)
        lua_sethook(L, NULL, 0, 0);
    handle_stops(on_stop, 0);
    handle(SIGCONT, on_continue, 0);
}

int host_signals_noted(void)
{
    return noted;
}

bool host_signals_leave(void)
{
    return noted != 0 && noted != SIGINT;
}
