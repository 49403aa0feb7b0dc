#include "team.h"
#include <omp.h>

enum {
    MOST_TEAMS = 64,
    SPINS = 10000 /* a few microseconds; after these, somebody else may need the processor */
};

void rx_team_work_on(size_t shards, size_t members, rx_team_work *work, const void *context)
{
    struct rx_team teams[MOST_TEAMS];
    const size_t most = shards < MOST_TEAMS ? shards : MOST_TEAMS;
#pragma omp parallel
    {
        const size_t threads = (size_t)omp_get_num_threads(), thread = (size_t)omp_get_thread_num();
        const size_t count = threads < most ? threads : most, own = thread % count;
        if (thread < count) {
            const size_t size = threads / count + (thread < threads % count);
            struct rx_team *team = &teams[thread];
            team->size = size < members ? size : members;
            team->index = thread;
            atomic_init(&team->arrived, 0);
            atomic_init(&team->meetings, 0);
            pthread_mutex_init(&team->lock, NULL);
            pthread_cond_init(&team->met, NULL);
        }
#pragma omp barrier
        const struct rx_member member = { &teams[own], thread / count };
        for (size_t shard = own; shard < shards && member.index < member.team->size; shard += count)
            work(context, shard, member);
#pragma omp barrier
        if (thread < count) {
            pthread_cond_destroy(&teams[thread].met);
            pthread_mutex_destroy(&teams[thread].lock);
        }
    }
}

size_t rx_team_most(size_t shards)
{
    const size_t threads = (size_t)omp_get_max_threads();
    const size_t most = shards < MOST_TEAMS ? shards : MOST_TEAMS;
    return threads < most ? threads : most;
}

void rx_team_meet(struct rx_member member)
{
    struct rx_team *team = member.team;
    if (team->size == 1)
        return;
    const size_t meeting = atomic_load(&team->meetings);
    if (atomic_fetch_add(&team->arrived, 1) + 1 == team->size) {
        atomic_store(&team->arrived, 0);
        pthread_mutex_lock(&team->lock);
        atomic_store(&team->meetings, meeting + 1);
        pthread_cond_broadcast(&team->met);
        pthread_mutex_unlock(&team->lock);
        return;
    }
    for (size_t spin = 0; spin < SPINS; spin++)
        if (atomic_load(&team->meetings) != meeting)
            return;
    pthread_mutex_lock(&team->lock);
    while (atomic_load(&team->meetings) == meeting)
        pthread_cond_wait(&team->met, &team->lock);
    pthread_mutex_unlock(&team->lock);
}

bool rx_team_stops(struct rx_member member, rx_stop *stop)
{
    if (member.index == 0)
        member.team->stopped = *stop;
    rx_team_meet(member);
    return member.team->stopped;
}
