/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/state/shared_table.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <emmintrin.h>

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

static inline __m128 tag_pair(const struct dp_slot *s)
{
        return _mm_castsi128_ps(
            _mm_set_epi64x((int64_t)dp_slot_tag(&s[1]), (int64_t)dp_slot_tag(&s[0])));
}

/* Of four slots: all ones where the upper half of the tag is the one sought. */
static inline __m128i four_like(const struct dp_slot *s, __m128i sought)
{
        const __m128 high =
            _mm_shuffle_ps(tag_pair(&s[0]), tag_pair(&s[2]), _MM_SHUFFLE(3, 1, 3, 1));

        return _mm_cmpeq_epi32(_mm_castps_si128(high), sought);
}

/* Slots whose tags have the upper half of this one, all eight looked at without a branch: nearly
 * always none or the one, and who is new to a table looks at a whole set. SSE2, which every x86-64
 * has. */
static inline unsigned slots_like(const struct dp_slot *set, uint64_t tag)
{
        const __m128i sought = _mm_set1_epi32((int)(tag >> 32));
        const __m128i like =
            _mm_packs_epi32(four_like(&set[0], sought), four_like(&set[4], sought));

        return (unsigned)_mm_movemask_epi8(_mm_packs_epi16(like, _mm_setzero_si128()));
}

bool dp_table_find_away(const struct dp_table_spot *spot, struct dp_place *place)
{
        struct dp_slot *set = dp_table_set_of(spot);

        for (unsigned like = slots_like(set, spot->tag); like != 0; like &= like - 1) {
                place->slot = &set[__builtin_ctz(like)];
                if (dp_slot_find(place->slot, spot->tag, &place->seen))
                        return true;
        }
        return false;
}

/* ---- insertion ---- */

static inline bool is_free(const struct dp_entry *e, uint64_t dead_below)
{
        return (e->tag & DP_SLOT_STATE_MASK) == DP_SLOT_FREE || e->word < dead_below;
}

/* The slot that a key of this level may take: a free or dead one, from its home on, else the live
 * one of the lowest level below it that dies first. False: none. */
static bool victim_find(const struct dp_table_spot *spot, unsigned level, uint64_t dead_below,
                        struct dp_place *victim)
{
        struct dp_slot *set = dp_table_set_of(spot);
        unsigned home = dp_table_home_of(spot);
        unsigned lowest = level;
        uint64_t soonest = 0;

        *victim = (struct dp_place){.slot = NULL};
        for (unsigned i = 0; i < DP_TABLE_SET_SLOTS; i++) {
                struct dp_slot *s = &set[home ^ i];
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
static bool rivals_clear(const struct dp_table_spot *spot, const struct dp_slot *own,
                         struct dp_place *other)
{
        const uint64_t id = spot->tag & DP_SLOT_ID_MASK;

        for (unsigned i = 0; i < DP_TABLE_SET_SLOTS; i++) {
                struct dp_slot *s = dp_table_set_of(spot) + i;
                struct dp_entry e;

                if (s == own || (dp_slot_tag(s) & DP_SLOT_ID_MASK) != id)
                        continue;
                e = dp_slot_load(s);
                while (dp_entry_is(&e, id | DP_SLOT_INSERTING))
                        if (dp_slot_swap(s, &e, (struct dp_entry){0, 0}))
                                break;
                if (dp_entry_is(&e, spot->tag)) {
                        *other = (struct dp_place){.slot = s, .seen = e};
                        return true;
                }
        }
        return false;
}

enum dp_table_result dp_table_claim(const struct dp_table_spot *spot, const struct dp_entry *fresh,
                                    uint64_t dead_below, struct dp_place *place)
{
        const uint64_t id = spot->tag & DP_SLOT_ID_MASK;
        const struct dp_entry inserting = {fresh->tag | id | DP_SLOT_INSERTING, fresh->word};
        const struct dp_entry member = {fresh->tag | spot->tag, fresh->word};

        for (unsigned round = 0; round < INSERT_ROUNDS; round++) {
                struct dp_place own;
                struct dp_entry mine = inserting;

                if (dp_table_find(spot, place))
                        return DP_TABLE_FOUND;
                if (!victim_find(spot, dp_entry_level(fresh), dead_below, &own))
                        return DP_TABLE_FULL;
                bool evicts = !is_free(&own.seen, dead_below);

                if (!dp_slot_swap(own.slot, &own.seen, inserting))
                        continue;
                if (rivals_clear(spot, own.slot, place)) {
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
