/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/ring_ports.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <netinet/in.h>

#include <rte_errno.h>
#include <rte_eth_ring.h>
#include <rte_ethdev.h>
#include <rte_mbuf_dyn.h>

#include "dataplane/burst.h"
#include "dataplane/stages/decap_core.h"
#include "dataplane/stages/inet_sum.h"

#define RING_SLOTS 1024u /* holds one less: every buffer of the small pool */
#define SMALL_ROOM RTE_MBUF_DEFAULT_BUF_SIZE
#define BIG_ROOM   UINT16_MAX /* what struct rte_mbuf can say */

static const char *const names[SHM_SIDE_CNT] = {"outside", "inside"};

static struct rte_ring *ring_create(const char *side, const char *way)
{
        char name[RTE_RING_NAMESIZE];

        snprintf(name, sizeof(name), "%s_%s", side, way);
        return rte_ring_create(name, RING_SLOTS, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
}

static int port_create(struct dp_ring_ports *p, unsigned side)
{
        const struct rte_eth_conf conf = {0};
        int port, rc;

        p->rx[side] = ring_create(names[side], "rx");
        p->tx[side] = ring_create(names[side], "tx");
        if (p->rx[side] == NULL || p->tx[side] == NULL)
                return -rte_errno;
        port = rte_eth_from_rings(names[side], &p->rx[side], 1, &p->tx[side], 1, 0);
        if (port < 0)
                return rte_errno != 0 ? -rte_errno : -EIO;
        p->ids[side] = (uint16_t)port;
        rc = rte_eth_dev_configure(p->ids[side], 1, 1, &conf);
        if (rc == 0)
                rc = rte_eth_rx_queue_setup(p->ids[side], 0, RING_SLOTS, 0, NULL, p->small_pool);
        if (rc == 0)
                rc = rte_eth_tx_queue_setup(p->ids[side], 0, RING_SLOTS, 0, NULL);
        if (rc == 0)
                rc = rte_eth_dev_start(p->ids[side]);
        return rc;
}

int dp_ring_ports_create(struct dp_ring_ports *p)
{
        int stamp_offset;

        p->small_pool =
            rte_pktmbuf_pool_create("small", DP_RING_PORTS_SMALL, 32, 0, SMALL_ROOM, SOCKET_ID_ANY);
        if (p->small_pool != NULL)
                p->big_pool = rte_pktmbuf_pool_create("big", DP_RING_PORTS_BIG, 0, 0, BIG_ROOM,
                                                      SOCKET_ID_ANY);
        if (p->small_pool == NULL || p->big_pool == NULL ||
            rte_mbuf_dyn_rx_timestamp_register(&stamp_offset, &p->stamp_flag) != 0)
                return -rte_errno;
        p->stamp_offset = (size_t)stamp_offset;
        for (unsigned side = 0; side < SHM_SIDE_CNT; side++) {
                int rc = port_create(p, side);

                if (rc != 0)
                        return rc;
        }
        return 0;
}

static void ring_empty(struct rte_ring *r)
{
        void *m;

        while (rte_ring_dequeue(r, &m) == 0)
                rte_pktmbuf_free(m);
        rte_ring_free(r);
}

void dp_ring_ports_destroy(struct dp_ring_ports *p)
{
        for (unsigned side = 0; side < SHM_SIDE_CNT; side++) {
                if (p->tx[side] == NULL || p->rx[side] == NULL)
                        continue;
                (void)rte_eth_dev_stop(p->ids[side]);
                (void)rte_eth_dev_close(p->ids[side]);
                ring_empty(p->rx[side]);
                ring_empty(p->tx[side]);
        }
        rte_mempool_free(p->small_pool);
        rte_mempool_free(p->big_pool);
        memset(p, 0, sizeof(*p));
}

static struct rte_mbuf *segment(struct rte_mempool *pool, const uint8_t *data, uint32_t bytes)
{
        struct rte_mbuf *m = rte_pktmbuf_alloc(pool);

