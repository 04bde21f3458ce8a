/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/state/shared_table.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define SETS_MAX (UINT64_C(1) << 28)

/* Rounds of an insertion that others of the same key keep pushing out. Each means that another
 * worker moved on; more than a few in a row has not been seen. */
#define INSERT_ROUNDS 64u

struct dp_shared_table *dp_table_create(uint64_t sets)
{
        struct dp_shared_table *t;
        size_t bytes = sets * sizeof(struct dp_table_set);

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
        munmap(t->sets, t->set_cnt * sizeof(struct dp_table_set));
        free(t);
}

uint64_t dp_table_sets(const struct dp_shared_table *t)
{
        return t->set_cnt;
}

bool dp_table_find_away(struct dp_table_set *set, const struct dp_key *key, struct dp_place *place)
{
        unsigned home = dp_table_home_of(key);
        uint64_t id = dp_table_id_of(key);

        for (unsigned i = 1; i < DP_TABLE_SET_SLOTS; i++)
                if (dp_slot_find(&set->slots[home ^ i], id, place))
                        return true;
        return false;
}

bool dp_table_remove(struct dp_place *place)
{
        return dp_slot_swap(place->slot, &place->seen, (struct dp_entry){0, 0});
}

/* ---- insertion ---- */

static inline bool is_free(const struct dp_entry *e, uint64_t dead_below)
{
        return (e->tag & DP_SLOT_STATE_MASK) == DP_SLOT_FREE || e->word < dead_below;
}

/* The slot that a key of this level may take: a free or dead one, from its home on, else the live
 * one of the lowest level below it that dies first. False: none. */
static bool victim_find(struct dp_table_set *set, unsigned home, unsigned level,
                        uint64_t dead_below, struct dp_place *victim)
{
        unsigned lowest = level;
        uint64_t soonest = 0;

        *victim = (struct dp_place){.slot = NULL};
        for (unsigned i = 0; i < DP_TABLE_SET_SLOTS; i++) {
                struct dp_slot *s = &set->slots[home ^ i];
                struct dp_place p = {.slot = s, .seen = dp_slot_load(s)};
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
static bool rivals_clear(struct dp_table_set *set, uint64_t id, const struct dp_slot *own,
                         struct dp_place *other)
{
        for (unsigned i = 0; i < DP_TABLE_SET_SLOTS; i++) {
                struct dp_slot *s = &set->slots[i];
                struct dp_entry e;

                if (s == own || (dp_slot_tag(s) & DP_SLOT_ID_MASK) != id)
                        continue;
                e = dp_slot_load(s);
                while ((e.tag & ~DP_SLOT_LEVEL_MASK) == (id | DP_SLOT_INSERTING))
                        if (dp_slot_swap(s, &e, (struct dp_entry){0, 0}))
                                break;
                if (dp_slot_is_member(&e, id)) {
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
        struct dp_table_set *set = dp_table_set_of(t, key);
        uint64_t id = dp_table_id_of(key);
        const struct dp_entry inserting = {fresh->tag | id | DP_SLOT_INSERTING, fresh->word};
        const struct dp_entry member = {fresh->tag | id | DP_SLOT_MEMBER, fresh->word};

        for (unsigned round = 0; round < INSERT_ROUNDS; round++) {
                struct dp_place own;
                struct dp_entry mine = inserting;

                if (dp_table_set_find(set, key, place))
                        return DP_TABLE_FOUND;
                if (!victim_find(set, dp_table_home_of(key), dp_entry_level(fresh), dead_below,
                                 &own))
                        return DP_TABLE_FULL;
                bool evicts = !is_free(&own.seen, dead_below);

                if (!dp_slot_swap(own.slot, &own.seen, inserting))
                        continue;
                if (rivals_clear(set, id, own.slot, place)) {
                        (void)dp_slot_swap(own.slot, &mine, (struct dp_entry){0, 0});
                        return DP_TABLE_FOUND;
                }
                if (!dp_slot_swap(own.slot, &mine, member))
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
                        struct dp_entry e = dp_slot_load(&t->sets[n].slots[i]);

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
