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
#include "dataplane/burst.h"
#include "dataplane/edge/net.h"

struct dp_send;

#define DP_SEND_HELD      64u
#define DP_SEND_HELD_EACH 4u
#define DP_SEND_HELD_MS   1500u

struct dp_datagram {
        struct shm_ip to; /* not necessarily on the link */
        uint16_t to_port; /* host order, 1..65535 */
        uint16_t from_port;
        const uint8_t *payload;
        size_t payload_len;
};

/* What the sender knows of the network, for dp_edge_net_path(). */
const struct dp_edge_net *dp_send_net(const struct dp_send *self);

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

#endif
