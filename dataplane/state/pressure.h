/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pressure.h - are there more arrivals than a rate allows? One worker's own, no table: GCRA over a
 * single word (limits.h), and a state that holds on, so that it does not flicker at the edge.
 *
 * Pure: time comes from the caller, ns, and does not go back. One thread.
 */
#ifndef SLUICE_DATAPLANE_STATE_PRESSURE_H
#define SLUICE_DATAPLANE_STATE_PRESSURE_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/state/limits.h"

struct dp_pressure {
        struct dp_rate rate; /* interval 0: never */
        uint64_t hold_ns;
        uint64_t arrival_ns; /* theoretical arrival time of the next */
        uint64_t until_ns;   /* there is pressure before this moment */
};

static inline bool dp_pressure_is_on(const struct dp_pressure *p, uint64_t now_ns)
{
        return now_ns < p->until_ns;
}

/* One has arrived. What is beyond the rate is not charged, so that a flood is forgotten as soon as
 * it is over and hold_ns has passed. */
static inline void dp_pressure_note(struct dp_pressure *p, uint64_t now_ns)
{
        uint64_t at = p->arrival_ns > now_ns ? p->arrival_ns : now_ns;

        if (p->rate.interval_ns == 0)
                return;
        if (at - now_ns > p->rate.burst_ns)
                p->until_ns = now_ns + p->hold_ns;
        else
                p->arrival_ns = at + p->rate.interval_ns;
}

#endif
