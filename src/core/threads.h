/* threads.h - the threads of all parallel regions, made once, where it can be told if they cannot
 * be had: OpenMP's library ends the program then. */
#ifndef RX_THREADS_H
#define RX_THREADS_H

#include "status.h"

/* Make `count` of them for the regions to come, unless `made`, which the caller keeps from 0 on, is
 * that many; RX_NO_MEMORY if there is no memory for them or the system allows no more. */
enum rx_status rx_threads_make(int *made, int count);

#endif
