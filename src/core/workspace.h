/* workspace.h - memory: scratch that is kept from one call to the next, and large blocks. */
#ifndef RX_WORKSPACE_H
#define RX_WORKSPACE_H

#include "status.h"
#include <stddef.h>

struct rx_workspace {
    float *data; /* owned; NULL before the first use */
    size_t count, used;
};

/* Room for `count` floats in all; what was there before is lost. */
enum rx_status rx_workspace_reserve(struct rx_workspace *workspace, size_t count);

/* The next `count` floats of what was reserved, on a 64-byte boundary when every piece taken
 * before was sized by rx_workspace_padded. */
float *rx_workspace_take(struct rx_workspace *workspace, size_t count);

/* `count` rounded up to whole cache lines. */
size_t rx_workspace_padded(size_t count);

void rx_workspace_free(struct rx_workspace *workspace);

/* Ask for large pages under a large block that was just allocated: its first touch then costs a
 * few page faults in place of thousands. A hint; small blocks are left alone. */
void rx_prefer_large_pages(void *block, size_t bytes);

#endif
