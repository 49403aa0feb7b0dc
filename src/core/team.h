/* team.h - threads that go through time together.
 *
 * Shards of a batch are independent: as long as there are as many as threads, each has a team of
 * one, which never waits. Threads beyond that join the teams: the members of a team share the
 * pieces of every step out among them, and meet before the next step. */
#ifndef RX_TEAM_H
#define RX_TEAM_H

#include "status.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct rx_team {
    _Alignas(64) size_t size;
    atomic_size_t arrived, meetings;
    bool stopped;
};

struct rx_member {
    struct rx_team *team;
    size_t index; /* below the team's size */
};

/* Work on one shard, called by all members of its team. */
typedef void rx_team_work(const void *context, size_t shard, struct rx_member member);

/* Has all shards (at least one) worked on, on all threads. */
void rx_team_work_on(size_t shards, rx_team_work *work, const void *context);

/* Returns once all members have called it. */
void rx_team_meet(struct rx_member member);

/* Meets; whether to stop, with the same answer for all. */
bool rx_team_stops(struct rx_member member, rx_stop *stop);

/* A member's share of things in pieces: from rx_team_first on, every rx_team_stride'th. */
static inline size_t rx_team_first(struct rx_member member, size_t piece)
{
    return member.index * piece;
}

static inline size_t rx_team_stride(struct rx_member member, size_t piece)
{
    return member.team->size * piece;
}

#endif
