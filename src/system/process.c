/* process.c - programs started without a shell, the terminal and the clock. */

/** What concerns the process as a whole.
 * @module reactivation.process */

#include "bind.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_ARGUMENTS = 64, MESSAGE_SIZE = 2000, POLL_MS = 10, GRACE_S = 10, DEFAULT_WIDTH = 80 };

extern char **environ;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* A program's last words: the first of what it wrote to its standard error. */
struct message {
    size_t length;
    char text[MESSAGE_SIZE];
};

/* Take what the pipe holds now, beyond the message's size too, so that its writer never blocks. */
static void message_read(struct message *m, int fd)
{
    char block[512];
    ssize_t got;
    while ((got = read(fd, block, sizeof block)) > 0) {
        const size_t room = sizeof m->text - m->length;
        const size_t taken = (size_t)got < room ? (size_t)got : room;
        memcpy(m->text + m->length, block, taken);
        m->length += taken;
    }
}

/* Start argv[0], its standard error going to `err`, and its standard output too if it is to be
 * `quiet`; returns 0 or an errno. */
static int spawn(pid_t *child, char *const argv[], char *const environment[], const char *directory,
                 int err, bool quiet)
{
    posix_spawn_file_actions_t actions;
    int status = posix_spawn_file_actions_init(&actions);
    if (status != 0)
        return status;
    status = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (status == 0)
        status = posix_spawn_file_actions_adddup2(&actions, err, 2);
    if (status == 0 && quiet)
        status = posix_spawn_file_actions_adddup2(&actions, err, 1);
    if (status == 0 && directory != NULL)
        status = posix_spawn_file_actions_addchdir_np(&actions, directory);
    if (status == 0)
        status = posix_spawnp(child, argv[0], &actions, NULL, argv, environment);
    posix_spawn_file_actions_destroy(&actions);
    return status;
}

/* Wait for the child's end, or bring it about when the stop flag rises; true if it ended itself. */
static bool wait_for(pid_t child, int fd, struct message *m, int *status)
{
    struct pollfd pipe_end = { .fd = fd, .events = POLLIN };
    for (;;) {
        poll(&pipe_end, 1, POLL_MS);
        message_read(m, fd);
        if (pipe_end.revents & POLLHUP)
            pipe_end.fd = -1; /* closed; poll now only sleeps */
        if (waitpid(child, status, WNOHANG) == child)
            break;
        if (rx_stop_flag) {
            kill(child, SIGKILL);
            while (waitpid(child, status, 0) < 0 && errno == EINTR)
                ;
            return false;
        }
    }
    message_read(m, fd);
    return true;
}

/* argv, ended by NULL, of the strings of the list at index 1, which keeps them alive. */
static void check_arguments(lua_State *L, const char *argv[])
{
    rx_check_table(L, 1);
    const lua_Unsigned count = lua_rawlen(L, 1);
    rx_argument_check(L, count >= 1 && count < MOST_ARGUMENTS, 1,
                      "program and its arguments expected");
    for (lua_Unsigned i = 0; i < count; i++) {
        const int type = lua_rawgeti(L, 1, (lua_Integer)i + 1);
        rx_argument_check(L, type == LUA_TSTRING, 1, "list of strings expected");
        argv[i] = lua_tostring(L, -1);
        rx_argument_check(L, strlen(argv[i]) == lua_rawlen(L, -1), 1, "string contains zeros");
        lua_pop(L, 1);
    }
    argv[count] = NULL;
}

static const char *check_directory(lua_State *L)
{
    const int type = lua_getfield(L, 1, "directory");
    rx_argument_check(L, type == LUA_TSTRING || type == LUA_TNIL, 1,
                      "'directory' must be a string");
    return lua_tostring(L, -1); /* stays on the stack */
}

/* This program's environment, but plain English in UTF-8: pushed, so that Lua frees it. */
static char **push_plain_environment(lua_State *L)
{
    static char locale[] = "LC_ALL=C.UTF-8";
    size_t count = 0;
    while (environ[count] != NULL)
        count++;
    char **list = lua_newuserdatauv(L, (count + 2) * sizeof *list, 0);
    char **next = list;
    *next++ = locale;
    for (char **variable = environ; *variable != NULL; variable++)
        if (strncmp(*variable, "LC_ALL=", strlen("LC_ALL=")) != 0)
            *next++ = *variable;
    *next = NULL;
    return list;
}

static int push_start_failure(lua_State *L, const char *program, int status)
{
    luaL_pushfail(L);
    if (status == ENOENT)
        lua_pushfstring(L, "%s: not found (install %s)", program, program);
    else
        lua_pushfstring(L, "%s: %s", program, strerror(status));
    return 2;
}

static int push_outcome(lua_State *L, const char *program, int status, const struct message *m)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        lua_pushboolean(L, 1);
        return 1;
    }
    luaL_pushfail(L);
    lua_pushfstring(L, "%s: ", program);
    if (m->length > 0)
        lua_pushlstring(L, m->text, m->length);
    else if (WIFSIGNALED(status))
        lua_pushfstring(L, "killed by signal %d", WTERMSIG(status));
    else
        lua_pushfstring(L, "exit status %d", WEXITSTATUS(status));
    lua_concat(L, 2);
    return 2;
}

/* run{ program, argument, ..., directory = d } -> true; nil and its standard error's text. Whatever
 * the locale here, its messages are English and its numbers have points. */
