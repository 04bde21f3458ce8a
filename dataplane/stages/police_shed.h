/* SPDX-License-Identifier: Apache-2.0 */
/*
 * police_shed.h - in overload, requests that can wait are answered 503 before anything is spent on
 * them, those of strangers first (state/load.h says how much of it, and why).
 *
 * Never shed: emergencies, the inside, responses, what was taken before and is repeated, and ACK,
 * BYE, CANCEL and PRACK, which end or settle something. Retry-After is spread over the packets, so
 * that those who are turned down together do not come back together.
 */
#ifndef SLUICE_DATAPLANE_STAGES_POLICE_SHED_H
#define SLUICE_DATAPLANE_STAGES_POLICE_SHED_H

#include "control/contract/shm_stats.h"
#include "dataplane/burst.h"
#include "dataplane/config.h"
#include "dataplane/state/load.h"

struct dp_police_shed {
        const struct dp_shedding_config *config;
        bool on;
        struct dp_load load;
        struct dp_load_meter meter; /* fed by the worker's loop */
        struct shm_counters *counters;
};

/* `on` false: whatever the configuration says (replay, tap). */
void dp_police_shed_init(struct dp_police_shed *self, const struct dp_shedding_config *config,
                         bool on, struct shm_counters *counters);

/* A window of the meter is full: `rings` as for dp_load_meter_take(). */
void dp_police_shed_sample(struct dp_police_shed *self, uint64_t now_ns, uint32_t rings);

/* The level that sheds this open, well-formed SIP message; NONE: no level does. */
enum dp_shed_level dp_police_shed_kind(const struct dp_pkt *p);

/* Count it, and turn it down if the present level does: then it has its verdict. */
void dp_police_shed(struct dp_police_shed *self, struct dp_pkt *p);

#endif
