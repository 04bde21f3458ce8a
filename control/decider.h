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

#include "control/contract/shm_forward.h"
#include "control/contract/shm_msg.h"
#include "control/contract/shm_ring.h"
#include "parser/sip_msg.h"

struct cp_config_route;
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

/* A request that the policy lets pass, and what is said to it. */
struct cp_asked {
        struct cp_link *link;
        unsigned worker;
        const struct shm_request *req;
        const struct sip_msg *msg;
        const struct cp_policy *policy;
        const struct cp_config_route *route; /* that says where to; NULL = none does */
        uint32_t now_s;                      /* seconds since the epoch */
};

/* Where to, of an answer with action PROXY; as it lies in the record, header lines apart. */
struct cp_forward {
        struct shm_forward fixed;
        struct shm_hop hop[SHM_HOPS_MAX];
        char uri[SHM_URI_BYTES_MAX];
        char route[SHM_ROUTE_BYTES_MAX];
};

struct cp_answer {
        struct shm_reply reply;                  /* the policy's at first */
        char headers[SHM_REPLY_HEADERS_MAX + 1]; /* reply.headers_len octets */
        char tag[SHM_REPLY_TAG_MAX];             /* reply.tag_len octets */
        struct cp_forward to;
};

/* Whoever answers requests in control's own name; `decide` NULL = nobody does. */
struct cp_decider_edge {
        void *self;
        /* May change the answer. False: it is kept, and sent later by whoever keeps it. */
        bool (*decide)(void *self, const struct cp_asked *asked, struct cp_answer *answer);
};

struct cp_decider {
        struct cp_decider_edge edge;
        struct cp_answer answer;
        struct cp_decider_stats stats;
        struct sip_msg msg;
        _Alignas(16) uint8_t rec[sizeof(struct shm_request) + SHM_MSG_BYTES_MAX];
};

/* Put an answer into a ring, to be committed by the caller. False: the ring is full. */
bool cp_answer_send(struct shm_ring_producer *rep, const struct cp_answer *answer);

/*
 * Answer up to `budget` requests of each worker of a link. now_ns is CLOCK_REALTIME; 0 = every
 * request lives in its own time (replay), and none is too old. Returns how many records were taken.
 * A broken ring is counted and sets link->broken.
 */
unsigned cp_decider_run(struct cp_decider *d, struct cp_link *link, const struct cp_policy *policy,
                        uint64_t now_ns, unsigned budget);

#endif
