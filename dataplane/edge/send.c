/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/edge/send.h"

#include <string.h>

#include "dataplane/edge/arp.h"
#include "dataplane/edge/nd.h"
#include "dataplane/edge/udp_frame.h"

#define NS_PER_MS UINT64_C(1000000)

void dp_send_own(struct dp_send *self, uint8_t side, const uint8_t *frame, size_t len)
{
        struct rte_mbuf *m;

        if (!dp_outbox_has_room(&self->outbox))
                return;
        m = rte_pktmbuf_alloc(self->pool);
        if (m == NULL)
                return;
        memcpy(rte_pktmbuf_mtod(m, uint8_t *), frame, len);
        m->data_len = (uint16_t)len;
        m->pkt_len = (uint32_t)len;
        const struct dp_out out = {.m = m, .side = side, .kind = DP_OUT_OWN};

        dp_outbox_put(&self->outbox, &out);
}

/* A token bucket; a clock that goes back fills it up. */
static bool may_ask(struct dp_send *self, uint64_t now_ns)
{
        uint64_t gone_ms = (now_ns - self->asks_ns) / NS_PER_MS;
        uint64_t more = gone_ms >= 1000 ? DP_SEND_ASKS_BURST : gone_ms * DP_SEND_ASKS_PER_S / 1000;

        if (more != 0) {
                self->asks_left = (uint32_t)RTE_MIN(self->asks_left + more, DP_SEND_ASKS_BURST);
                self->asks_ns = now_ns;
        }
        if (self->asks_left == 0)
                return false;
        self->asks_left--;
        return true;
}

/* RFC 4861 7.2.2: from the address that the packet has; from the link-local one to its like. */
static void ask(struct dp_send *self, const struct dp_edge_path *path,
                const struct dp_neighbour *nb, uint64_t now_ns)
{
        const struct dp_edge_side *side = &self->net->side[path->side];
        const uint8_t *to = nb->alone ? nb->mac : NULL;
        uint8_t frame[DP_ND_FRAME_BYTES];

        if (!may_ask(self, now_ns))
                return;
        if (dp_ip_is_v4(&path->neighbour)) {
                dp_arp_request(side->mac, &path->from, &path->neighbour, to, frame);
                dp_send_own(self, path->side, frame, DP_ARP_FRAME_BYTES);
        } else {
                bool local = path->neighbour.b[0] == 0xfe && (path->neighbour.b[1] & 0xc0u) == 0x80;

                dp_nd_solicit(side->mac, local ? &side->link_local : &path->from, &path->neighbour,
                              to, frame);
                dp_send_own(self, path->side, frame, DP_ND_FRAME_BYTES);
        }
        self->counters->neighbours_asked++;
}

/* Who takes it on, and if it is known the address in the frame. */
static enum dp_neighbour_state address(struct dp_send *self, const struct dp_edge_path *path,
                                       struct rte_mbuf *m, uint64_t now_ns)
{
        struct dp_neighbour nb;
        enum dp_neighbour_state state =
            dp_neighbours_find(self->neighbours, path->side, &path->neighbour, now_ns, &nb);

        if (nb.ask)
                ask(self, path, &nb, now_ns);
        if (state == DP_NEIGHBOUR_KNOWN)
                memcpy(rte_pktmbuf_mtod(m, uint8_t *), nb.mac, sizeof(nb.mac));
        return state;
}

static bool same_neighbour(const struct dp_edge_path *a, const struct dp_edge_path *b)
{
        return a->side == b->side &&
               memcmp(&a->neighbour, &b->neighbour, sizeof(b->neighbour)) == 0;
}

static bool hold(struct dp_send *self, struct rte_mbuf *m, const struct dp_edge_path *path,
                 uint16_t reason, uint64_t now_ns)
{
        unsigned same = 0;

        for (uint32_t i = 0; i < self->held_cnt; i++)
                same += same_neighbour(&self->held[i].path, path);
        if (self->held_cnt == DP_SEND_HELD || same >= DP_SEND_HELD_EACH)
                return false;
        self->held[self->held_cnt++] =
            (struct dp_send_held){.m = m, .path = *path, .since_ns = now_ns, .reason = reason};
        self->counters->held_neighbour += reason != SHM_REASON_NONE;
        return true;
}

/* When, and the reason of struct dp_send_held. */
struct stamp {
        uint64_t now_ns;
        uint16_t reason;
};

