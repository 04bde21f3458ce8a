/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edge.h - what edge mode does with packets before anybody asks whether they are SIP, and what it
 * sends of its own accord: the owner of addresses.
 *
 *   ARP, neighbour discovery   answered (arp.h, nd.h); answers to our questions are learned from
 *   echo requests              answered, so many a second (echo.h)
 *   UDP to a SIP port          goes on through the stages
 *   else, for our address      to the kernel (kernel.h)
 *   the rest                   dropped: not_ours
 *
 * Frames with a VLAN tag and frames for another MAC address are the rest. Runs behind guard: a
 * banned source gets no answer of any kind over IP.
 */
#ifndef SLUICE_DATAPLANE_EDGE_EDGE_H
#define SLUICE_DATAPLANE_EDGE_EDGE_H

#include <rte_ring.h>

#include "control/contract/shm_stats.h"
#include "dataplane/burst.h"
#include "dataplane/config.h"
#include "dataplane/edge/send.h"

#define DP_EDGE_ECHOES_PER_S 1000u /* of one worker */

/* The rings to and from whoever talks to the kernel; NULL: nobody does for this side. */
struct dp_kernel_rings {
        struct rte_ring *to[SHM_SIDE_CNT];   /* from all workers */
        struct rte_ring *from[SHM_SIDE_CNT]; /* to the first worker */
};

struct dp_edge {
        const struct dp_config *config;
        const struct dp_edge_net *net;
        const struct dp_kernel_rings *kernel;
        struct dp_send send;
        struct shm_counters *counters;
        uint64_t echo_ns; /* the second that echoes are counted in */
        uint32_t echoes;
        bool first;        /* the first worker: announces, and sends for the kernel */
        uint8_t announced; /* times */
        uint64_t announce_ns;
        uint64_t defended_ns;
};

/* kernel may be NULL. `first`: of several workers one. */
void dp_edge_init(struct dp_edge *self, const struct dp_config *config,
                  const struct dp_edge_net *net, const struct dp_kernel_rings *kernel, bool first);
void dp_edge_run(struct dp_edge *self, struct dp_burst *b);
/* Once a turn, before tx. Returns the frames that leave besides the burst's. */
unsigned dp_edge_turn(struct dp_edge *self, uint64_t now_ns);

#endif
