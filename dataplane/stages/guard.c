/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/guard.h"

#include "dataplane/state/blocklist.h"
#include "dataplane/verdict.h"

_Static_assert(DP_BURST_MAX <= DP_BLOCKLIST_BURST, "a burst is looked up at once");

void dp_guard_init(struct dp_guard *self, const struct dp_bans *bans,
                   const struct dp_swap *blocklist, const struct dp_guard_budget *budget)
{
        self->bans = bans;
        self->blocklist = blocklist;
        self->counts = budget != NULL;
        if (budget != NULL)
                self->budget = *budget;
}

static inline bool is_gated(const struct dp_pkt *p)
{
        return dp_pkt_open(p) && p->flow.side == SHM_SIDE_OUTSIDE &&
               (p->flags & (DP_PKT_IP4 | DP_PKT_IP6)) != 0 && (p->flags & DP_PKT_RESUMED) == 0;
}

static void bans_run(const struct dp_guard *self, struct dp_burst *b)
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

/* All sources of the burst at once, so that their memory latencies overlap. */
static void blocklist_run(const struct dp_blocklist *list, struct dp_burst *b)
{
        const struct shm_ip *src[DP_BURST_MAX];
        struct dp_pkt *asked[DP_BURST_MAX];
        uint16_t hit[DP_BURST_MAX];
        uint32_t n = 0;

        for (uint16_t i = 0; i < b->cnt; i++) {
                struct dp_pkt *p = &b->pkt[i];

                if (!is_gated(p) || p->lane == SHM_LANE_PEER)
                        continue;
                src[n] = &p->flow.src;
                asked[n++] = p;
        }
        if (n == 0)
                return;
        dp_blocklist_lookup(list, src, n, hit);
        for (uint32_t i = 0; i < n; i++) {
                if (hit[i] == 0)
                        continue;
                asked[i]->rule = hit[i];
                dp_verdict_drop(asked[i], SHM_REASON_BLOCKLIST);
        }
}

void dp_guard_run(struct dp_guard *self, struct dp_burst *b)
{
        const struct dp_blocklist *list =
            self->blocklist != NULL ? dp_swap_now(self->blocklist) : NULL;

        bans_run(self, b);
        if (list != NULL)
                blocklist_run(list, b);
        if (self->counts)
                dp_guard_budget_run(&self->budget, b);
}
