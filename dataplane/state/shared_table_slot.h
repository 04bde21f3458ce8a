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

struct dp_table_set {
        _Alignas(128) struct dp_slot slots[DP_TABLE_SET_SLOTS];
};

struct dp_shared_table {
        struct dp_table_set *sets;
        uint64_t set_cnt;
};

/* High bits choose the set; multiplication spreads them over any number of sets. */
static inline struct dp_table_set *dp_table_set_of(const struct dp_shared_table *t,
                                                   const struct dp_key *key)
{
        return &t->sets[(key->w[0] >> 32) * t->set_cnt >> 32];
}

/*
 * Where in its set a key is looked for first, and goes when that place is free. With no more live
 * keys than the table is made for it nearly always is, so that a look-up reads one slot; the others
 * come in the order home ^ 1, home ^ 2 ..., which is the same cache line first.
 */
static inline unsigned dp_table_home_of(const struct dp_key *key)
{
        return (unsigned)key->w[0] % DP_TABLE_SET_SLOTS;
}

static inline uint64_t dp_table_id_of(const struct dp_key *key)
{
        return key->w[1] & DP_SLOT_ID_MASK;
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

static inline bool dp_slot_is_member(const struct dp_entry *e, uint64_t id)
{
        return (e->tag & ~DP_SLOT_LEVEL_MASK) == (id | DP_SLOT_MEMBER);
}

static inline bool dp_slot_find(struct dp_slot *s, uint64_t id, struct dp_place *place)
{
        if ((dp_slot_tag(s) & ~DP_SLOT_LEVEL_MASK) != (id | DP_SLOT_MEMBER))
                return false;
        *place = (struct dp_place){.slot = s, .seen = dp_slot_load(s)};
        return dp_slot_is_member(&place->seen, id);
}

/* In all of its set but its home. */
bool dp_table_find_away(struct dp_table_set *set, const struct dp_key *key, struct dp_place *place);

static inline bool dp_table_set_find(struct dp_table_set *set, const struct dp_key *key,
                                     struct dp_place *place)
{
        return dp_slot_find(&set->slots[dp_table_home_of(key)], dp_table_id_of(key), place) ||
               dp_table_find_away(set, key, place);
}

static inline void dp_table_prefetch(const struct dp_shared_table *t, const struct dp_key *key)
{
        const struct dp_table_set *s = dp_table_set_of(t, key);

        __builtin_prefetch(&s->slots[0]);
        __builtin_prefetch(&s->slots[DP_TABLE_SET_SLOTS / 2]);
}

static inline bool dp_place_is(const struct dp_place *place, const struct dp_key *key)
{
        return dp_slot_is_member(&place->seen, dp_table_id_of(key));
}

static inline bool dp_table_find(struct dp_shared_table *t, const struct dp_key *key,
                                 struct dp_place *place)
{
        return dp_table_set_find(dp_table_set_of(t, key), key, place);
}

static inline bool dp_table_swap_word(struct dp_place *place, uint64_t word)
{
        uint64_t seen = place->seen.word;

        if (!__atomic_compare_exchange_n(&place->slot->word, &seen, word, false, __ATOMIC_SEQ_CST,
                                         __ATOMIC_SEQ_CST)) {
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