        if (m == NULL)
                return NULL;
        if (bytes != 0)
                memcpy(rte_pktmbuf_append(m, (uint16_t)bytes), data, bytes);
        return m;
}

static struct rte_mbuf *packet(struct dp_ring_ports *p, const struct dp_capture_frame *frame)
{
        uint32_t small = rte_pktmbuf_data_room_size(p->small_pool) - RTE_PKTMBUF_HEADROOM;
        uint32_t big = rte_pktmbuf_data_room_size(p->big_pool) - RTE_PKTMBUF_HEADROOM;
        struct rte_mbuf *head;

        if (frame->len <= small)
                return segment(p->small_pool, frame->data, frame->len);
        head = segment(p->big_pool, frame->data, RTE_MIN(frame->len, big));
        for (uint32_t at = big; head != NULL && at < frame->len; at += big) {
                struct rte_mbuf *m =
                    segment(p->big_pool, frame->data + at, RTE_MIN(frame->len - at, big));

                if (m == NULL || rte_pktmbuf_chain(head, m) != 0) {
                        rte_pktmbuf_free(m);
                        rte_pktmbuf_free(head);
                        return NULL;
                }
        }
        return head;
}

static bool left_to_nic(const struct dp_capture_frame *frame)
{
        struct dp_decap_result r;
        uint16_t stored;
        uint64_t sum;

        if (dp_decap_core(frame->data, frame->len, DP_UDP_SUM_VERIFY, &r) != SHM_REASON_UDP_CHECKSUM)
                return false;
        if ((r.flags & DP_PKT_IP4) != 0)
                sum = dp_inet_sum_pseudo(r.flow.src.b + 12, r.flow.dst.b + 12, 4, IPPROTO_UDP,
                                         r.l4_len);
        else
                sum = dp_inet_sum_pseudo(r.flow.src.b, r.flow.dst.b, 16, IPPROTO_UDP, r.l4_len);
        memcpy(&stored, frame->data + r.l4_off + 6, sizeof(stored));
        return stored == dp_inet_fold(sum);
}

int dp_ring_ports_feed(struct dp_ring_ports *p, enum shm_side side,
                       const struct dp_capture_frame *frame)
{
        struct rte_mbuf *m = packet(p, frame);

        if (m == NULL)
                return -ENOBUFS;
        *RTE_MBUF_DYNFIELD(m, p->stamp_offset, rte_mbuf_timestamp_t *) = frame->time_ns;
        m->ol_flags |= p->stamp_flag;
        if (left_to_nic(frame)) {
                m->ol_flags |= RTE_MBUF_F_RX_L4_CKSUM_GOOD;
                p->offloaded++;
        }
        if (rte_ring_enqueue(p->rx[side], m) != 0) {
                rte_pktmbuf_free(m);
                return -ENOBUFS;
        }
        return 0;
}

unsigned dp_ring_ports_waiting(const struct dp_ring_ports *p)
{
        return rte_ring_count(p->rx[SHM_SIDE_OUTSIDE]) + rte_ring_count(p->rx[SHM_SIDE_INSIDE]);
}

struct rte_mbuf *dp_ring_ports_take(struct dp_ring_ports *p, uint64_t now_ns, uint64_t *stamp_ns)
{
        struct rte_mbuf *m;
        void *obj;

        if (rte_ring_dequeue(p->tx[SHM_SIDE_INSIDE], &obj) != 0 &&
            rte_ring_dequeue(p->tx[SHM_SIDE_OUTSIDE], &obj) != 0)
                return NULL;
        m = obj;
        *stamp_ns = (m->ol_flags & p->stamp_flag) != 0
                        ? *RTE_MBUF_DYNFIELD(m, p->stamp_offset, rte_mbuf_timestamp_t *)
                        : now_ns;
        return m;
}
