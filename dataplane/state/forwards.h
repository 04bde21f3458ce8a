/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forwards.h - where requests go that control decided to PROXY: the targets that one worker
 * remembers beside the decisions of its cache (cache.h), under the same keys.
 *
 *   key (128-bit keyed hash) -> set of 4 slots of DP_FORWARD_SLOT_BYTES
 *
 * A target is found by the key of its decision, never by a number, so what is found is always what
 * was put there for that key. One owner; a pointer is good until the next put or flush, and so for
 * the rest of the turn once resume has run.
 */
#ifndef SLUICE_DATAPLANE_STATE_FORWARDS_H
#define SLUICE_DATAPLANE_STATE_FORWARDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_forward.h"
#include "dataplane/state/key.h"

/* What follows struct shm_reply in a PROXY decision, and how it is cut. */
struct dp_forward {
        struct shm_forward head;
        uint16_t headers_len;
        uint16_t bytes; /* of rest */
        uint32_t reserved;
        /* shm_hop[hop_cnt], Request-URI, Route values, header lines */
        uint8_t rest[];
};

/* The longest, in octets; a buffer for one is aligned like the struct. */
#define DP_FORWARD_BYTES_MAX \
        (sizeof(struct dp_forward) + SHM_FORWARD_BYTES_MAX - sizeof(struct shm_forward))

/* Texts are not terminated; length 0 = none. */
static inline const struct shm_hop *dp_forward_hops(const struct dp_forward *f)
{
        return (const struct shm_hop *)(const void *)f->rest;
}

static inline const char *dp_forward_ruri(const struct dp_forward *f)
{
        return (const char *)f->rest + f->head.hop_cnt * sizeof(struct shm_hop);
}

static inline const char *dp_forward_route(const struct dp_forward *f)
{
        return dp_forward_ruri(f) + f->head.ruri_len;
}

static inline const char *dp_forward_headers(const struct dp_forward *f)
{
        return dp_forward_route(f) + f->head.route_len;
}

/* A checked record's: `at` is what follows struct shm_reply, which says headers_len. */
void dp_forward_read(struct dp_forward *f, const void *at, uint16_t headers_len);

struct dp_forwards;

/* A longer target is not remembered: control is asked each time. */
#define DP_FORWARD_SLOT_BYTES  512u
#define DP_FORWARD_ENTRIES_MAX (1u << 22)

/* Room for `entries` targets, rounded up to a power of two of at least 4. Start-up only. NULL when
 * entries is 0 or above the maximum, or without memory. */
struct dp_forwards *dp_forwards_create(uint32_t entries);
void dp_forwards_destroy(struct dp_forwards *t);

/* Remember the target for a key in place of its old one, or of the one that was put longest ago in
 * its set. False, and no target for the key, when it is too long or the key is none. */
bool dp_forwards_put(struct dp_forwards *t, const struct dp_key *key, const struct dp_forward *f);
/* NULL: there is none for this key. */
const struct dp_forward *dp_forwards_get(const struct dp_forwards *t, const struct dp_key *key);
/* Forget all. Constant time. */
void dp_forwards_flush(struct dp_forwards *t);

#endif
