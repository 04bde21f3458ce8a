/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/guard.h"

#include "dataplane/verdict.h"

void dp_guard_init(struct dp_guard *self, const struct dp_bans *bans)
{
        self->bans = bans;
}

static inline bool is_gated(const struct dp_pkt *p)
{
        return dp_pkt_open(p) && p->flow.side == SHM_SIDE_OUTSIDE &&
               (p->flags & (DP_PKT_IP4 | DP_PKT_IP6)) != 0 && (p->flags & DP_PKT_RESUMED) == 0;
}

void dp_guard_run(struct dp_guard *self, struct dp_burst *b)
{
        for (uint16_t i = 0; i < b->cnt; i++) {
                struct dp_pkt *p = &b->pkt[i];
                struct dp_bans_hit hit;

                if (!is_gated(p) || !dp_bans_lookup(self->bans, &p->flow.src, b->now_ns, &hit))
                        continue;
                if (hit.table == SHM_TABLE_PEER)
                        p->lane = SHM_LANE_PEER;
                else
                        dp_verdict_drop(p, hit.reason);
        }
}
