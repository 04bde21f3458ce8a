/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bans.h - the prefix table of one worker: who is banned, who is a known peer, and whose new
 * requests are held to a rate.
 *
 * IPv4 is ::ffff:a.b.c.d as in shm_base.h, so one table and one path serve both; an IPv4 /n is
 * 96 + n, and a prefix of 0 covers all of both. Fixed capacity; open addressing by SipHash under a
 * random key over (masked address, length). An entry may be of one port of one address, which is
 * longer than every prefix. A lookup probes once for each length in use, longest first: usually one
 * to four, never above 130, and the lengths are the operator's choice. Of who is banned no wider
 * ones are looked at than peers have.
 *
 * A full copy of a table arrives between SYNC_BEGIN and SYNC_END. Entries are stamped with a
 * generation; at SYNC_END the entries that the copy did not name are of an older one, and lookups
 * ignore them at once. dp_bans_sweep() frees them, and expired ones, a few slots at a time.
 *
 * Reads no clock. Thread: one owner.
 */
#ifndef SLUICE_DATAPLANE_STATE_BANS_H
#define SLUICE_DATAPLANE_STATE_BANS_H

#include <stdbool.h>
#include <stdint.h>

#include "control/contract/shm_base.h"
#include "control/contract/shm_msg.h"
#include "dataplane/state/siphash.h"

struct dp_bans;

struct dp_bans_hit {
        uint8_t table;      /* SHM_TABLE_PEER, SHM_TABLE_BAN or SHM_TABLE_LIMIT */
        uint8_t prefix_len; /* LIMIT: of the entry, 0..128 */
        uint16_t reason;    /* enum shm_reason that the entry gives */
        uint16_t port;      /* LIMIT: that the entry is of alone, 0 = all */
        uint32_t rate;      /* LIMIT: new requests a minute */
};

struct dp_bans_query {
        const struct shm_ip *ip;
        uint16_t port; /* source port, 0 = the packet has none */
};
#define DP_BANS_BURST 64u

#define DP_BANS_ENTRIES_MAX (1u << 24)

/* Room for `entries` prefixes of all kinds together. Start-up only. NULL when entries is 0 or
 * above DP_BANS_ENTRIES_MAX, or without memory. */
struct dp_bans *dp_bans_create(uint32_t entries, const struct dp_siphash_key *key);
void dp_bans_destroy(struct dp_bans *b);

/*
 * Apply ADD, DEL, SYNC_BEGIN or SYNC_END to the table that it names; host bits of the address are
 * ignored. `u` has passed shm_table_update_check().
 * Returns 0; -ENOSPC no room (nothing changed); -ENOENT nothing to delete, or SYNC_END without
 * SYNC_BEGIN; -EINVAL another operation or table, a prefix above 128, a port without a whole
 * address, a reason out of range.
 */
int dp_bans_apply(struct dp_bans *b, const struct shm_table_update *u);

/*
 * What the tables say of n (..DP_BANS_BURST) sources at now_ns; table is SHM_TABLE_NONE where it is
 * nothing. A peer prefix wins over every ban, a ban over every limit; among bans, and among limits,
 * the longest prefix that stands decides. Memory of all sources is asked for before it is read.
 */
void dp_bans_lookup_burst(const struct dp_bans *b, const struct dp_bans_query *q, uint32_t n,
                          uint64_t now_ns, struct dp_bans_hit *hit);
/* The same of one address, whatever its port. False, *hit untouched: nothing. */
bool dp_bans_lookup(const struct dp_bans *b, const struct shm_ip *ip, uint64_t now_ns,
                    struct dp_bans_hit *hit);

/* Look at the next `slots` slots and free what is dead at now_ns. Returns how many were freed. */
uint32_t dp_bans_sweep(struct dp_bans *b, uint64_t now_ns, uint32_t slots);

/* The most slots that a look-up can walk over: looks at all of them. */
uint32_t dp_bans_longest_run(const struct dp_bans *b);

/* Slots taken, dead ones that no sweep has met included. */
uint32_t dp_bans_count(const struct dp_bans *b);

#endif
