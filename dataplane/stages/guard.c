/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/guard.h"

#include "dataplane/stages/decap.h"
#include "dataplane/state/blocklist.h"
#include "dataplane/verdict.h"

_Static_assert(DP_BURST_MAX <= DP_BLOCKLIST_BURST && DP_BURST_MAX <= DP_BANS_BURST,
               "a burst is looked up at once");

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
        struct dp_bans_query query[DP_BURST_MAX];
        struct dp_bans_hit hit[DP_BURST_MAX];
        struct dp_pkt *asked[DP_BURST_MAX];
        uint32_t n = 0;

        for (uint16_t i = 0; i < b->cnt; i++) {
                struct dp_pkt *p = &b->pkt[i];

                if (!is_gated(p))
                        continue;
                query[n] = (struct dp_bans_query){&p->flow.src, p->flow.sport};
                asked[n++] = p;
        }
        if (n == 0)
                return;
        dp_bans_lookup_burst(self->bans, query, n, b->now_ns, hit);
        for (uint32_t i = 0; i < n; i++) {
                struct dp_pkt *p = asked[i];

                if (hit[i].table == SHM_TABLE_PEER) {
                        p->lane = SHM_LANE_PEER;
                } else if (hit[i].table == SHM_TABLE_BAN) {
                        dp_verdict_drop(p, hit[i].reason);
                } else if (hit[i].table == SHM_TABLE_LIMIT) {
                        p->limit_rate = hit[i].rate;
                        p->limit_prefix_len = hit[i].prefix_len;
                        p->limit_port = hit[i].port;
                }
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

        if (dp_bans_count(self->bans) != 0)
                bans_run(self, b);
        if (list != NULL)
                blocklist_run(list, b);
        if (!dp_burst_open(b)) /* in a flood of banned sources nothing is left */
                return;
        if (self->counts)
                dp_guard_budget_run(&self->budget, b);
        dp_decap_verify(b);
}
