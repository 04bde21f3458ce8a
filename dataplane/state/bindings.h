/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bindings.h - where users are: the best binding of each address-of-record, as control tells it, so
 * that a request for a known user is decided without a question.
 *
 *   AoR (64-bit keyed hash) -> set of 8 entries of 8 octets = one cache line, or a second such set
 *   entry = 16 bits of the hash + number of a block -> block = hop, expiry, AoR, Contact URI, Path
 *
 * One worker writes, all read, and nobody waits: a block never changes once it is published. A new
 * binding is a new block, and its entry one store; the old block is used again when every worker
 * has passed the bottom of a turn (RCU). Identity is a compare of the AoR's octets.
 *
 * Blocks of 128, 256, 512, 1,024 and 2,304 octets are cut from one piece of memory as they are
 * first needed and keep their size for ever. All memory is mapped and touched at creation.
 *
 * A full copy from control (SYNC_BEGIN, ADD..., SYNC_END) removes what it did not name, a few sets
 * a turn, and so do expired bindings go; until then they are not found, or found as they were.
 */
#ifndef SLUICE_DATAPLANE_STATE_BINDINGS_H
#define SLUICE_DATAPLANE_STATE_BINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_rcu_qsbr.h>

#include "control/contract/shm_forward.h"
#include "dataplane/state/siphash.h"

#define DP_BINDINGS_MAX (1u << 25)

struct dp_bindings;

/* What was found: pointers into the table, good until this worker's next quiescent state. */
struct dp_binding {
        struct shm_hop hop;
        uint64_t expires_ns; /* CLOCK_REALTIME */
        const char *uri;     /* becomes the Request-URI */
        const char *route;   /* Route values; none when route_len is 0 */
        uint16_t uri_len;
        uint16_t route_len;
};

struct dp_bindings_stats {
        uint64_t bindings; /* that are held */
        uint64_t bytes;    /* mapped in all */
        uint64_t retired;  /* blocks that wait for workers */
        uint64_t full;     /* bindings without room: not taken */
};

/*
 * Room for `entries` bindings (1..DP_BINDINGS_MAX) with 192 octets each on average, texts and all.
 * Start-up only. NULL: out of range, or no memory.
 */
struct dp_bindings *dp_bindings_create(uint32_t entries, const struct dp_siphash_key *key);
void dp_bindings_destroy(struct dp_bindings *b);
/* Before the first reader: what readers report their quiescent states to, borrowed. Without it the
 * writer is the only reader, and every dp_bindings_sweep() is such a state. */
void dp_bindings_readers(struct dp_bindings *b, struct rte_rcu_qsbr *qsbr);

/* ---- any worker ---- */

/* Of a canonical AoR (parser/sip_aor.h). */
uint64_t dp_bindings_hash(const struct dp_bindings *b, const void *aor, size_t len);
/* Bring the set of a hash towards the CPU. */
void dp_bindings_prefetch(const struct dp_bindings *b, uint64_t hash);
/* True and *out when the user has a binding that stands at now_ns. */
bool dp_bindings_find(const struct dp_bindings *b, uint64_t hash, const void *aor, size_t len,
                      uint64_t now_ns, struct dp_binding *out);

/* ---- the one writer ---- */

/* Do what a record says that passed shm_binding_check(), with its text behind it. 0, or -ENOSPC:
 * no room, and the AoR is not in the table. */
int dp_bindings_apply(struct dp_bindings *b, const struct shm_binding *rec);

/* Once a turn: look through `sets` sets for what has ended and take back blocks that nobody can be
 * reading. Returns the bindings that went. */
unsigned dp_bindings_sweep(struct dp_bindings *b, uint64_t now_ns, unsigned sets);

void dp_bindings_stats(const struct dp_bindings *b, struct dp_bindings_stats *out);

#endif
