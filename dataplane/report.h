/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.h - tells control what became of each SIP message: lossy events, losses counted.
 *
 * tx reports before it sends (afterwards the packet is gone) and corrects the event when the port
 * does not take the packet; act reports before it changes a message, so that the event holds it as
 * it came. Events become visible at the end of the turn.
 */
#ifndef SLUICE_DATAPLANE_REPORT_H
#define SLUICE_DATAPLANE_REPORT_H

#include <stdatomic.h>

#include "control/contract/shm_stats.h"
#include "dataplane/burst.h"
#include "dataplane/config.h"
#include "dataplane/ctl_link.h"

struct dp_report {
        struct dp_ctl *ctl;
        enum dp_events events;
        uint32_t guard_budget; /* events about packets that guard ended, until the next refill */
        const _Atomic uint32_t *generation; /* of the policy in force */
        uint8_t worker;
        struct shm_counters *counters;
};

/*
 * Guard ends a banned source's packets before a cycle is spent on them, and a flood of them must
 * stay that cheap: of those only so many are reported in each of housekeeping's rounds. Without
 * limit in replay, where every message counts.
 */
#define DP_GUARD_EVENTS_PER_ROUND 5u
#define DP_GUARD_EVENTS_UNLIMITED UINT32_MAX
void dp_report_refill(struct dp_report *self);

/* NULL when the packet is not reported or the event is lost. */
struct shm_event *dp_report_add(struct dp_report *self, const struct dp_pkt *p);
/* The verdict changed after dp_report_add(); event may be NULL. */
void dp_report_correct(struct shm_event *event, const struct dp_pkt *p);

/* What rules of this set cost a message, to control; nothing when nobody wants events or the ring
 * is full. */
struct dp_rules;
struct match_costs;
void dp_report_rule_costs(struct dp_report *self, const struct dp_rules *rules,
                          const struct match_costs *costs);

#endif
