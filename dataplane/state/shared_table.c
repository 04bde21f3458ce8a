/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/state/shared_table.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <rte_prefetch.h>

#define SETS_MAX (UINT64_C(1) << 28)

/* Low four bits of a tag: state, then level. */
#define STATE_MASK UINT64_C(0x3)
#define LEVEL_MASK UINT64_C(0xc)
#define ID_MASK    (~(STATE_MASK | LEVEL_MASK))
enum {
        STATE_FREE = 0,
        STATE_INSERTING = 1,
        STATE_MEMBER = 2,
};

/* Rounds of an insertion that others of the same key keep pushing out. Each means that another
 * worker moved on; more than a few in a row has not been seen. */
#define INSERT_ROUNDS 64u

/* tag and word are one atomic of 16 octets for who writes, two of 8 for who reads. */
struct dp_slot {
        _Alignas(16) uint64_t tag;
        uint64_t word;
};
__extension__ typedef unsigned __int128 wide __attribute__((may_alias));
_Static_assert(sizeof(struct dp_slot) == sizeof(wide), "a slot is one compare and swap");

struct set {
        _Alignas(128) struct dp_slot slots[DP_TABLE_SET_SLOTS];
};

struct dp_shared_table {
        struct set *sets;
        uint64_t set_cnt;
};

struct dp_shared_table *dp_table_create(uint64_t sets)
{
        struct dp_shared_table *t;
        size_t bytes = sets * sizeof(struct set);

        if (sets == 0 || sets > SETS_MAX)
                return NULL;
        t = calloc(1, sizeof(*t));
        if (t == NULL)
                return NULL;
        t->sets = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (t->sets == MAP_FAILED) {
                free(t);
                return NULL;
        }
        /* Every look-up is a miss of its own in a big table: large pages save the second one. */
        (void)madvise(t->sets, bytes, MADV_HUGEPAGE);
        memset(t->sets, 0, bytes); /* all of it is ours from now on */
        t->set_cnt = sets;
        return t;
}

void dp_table_destroy(struct dp_shared_table *t)
{
        if (t == NULL)
                return;
        munmap(t->sets, t->set_cnt * sizeof(struct set));
        free(t);
}

uint64_t dp_table_sets(const struct dp_shared_table *t)
{
        return t->set_cnt;
}

/* High bits choose the set; multiplication spreads them over any number of sets. */
static inline struct set *set_of(const struct dp_shared_table *t, const struct dp_key *key)
{
        return &t->sets[(key->w[0] >> 32) * t->set_cnt >> 32];
}

void dp_table_prefetch(const struct dp_shared_table *t, const struct dp_key *key)
{
        const struct set *s = set_of(t, key);

        rte_prefetch0(&s->slots[0]);
        rte_prefetch0(&s->slots[DP_TABLE_SET_SLOTS / 2]);
}

static inline uint64_t id_of(const struct dp_key *key)
{
        return key->w[1] & ID_MASK;
}

static inline uint64_t tag_load(const struct dp_slot *s)
{
        return __atomic_load_n(&s->tag, __ATOMIC_ACQUIRE);
}

/* Both words as they were at one moment: the tag did not change while the word was read. (A tag
 * that went away and came back meanwhile is of the same key, and this one is then merely late.) */
static inline struct dp_entry slot_load(const struct dp_slot *s)
{
        struct dp_entry e;

        do {
                e.tag = tag_load(s);
                e.word = __atomic_load_n(&s->word, __ATOMIC_ACQUIRE);
        } while (e.tag != tag_load(s));
        return e;
}

/* A full barrier either way. False: *seen is what is there. */
static bool slot_swap(struct dp_slot *s, struct dp_entry *seen, struct dp_entry next)
{
        wide expected = (wide)seen->word << 64 | seen->tag;
        wide found =
            __sync_val_compare_and_swap((wide *)s, expected, (wide)next.word << 64 | next.tag);

        if (found == expected)
                return true;
        seen->tag = (uint64_t)found;
        seen->word = (uint64_t)(found >> 64);
        return false;
}

static inline bool is_member(const struct dp_entry *e, uint64_t id)
{
        return (e->tag & ~LEVEL_MASK) == (id | STATE_MEMBER);
}

bool dp_place_is(const struct dp_place *place, const struct dp_key *key)
{
        return is_member(&place->seen, id_of(key));
}

static bool set_find(struct set *set, uint64_t id, struct dp_place *place)
{
        for (unsigned i = 0; i < DP_TABLE_SET_SLOTS; i++) {
                struct dp_slot *s = &set->slots[i];

                if ((tag_load(s) & ~LEVEL_MASK) != (id | STATE_MEMBER))
                        continue;
                *place = (struct dp_place){.slot = s, .seen = slot_load(s)};
                if (is_member(&place->seen, id))
                        return true;
        }
        return false;
}

