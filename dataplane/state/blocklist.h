/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blocklist.h - prefixes by the million, as operators get them from feeds: is this address listed?
 *
 * Made once from prefixes in any order, then only read, by any number of threads; a new list is a
 * new object. Prefixes may nest and repeat: the longest one decides, and of equal ones the first.
 *
 * The prefixes become the sorted addresses at which the answer changes. IPv4 finds its part of them
 * by the upper 16 bits (two cache misses as a rule); IPv6 by halving, all addresses of a burst step
 * by step together, so that they wait for memory at the same time and not one after another.
 *
 * Memory: 6 octets for each IPv4 boundary, 18 for IPv6, at most two boundaries a prefix, and 256
 * KiB.
 */
#ifndef SLUICE_DATAPLANE_STATE_BLOCKLIST_H
#define SLUICE_DATAPLANE_STATE_BLOCKLIST_H

#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_base.h"
#include "control/contract/shm_blocklist.h"

struct dp_blocklist;

#define DP_BLOCKLIST_BURST 64u

/*
 * Copies what it needs of n prefixes, host bits ignored. Not for workers: allocates and sorts.
 * Returns 0; -EINVAL and *bad (its index) when a prefix is longer than 128 or names list 0;
 * -ENOMEM.
 */
int dp_blocklist_create(struct dp_blocklist **out, const struct shm_blocklist_prefix *p, size_t n,
                        size_t *bad);
void dp_blocklist_destroy(struct dp_blocklist *b);

/* The list that each of n addresses is in, 0 = none; n <= DP_BLOCKLIST_BURST. Any thread. */
void dp_blocklist_lookup(const struct dp_blocklist *b, const struct shm_ip *const *ip, uint32_t n,
                         uint16_t *list);

/* Boundaries, and octets of memory. */
size_t dp_blocklist_boundaries(const struct dp_blocklist *b);
size_t dp_blocklist_bytes(const struct dp_blocklist *b);

#endif
