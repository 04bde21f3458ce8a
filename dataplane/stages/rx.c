/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/rx.h"

#include <rte_atomic.h>
#include <rte_ethdev.h>
#include <rte_mbuf_dyn.h>

static uint64_t arrival_ns(const struct dp_rx *self, const struct rte_mbuf *m, uint64_t now_ns)
{
        if ((m->ol_flags & self->timestamp_flag) != 0)
                return *RTE_MBUF_DYNFIELD(m, self->timestamp_offset, const rte_mbuf_timestamp_t *);
        return now_ns;
}

typedef uint64_t lane __attribute__((vector_size(16), aligned(8), may_alias));
_Static_assert(DP_PKT_CLEAR_FROM % 8 == 0, "lanes are aligned");
_Static_assert(DP_PKT_CLEAR_TO + 3 * sizeof(lane) <= sizeof(struct dp_pkt),
               "the last three are inside");

/* By hand, for compilers make `rep stos` of a memset of this size, which takes longer to start than
 * these stores take altogether. */
static inline void clear(struct dp_pkt *p)
{
        lane *at = (lane *)(void *)((uint8_t *)p + DP_PKT_CLEAR_FROM);

        for (size_t i = 0; i * sizeof(lane) < DP_PKT_CLEAR_TO - DP_PKT_CLEAR_FROM; i += 3) {
                at[i] = (lane){0, 0};
                at[i + 1] = (lane){0, 0};
                at[i + 2] = (lane){0, 0};
                rte_compiler_barrier(); /* or the loop becomes that memset again */
        }
}

unsigned dp_rx_run(struct dp_rx *self, struct dp_burst *b)
{
        struct rte_mbuf *mbufs[DP_RX_BURST];
        uint16_t which = self->turn;
        uint16_t got = rte_eth_rx_burst(self->port_ids[which], self->queue, mbufs, DP_RX_BURST);

        self->turn = (uint16_t)((which + 1u) % self->port_cnt);
        for (uint16_t i = 0; i < got; i++) {
                struct dp_pkt *p = &b->pkt[b->cnt++];

                clear(p);
                p->m = mbufs[i];
                p->time_ns = arrival_ns(self, mbufs[i], b->now_ns);
                p->serial = self->serial++;
                p->flags = 0;
                p->port = (uint8_t)self->port_ids[which];
                p->flow.side = self->sides[which];
                self->counters->received_bytes += mbufs[i]->pkt_len;
        }
        self->counters->received += got;
        return got;
}
