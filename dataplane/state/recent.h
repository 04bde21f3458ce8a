/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recent.h - which keys were written lately, at a glance: in front of a table in which nearly
 * nobody has an entry, so that nearly nobody is looked for in it. Shared by all workers.
 *
 * A key's place, which it shares with others, holds until when any of them has something in the
 * table. So "nothing" is certain, and "perhaps" says to look. Nothing needs to be cleared: places
 * go out of date. Who has many keys noted can at most make others be looked for as well.
 */
#ifndef SLUICE_DATAPLANE_STATE_RECENT_H
#define SLUICE_DATAPLANE_STATE_RECENT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "dataplane/state/key.h"

/* 64 KiB, which stays in a worker's second-level cache. */
#define DP_RECENT_PLACES     16384u
/* Times are kept in units of 2^30 ns, about a second: 32 bits last until 2116. */
#define DP_RECENT_UNIT_SHIFT 30u

/* All zero: nothing was noted. */
struct dp_recent {
        _Alignas(64) _Atomic uint32_t until[DP_RECENT_PLACES]; /* alive below it */
};

static inline _Atomic uint32_t *dp_recent_place(struct dp_recent *r, const struct dp_key *key)
{
        return &r->until[key->w[1] % DP_RECENT_PLACES];
}

/* The key's entry in the table, written before, is dead from until_ns on. Any worker. */
static inline void dp_recent_note(struct dp_recent *r, const struct dp_key *key, uint64_t until_ns)
{
        uint64_t units = (until_ns >> DP_RECENT_UNIT_SHIFT) + 1;
        uint32_t until = units < UINT32_MAX ? (uint32_t)units : UINT32_MAX;
        _Atomic uint32_t *place = dp_recent_place(r, key);
        uint32_t seen = atomic_load_explicit(place, memory_order_relaxed);

        while (seen < until && !atomic_compare_exchange_weak(place, &seen, until))
                ;
}

/* False: the key has no entry that is alive at now_ns. */
static inline bool dp_recent_may_have(struct dp_recent *r, const struct dp_key *key,
                                      uint64_t now_ns)
{
        uint64_t now = now_ns >> DP_RECENT_UNIT_SHIFT;

        return now >= UINT32_MAX ||
               atomic_load_explicit(dp_recent_place(r, key), memory_order_acquire) > now;
}

#endif
