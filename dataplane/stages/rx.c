/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/rx.h"

#include <string.h>

#include <rte_ethdev.h>
#include <rte_mbuf_dyn.h>

static uint64_t arrival_ns(const struct dp_rx *self, const struct rte_mbuf *m, uint64_t now_ns)
{
        if ((m->ol_flags & self->timestamp_flag) != 0)
                return *RTE_MBUF_DYNFIELD(m, self->timestamp_offset, const rte_mbuf_timestamp_t *);
        return now_ns;
}

unsigned dp_rx_run(struct dp_rx *self, struct dp_burst *b)
{
        struct rte_mbuf *mbufs[DP_RX_BURST];
        uint16_t which = self->turn;
        uint16_t got = rte_eth_rx_burst(self->port_ids[which], self->queue, mbufs, DP_RX_BURST);

        self->turn = (uint16_t)((which + 1u) % self->port_cnt);
        for (uint16_t i = 0; i < got; i++) {
                struct dp_pkt *p = &b->pkt[b->cnt++];

                memset(p, 0, sizeof(*p));
                p->m = mbufs[i];
                p->time_ns = arrival_ns(self, mbufs[i], b->now_ns);
                p->serial = self->serial++;
                p->port = (uint8_t)self->port_ids[which];
                p->flow.side = self->sides[which];
                self->counters->received_bytes += mbufs[i]->pkt_len;
        }
        self->counters->received += got;
        return got;
}