static int process_run(lua_State *L)
{
    char **environment = push_plain_environment(L);
    const char *argv[MOST_ARGUMENTS + 1];
    check_arguments(L, argv);
    const char *directory = check_directory(L);
    struct stat place;
    if (directory != NULL && stat(directory, &place) != 0)
        return luaL_fileresult(L, 0, directory);

    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return luaL_fileresult(L, 0, "pipe");
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    pid_t child;
    const int failure = spawn(&child, (char *const *)argv, environment, directory, ends[1], false);
    close(ends[1]);
    if (failure != 0) {
        close(ends[0]);
        return push_start_failure(L, argv[0], failure);
    }
    struct message message = { .length = 0 };
    int status = 0;
    const bool ended = wait_for(child, ends[0], &message, &status);
    close(ends[0]);
    if (!ended || rx_stop_flag) /* Ctrl-C reaches the child too and may have ended it first */
        rx_check_status(L, RX_STOPPED);
    return push_outcome(L, argv[0], status, &message);
}

/* --- programs beside this one ---------------------------------------------------------------- */

static const char child_name[] = "process";

struct child {
    pid_t pid; /* 0 once it has ended */
    int status;
};

static struct child *check_child(lua_State *L)
{
    return rx_check_object(L, 1, child_name, "process");
}

/* start { program, argument, ..., log = path, directory = d } -> process, which runs beside this
 * program and writes all it says to the end of the log; nil and a message */
static int process_start(lua_State *L)
{
    const char *argv[MOST_ARGUMENTS + 1];
    check_arguments(L, argv);
    const char *directory = check_directory(L);
    const bool has_log = lua_getfield(L, 1, "log") == LUA_TSTRING;
    rx_argument_check(L, has_log, 1, "'log', a path, expected");
    const char *log = lua_tostring(L, -1);
    struct child *child = lua_newuserdatauv(L, sizeof *child, 0);
    *child = (struct child){ 0 };
    luaL_setmetatable(L, child_name);

    const int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0)
        return luaL_fileresult(L, 0, log);
    const int failure = spawn(&child->pid, (char *const *)argv, environ, directory, fd, true);
    close(fd);
    if (failure != 0) {
        child->pid = 0;
        return push_start_failure(L, argv[0], failure);
    }
    return 1;
}

/* process:ended() -> false while it runs; then true, and whether it succeeded */
static int child_ended(lua_State *L)
{
    struct child *child = check_child(L);
    if (child->pid != 0 && waitpid(child->pid, &child->status, WNOHANG) == child->pid)
        child->pid = 0;
    lua_pushboolean(L, child->pid == 0);
    lua_pushboolean(L,
                    child->pid == 0 && WIFEXITED(child->status) && WEXITSTATUS(child->status) == 0);
    return 2;
}

static bool ends_within(struct child *child, double seconds)
{
    const double finish = now() + seconds;
    while (waitpid(child->pid, &child->status, WNOHANG) == 0) {
        if (now() >= finish)
            return false;
        poll(NULL, 0, POLL_MS);
    }
    return true;
}

/* stop([grace]): ask it to end, as Ctrl-C would, so that a training saves what it reached; kill it
 * if it has not ended after `grace` seconds (10) */
static int child_stop(lua_State *L)
{
    struct child *child = check_child(L);
    const double grace = lua_isnoneornil(L, 2) ? GRACE_S : rx_check_number(L, 2);
    rx_argument_check(L, grace >= 0, 2, "seconds of at least 0 expected");
    if (child->pid != 0) {
        kill(child->pid, SIGINT);
        if (!ends_within(child, grace)) {
            kill(child->pid, SIGKILL);
            while (waitpid(child->pid, &child->status, 0) < 0 && errno == EINTR)
                ;
        }
        child->pid = 0;
    }
    return 0;
}

/* end_with_parent(): SIGTERM for this program when the one that started it ends, however it does */
static int process_end_with_parent(lua_State *L)
{
    const pid_t parent = getppid();
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent)
        rx_error(L, "the program that started this one is gone");
    return 0;
}

static const struct rx_binding child_methods[] = {
    { "ended", child_ended, 0 },
    { "stop", child_stop, 1 },
    { "__gc", child_stop, 1 },
    { NULL, NULL, 0 },
};

/* --- terminal, clock ------------------------------------------------------------------------- */

/* sleep(seconds): less if a signal comes */
static int process_sleep(lua_State *L)
{
    const double seconds = rx_check_number(L, 1);
    rx_argument_check(L, seconds >= 0 && seconds <= 3600, 1, "seconds from 0 to 3600 expected");
    struct timespec t = { .tv_sec = (time_t)seconds };
    t.tv_nsec = (long)(1e9 * (seconds - (double)t.tv_sec));
    nanosleep(&t, NULL);
    return 0;
}

/* is_terminal() -> whether standard error, where progress goes, is a terminal */
static int process_is_terminal(lua_State *L)
{
    lua_pushboolean(L, isatty(STDERR_FILENO));
    return 1;
}

/* terminal_width() -> columns of that terminal */
static int process_terminal_width(lua_State *L)
{
    struct winsize size = { 0 };
    const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    lua_pushinteger(L, known ? size.ws_col : DEFAULT_WIDTH);
    return 1;
}

/* now() -> seconds of a clock that only goes forward */
static int process_now(lua_State *L)
{
    lua_pushnumber(L, now());
    return 1;
}

static const struct rx_binding functions[] = {
    { "run", process_run, 1 },
    { "start", process_start, 1 },
    { "end_with_parent", process_end_with_parent, 0 },
    { "sleep", process_sleep, 1 },
    { "is_terminal", process_is_terminal, 0 },
    { "terminal_width", process_terminal_width, 0 },
    { "now", process_now, 0 },
    { NULL, NULL, 0 },
};

void rx_open_process(lua_State *L)
{
    rx_set_type(L, child_name, "process", child_methods, NULL);
    rx_set_functions(L, functions);
}
