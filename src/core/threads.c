#include "threads.h"
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

static void *wait_for_all(void *gate)
{
    pthread_mutex_lock(gate);
    pthread_mutex_unlock(gate);
    return NULL;
}

/* How many of `count` threads can be there at once, as threads of our own show. */
static int possible(pthread_t *threads, int count)
{
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&gate);
    int made = 0;
    while (made < count && pthread_create(&threads[made], NULL, wait_for_all, &gate) == 0)
        made++;
    pthread_mutex_unlock(&gate);
    for (int i = 0; i < made; i++)
        pthread_join(threads[i], NULL);
    return made;
}

enum rx_status rx_threads_make(int *made, int count)
{
    if (*made == count)
        return RX_OK;
    pthread_t *threads = malloc((size_t)count * sizeof *threads);
    const bool enough = threads != NULL && possible(threads, count - 1) == count - 1;
    free(threads);
    if (!enough)
        return RX_NO_MEMORY;
#pragma omp parallel num_threads(count)
    {
#pragma omp barrier
    } *made = count;
    return RX_OK;
}
