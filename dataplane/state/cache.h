/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cache.h - the decisions that one worker remembers, so that it need not ask again.
 *
 *   key (128-bit keyed hash) -> set of 4 entries of 32 octets = two cache lines
 *
 * Fixed size, allocated once. The hash is the identity: 128 bits under a secret key leave nothing
 * to collide by chance or on purpose (2^64 keys for one accident). Reads no clock: every call is
 * told the time. Thread: one owner.
 *
 * Time is kept as milliseconds since a base that moves: the first call sets it, and a call 2^31 ms
 * (24 days) past it, or before it, empties the cache and sets it anew. That costs a few questions
 * a month and makes old entries that come to life again impossible.
 */
#ifndef SLUICE_DATAPLANE_STATE_CACHE_H
#define SLUICE_DATAPLANE_STATE_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/burst.h"

struct dp_cache;

struct dp_decision {
        uint8_t action;  /* enum shm_action */
        uint16_t reason; /* enum shm_reason */
        uint16_t code;   /* REJECT: SIP status */
        uint16_t retry_after_s;
        uint32_t rule;
        bool grants_dialog; /* a call that begins under it may go on under it (SHM_SCOPE_DIALOG) */
        uint32_t left_ms;   /* get: how much longer it stands; put: not read */
        uint8_t scope;      /* put: enum shm_scope that the key is of, 0 = any; get: not filled */
};

#define DP_CACHE_ENTRIES_MAX (1u << 26) /* 2 GiB */

/* Room for `entries` decisions, rounded up to a power of two of at least 4. Start-up only. NULL
 * when entries is 0 or above DP_CACHE_ENTRIES_MAX, or without memory. */
struct dp_cache *dp_cache_create(uint32_t entries);
void dp_cache_destroy(struct dp_cache *c);

/* Bring the set of a key towards the CPU; for one message ahead. */
void dp_cache_prefetch(const struct dp_cache *c, const struct dp_key *key);

/* False: no decision for any key of this scope stands at now_ns. Seldom wrong the other way. */
bool dp_cache_may_have(struct dp_cache *c, enum shm_scope scope, uint64_t now_ns);

/* True and *out filled when a decision for the key stands at now_ns. An all-zero key has none. */
bool dp_cache_get(struct dp_cache *c, const struct dp_key *key, uint64_t now_ns,
                  struct dp_decision *out);

/*
 * Remember a decision for lifetime_ms (1..SHM_LIFETIME_MS_MAX; outside of that, or with an all-zero
 * key, nothing happens). Replaces the key's old one; else takes a dead entry of the set; else the
 * one that would expire first. Returns true when that last one was alive: an eviction.
 */
bool dp_cache_put(struct dp_cache *c, const struct dp_key *key, uint64_t now_ns,
                  uint32_t lifetime_ms, const struct dp_decision *d);

/* Forget everything. Constant time: a new epoch, and a few sets wiped (see cache.c). */
void dp_cache_flush(struct dp_cache *c);

#endif
