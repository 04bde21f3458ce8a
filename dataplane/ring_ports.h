/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ring_ports.h - an outside and an inside port made of rings, so that the chain runs on frames from
 * memory with the same rx and tx as on a NIC. For replay.
 *
 * Frames go in at the outside port; what leaves by either port comes out. One thread. EAL runs.
 */
#ifndef SLUICE_DATAPLANE_RING_PORTS_H
#define SLUICE_DATAPLANE_RING_PORTS_H

#include <stdint.h>

#include <rte_mbuf.h>
#include <rte_mempool.h>
#include <rte_ring.h>

#include "control/contract/shm_base.h"
#include "dataplane/capture.h"

struct dp_ring_ports {
        uint16_t ids[SHM_SIDE_CNT];
        struct rte_ring *rx[SHM_SIDE_CNT];
        struct rte_ring *tx[SHM_SIDE_CNT];
        struct rte_mempool *small_pool; /* frames of everyday size: stays in the CPU's caches */
        struct rte_mempool *big_pool;   /* the largest buffers that an mbuf can have */
        size_t stamp_offset;            /* capture time rides in the mbuf's timestamp field */
        uint64_t stamp_flag;
        uint64_t offloaded; /* frames whose UDP checksum had been left to a NIC */
};

/* Packets that may be in flight between feed and take. */
#define DP_RING_PORTS_SMALL 1023u
#define DP_RING_PORTS_BIG   127u

/* Make and start the ports. 0 or a negative errno; on failure destroy what there is. *p is zeroed
 * before the first call. */
int dp_ring_ports_create(struct dp_ring_ports *p);
void dp_ring_ports_destroy(struct dp_ring_ports *p);

/*
 * Put one frame of any length in at the port of a side, copied; one longer than the largest buffer
 * becomes a chain. 0, or -ENOBUFS: no buffer left.
 *
 * A capture made on the sending host holds packets before its NIC filled in the UDP checksum; the
 * field then has the sum of the pseudo-header alone. On the wire the checksum was right, so the
 * port says what a NIC would: verified. Any other wrong checksum is left for decap to find.
 */
int dp_ring_ports_feed(struct dp_ring_ports *p, enum shm_side side,
                       const struct dp_capture_frame *frame);

/* Frames that no worker has taken yet. */
unsigned dp_ring_ports_waiting(const struct dp_ring_ports *p);

/*
 * The next packet that left, inside port first, or NULL; the caller frees it. *stamp_ns is the time
 * at which it was captured, or now_ns for a packet made by the chain itself.
 */
struct rte_mbuf *dp_ring_ports_take(struct dp_ring_ports *p, uint64_t now_ns, uint64_t *stamp_ns);

#endif