bool dp_table_find(struct dp_shared_table *t, const struct dp_key *key, struct dp_place *place)
{
        return set_find(set_of(t, key), id_of(key), place);
}

bool dp_table_swap(struct dp_place *place, uint64_t word, unsigned level)
{
        struct dp_entry next = {
            .tag = (place->seen.tag & ~LEVEL_MASK) | (uint64_t)level << 2,
            .word = word,
        };

        if (!slot_swap(place->slot, &place->seen, next))
                return false;
        place->seen = next;
        return true;
}

bool dp_table_remove(struct dp_place *place)
{
        return slot_swap(place->slot, &place->seen, (struct dp_entry){0, 0});
}

/* ---- insertion ---- */

static inline bool is_free(const struct dp_entry *e, uint64_t dead_below)
{
        return (e->tag & STATE_MASK) == STATE_FREE || e->word < dead_below;
}

/* The slot that a key of this level may take: a free or dead one, else the live one of the lowest
 * level below it that dies first. False: none. */
static bool victim_find(struct set *set, unsigned level, uint64_t dead_below,
                        struct dp_place *victim)
{
        unsigned lowest = level;
        uint64_t soonest = 0;

        *victim = (struct dp_place){.slot = NULL};
        for (unsigned i = 0; i < DP_TABLE_SET_SLOTS; i++) {
                struct dp_place p = {.slot = &set->slots[i], .seen = slot_load(&set->slots[i])};
                unsigned have = dp_entry_level(&p.seen);

                if (is_free(&p.seen, dead_below)) {
                        *victim = p;
                        return true;
                }
                if (have < lowest || (have == lowest && lowest < level && p.seen.word < soonest)) {
                        *victim = p;
                        lowest = have;
                        soonest = p.seen.word;
                }
        }
        return lowest < level;
}

/*
 * Look for the key elsewhere in the set, with our own INSERTING entry in it. Of two workers that
 * do this at once the later writer sees the other's entry, so at most one of them goes on. True:
 * *other is its MEMBER.
 */
static bool rivals_clear(struct set *set, uint64_t id, const struct dp_slot *own,
                         struct dp_place *other)
{
        for (unsigned i = 0; i < DP_TABLE_SET_SLOTS; i++) {
                struct dp_slot *s = &set->slots[i];
                struct dp_entry e;

                if (s == own || (tag_load(s) & ID_MASK) != id)
                        continue;
                e = slot_load(s);
                while ((e.tag & ~LEVEL_MASK) == (id | STATE_INSERTING))
                        if (slot_swap(s, &e, (struct dp_entry){0, 0}))
                                break;
                if (is_member(&e, id)) {
                        *other = (struct dp_place){.slot = s, .seen = e};
                        return true;
                }
        }
        return false;
}

enum dp_table_result dp_table_claim(struct dp_shared_table *t, const struct dp_key *key,
                                    const struct dp_entry *fresh, uint64_t dead_below,
                                    struct dp_place *place)
{
        struct set *set = set_of(t, key);
        uint64_t id = id_of(key);
        const struct dp_entry inserting = {fresh->tag | id | STATE_INSERTING, fresh->word};
        const struct dp_entry member = {fresh->tag | id | STATE_MEMBER, fresh->word};

        for (unsigned round = 0; round < INSERT_ROUNDS; round++) {
                struct dp_place own;
                struct dp_entry mine = inserting;

                if (set_find(set, id, place))
                        return DP_TABLE_FOUND;
                if (!victim_find(set, dp_entry_level(fresh), dead_below, &own))
                        return DP_TABLE_FULL;
                bool evicts = !is_free(&own.seen, dead_below);

                if (!slot_swap(own.slot, &own.seen, inserting))
                        continue;
                if (rivals_clear(set, id, own.slot, place)) {
                        (void)slot_swap(own.slot, &mine, (struct dp_entry){0, 0});
                        return DP_TABLE_FOUND;
                }
                if (!slot_swap(own.slot, &mine, member))
                        continue;
                *place = (struct dp_place){.slot = own.slot, .seen = member};
                return evicts ? DP_TABLE_EVICTED : DP_TABLE_INSERTED;
        }
        return DP_TABLE_FULL;
}

/* ---- introspection ---- */

void dp_table_count(const struct dp_shared_table *t, uint64_t first, uint64_t sets,
                    uint64_t dead_below, struct dp_table_census *census)
{
        for (uint64_t n = first; n < first + sets && n < t->set_cnt; n++) {
                unsigned live = 0;

                for (unsigned i = 0; i < DP_TABLE_SET_SLOTS; i++) {
                        struct dp_entry e = slot_load(&t->sets[n].slots[i]);

                        if (is_free(&e, dead_below))
                                continue;
                        census->live[dp_entry_level(&e)]++;
                        live++;
                }
                census->full_sets += live == DP_TABLE_SET_SLOTS;
                if (live > census->fullest_set)
                        census->fullest_set = live;
        }
}
