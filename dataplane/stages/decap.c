/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/decap.h"

#include <netinet/in.h>

#include <rte_ether.h>
#include <rte_prefetch.h>

#include "dataplane/stages/decap_core.h"
#include "dataplane/stages/decap_plain.h"
#include "dataplane/stages/tunnel_core.h"
#include "dataplane/verdict.h"
#include "parser/sip_parse.h"

#define AHEAD 4u /* frames whose first line is asked for before it is read */

void dp_decap_init(struct dp_decap *self, const struct dp_config *config)
{
        self->config = config;
        self->linearised = 0;
}

/* ---- tunnels ---- */

static bool is_sip_flow(const struct dp_config *config, const struct shm_flow *f)
{
        return (f->ip_proto == IPPROTO_UDP || f->ip_proto == IPPROTO_TCP ||
                f->ip_proto == IPPROTO_SCTP) &&
               (dp_config_is_sip_port(config, f->dport) || f->dport == DP_SIPS_PORT ||
                dp_config_is_sip_port(config, f->sport) || f->sport == DP_SIPS_PORT);
}

/* The reason that a tunnel ends a packet for, NONE: it may go on. */
static enum shm_reason tunnel_judge(const struct dp_config *config, struct dp_pkt *p,
                                    const struct dp_decap_result *outer)
{
        const uint8_t *frame = rte_pktmbuf_mtod(p->m, const uint8_t *);
        struct dp_decap_result in;
        uint32_t base = 0;
        enum dp_tunnel tunnel = dp_tunnel_look(frame, p->m->data_len, outer, &base, &in);

        if (tunnel == DP_TUNNEL_NONE)
                return SHM_REASON_NONE;
        p->flags |= DP_PKT_TUNNEL;
        if (config->tunnels == DP_TUNNELS_DROP)
                return SHM_REASON_TUNNEL;
        if (tunnel == DP_TUNNEL_DEPTH)
                return SHM_REASON_TUNNEL_DEPTH;
        if (tunnel == DP_TUNNEL_OPAQUE)
                return SHM_REASON_TUNNEL_OPAQUE;
        if (is_sip_flow(config, &in.flow) ||
            ((in.flags & DP_PKT_UDP) != 0 &&
             sip_sniff(frame + base + in.payload_off, in.payload_len) == SIP_SNIFF_SIP))
                return SHM_REASON_TUNNEL_SIP;
        return SHM_REASON_NONE;
}

/* ---- frames ---- */

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

static void take(struct dp_pkt *p, const struct dp_decap_result *r)
{
        uint8_t side = p->flow.side;

        p->l3_off = r->l3_off;
        p->l4_off = r->l4_off;
        p->l4_len = r->l4_len;
        p->payload_off = r->payload_off;
        p->payload_len = r->payload_len;
        p->sum_dst = r->sum_dst;
        p->flags |= r->flags;
        p->flow = r->flow;
        p->flow.side = side;
}

static inline bool udp_checked(const struct rte_mbuf *m)
{
        return (m->ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK) == RTE_MBUF_F_RX_L4_CKSUM_GOOD;
}

/* Any frame that does not go the plain way. */
static void decap_any(struct dp_decap *self, struct dp_pkt *p)
{
        struct dp_decap_result r = {.flags = 0};
        enum shm_reason reason;

        if (!make_whole(self, p)) {
                take(p, &r);
                dp_verdict_drop(p, SHM_REASON_PACKET_TOO_BIG);
                return;
        }
        reason = dp_decap_core(rte_pktmbuf_mtod(p->m, const uint8_t *), p->m->data_len,
                               udp_checked(p->m) ? DP_UDP_SUM_KNOWN : DP_UDP_SUM_LATER, &r);
        take(p, &r);
        if (reason == SHM_REASON_NONE && self->config->tunnels != DP_TUNNELS_PASS &&
            dp_tunnel_may_be(&r))
                reason = tunnel_judge(self->config, p, &r);
        if (reason != SHM_REASON_NONE)
                dp_verdict_drop(p, reason);
}

/* Straight into the packet. False: it is none that goes this way. */
static inline bool decap_plain(struct dp_pkt *p)
{
        const struct rte_mbuf *m = p->m;
        bool has_sum;

        if (m->nb_segs != 1 || (m->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) != 0 ||
            !dp_plain_udp4(rte_pktmbuf_mtod(m, const uint8_t *), m->data_len, &p->flow, &p->l4_len,
                           &has_sum) ||
            dp_tunnel_ports_may_be(p->flow.dport, p->flow.sport))
                return false;
        p->l3_off = DP_PLAIN_L3_OFF;
        p->l4_off = DP_PLAIN_L4_OFF;
        p->payload_off = DP_PLAIN_PAYLOAD_OFF;
        p->payload_len = (uint16_t)(p->l4_len - (DP_PLAIN_PAYLOAD_OFF - DP_PLAIN_L4_OFF));
        p->sum_dst = has_sum && !udp_checked(m) ? DP_PLAIN_DST_OFF : 0;
        p->flags |= DP_PKT_IP4 | DP_PKT_UDP;
        return true;
}

static inline bool is_fresh(const struct dp_pkt *p)
{
        return dp_pkt_open(p) && (p->flags & DP_PKT_RESUMED) == 0;
}

static inline void prefetch_head(const struct dp_burst *b, uint16_t i)
{
        if (i < b->cnt)
                rte_prefetch0(rte_pktmbuf_mtod(b->pkt[i].m, const void *));
}

void dp_decap_run(struct dp_decap *self, struct dp_burst *b)
{
        for (uint16_t i = 0; i < AHEAD; i++)
                prefetch_head(b, i);
        for (uint16_t i = 0; i < b->cnt; i++) {
                prefetch_head(b, (uint16_t)(i + AHEAD));
                if (is_fresh(&b->pkt[i]) && !decap_plain(&b->pkt[i]))
                        decap_any(self, &b->pkt[i]);
        }
}

static inline bool is_unverified(const struct dp_pkt *p)
{
        return p->sum_dst != 0 && dp_pkt_open(p);
}

/* The first lines: from there on the CPU sees by itself what comes next. */
static inline void prefetch_payload(const struct dp_burst *b, uint16_t i)
{
        if (i >= b->cnt || !is_unverified(&b->pkt[i]))
                return;
        for (uint16_t line = 1; line < 4; line++)
                rte_prefetch0(dp_pkt_at(&b->pkt[i], b->pkt[i].l4_off) +
                              (size_t)line * RTE_CACHE_LINE_SIZE);
}

void dp_decap_verify(struct dp_burst *b)
{
        for (uint16_t i = 0; i < b->cnt; i++) {
                struct dp_pkt *p = &b->pkt[i];

                prefetch_payload(b, (uint16_t)(i + 1));
                if (is_unverified(p) &&
                    !dp_decap_sum_ok(rte_pktmbuf_mtod(p->m, const uint8_t *), p->l3_off, p->l4_off,
                                     p->l4_len, p->sum_dst))
                        dp_verdict_drop(p, SHM_REASON_UDP_CHECKSUM);
        }
}
