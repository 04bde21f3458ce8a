/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chain_frames.h - the SIP frames that a rig is fed. Messages are kept apart, by sets, and written
 * into a few buffers just before they are fed: so a frame lies where a NIC would have put it, in
 * the caches that the cores share or not far from them, however many messages there are.
 *
 * Buffers are the caller's again from the next chain_frames_write() on. One thread.
 */
#ifndef SLUICE_BENCH_DATAPLANE_CHAIN_FRAMES_H
#define SLUICE_BENCH_DATAPLANE_CHAIN_FRAMES_H

#include <rte_mbuf.h>

#include "bench/dataplane/chain_rig.h"

#define CHAIN_FRAMES_ROUND   4096u /* buffers: as many as the rings of a fast NIC have */
#define CHAIN_FRAMES_HEADERS 42u   /* octets in front of a message: Ethernet, IPv4, UDP */
#define CHAIN_FRAMES_SOURCES 8192u /* that frames come from: 198.18.0.0 and up */

/* Take the buffers out of this pool. False: it has not enough. */
bool chain_frames_start(struct rte_mempool *pool);

/* Keep a message. False: it does not fit a buffer, or there is no memory. */
bool chain_frames_add(enum rig_set set, const uint8_t *message, size_t len);
unsigned chain_frames_cnt(enum rig_set set);

/* Write the i-th frame of a set. False: `m` has no room for it. */
bool chain_frames_write_one(enum rig_set set, unsigned i, struct rte_mbuf *m);

/*
 * The next `cnt` (1..CHAIN_FRAMES_ROUND) frames of a set that is not empty, from *next on and over
 * again; each has one more reference, so that a drop does not lose it. Every one that has a branch
 * begins another transaction each time.
 */
void chain_frames_write(enum rig_set set, unsigned *next, unsigned cnt,
                        struct rte_mbuf *out[CHAIN_FRAMES_ROUND]);

#endif
