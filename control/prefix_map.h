/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prefix_map.h - a growing map from prefix to a pointer, with a longest-prefix look-up.
 *
 * An open-addressing hash table keyed by (length, masked address), probed once for each length that
 * is in use, longest first. Keys come from the operator, so no secret seed is needed; a look-up
 * costs at most 129 probes of short chains, in practice two or three. Not thread-safe.
 */
#ifndef SLUICE_CONTROL_PREFIX_MAP_H
#define SLUICE_CONTROL_PREFIX_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "control/prefix.h"

struct cp_prefix_slot {
        struct cp_prefix prefix;
        void *value; /* NULL = free */
};

struct cp_prefix_map {
        struct cp_prefix_slot *slots;
        size_t cap; /* power of two, or 0 */
        size_t cnt;
        uint32_t len_cnt[129]; /* entries of each length, those of one port left out */
};

/* A zeroed map is empty and valid. Frees the slots, not the values. */
void cp_prefix_map_fini(struct cp_prefix_map *m);
/* Insert or replace; value must not be NULL. *old (may be NULL) gets the value replaced, or NULL.
 * Returns 0 or -ENOMEM. */
int cp_prefix_map_put(struct cp_prefix_map *m, const struct cp_prefix *p, void *value, void **old);
/* Remove; returns the value or NULL. */
void *cp_prefix_map_del(struct cp_prefix_map *m, const struct cp_prefix *p);
/* The value of exactly this prefix, or NULL. */
void *cp_prefix_map_get(const struct cp_prefix_map *m, const struct cp_prefix *p);

/*
 * The values whose prefixes hold the address with all its ports, longest first: start with *len =
 * 129 and call until NULL; *len is the iterator.
 */
void *cp_prefix_map_match(const struct cp_prefix_map *m, const struct shm_ip *ip, unsigned *len);

#endif
