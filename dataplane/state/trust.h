/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust.h - which sources have proven that they are where they say: by address and port, so that
 * neighbours behind one NAT are apart. One table for all workers.
 *
 * A source is proven when it returns something that only its address could have received, and it
 * falls back to unproven with time, or when its tolerance is used up. A known peer is in the
 * operator's lists (bans.h) and not here; priority belongs to a message and not to a source.
 *
 *     unproven --lift (401/407)--> unproven, with a few requests free of limits
 *        |                                                   |
 *        +--- nonce, To-tag or branch echoed ----> PROVEN <--+
 *        +--- REGISTER answered 200, call completed ----> AUTHENTICATED
 *     any --tolerance used up--> held down: unproven for hold_down_ns, evidence does not count
 *
 * Entries of a lower level never take the place of higher ones. No heap, no clock, no lock.
 */
#ifndef SLUICE_DATAPLANE_STATE_TRUST_H
#define SLUICE_DATAPLANE_STATE_TRUST_H

#include <stdbool.h>
#include <stdint.h>

#include "control/contract/shm_stats.h"
#include "dataplane/state/limits.h"
#include "dataplane/state/source.h"

/* In order: a higher level never loses its place in a table to a lower one. */
enum dp_trust_level {
        DP_TRUST_UNPROVEN = 0,
        DP_TRUST_PROVEN = 1,        /* the address is real */
        DP_TRUST_AUTHENTICATED = 2, /* and a server knows who it is, or it has had a call */
        DP_TRUST_PEER = 3,          /* known to the operator; never stored here */
};

enum dp_trust_evidence {
        DP_TRUST_NONCE_ECHO = 0,     /* credentials with a nonce that went to this source */
        DP_TRUST_TO_TAG_ECHO = 1,    /* a request with the To-tag of a response that did */
        DP_TRUST_BRANCH_ECHO = 2,    /* a response with the branch of a request that did */
        DP_TRUST_REGISTER_OK = 3,    /* a REGISTER with credentials, answered 200 */
        DP_TRUST_CALL_COMPLETED = 4, /* an INVITE answered 200, and the ACK came */
        DP_TRUST_EVIDENCE_CNT,
};

enum dp_trust_fault {
        DP_TRUST_FAULT_INVALID = 0,    /* malformed messages */
        DP_TRUST_FAULT_ADMISSION = 1,  /* over limit, or turned down by the server */
        DP_TRUST_FAULT_UNANSWERED = 2, /* challenges that no credentials followed */
        DP_TRUST_FAULT_CNT,
};

enum dp_trust_result {
        DP_TRUST_UNCHANGED = 0, /* nothing new */
        DP_TRUST_RAISED = 1,    /* now of a higher level than before */
        DP_TRUST_LIFTED = 2,    /* has new requests free of limits */
        DP_TRUST_DEMOTED = 3,   /* lost its level and is held down */
        DP_TRUST_REFUSED = 4,   /* is held down, or too many sources of its address are proven */
        DP_TRUST_FULL = 5,      /* no room: its set holds live entries of its level or above */
};

struct dp_trust_config {
        uint64_t proven_ns;        /* how long PROVEN lasts without new evidence */
        uint64_t authenticated_ns; /* the same of AUTHENTICATED */
        uint64_t lift_ns;          /* how long the credit of a lift may be used */
        uint64_t hold_down_ns;     /* how long evidence does not count after a demotion */
        struct dp_rate tolerance[DP_TRUST_FAULT_CNT];
        struct dp_rate admission; /* new proven sources of one address (IPv6: /64) */
};

/* Count a result, of dp_trust_prove(), lift() or fault(). */
static inline void dp_trust_tell(enum dp_trust_result result, struct shm_counters *counters)
{
        counters->trust_raised += result == DP_TRUST_RAISED;
        counters->trust_lifted += result == DP_TRUST_LIFTED;
        counters->trust_demoted += result == DP_TRUST_DEMOTED;
        counters->trust_refused += result == DP_TRUST_REFUSED;
        counters->trust_full += result == DP_TRUST_FULL;
}

/* Requests that one lift frees: the one with credentials, and its repetition with the nonce of a
 * server that called the first one stale. */
#define DP_TRUST_LIFT_REQUESTS 2u

struct dp_trust;

/* Room for `entries` sources, 1..DP_LIMITS_ENTRIES_MAX. `limits` keeps the tolerances; borrowed.
 * Start-up only. NULL: out of range or no memory. */
struct dp_trust *dp_trust_create(uint32_t entries, const struct dp_trust_config *config,
                                 struct dp_limits *limits);
void dp_trust_destroy(struct dp_trust *t);

/* Bring what dp_trust_level_of() will read towards the CPU: nothing, for who was not proven lately.
 */
void dp_trust_prefetch(struct dp_trust *t, const struct dp_key *endpoint, uint64_t now_ns);

/* Of an endpoint at now_ns: UNPROVEN, PROVEN or AUTHENTICATED. */
enum dp_trust_level dp_trust_level_of(struct dp_trust *t, const struct dp_key *endpoint,
                                      uint64_t now_ns);

/* RAISED, UNCHANGED, REFUSED or FULL. */
enum dp_trust_result dp_trust_prove(struct dp_trust *t, const struct dp_source *source,
                                    enum dp_trust_evidence evidence, uint64_t now_ns);

/*
 * The source has been challenged (401, 407): its next DP_TRUST_LIFT_REQUESTS requests with
 * credentials are free of limits, so that a registration avalanche drains. LIFTED, UNCHANGED (of a
 * higher level), REFUSED (held down) or FULL.
 */
enum dp_trust_result dp_trust_lift(struct dp_trust *t, const struct dp_source *source,
                                   uint64_t now_ns);
/* Use one of these up; false when there is none. */
bool dp_trust_take_lift(struct dp_trust *t, const struct dp_key *endpoint, uint64_t now_ns);

/* Charge the source's tolerance. DEMOTED when it is used up and there was a level to lose; else
 * UNCHANGED. */
enum dp_trust_result dp_trust_fault(struct dp_trust *t, const struct dp_source *source,
                                    enum dp_trust_fault fault, uint64_t now_ns);

/* True while evidence does not count for this endpoint. */
bool dp_trust_held_down(struct dp_trust *t, const struct dp_key *endpoint, uint64_t now_ns);

/* Introspection, as dp_table_count(); levels are enum dp_trust_level. */
uint64_t dp_trust_sets(const struct dp_trust *t);
void dp_trust_count(const struct dp_trust *t, uint64_t first, uint64_t sets, uint64_t now_ns,
                    struct dp_table_census *census);

#endif
