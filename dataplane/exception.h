/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exception.h - the exception table: what happens to a message that nobody can decide about.
 */
#ifndef SLUICE_DATAPLANE_EXCEPTION_H
#define SLUICE_DATAPLANE_EXCEPTION_H

#include "control/contract/shm_stats.h"
#include "dataplane/config.h"
#include "dataplane/verdict.h"

/*
 * End an open packet by the row of its class. `cause` says why there is no decision (NO_CONTROL,
 * RING_FULL, PENDING_FULL, DEADLINE, SHUTDOWN) and is the reason if the row says drop.
 */
static inline void dp_exception_apply(const enum dp_policy table[SHM_CLASS_CNT], struct dp_pkt *p,
                                      enum shm_reason cause, struct shm_counters *counters)
{
        enum dp_policy policy = table[p->cls];

        if (policy == DP_POLICY_PASS) {
                dp_verdict_pass(p, SHM_REASON_PASS_EXCEPTION);
                counters->exception_pass++;
        } else if (policy == DP_POLICY_REJECT && (p->flags & DP_PKT_NO_REPLY) == 0) {
                dp_verdict_set(p, SHM_ACTION_REJECT, SHM_REASON_EXCEPTION_503);
                p->code = 503;
                counters->exception_drop++;
        } else {
                dp_verdict_drop(p, cause);
                counters->exception_drop++;
        }
}

#endif
