/* SPDX-License-Identifier: Apache-2.0 */
/*
 * send.h - a datagram of edge mode's own making: from an address of ours to a next hop, by the link
 * that leads there and to the neighbour that takes it on.
 *
 *   dp_edge_net_path()   which side, which address of ours, how long it may be (net.h)
 *   dp_send_datagram()   the frame, on a packet of the burst; tx sends it
 *
 * A packet whose neighbour is not known yet waits for it: at most DP_SEND_HELD of a worker and
 * DP_SEND_HELD_EACH for one neighbour, DP_SEND_HELD_MS long. One worker's.
 */
#ifndef SLUICE_DATAPLANE_EDGE_SEND_H
#define SLUICE_DATAPLANE_EDGE_SEND_H

#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_base.h"
#include "control/contract/shm_stats.h"
#include "dataplane/burst.h"
#include "dataplane/edge/net.h"
#include "dataplane/edge/outbox.h"
#include "dataplane/state/neighbours.h"

#define DP_SEND_HELD      64u
#define DP_SEND_HELD_EACH 4u
#define DP_SEND_HELD_MS   1500u

/* Questions for neighbours that one worker sends, whoever makes it want to: per second, and at
 * once. */
#define DP_SEND_ASKS_PER_S 200u
#define DP_SEND_ASKS_BURST 64u

/* A packet that waits for its neighbour. */
struct dp_send_held {
        struct rte_mbuf *m;
        struct dp_edge_path path;
        uint64_t since_ns;
        uint16_t reason; /* that it passes for; NONE: a request of control's own */
};

struct dp_send {
        const struct dp_edge_net *net;    /* borrowed, as all below */
        struct dp_neighbours *neighbours; /* shared by all workers */
        struct rte_mempool *pool;
        struct shm_counters *counters;
        uint64_t asks_ns; /* when asks_left was last filled up */
        uint32_t asks_left;
        uint32_t held_cnt;
        struct dp_send_held held[DP_SEND_HELD];
        struct dp_outbox outbox;
};

struct dp_datagram {
        struct shm_ip to; /* not necessarily on the link; of the path's family */
        uint16_t to_port; /* host order, 1..65535 */
        uint16_t from_port;
        const uint8_t *payload;
        size_t payload_len;
};

/*
 * Send this in place of the packet p, whose verdict is PASS or PROXY: for act. The packet keeps its
 * own frame, which is what its event shows; what leaves is p->out.
 *
 * Returns SHM_REASON_NONE, or why it does not go: HOP_UNREACHABLE when the neighbour did not answer
 * lately or too many packets wait; HOP_TRANSPORT when it is longer than the side sends (there is no
 * IP fragmentation); CANNOT_REWRITE without a buffer. Then p is as it was.
 */
enum shm_reason dp_send_datagram(struct dp_send *self, struct dp_pkt *p,
                                 const struct dp_edge_path *path, const struct dp_datagram *d,
                                 uint64_t now_ns);

/* The same of a request of control's own, which goes to the outbox. Counts control_sent there, and
 * control_lost here when it does not go. */
void dp_send_control(struct dp_send *self, const struct dp_edge_path *path,
                     const struct dp_datagram *d, uint64_t now_ns);

/* Once a turn, before tx: what waited and need not any more goes to the outbox. */
void dp_send_poll(struct dp_send *self, uint64_t now_ns);
/* At the end: all that waits goes to the outbox as unreachable. Returns how many. */
unsigned dp_send_flush(struct dp_send *self);

/* An ARP or neighbour discovery frame of ours, copied to the outbox. */
void dp_send_own(struct dp_send *self, uint8_t side, const uint8_t *frame, size_t len);

#endif
