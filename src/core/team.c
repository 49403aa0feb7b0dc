#include "team.h"
#include <omp.h>
#include <sched.h>

enum {
    MOST_TEAMS = 64,
    SPINS = 10000 /* after these, somebody else may need the processor */
};

void rx_team_work_on(size_t shards, size_t units, rx_team_work *work, const void *context)
{
    struct rx_team teams[MOST_TEAMS];
    const size_t most = shards < MOST_TEAMS ? shards : MOST_TEAMS;
    const size_t tiles = rx_pieces(units, RX_TILE_UNITS);
#pragma omp parallel
    {
        const size_t threads = (size_t)omp_get_num_threads(), thread = (size_t)omp_get_thread_num();
        const size_t count = threads < most ? threads : most, own = thread % count;
        if (thread < count) {
            const size_t size = threads / count + (thread < threads % count);
            teams[thread].size = size < tiles ? size : tiles;
            atomic_init(&teams[thread].arrived, 0);
            atomic_init(&teams[thread].meetings, 0);
        }
#pragma omp barrier
        const struct rx_member member = { &teams[own], thread / count };
        for (size_t shard = own; shard < shards && member.index < member.team->size; shard += count)
            work(context, shard, member);
    }
}

void rx_team_meet(struct rx_member member)
{
    struct rx_team *team = member.team;
    if (team->size == 1)
        return;
    const size_t meeting = atomic_load(&team->meetings);
    if (atomic_fetch_add(&team->arrived, 1) + 1 == team->size) {
        atomic_store(&team->arrived, 0);
        atomic_store(&team->meetings, meeting + 1);
        return;
    }
    for (size_t spin = 0; atomic_load(&team->meetings) == meeting; spin++)
        if (spin > SPINS)
            sched_yield();
}

bool rx_team_stops(struct rx_member member, rx_stop *stop)
{
    if (member.index == 0)
        member.team->stopped = *stop;
    rx_team_meet(member);
    return member.team->stopped;
}
