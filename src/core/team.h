/* team.h - threads that go through time together.
 *
 * Shards of a batch are independent: while there are at least as many as threads, each has a team
 * of one, which never waits. Threads beyond that join the teams: the members of a team share the
 * units of every step out among them, in tiles, and meet before the next step. */
#ifndef RX_TEAM_H
#define RX_TEAM_H

#include "parallel.h"
#include "status.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct rx_team {
    _Alignas(64) size_t size;
    size_t index; /* below the number of teams */
    atomic_size_t arrived, meetings;
    atomic_bool stopped;
    pthread_mutex_t lock; /* of those who sleep until all have arrived */
    pthread_cond_t met;
};

struct rx_member {
    struct rx_team *team;
    size_t index; /* below the team's size */
};

/* Work on one shard, called by all members of its team. */
typedef void rx_team_work(const void *context, size_t shard, struct rx_member member);

/* Has all shards worked on, on all threads, by teams of at most `members`; both are at least 1. */
void rx_team_work_on(size_t shards, size_t members, rx_team_work *work, const void *context);

/* The most teams that work on so many shards at once. */
size_t rx_team_most(size_t shards);

/* Returns once all members have called it. */
void rx_team_meet(struct rx_member member);

/* Meets; whether to stop, with the same answer for all. */
bool rx_team_stops(struct rx_member member, rx_stop *stop);

/* A member's tiles: for (u = first(member); u < units; u = next(member, u)), each of tile(units, u)
 * units from u on. */
enum { RX_TILE_UNITS = 128 };

static inline size_t rx_team_first(struct rx_member member)
{
    return member.index * RX_TILE_UNITS;
}

static inline size_t rx_team_next(struct rx_member member, size_t u)
{
    return u + member.team->size * RX_TILE_UNITS;
}

static inline size_t rx_team_tile(size_t units, size_t u)
{
    return rx_piece_length(units, RX_TILE_UNITS, u);
}

#endif
