/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calls.h - what all workers know together of the traffic they let through: transactions
 * (transactions.h) and dialogs (dialogs.h). Both directions of a call may be different workers'.
 *
 * Fixed memory, taken at start; one secret key for all workers, random at each start; the tables
 * of sources have the same (tables.h), so that an address is hashed once. Any thread
 * may call anything but create and destroy; nobody waits (record_table.h).
 *
 * An address is kept as a keyed hash of 26 bits, enough to tell a stranger from the
 * party that was there before (he is taken for it once in 67 million tries, and can not try without
 * the branch or the tags), and small enough that two fit a word.
 */
#ifndef SLUICE_DATAPLANE_STATE_CALLS_H
#define SLUICE_DATAPLANE_STATE_CALLS_H

#include <stdint.h>

#include "control/contract/shm_base.h"
#include "dataplane/state/record_table.h"
#include "dataplane/state/siphash.h"

#define DP_ADDR_BITS 26u
#define DP_ADDR_NONE 0u

struct dp_calls {
        struct dp_siphash_key seed;
        struct dp_records *transactions;
        struct dp_records *dialogs;
};

/* What one call of these tables did to them; summed up over all workers, added - removed is what
 * the table holds, entries that have ended but not been met by a sweep included. */
struct dp_calls_change {
        uint32_t added;
        uint32_t removed;
        uint32_t evicted; /* of these, live ones that made room */
};

/* Start-up only. 0, -EINVAL for a number that record_table.h refuses, -ENOMEM, or the errno of
 * getrandom(2). */
int dp_calls_create(struct dp_calls **out, uint32_t transactions, uint32_t dialogs);
void dp_calls_destroy(struct dp_calls *c);

/* A field of a message, as it came. */
struct dp_octets {
        const void *at;
        uint16_t len;
};

/* Keyed, so that equal hashes mean equal octets. */
uint64_t dp_calls_hash(const struct dp_calls *c, struct dp_octets o);

/* What is kept of an address whose dp_source_host() under this seed begins with `host`; never
 * DP_ADDR_NONE. */
static inline uint32_t dp_calls_addr_of(uint64_t host)
{
        uint32_t addr = (uint32_t)(host >> (64u - DP_ADDR_BITS));

        return addr != DP_ADDR_NONE ? addr : 1;
}

uint32_t dp_calls_addr(const struct dp_calls *c, const struct shm_ip *ip);

#endif
