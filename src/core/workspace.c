#include "workspace.h"
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { LINE = 64 / sizeof(float) };

size_t rx_workspace_padded(size_t count)
{
    return (count + LINE - 1) / LINE * LINE;
}

enum rx_status rx_workspace_reserve(struct rx_workspace *workspace, size_t count)
{
    workspace->used = 0;
    if (workspace->count >= count)
        return RX_OK;
    rx_workspace_free(workspace);
    if (count > SIZE_MAX / sizeof(float) - LINE)
        return RX_NO_MEMORY;
    workspace->data = aligned_alloc(64, rx_workspace_padded(count) * sizeof(float));
    if (!workspace->data)
        return RX_NO_MEMORY;
    rx_prefer_large_pages(workspace->data, count * sizeof(float));
    workspace->count = count;
    return RX_OK;
}

float *rx_workspace_take(struct rx_workspace *workspace, size_t count)
{
    float *piece = workspace->data ? workspace->data + workspace->used : NULL;
    workspace->used += rx_workspace_padded(count);
    return piece;
}

void rx_workspace_free(struct rx_workspace *workspace)
{
    free(workspace->data);
    *workspace = (struct rx_workspace){ 0 };
}

void rx_prefer_large_pages(void *block, size_t bytes)
{
    const uintptr_t large = (uintptr_t)1 << 21;
    const uintptr_t first = ((uintptr_t)block + large - 1) / large * large;
    const uintptr_t end = ((uintptr_t)block + bytes) / large * large;
    if (end > first)
        madvise((void *)first, end - first, MADV_HUGEPAGE);
}
