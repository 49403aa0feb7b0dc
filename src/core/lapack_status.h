/* lapack_status.h - what LAPACKE's answer means: it has scratch memory of its own, which may fail.
 */
#ifndef RX_LAPACK_STATUS_H
#define RX_LAPACK_STATUS_H

#include "status.h"
#include <lapacke.h>

static inline enum rx_status rx_lapack_status(lapack_int failed)
{
    if (failed == LAPACK_WORK_MEMORY_ERROR || failed == LAPACK_TRANSPOSE_MEMORY_ERROR)
        return RX_NO_MEMORY;
    return failed ? RX_FAILED : RX_OK;
}

#endif
