/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shared_table_slot.h - how a shared table lies in memory, and what its users do to one key that is
 * there: in line, for a message of a new call does it a dozen times.
 *
 * Included by shared_table.h, which says what these functions promise.
 */
#ifndef SLUICE_DATAPLANE_STATE_SHARED_TABLE_SLOT_H
#define SLUICE_DATAPLANE_STATE_SHARED_TABLE_SLOT_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/state/key.h"

#define DP_TABLE_SET_SLOTS 8u

/* What a slot held when it was read. */
struct dp_entry {
        uint64_t tag;
        uint64_t word;
};

/* Low four bits of a tag: state, then level. */
#define DP_SLOT_STATE_MASK UINT64_C(0x3)
#define DP_SLOT_LEVEL_MASK UINT64_C(0xc)
#define DP_SLOT_ID_MASK    (~(DP_SLOT_STATE_MASK | DP_SLOT_LEVEL_MASK))
enum {
        DP_SLOT_FREE = 0,
        DP_SLOT_INSERTING = 1,
        DP_SLOT_MEMBER = 2,
};

/* tag and word are one atomic of 16 octets for who writes, two of 8 for who reads. */
struct dp_slot {
        _Alignas(16) uint64_t tag;
        uint64_t word;
};
__extension__ typedef unsigned __int128 dp_slot_wide __attribute__((may_alias));
_Static_assert(sizeof(struct dp_slot) == sizeof(dp_slot_wide), "a slot is one compare and swap");

/* A place in the table and what was seen there: for dp_table_swap(). */
struct dp_place {
        struct dp_slot *slot;
        struct dp_entry seen;
};

/* Where a key is looked for, and how it is known there: all that the table needs of it. */
struct dp_table_spot {
        struct dp_slot *home;
        uint64_t tag; /* of its entry, were that of level 0 */
};

struct dp_table_set {
        _Alignas(128) struct dp_slot slots[DP_TABLE_SET_SLOTS];
};

struct dp_shared_table {
        struct dp_table_set *sets;
        uint64_t set_cnt;
};

/*
 * High bits choose the set; multiplication spreads them over any number of sets. Others choose the
 * home: the slot where a key is looked for first, and goes when that is free. With no more live
 * keys than the table is made for it nearly always is, so that a look-up reads one slot; the others
 * come in the order home ^ 1, home ^ 2 ..., which is the same cache line first.
 */
static inline struct dp_table_spot dp_table_spot_of(const struct dp_shared_table *t,
                                                    const struct dp_key *key)
{
        uint64_t set = (key->w[0] >> 32) * t->set_cnt >> 32;

        return (struct dp_table_spot){
            .home = &t->sets[set].slots[key->w[0] % DP_TABLE_SET_SLOTS],
            .tag = (key->w[1] & DP_SLOT_ID_MASK) | DP_SLOT_MEMBER,
        };
}

/* Sets are aligned to their size. */
static inline unsigned dp_table_home_of(const struct dp_table_spot *spot)
{
        return (unsigned)((uintptr_t)spot->home / sizeof(struct dp_slot) % DP_TABLE_SET_SLOTS);
}

static inline struct dp_slot *dp_table_set_of(const struct dp_table_spot *spot)
{
        return spot->home - dp_table_home_of(spot);
}

static inline uint64_t dp_slot_tag(const struct dp_slot *s)
{
        return __atomic_load_n(&s->tag, __ATOMIC_ACQUIRE);
}

/* Both words as they were at one moment: the tag did not change while the word was read. (A tag
 * that went away and came back meanwhile is of the same key, and this one is then merely late.) */
static inline struct dp_entry dp_slot_load(const struct dp_slot *s)
{
        struct dp_entry e;

        do {
                e.tag = dp_slot_tag(s);
                e.word = __atomic_load_n(&s->word, __ATOMIC_ACQUIRE);
        } while (e.tag != dp_slot_tag(s));
        return e;
}

/* A full barrier either way. False: *seen is what is there. */
static inline bool dp_slot_swap(struct dp_slot *s, struct dp_entry *seen, struct dp_entry next)
{
        dp_slot_wide expected = (dp_slot_wide)seen->word << 64 | seen->tag;
        dp_slot_wide found = __sync_val_compare_and_swap((dp_slot_wide *)s, expected,
                                                         (dp_slot_wide)next.word << 64 | next.tag);

        if (found == expected)
                return true;
        seen->tag = (uint64_t)found;
        seen->word = (uint64_t)(found >> 64);
        return false;
}

static inline bool dp_entry_is(const struct dp_entry *e, uint64_t tag)
{
        return (e->tag & ~DP_SLOT_LEVEL_MASK) == tag;
}

/* dp_slot_load() of the entry with this tag at level 0. False: the slot holds another. */
static inline bool dp_slot_find(const struct dp_slot *s, uint64_t tag, struct dp_entry *e)
{
        do {
                e->tag = dp_slot_tag(s);
                if (!dp_entry_is(e, tag))
                        return false;
                e->word = __atomic_load_n(&s->word, __ATOMIC_ACQUIRE);
        } while (e->tag != dp_slot_tag(s));
        return true;
}

/* In all of the key's set, home too. */
bool dp_table_find_away(const struct dp_table_spot *spot, struct dp_place *place);

static inline void dp_table_prefetch(const struct dp_table_spot *spot)
{
        const struct dp_slot *set = dp_table_set_of(spot);

        __builtin_prefetch(&set[0]);
        __builtin_prefetch(&set[DP_TABLE_SET_SLOTS / 2]);
}

static inline bool dp_place_is(const struct dp_place *place, const struct dp_table_spot *spot)
{
        return dp_entry_is(&place->seen, spot->tag);
}

static inline bool dp_table_find(const struct dp_table_spot *spot, struct dp_place *place)
{
        place->slot = spot->home;
        return dp_slot_find(spot->home, spot->tag, &place->seen) || dp_table_find_away(spot, place);
}

/* The word alone, of a slot where `seen` was. False: there is another now. */
static inline bool dp_slot_swap_word(struct dp_slot *s, uint64_t seen, uint64_t word)
{
        return __atomic_compare_exchange_n(&s->word, &seen, word, false, __ATOMIC_SEQ_CST,
                                           __ATOMIC_SEQ_CST);
}

static inline bool dp_table_swap_word(struct dp_place *place, uint64_t word)
{
        if (!dp_slot_swap_word(place->slot, place->seen.word, word)) {
                place->seen = dp_slot_load(place->slot);
                return false;
        }
        place->seen.word = word;
        return true;
}

static inline bool dp_table_swap(struct dp_place *place, uint64_t word, unsigned level)
{
        struct dp_entry next = {
            .tag = (place->seen.tag & ~DP_SLOT_LEVEL_MASK) | (uint64_t)level << 2,
            .word = word,
        };

        if (!dp_slot_swap(place->slot, &place->seen, next))
                return false;
        place->seen = next;
        return true;
}

#endif
