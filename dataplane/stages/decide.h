/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decide.h - a cached decision, or hold the message and ask control when it is its turn
 * (pending.h). Never waits. A source that wants more decisions than its share gets none.
 */
#ifndef SLUICE_DATAPLANE_STAGES_DECIDE_H
#define SLUICE_DATAPLANE_STAGES_DECIDE_H

#include "control/contract/shm_stats.h"
#include "dataplane/burst.h"
#include "dataplane/config.h"
#include "dataplane/ctl_link.h"
#include "dataplane/stages/pending.h"
#include "dataplane/edge/proxy.h"
#include "dataplane/state/cache.h"
#include "dataplane/state/forwards.h"
#include "dataplane/state/tables.h"

struct dp_decide {
        struct dp_cache *cache;             /* shared with resume, which fills it */
        const struct dp_forwards *forwards; /* the same; NULL: not mode edge */
        const struct dp_proxy *proxy;       /* who we are; NULL: not mode edge */
        struct dp_pending *pending;         /* shared with resume, which empties it */
        struct dp_ctl *ctl;
        const enum dp_policy *exceptions; /* by enum shm_class */
        const struct dp_limits_config *limits;
        struct dp_tables *tables;
        uint32_t deadline_us;
        bool by_software; /* in this turn: there are decisions about senders' software */
        struct shm_counters *counters;
};

void dp_decide_run(struct dp_decide *self, struct dp_burst *b);
/* Ask about as many held messages as may be open now: each turn, for answers make room. */
void dp_decide_ask(struct dp_decide *self, uint64_t now_ns);

/* Carry a decision over to an open packet. A rejection of something that is never answered is a
 * drop. Used by decide for cached and by resume for fresh decisions. */
void dp_decide_apply(struct dp_pkt *p, const struct dp_decision *d);

#endif
