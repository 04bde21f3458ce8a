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

static bool goes_on(const struct dp_pkt *p)
{
        return p->action == SHM_ACTION_PASS || p->action == SHM_ACTION_PROXY;
}

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
        self->counters->dropped_by_lane[p->lane] += !goes_on(p);
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
                        if (lot->pkts[i]->out != NULL)
                                rte_pktmbuf_free(lot->pkts[i]->m);
                        continue;
                }
                rte_pktmbuf_free(lot->pkts[i]->out);
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

static void lot_add(struct lot *lot, struct rte_mbuf *m, struct dp_pkt *p, struct shm_event *event)
{
        lot->mbufs[lot->cnt] = m;
        lot->events[lot->cnt] = event;
        lot->pkts[lot->cnt] = p;
        lot->cnt++;
}

static bool kernel_give(struct dp_tx *self, struct dp_pkt *p)
{
        struct rte_ring *ring = self->kernel->to[p->flow.side];
        uint32_t bytes = p->m->pkt_len; /* the ring's other end may free it at once */

        if (ring == NULL || rte_ring_enqueue(ring, p->m) != 0)
                return false;
        count_pass(self, p, bytes);
        return true;
}

/* What passes goes on as act made it, by the side that act found; or to the kernel. */
static void edge_pass(struct dp_tx *self, struct dp_pkt *p, struct lot lots[SHM_SIDE_CNT],
                      struct shm_event *event)
{
        enum shm_reason reason = SHM_REASON_NO_HOP;

        if (p->out != NULL) {
                lot_add(&lots[p->out_side], p->out, p, event);
                return;
        }
        if (p->out_waits) {
                rte_pktmbuf_free(p->m);
                return;
        }
        if ((p->flags & DP_PKT_KEEPALIVE) != 0)
                reason = SHM_REASON_ABSORBED;
        else if ((p->flags & DP_PKT_SIP) == 0)
                reason = kernel_give(self, p) ? SHM_REASON_NONE : SHM_REASON_NO_KERNEL;
        if (reason == SHM_REASON_NONE)
                return;
        dp_verdict_fail(p, reason);
        dp_report_correct(event, p);
        count_drop(self, p);
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
        lot_add(lot, p->m, p, event);
}

/* One frame of the outbox; what does not go is counted where its kind is. */
static void out_send(struct dp_tx *self, struct dp_out *out)
{
        struct shm_counters *c = self->counters;
        uint32_t bytes = out->m->pkt_len;
        bool sent = out->kind != DP_OUT_UNREACHABLE &&
                    rte_eth_tx_burst(self->port_of[out->side], self->queue, &out->m, 1) == 1;

        switch ((enum dp_out_kind)out->kind) {
        case DP_OUT_HELD:
        case DP_OUT_UNREACHABLE:
                if (out->reason == SHM_REASON_NONE) { /* of control, and nobody answered for it */
                        c->control_lost++;
                        break;
                }
                c->held_neighbour--;
                if (sent) {
                        c->passed[out->reason]++;
                        c->sent++;
                        c->sent_bytes += bytes;
                } else {
                        c->dropped[out->kind == DP_OUT_HELD ? SHM_REASON_TX_FULL
                                                            : SHM_REASON_HOP_UNREACHABLE]++;
                }
                break;
        case DP_OUT_KERNEL:
                c->kernel_sent += sent;
                c->kernel_lost += !sent;
                break;
        case DP_OUT_CONTROL:
                c->control_sent += sent;
                c->control_lost += !sent;
                break;
        case DP_OUT_OWN:
                break;
        }
        if (!sent)
                rte_pktmbuf_free(out->m);
}

unsigned dp_tx_outbox(struct dp_tx *self)
{
        unsigned cnt = self->outbox->cnt;

        for (unsigned i = 0; i < cnt; i++)
                out_send(self, &self->outbox->out[i]);
        self->outbox->cnt = 0;
        return cnt;
}

void dp_tx_run(struct dp_tx *self, struct dp_burst *b)
{
        struct lot lots[SHM_SIDE_CNT]; /* by the side that packets came from; edge: leave by */
        struct rte_mbuf *dropped[DP_BURST_MAX];
        unsigned dropped_cnt = 0;

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
                if (goes_on(p) && self->outbox != NULL)
                        edge_pass(self, p, lots, event);
                else if (goes_on(p))
                        pass(self, p, lots, event);
                else if (p->reply != NULL)
                        reply_send(self, p);
                else {
                        self->counters->dropped[p->reason]++;
                        dropped[dropped_cnt++] = p->m;
                }
        }
        rte_pktmbuf_free_bulk(dropped, dropped_cnt); /* a flood's go back together */
        for (unsigned side = 0; side < SHM_SIDE_CNT; side++)
                if (lots[side].cnt != 0)
                        lot_send(self, &lots[side],
                                 self->outbox != NULL ? self->port_of[side]
                                                      : self->peer_of[lots[side].pkts[0]->port]);
        b->cnt = 0;
}
