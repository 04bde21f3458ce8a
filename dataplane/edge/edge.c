/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/edge/edge.h"

#include <string.h>

#include <netinet/in.h>

#include <rte_cycles.h>

#include "dataplane/edge/arp.h"
#include "dataplane/edge/echo.h"
#include "dataplane/edge/nd.h"
#include "dataplane/verdict.h"

#define ETH_BYTES 14u

/* RFC 5227 2.3 and 2.4: twice, two seconds apart; and so seldom against another who says that our
 * address is his. */
#define ANNOUNCE_TIMES 2u
#define ANNOUNCE_NS    (UINT64_C(2) * NS_PER_S)
#define DEFEND_NS      (UINT64_C(10) * NS_PER_S)

#define KERNEL_BURST 32u

void dp_edge_init(struct dp_edge *self, const struct dp_config *config,
                  const struct dp_edge_net *net, const struct dp_kernel_rings *kernel, bool first)
{
        static const struct dp_kernel_rings none;

        self->config = config;
        self->net = net;
        self->kernel = kernel != NULL ? kernel : &none;
        self->first = first;
}

/* ---- what we say of ourselves ---- */

static void announce(struct dp_edge *self, uint8_t n)
{
        const struct dp_edge_side *side = &self->net->side[n];
        uint8_t frame[DP_ND_FRAME_BYTES];

        for (unsigned i = 0; i < side->address_cnt; i++) {
                const struct shm_ip *ip = &side->address[i].ip;

                if (dp_ip_is_v4(ip)) {
                        dp_arp_request(side->mac, ip, ip, NULL, frame);
                        dp_send_own(&self->send, n, frame, DP_ARP_FRAME_BYTES);
                } else {
                        dp_nd_announce(side->mac, ip, frame);
                        dp_send_own(&self->send, n, frame, DP_ND_FRAME_BYTES);
                }
        }
}

/* Somebody else has, or says that he has, an address of ours. */
static void conflict(struct dp_edge *self, uint8_t side, uint64_t now_ns)
{
        self->counters->address_conflicts++;
        if (self->defended_ns != 0 && now_ns - self->defended_ns < DEFEND_NS)
                return;
        self->defended_ns = now_ns;
        announce(self, side);
}

/* ---- packets that are taken here ---- */

/* The answer leaves with the packet, by the port that it came from. False without a buffer. */
static bool answer(struct dp_edge *self, struct dp_pkt *p, const uint8_t *frame, size_t len)
{
        struct rte_mbuf *m = rte_pktmbuf_alloc(self->send.pool);

        if (m == NULL)
                return false;
        memcpy(rte_pktmbuf_mtod(m, uint8_t *), frame, len);
        m->data_len = (uint16_t)len;
        m->pkt_len = (uint32_t)len;
        p->reply = m;
        return true;
}

static bool is_mac(const struct dp_edge_side *side, const uint8_t *mac)
{
        return memcmp(mac, side->mac, sizeof(side->mac)) == 0;
}

/* The kernel wants its own answers; to it with what is of use to it too. */
static void taken(struct dp_edge *self, struct dp_pkt *p, bool for_kernel)
{
        if (for_kernel && self->kernel->to[p->flow.side] != NULL)
                dp_verdict_pass(p, SHM_REASON_PASS_KERNEL);
        else
                dp_verdict_drop(p, SHM_REASON_NEIGHBOUR);
}

static void take_arp(struct dp_edge *self, struct dp_pkt *p, uint64_t now_ns)
{
        const struct dp_edge_side *side = &self->net->side[p->flow.side];
        uint8_t frame[DP_ARP_FRAME_BYTES];
        struct dp_arp arp;

        if (!dp_arp_read(dp_pkt_at(p, 0), p->m->data_len, &arp)) {
                taken(self, p, false);
        } else if (dp_edge_net_owns(side, &arp.sender)) {
                if (!is_mac(side, arp.sender_mac))
                        conflict(self, p->flow.side, now_ns);
                taken(self, p, false);
        } else if (!dp_edge_net_owns(side, &arp.target)) {
                dp_verdict_drop(p, SHM_REASON_NOT_OURS);
        } else if (arp.is_reply) {
                bool for_us = is_mac(side, dp_pkt_at(p, 0));

                if (for_us)
                        (void)dp_neighbours_heard(self->send.neighbours, p->flow.side, &arp.sender,
                                                  arp.sender_mac, now_ns);
                taken(self, p, for_us);
        } else {
                dp_arp_reply(&arp, side->mac, frame);
                self->counters->neighbours_answered += answer(self, p, frame, DP_ARP_FRAME_BYTES);
                taken(self, p, false);
        }
}

static void take_advert(struct dp_edge *self, struct dp_pkt *p, const struct dp_nd *nd,
                        uint64_t now_ns)
{
        const struct dp_edge_side *side = &self->net->side[p->flow.side];
        bool for_us = nd->solicited && dp_edge_net_owns(side, &nd->dst);

        if (dp_edge_net_owns(side, &nd->target)) {
                if (!is_mac(side, nd->from_mac))
                        conflict(self, p->flow.side, now_ns);
                taken(self, p, false);
        } else if (for_us) {
                (void)dp_neighbours_heard(self->send.neighbours, p->flow.side, &nd->target,
                                          nd->from_mac, now_ns);
                taken(self, p, true);
        } else {
                dp_verdict_drop(p, SHM_REASON_NOT_OURS);
        }
}

