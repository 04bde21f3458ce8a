/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/engine/worker.h"

#include <string.h>

#include <rte_prefetch.h>

#include "dataplane/burst.h"
#include "dataplane/stages/decap_core.h"
#include "parser/sip_parse.h"

void sb_worker_init(struct sb_worker *w, uint16_t port, struct rte_mempool *pool)
{
        memset(w, 0, sizeof(*w));
        w->out.port = port;
        w->out.pool = pool;
        w->out.counts = &w->counts;
        for (uint32_t i = 0; i < SB_TIME_CNT; i++)
                sb_hist_init(&w->times[i]);
}

/* The product's parser finds what a quick reader overlooks. */
static void check(struct sb_worker *w, const uint8_t *payload, uint32_t len)
{
        if (w->check_every == 0 || w->check_in-- > 1)
                return;
        w->check_in = w->check_every;
        w->counts.rx_checked++;
        (void)sip_parse(payload, len, &w->msg);
        if (sip_anom_empty(&w->msg.anomalies))
                return;
        w->counts.rx_anomalous++;
        for (uint32_t i = 0; i < SIP_ANOM_WORDS; i++)
                w->anomaly_set.w[i] |= w->msg.anomalies.w[i];
}

static void end_from(struct sb_end *e, const struct shm_ip *a, bool v6, uint16_t port)
{
        memset(&e->addr, 0, sizeof(e->addr));
        memcpy(e->addr.b, v6 ? a->b : a->b + 12, v6 ? 16 : 4);
        e->port = port;
}

/* A frame that was looked into. */
struct incoming {
        struct rte_mbuf *m;
        struct dp_decap_result r;
        struct sb_rx *rx; /* NULL: no datagram */
        bool sip;
};

static void look_into(struct sb_worker *w, struct rte_mbuf *m, struct sb_rx *rx,
                      struct incoming *in)
{
        const uint8_t *frame = rte_pktmbuf_mtod(m, const uint8_t *);

        in->m = m;
        in->rx = NULL;
        if (dp_decap_core(frame, m->data_len, DP_UDP_SUM_KNOWN, &in->r) != SHM_REASON_NONE ||
            (in->r.flags & DP_PKT_UDP) == 0 || (in->r.flags & DP_PKT_FRAGMENT) != 0)
                return;
        in->rx = rx;
        in->sip = sb_read(frame + in->r.payload_off, in->r.payload_len, rx);
        for (uint32_t i = 0; in->sip && i < w->traffic_cnt; i++)
                if (w->traffics[i].prefetch != NULL)
                        w->traffics[i].prefetch(w->traffics[i].self, rx);
}

/* True when the buffer was kept. */
static bool datagram(struct sb_worker *w, const struct incoming *in, uint64_t now_ns)
{
        const uint8_t *frame = rte_pktmbuf_mtod(in->m, const uint8_t *);
        const struct dp_decap_result *r = &in->r;
        bool v6 = (r->flags & DP_PKT_IP6) != 0;
        struct sb_datagram d = {
            .m = in->m, .payload = frame + r->payload_off, .src_mac = frame + 6, .rx = in->rx};
        int taken = 0;

        if (!in->sip) {
                w->counts.rx_not_sip++;
                return false;
        }
        check(w, d.payload, r->payload_len);
        if (in->rx->status == 0)
                w->counts.rx_requests++;
        else
                w->counts.rx_status[in->rx->status / 100u]++;
        end_from(&d.src, &r->flow.src, v6, r->flow.sport);
        end_from(&d.dst, &r->flow.dst, v6, r->flow.dport);
        for (uint32_t i = 0; i < w->traffic_cnt && taken == 0; i++)
                if (w->traffics[i].receive != NULL)
                        taken = w->traffics[i].receive(w->traffics[i].self, &d, now_ns);
        if (taken == 0)
                w->counts.rx_out_of_call++;
        return taken == 2;
}

static void frame_in(struct sb_worker *w, const struct incoming *in, uint64_t now_ns)
{
        struct rte_mbuf *m = in->m;

        w->counts.rx_frames++;
        w->counts.rx_bytes += m->pkt_len;
        if (in->rx != NULL) {
                if (!datagram(w, in, now_ns))
                        rte_pktmbuf_free(m);
                return;
        }
        w->counts.rx_other++;
        w->counts.rx_fragments += (in->r.flags & DP_PKT_FRAGMENT) != 0;
        if (sb_neigh_receive(&w->neigh, m) == SB_NEIGH_ANSWER)
                sb_out_send(&w->out, m);
        else
                rte_pktmbuf_free(m);
}

/* Frames are fetched three ahead and read one ahead, so that neither they nor the state of their
 * calls is waited for. Their buffers' heads come all at once: of a ring each is in the cache of
 * another core. */
static void receive(struct sb_worker *w, struct rte_mbuf **in, uint16_t cnt, uint64_t now_ns)
{
        struct incoming seen[2];

        for (uint16_t i = 1; i < cnt; i++)
                rte_prefetch0(in[i]);
        look_into(w, in[0], &w->rx[0], &seen[0]);
        for (uint16_t i = 0; i < cnt; i++) {
                if (i + 3 < cnt) {
                        const uint8_t *ahead = rte_pktmbuf_mtod(in[i + 3], const uint8_t *);

                        for (uint32_t k = 0; k < 512; k += 64)
                                rte_prefetch0(ahead + k);
                }
                if (i + 1 < cnt)
                        look_into(w, in[i + 1], &w->rx[(i + 1) & 1], &seen[(i + 1) & 1]);
                frame_in(w, &seen[i & 1], now_ns);
        }
}

bool sb_worker_turn(struct sb_worker *w, uint64_t now_ns)
{
        struct rte_mbuf *in[SB_OUT_BURST];
        uint16_t cnt = rte_eth_rx_burst(w->out.port, w->out.queue, in, SB_OUT_BURST);
        bool busy = cnt != 0;

        if (busy)
                receive(w, in, cnt, now_ns);
        for (uint32_t i = 0; i < w->traffic_cnt; i++) {
                struct sb_traffic *t = &w->traffics[i];
                const bool behind = cnt == SB_OUT_BURST && t->live != NULL;
                const uint32_t most = behind ? SB_STARTS_BEHIND : SB_STARTS_A_TURN;
                uint64_t intended_ns;

                if (t->timers != NULL)
                        t->timers(t->self, now_ns);
                for (uint32_t n = 0; n < most; n++) {
                        if (t->start == NULL ||
                            (t->live != NULL && t->live(t->self) >= t->live_max) ||
                            !sb_pace_take(&t->pace, now_ns, &intended_ns))
                                break;
                        t->start(t->self, intended_ns, now_ns);
                        busy = true;
                }
        }
        sb_out_flush(&w->out);
        return busy;
}

uint32_t sb_worker_live(const struct sb_worker *w)
{
        uint32_t live = 0;

        for (uint32_t i = 0; i < w->traffic_cnt; i++)
                if (w->traffics[i].live != NULL)
                        live += w->traffics[i].live(w->traffics[i].self);
        return live;
}

bool sb_worker_started_all(const struct sb_worker *w)
{
        for (uint32_t i = 0; i < w->traffic_cnt; i++)
                if (w->traffics[i].start != NULL && w->traffics[i].pace.due_ns != UINT64_MAX)
                        return false;
        return true;
}
