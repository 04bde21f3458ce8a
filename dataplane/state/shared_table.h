/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shared_table.h - a fixed table that all workers read and write at once, without locks: for each
 * key one 64-bit word, which is also the time at which the entry is dead.
 *
 *   key (128-bit keyed hash) -> set of 8 slots of 16 octets = two cache lines
 *   slot = tag (60 bits of the key, level, state) + word; both change together or not at all
 *
 * Identity: the set and 60 further bits of a hash under a secret key; for two keys to meet by
 * accident takes some 2^40 of them, and then they share a limit. Nobody can choose such keys.
 *
 * A key has at most one entry, also when several workers insert it at the same moment: an entry is
 * first written as INSERTING, its writer then looks through the set for others of the same key,
 * pushes out those that are INSERTING too and gives up its own for one that is MEMBER. Only then it
 * becomes a MEMBER, unless it was pushed out itself. Nobody waits: who is pushed out begins again,
 * some times at most.
 *
 * Dead entries need no sweeping: each set takes them over. A live one is replaced only by a key of
 * a higher level, and then the lowest level goes first, the one that dies first among these.
 *
 * Memory is mapped and touched at creation; nothing is allocated afterwards. Reads no clock.
 */
#ifndef SLUICE_DATAPLANE_STATE_SHARED_TABLE_H
#define SLUICE_DATAPLANE_STATE_SHARED_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/state/key.h"
#include "dataplane/state/shared_table_slot.h"

#define DP_TABLE_LEVELS 4u /* levels 0..3 */

enum dp_table_result {
        DP_TABLE_FOUND = 0,    /* place->seen is the key's entry, perhaps a dead one */
        DP_TABLE_INSERTED = 1, /* the same, made by this call */
        DP_TABLE_EVICTED = 2,  /* the same, in the place of a live entry of a lower level */
        DP_TABLE_FULL = 3,     /* eight live entries of this level or a higher one */
};

/* Room for `sets` sets, 1..2^28. Start-up only. NULL: out of range, or no memory. */
struct dp_shared_table *dp_table_create(uint64_t sets);
void dp_table_destroy(struct dp_shared_table *t);

/*
 * In shared_table_slot.h:
 *   dp_table_spot_of()   where a key is looked for: what the others begin with, made once
 *   dp_table_prefetch()  bring a key's set towards the CPU
 *   dp_table_find()      the key's entry, dead or alive; writes nothing to the table
 *   dp_table_swap()      put another word, and a level, in a place that still holds what was seen.
 *                        True when done. False: it changed meanwhile; place->seen is what is there
 *                        now, and dp_place_is() tells whether it is still the key's
 *   dp_table_swap_word() the same, leaving the level, by comparing the word alone: eight octets.
 *                        That another key has taken the place meanwhile shows by its word, which
 *                        is never that of a dead entry, but may be that of a live one that it
 *                        pushed out. So this is for words that are times in ns, where it takes a
 *                        coincidence, and where it then matters little which of the two was meant
 */

/*
 * The key's entry, or a new one with this level (0..3) and word. Entries whose word is below
 * `dead_below` are dead; the new word must not be. Any worker.
 */
enum dp_table_result dp_table_claim(const struct dp_table_spot *spot, const struct dp_entry *fresh,
                                    uint64_t dead_below, struct dp_place *place);

static inline unsigned dp_entry_level(const struct dp_entry *e)
{
        return (unsigned)(e->tag >> 2) & 3u;
}

/* The fresh entry of dp_table_claim(). */
static inline struct dp_entry dp_entry_fresh(unsigned level, uint64_t word)
{
        return (struct dp_entry){.tag = (uint64_t)level << 2, .word = word};
}

/* What is in a part of the table. */
struct dp_table_census {
        uint64_t live[DP_TABLE_LEVELS];
        uint64_t full_sets;   /* sets without a free or dead slot */
        unsigned fullest_set; /* most live entries in one set: the longest look-up */
};

uint64_t dp_table_sets(const struct dp_shared_table *t);
/* Add `sets` sets from `first` on to *census. Any thread, while workers write. */
void dp_table_count(const struct dp_shared_table *t, uint64_t first, uint64_t sets,
                    uint64_t dead_below, struct dp_table_census *census);

#endif
