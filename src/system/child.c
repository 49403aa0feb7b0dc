/* child.c - a copy of this process that does some work and tells of it. */
#include "child.h"
#include "bind.h"
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { POLL_MS = 20, PIPE_SIZE = 1 << 20 };

/* Alone with its work: no signal but the parent's end is meant for it, and its crash is no news. */
static void settle(pid_t parent)
{
    static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
    const struct rlimit no_core = { 0, 0 };
    struct sigaction ignore = { .sa_handler = SIG_IGN };
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        sigaction(ignored[i], &ignore, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    setrlimit(RLIMIT_CORE, &no_core);
    setlocale(LC_NUMERIC, "C");
#ifndef __SANITIZE_ADDRESS__
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere >= 0)
        dup2(nowhere, STDERR_FILENO);
#endif
}

int rx_child_start(struct rx_child *child, void (*work)(int out, void *context), void *context)
{
    int ends[2];
    const pid_t parent = getpid();
    if (pipe2(ends, O_CLOEXEC) != 0)
        return errno;
    fcntl(ends[1], F_SETPIPE_SZ, PIPE_SIZE); /* where that is allowed */
    child->pid = fork();
    if (child->pid == 0) {
        settle(parent);
        work(ends[1], context);
        _exit(0);
    }
    const int error = child->pid < 0 ? errno : 0;
    close(ends[1]);
    if (error != 0)
        close(ends[0]);
    child->in = ends[0];
    child->at = child->held = 0;
    return error;
}

/* As read, but it ends when the stop flag rises; 0 then, as at the child's end. */
static size_t read_some(struct rx_child *child, void *bytes, size_t size)
{
    struct pollfd pipe_end = { .fd = child->in, .events = POLLIN };
    while (!rx_stop_flag) {
        if (poll(&pipe_end, 1, POLL_MS) <= 0)
            continue;
        const ssize_t got = read(child->in, bytes, size);
        if (got >= 0)
            return (size_t)got;
        if (errno != EINTR)
            break;
    }
    return 0;
}

bool rx_child_read(struct rx_child *child, void *bytes, size_t size)
{
    char *to = bytes;
    while (size > 0) {
        size_t part = child->held - child->at;
        if (part > 0) {
            part = part < size ? part : size;
            memcpy(to, child->block + child->at, part);
            child->at += part;
        } else if (size >= sizeof child->block) {
            part = read_some(child, to, size);
        } else {
            child->at = 0;
            child->held = read_some(child, child->block, sizeof child->block);
            if (child->held > 0)
                continue;
        }
        if (part == 0)
            return false;
        to += part;
        size -= part;
    }
    return true;
}

void rx_child_end(struct rx_child *child, bool done)
{
    close(child->in); /* should it still be speaking, it ends */
    if (!done)
        kill(child->pid, SIGKILL);
    while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
        ;
}
