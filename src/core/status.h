/* status.h - what a core routine says when it ends, and how it is asked to end early. */
#ifndef RX_STATUS_H
#define RX_STATUS_H

#include <signal.h>

enum rx_status {
    RX_OK,
    RX_STOPPED,   /* the stop flag was raised; outputs are unfinished */
    RX_NO_MEMORY, /* scratch memory could not be had */
    RX_FAILED,    /* an eigenvalue iteration did not converge */
};

/* Raised by a signal handler, polled by long loops at least every few milliseconds. */
typedef const volatile sig_atomic_t rx_stop;

#endif
