/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heavy.h - the heaviest keys of a stream, in fixed memory (Space-Saving: Metwally, Agrawal, El
 * Abbadi, "Efficient computation of frequent and top-k elements in data streams", ICDT 2005).
 *
 * With room for n keys: whoever makes up more than 1/n of all is in the list, and each count is too
 * high by at most its `over`, which is at most total/n. Never too low. One thread.
 */
#ifndef SLUICE_CONTROL_HEAVY_H
#define SLUICE_CONTROL_HEAVY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CP_HEAVY_KEY_BYTES 80u

struct cp_heavy_entry {
        uint64_t hash; /* keyed, of the key's octets */
        uint64_t count;
        uint64_t over;   /* what the count may be too high by */
        uint64_t marked; /* of count since it is in the list: those that were marked */
        uint16_t slot;   /* place in the heap */
        uint16_t next;   /* of the same bucket */
        uint16_t key_len;
        uint8_t key[CP_HEAVY_KEY_BYTES];
};

struct cp_heavy; /* opaque */

/* Room for `cnt` keys, 2..4096. NULL when memory is short. */
struct cp_heavy *cp_heavy_create(unsigned cnt);
void cp_heavy_destroy(struct cp_heavy *h);
/* Forget all. */
void cp_heavy_clear(struct cp_heavy *h);
/* One more of this key, of which at most CP_HEAVY_KEY_BYTES are kept and compared. O(log cnt). */
void cp_heavy_add(struct cp_heavy *h, const void *key, size_t len, bool marked);
/* What was added in all. */
uint64_t cp_heavy_total(const struct cp_heavy *h);
/* Entries, in no order: a pointer for 0.., NULL at the end. Valid until the next change. */
const struct cp_heavy_entry *cp_heavy_at(const struct cp_heavy *h, unsigned i);
/* The entry of a key, NULL when it is not in the list. */
const struct cp_heavy_entry *cp_heavy_find(const struct cp_heavy *h, const void *key, size_t len);

#endif
