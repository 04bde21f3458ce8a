/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/decap.h"

#include <rte_ether.h>
#include <rte_prefetch.h>

#include "dataplane/stages/decap_core.h"
#include "dataplane/verdict.h"

void dp_decap_init(struct dp_decap *self)
{
        self->linearised = 0;
}

/* One segment, and the tag that the driver took out of the frame back in it: the wire gets what the
 * wire gave, and offsets are offsets into the frame. False when there is no room for it. */
static bool make_whole(struct dp_decap *self, struct dp_pkt *p)
{
        if (p->m->nb_segs > 1) {
                if (rte_pktmbuf_linearize(p->m) != 0)
                        return false;
                self->linearised++;
        }
        if ((p->m->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) != 0)
                return rte_vlan_insert(&p->m) == 0;
        return true;
}

static void decap_one(struct dp_decap *self, struct dp_pkt *p)
{
        struct dp_decap_result r;
        enum shm_reason reason;
        uint8_t side = p->flow.side;
        bool udp_checked;

        if (!make_whole(self, p)) {
                dp_verdict_drop(p, SHM_REASON_PACKET_TOO_BIG);
                return;
        }
        udp_checked = (p->m->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) == RTE_MBUF_F_RX_L4_CKSUM_GOOD;
        reason =
            dp_decap_core(rte_pktmbuf_mtod(p->m, const uint8_t *), p->m->data_len, udp_checked, &r);
        p->l3_off = r.l3_off;
        p->l4_off = r.l4_off;
        p->l4_len = r.l4_len;
        p->payload_off = r.payload_off;
        p->payload_len = r.payload_len;
        p->flags |= r.flags;
        p->flow = r.flow;
        p->flow.side = side;
        if (reason != SHM_REASON_NONE)
                dp_verdict_drop(p, reason);
}

static inline bool is_fresh(const struct dp_pkt *p)
{
        return dp_pkt_open(p) && (p->flags & DP_PKT_RESUMED) == 0;
}

void dp_decap_run(struct dp_decap *self, struct dp_burst *b)
{
        for (uint16_t i = 0; i < b->cnt; i++) {
                if (i + 1 < b->cnt)
                        rte_prefetch0(rte_pktmbuf_mtod(b->pkt[i + 1].m, const void *));
                if (is_fresh(&b->pkt[i]))
                        decap_one(self, &b->pkt[i]);
        }
}
