/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ring_rig.h - a dataplane that asks and a control that answers, each on its own core.
 *
 * Real segments, real checks on both sides, nothing else: what is left of a decision when deciding
 * costs nothing. Both sides spin. The contract is C11 and keeps its atomics; this page is what the
 * C++ of Google Benchmark sees of it.
 *
 * Thread: all calls from the thread that created the rig.
 */
#ifndef SLUICE_BENCH_CONTRACT_RING_RIG_H
#define SLUICE_BENCH_CONTRACT_RING_RIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rig;

#define RIG_MSG_BYTES_MAX 8192u
#define RIG_DEPTH_MAX     256u

/* The peer is a thread, or a process that maps its side of the segments by itself. msg_bytes is the
 * length of the SIP message in each request. Pins the caller to the first usable core and the peer
 * to the second. NULL with errno: ENODEV when there is only one core. */
struct rig *rig_create(bool process, uint32_t msg_bytes);
void rig_destroy(struct rig *r);

/* One question and its answer, waited for. Returns nanoseconds, or UINT64_MAX when a check failed.
 */
uint64_t rig_ping(struct rig *r);

/* cnt questions with up to `depth` (1..RIG_DEPTH_MAX) unanswered at a time. True when each answer
 * was good and in order. */
bool rig_run(struct rig *r, uint64_t cnt, uint32_t depth);

/* cnt events of the rig's msg_bytes one way, in bursts of 32; true when all were taken. */
bool rig_stream(struct rig *r, uint64_t cnt);

/* The floor under every ring: one word to the other core and back, cnt times. False with errno. */
bool rig_bounce(uint64_t cnt);

/* Octets of payload that one question and answer copy into and out of rings. */
size_t rig_octets(const struct rig *r);

/* CLOCK_MONOTONIC. */
uint64_t rig_now_ns(void);

#ifdef __cplusplus
}
#endif

#endif