static void take_nd(struct dp_edge *self, struct dp_pkt *p, const struct dp_nd_packet *in,
                    uint64_t now_ns)
{
        const struct dp_edge_side *side = &self->net->side[p->flow.side];
        uint8_t frame[DP_ND_FRAME_BYTES];
        struct dp_nd nd;

        if (!dp_nd_read(in, &nd)) {
                taken(self, p, false);
        } else if (nd.type == DP_ND_ADVERT) {
                take_advert(self, p, &nd, now_ns);
        } else if (!dp_edge_net_owns(side, &nd.target)) {
                dp_verdict_drop(p, SHM_REASON_NOT_OURS);
        } else {
                dp_nd_advert(&nd, side->mac, frame);
                self->counters->neighbours_answered += answer(self, p, frame, DP_ND_FRAME_BYTES);
                taken(self, p, false);
        }
}

static bool may_echo(struct dp_edge *self, uint64_t now_ns)
{
        if (now_ns - self->echo_ns >= NS_PER_S) {
                self->echo_ns = now_ns;
                self->echoes = 0;
        }
        return self->echoes++ < DP_EDGE_ECHOES_PER_S;
}

static void take_echo(struct dp_edge *self, struct dp_pkt *p, const struct dp_echo *in,
                      uint64_t now_ns)
{
        struct rte_mbuf *m = may_echo(self, now_ns) ? rte_pktmbuf_alloc(self->send.pool) : NULL;
        size_t len = 0;

        if (m != NULL)
                len = dp_echo_reply(in, rte_pktmbuf_mtod(m, uint8_t *), rte_pktmbuf_tailroom(m));
        if (len != 0) {
                m->data_len = (uint16_t)len;
                m->pkt_len = (uint32_t)len;
                p->reply = m;
                self->counters->echoes_answered++;
        } else {
                rte_pktmbuf_free(m);
        }
        dp_verdict_drop(p, SHM_REASON_ECHO);
}

/* An IP packet, untagged, in a frame for us or for a group. */
static void take_ip(struct dp_edge *self, struct dp_pkt *p, uint64_t now_ns)
{
        const struct dp_edge_side *side = &self->net->side[p->flow.side];
        const struct dp_nd_packet nd = {
            .frame = dp_pkt_at(p, 0),
            .l3_off = p->l3_off,
            .l4_off = p->l4_off,
            .l4_len = p->l4_len,
        };
        const struct dp_echo echo = {
            .frame = dp_pkt_at(p, 0),
            .l3_off = p->l3_off,
            .l4_off = p->l4_off,
            .l4_len = p->l4_len,
            .v4 = (p->flags & DP_PKT_IP4) != 0,
            .ip_proto = p->flow.ip_proto,
        };
        bool whole = (p->flags & DP_PKT_FRAGMENT) == 0;

        if (whole && !echo.v4 && p->flow.ip_proto == IPPROTO_ICMPV6 && dp_nd_is(&nd)) {
                take_nd(self, p, &nd, now_ns);
                return;
        }
        if ((dp_pkt_at(p, 0)[0] & 1u) != 0 || !dp_edge_net_owns(side, &p->flow.dst)) {
                dp_verdict_drop(p, SHM_REASON_NOT_OURS);
                return;
        }
        if (p->flow.ip_proto == IPPROTO_UDP &&
            (!whole || dp_config_is_sip_port(self->config, p->flow.dport)))
                return;
        if (whole && dp_echo_is(&echo))
                take_echo(self, p, &echo, now_ns);
        else
                dp_verdict_pass(p, SHM_REASON_PASS_KERNEL);
}

static void take(struct dp_edge *self, struct dp_pkt *p, uint64_t now_ns)
{
        const struct dp_edge_side *side = &self->net->side[p->flow.side];
        const uint8_t *eth = dp_pkt_at(p, 0);
        unsigned ethertype = (unsigned)eth[12] << 8 | eth[13];

        if (p->l3_off != ETH_BYTES || ((eth[0] & 1u) == 0 && !is_mac(side, eth)))
                dp_verdict_drop(p, SHM_REASON_NOT_OURS);
        else if ((p->flags & (DP_PKT_IP4 | DP_PKT_IP6)) != 0)
                take_ip(self, p, now_ns);
        else if (ethertype == DP_ETHERTYPE_ARP)
                take_arp(self, p, now_ns);
        else
                dp_verdict_drop(p, SHM_REASON_NOT_OURS);
}

void dp_edge_run(struct dp_edge *self, struct dp_burst *b)
{
        for (uint16_t i = 0; i < b->cnt; i++) {
                struct dp_pkt *p = &b->pkt[i];

                if (dp_pkt_open(p) && (p->flags & DP_PKT_RESUMED) == 0)
                        take(self, p, b->now_ns);
        }
}

/* ---- once a turn ---- */

static void from_kernel(struct dp_edge *self, uint8_t side)
{
        struct dp_outbox *box = &self->send.outbox;
        void *frames[KERNEL_BURST];
        unsigned room = RTE_MIN(KERNEL_BURST, DP_OUTBOX_MAX - box->cnt), got;

        if (self->kernel->from[side] == NULL)
                return;
        got = rte_ring_dequeue_burst(self->kernel->from[side], frames, room, NULL);
        for (unsigned i = 0; i < got; i++) {
                const struct dp_out out = {.m = frames[i], .side = side, .kind = DP_OUT_KERNEL};

                dp_outbox_put(box, &out);
        }
}

unsigned dp_edge_turn(struct dp_edge *self, uint64_t now_ns)
{
        bool announces = self->first && self->announced < ANNOUNCE_TIMES &&
                         (self->announced == 0 || now_ns - self->announce_ns >= ANNOUNCE_NS);

        for (uint8_t side = 0; announces && side < self->net->side_cnt; side++)
                announce(self, side);
        if (announces) {
                self->announced++;
                self->announce_ns = now_ns;
        }
        dp_send_poll(&self->send, now_ns);
        for (uint8_t side = 0; self->first && side < self->net->side_cnt; side++)
                from_kernel(self, side);
        return self->send.outbox.cnt;
}
