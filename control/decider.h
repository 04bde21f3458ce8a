/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decider.h - answers the requests that wait in one link's rings.
 *
 * Copy a record out, check it, parse it, decide, reply: bounded work per call, never a wait. One
 * thread owns a decider; links and policy are held still by the gate meanwhile.
 */
#ifndef SLUICE_CONTROL_DECIDER_H
#define SLUICE_CONTROL_DECIDER_H

#include <stdint.h>

#include "control/contract/shm_msg.h"
#include "parser/sip_msg.h"

struct cp_link;
struct cp_policy;

/* X(field, what) */
#define CP_DECIDER_COUNTERS(X)                                 \
        X(requests, "request records taken from the rings")    \
        X(replies, "replies put into the rings")               \
        X(replies_lost, "replies lost: ring full")             \
        X(expired, "requests too old to be worth an answer")   \
        X(unparsable, "requests whose message does not parse") \
        X(malformed_records, "records that fail their check")  \
        X(broken_rings, "rings given up because the dataplane broke the protocol")

struct cp_decider_stats {
#define X(field, what) uint64_t field;
        CP_DECIDER_COUNTERS(X)
#undef X
        uint64_t by_reason[SHM_REASONS_MAX]; /* of the decisions made */
};

struct cp_decider {
        struct cp_decider_stats stats;
        struct sip_msg msg;
        _Alignas(16) uint8_t rec[sizeof(struct shm_request) + SHM_MSG_BYTES_MAX];
};

/*
 * Answer up to `budget` requests of each worker of a link. now_ns is CLOCK_REALTIME; 0 = every
 * request lives in its own time (replay), and none is too old. Returns how many records were taken.
 * A broken ring is counted and sets link->broken.
 */
unsigned cp_decider_run(struct cp_decider *d, struct cp_link *link, const struct cp_policy *policy,
                        uint64_t now_ns, unsigned budget);

#endif