/* The frame, *out, or NULL when it waits for its neighbour. */
static enum shm_reason emit(struct dp_send *self, const struct dp_edge_path *path,
                            const struct dp_datagram *d, const struct stamp *at,
                            struct rte_mbuf **out)
{
        const struct dp_udp_frame in = {
            .from_mac = self->net->side[path->side].mac,
            .from = path->from,
            .to = d->to,
            .from_port = d->from_port,
            .to_port = d->to_port,
            .payload = d->payload,
            .payload_len = d->payload_len,
        };
        struct rte_mbuf *m;
        size_t len;

        if (dp_udp_frame_ip_bytes(&in) > path->ip_bytes_max)
                return SHM_REASON_HOP_TRANSPORT;
        m = rte_pktmbuf_alloc(self->pool);
        if (m == NULL)
                return SHM_REASON_CANNOT_REWRITE;
        len = dp_udp_frame_build(&in, rte_pktmbuf_mtod(m, uint8_t *), rte_pktmbuf_tailroom(m));
        m->data_len = (uint16_t)len;
        m->pkt_len = (uint32_t)len;
        enum dp_neighbour_state state =
            len == 0 ? DP_NEIGHBOUR_FAILED : address(self, path, m, at->now_ns);

        if (state == DP_NEIGHBOUR_FAILED ||
            (state == DP_NEIGHBOUR_WAIT && !hold(self, m, path, at->reason, at->now_ns))) {
                rte_pktmbuf_free(m);
                return len == 0 ? SHM_REASON_CANNOT_REWRITE : SHM_REASON_HOP_UNREACHABLE;
        }
        *out = state == DP_NEIGHBOUR_WAIT ? NULL : m;
        return SHM_REASON_NONE;
}

enum shm_reason dp_send_datagram(struct dp_send *self, struct dp_pkt *p,
                                 const struct dp_edge_path *path, const struct dp_datagram *d,
                                 uint64_t now_ns)
{
        const struct stamp at = {now_ns, p->reason};
        struct rte_mbuf *m;
        enum shm_reason why = emit(self, path, d, &at, &m);

        if (why != SHM_REASON_NONE)
                return why;
        p->out_waits = m == NULL;
        p->out = m;
        p->out_side = path->side;
        return SHM_REASON_NONE;
}

void dp_send_control(struct dp_send *self, const struct dp_edge_path *path,
                     const struct dp_datagram *d, uint64_t now_ns)
{
        const struct stamp at = {now_ns, SHM_REASON_NONE};
        struct rte_mbuf *m;

        if (emit(self, path, d, &at, &m) != SHM_REASON_NONE) {
                self->counters->control_lost++;
                return;
        }
        const struct dp_out out = {.m = m, .side = path->side, .kind = DP_OUT_CONTROL};

        if (m == NULL)
                return;
        if (dp_outbox_has_room(&self->outbox)) {
                dp_outbox_put(&self->outbox, &out);
                return;
        }
        rte_pktmbuf_free(m);
        self->counters->control_lost++;
}

static void release(struct dp_send *self, uint32_t i, enum dp_out_kind kind)
{
        const struct dp_send_held *h = &self->held[i];
        bool of_control = h->reason == SHM_REASON_NONE;
        const struct dp_out out = {
            .m = h->m,
            .reason = h->reason,
            .side = h->path.side,
            .kind = (uint8_t)(of_control && kind == DP_OUT_HELD ? DP_OUT_CONTROL : kind),
        };

        dp_outbox_put(&self->outbox, &out);
        memmove(&self->held[i], &self->held[i + 1], (--self->held_cnt - i) * sizeof(self->held[0]));
}

void dp_send_poll(struct dp_send *self, uint64_t now_ns)
{
        for (uint32_t i = 0; i < self->held_cnt && dp_outbox_has_room(&self->outbox);) {
                struct dp_send_held *h = &self->held[i];
                enum dp_neighbour_state state = address(self, &h->path, h->m, now_ns);

                if (state == DP_NEIGHBOUR_KNOWN && dp_outbox_has_room(&self->outbox))
                        release(self, i, DP_OUT_HELD);
                else if ((state == DP_NEIGHBOUR_FAILED ||
                          now_ns - h->since_ns > DP_SEND_HELD_MS * NS_PER_MS) &&
                         dp_outbox_has_room(&self->outbox))
                        release(self, i, DP_OUT_UNREACHABLE);
                else
                        i++;
        }
}

unsigned dp_send_flush(struct dp_send *self)
{
        unsigned cnt = self->held_cnt;

        while (self->held_cnt != 0 && dp_outbox_has_room(&self->outbox))
                release(self, 0, DP_OUT_UNREACHABLE);
        return cnt - self->held_cnt;
}
