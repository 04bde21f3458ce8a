/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/tx.h"

#include <rte_ethdev.h>

#include "dataplane/verdict.h"

/* Packets for one port, with their events. */
struct lot {
        struct rte_mbuf *mbufs[DP_BURST_MAX];
        struct shm_event *events[DP_BURST_MAX];
        struct dp_pkt *pkts[DP_BURST_MAX];
        uint16_t cnt;
};

static void count_drop(struct dp_tx *self, const struct dp_pkt *p)
{
        self->counters->dropped[p->reason]++;
        rte_pktmbuf_free(p->m);
}

/* What came from the outside, by lane; at the end, when the lane is known. */
static void count_lane(struct dp_tx *self, const struct dp_pkt *p)
{
        if (p->flow.side != SHM_SIDE_OUTSIDE || (p->flags & DP_PKT_SIP) == 0)
                return;
        self->counters->by_lane[p->lane]++;
        self->counters->dropped_by_lane[p->lane] += p->action != SHM_ACTION_PASS;
}

static void count_pass(struct dp_tx *self, const struct dp_pkt *p, uint32_t bytes)
{
        self->counters->passed[p->reason]++;
        self->counters->sent++;
        self->counters->sent_bytes += bytes;
}

/* Send a lot; what the port does not take is dropped for TX_FULL, in its event too. */
static void lot_send(struct dp_tx *self, struct lot *lot, uint16_t port)
{
        uint32_t bytes[DP_BURST_MAX];
        uint16_t sent = 0;

        for (uint16_t i = 0; i < lot->cnt; i++)
                bytes[i] = lot->mbufs[i]->pkt_len; /* the driver may free what it took at once */
        if (lot->cnt != 0)
                sent = rte_eth_tx_burst(port, self->queue, lot->mbufs, lot->cnt);
        for (uint16_t i = 0; i < lot->cnt; i++) {
                if (i < sent) {
                        count_pass(self, lot->pkts[i], bytes[i]);
                        continue;
                }
                dp_verdict_fail(lot->pkts[i], SHM_REASON_TX_FULL);
                dp_report_correct(lot->events[i], lot->pkts[i]);
                count_drop(self, lot->pkts[i]);
        }
}

static void reply_send(struct dp_tx *self, struct dp_pkt *p)
{
        self->counters->consumed++;
        if (rte_eth_tx_burst(p->port, self->queue, &p->reply, 1) == 1) {
                self->counters->replies_sent++;
        } else {
                self->counters->replies_lost++;
                rte_pktmbuf_free(p->reply);
        }
        rte_pktmbuf_free(p->m);
}

static void pass(struct dp_tx *self, struct dp_pkt *p, struct lot lots[2], struct shm_event *event)
{
        uint16_t to = self->peer_of[p->port];
        struct lot *lot = &lots[p->flow.side];

        if (self->passive) {
                self->counters->passed[p->reason]++;
                self->counters->observed++;
                rte_pktmbuf_free(p->m);
                return;
        }
        if (to == DP_NO_PORT) {
                dp_verdict_fail(p, SHM_REASON_NO_PORT);
                dp_report_correct(event, p);
                count_drop(self, p);
                return;
        }
        lot->mbufs[lot->cnt] = p->m;
        lot->events[lot->cnt] = event;
        lot->pkts[lot->cnt] = p;
        lot->cnt++;
}

void dp_tx_run(struct dp_tx *self, struct dp_burst *b)
{
        struct lot lots[SHM_SIDE_CNT]; /* by the side that the packets came from */

        lots[0].cnt = 0;
        lots[1].cnt = 0;
        for (uint16_t i = 0; i < b->cnt; i++) {
                struct dp_pkt *p = &b->pkt[i];

                if ((p->flags & DP_PKT_HELD) != 0)
                        continue;
                RTE_VERIFY(p->action != SHM_ACTION_NONE);
                count_lane(self, p);
                struct shm_event *event = p->event;

                if (event == NULL && !p->rewritten)
                        event = dp_report_add(self->report, p);
                if (p->action == SHM_ACTION_PASS)
                        pass(self, p, lots, event);
                else if (p->reply != NULL)
                        reply_send(self, p);
                else
                        count_drop(self, p);
        }
        for (unsigned side = 0; side < SHM_SIDE_CNT; side++)
                if (lots[side].cnt != 0)
                        lot_send(self, &lots[side], self->peer_of[lots[side].pkts[0]->port]);
        b->cnt = 0;
}
