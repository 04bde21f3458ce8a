/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/state/limits.h"

#include <stdatomic.h>
#include <stdlib.h>

/* A claim that goes on losing its entry to others between the look and the charge. */
#define CHARGE_ROUNDS 64u

struct dp_rate dp_rate_make(uint64_t events, uint64_t span_ns, uint64_t burst)
{
        struct dp_rate r = {0, 0};

        if (events == 0)
                return r;
        r.interval_ns = span_ns / events;
        if (r.interval_ns == 0)
                r.interval_ns = 1;
        if (r.interval_ns > DP_RATE_NS_MAX)
                r.interval_ns = DP_RATE_NS_MAX;
        if (burst > 1)
                r.burst_ns = burst - 1 > DP_RATE_NS_MAX / r.interval_ns
                                 ? DP_RATE_NS_MAX
                                 : (burst - 1) * r.interval_ns;
        return r;
}

struct dp_limits *dp_limits_create(uint32_t entries)
{
        struct dp_limits *l;

        if (entries == 0 || entries > DP_LIMITS_ENTRIES_MAX)
                return NULL;
        l = calloc(1, sizeof(*l));
        if (l == NULL)
                return NULL;
        l->table = dp_table_create(entries);
        if (l->table == NULL) {
                free(l);
                return NULL;
        }
        return l;
}

void dp_limits_destroy(struct dp_limits *l)
{
        if (l == NULL)
                return;
        dp_table_destroy(l->table);
        free(l);
}

static inline uint64_t dead_below(uint64_t now_ns)
{
        return now_ns > DP_LIMITS_GRACE_NS ? now_ns - DP_LIMITS_GRACE_NS : 0;
}

static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
        return a > b ? a : b;
}

/* The arrival time after `cost_ns` more. False: that does not conform. */
static inline bool next_tat(uint64_t tat, const struct dp_rate *r, uint64_t cost_ns,
                            uint64_t now_ns, uint64_t *next)
{
        *next = max_u64(tat, now_ns) + cost_ns;
        /* the last of the events conforms when its own arrival time is within the burst */
        return *next - r->interval_ns <= now_ns + r->burst_ns;
}

/* ---- the entry, wherever it is ---- */

/* The key's entry, made with a full bucket when there is none. */
static bool entry_get(struct dp_limits *l, const struct dp_limit_claim *c, uint64_t now_ns,
                      struct dp_place *place)
{
        struct dp_entry fresh = dp_entry_fresh(c->level, now_ns);

        switch (dp_table_claim(&c->spot, &fresh, dead_below(now_ns), place)) {
        case DP_TABLE_FULL:
                return false;
        case DP_TABLE_EVICTED:
                atomic_fetch_add_explicit(&l->evictions, 1, memory_order_relaxed);
                return true;
        default:
                return true;
        }
}

/*
 * Write the next arrival time to a place; the level only rises. False: it changed meanwhile. Should
 * a key of a higher level have pushed this one out in the meantime, and have the very same arrival
 * time, then it is charged in its place: it may do one thing less, while the other begins anew.
 */
static inline bool place_charge(struct dp_place *place, const struct dp_limit_claim *c,
                                uint64_t next)
{
        return dp_entry_level(&place->seen) >= c->level ? dp_table_swap_word(place, next)
                                                        : dp_table_swap(place, next, c->level);
}

static enum dp_limit_result charge_anywhere(struct dp_limits *l, const struct dp_limit_claim *c,
                                            uint64_t cost_ns, uint64_t now_ns)
{
        struct dp_place place;

        for (unsigned round = 0; round < CHARGE_ROUNDS; round++) {
                if (!entry_get(l, c, now_ns, &place))
                        return DP_LIMIT_FULL;
                while (dp_place_is(&place, &c->spot)) {
                        uint64_t next;

                        if (!next_tat(place.seen.word, &c->rate, cost_ns, now_ns, &next))
                                return DP_LIMIT_OVER;
                        if (place_charge(&place, c, next))
                                return DP_LIMIT_OK;
                }
        }
        return DP_LIMIT_FULL;
}

/* ---- at home, where nearly all are ---- */

/* The arrival time of an entry that is at home and need not rise. False: it is none, or elsewhere.
 */
static inline bool home_read(const struct dp_limit_claim *c, uint64_t *tat)
{
        struct dp_entry e;

        if (!dp_slot_find(c->spot.home, c->spot.tag, &e) || dp_entry_level(&e) < c->level)
                return false;
        *tat = e.word;
        return true;
}

enum dp_limit_result dp_limits_charge(struct dp_limits *l, const struct dp_limit_claim *c,
                                      uint64_t now_ns)
{
        const struct dp_rate *r = &c->rate;
        uint64_t tat, next;

        if (r->interval_ns == 0)
                return DP_LIMIT_OK;
        if (home_read(c, &tat)) {
                if (!next_tat(tat, r, r->interval_ns, now_ns, &next))
                        return DP_LIMIT_OVER;
                if (dp_slot_swap_word(c->spot.home, tat, next))
                        return DP_LIMIT_OK;
        }
        return charge_anywhere(l, c, r->interval_ns, now_ns);
}

enum dp_limit_result dp_limits_charge_many(struct dp_limits *l, const struct dp_limit_claim *claim,
                                           uint32_t weight, uint64_t now_ns)
{
        const struct dp_rate *r = &claim->rate;

        if (r->interval_ns == 0)
                return DP_LIMIT_OK;
        if (weight > 1 && weight - 1 > r->burst_ns / r->interval_ns)
                return DP_LIMIT_OVER;
        return charge_anywhere(l, claim, weight * r->interval_ns, now_ns);
}

/* Take a charge back. An entry that is gone, or that died since, has nothing to give back. */
static void uncharge(const struct dp_limit_claim *c, uint64_t now_ns)
{
        struct dp_place place;

        if (c->rate.interval_ns == 0 || !dp_table_find(&c->spot, &place))
                return;
        while (dp_place_is(&place, &c->spot) && place.seen.word > now_ns)
                if (dp_table_swap(&place, place.seen.word - c->rate.interval_ns,
                                  dp_entry_level(&place.seen)))
                        return;
}

bool dp_limits_conforms(const struct dp_limit_claim *c, uint64_t now_ns)
{
        const struct dp_rate *r = &c->rate;
        struct dp_place place;
        uint64_t next;

        return r->interval_ns == 0 || !dp_table_find(&c->spot, &place) ||
               next_tat(place.seen.word, r, r->interval_ns, now_ns, &next);
}

enum dp_limit_result dp_limits_charge_all(struct dp_limits *l, const struct dp_limit_claim *claims,
                                          unsigned cnt, uint64_t now_ns, unsigned *refused)
{
        uint64_t tat[DP_LIMITS_CLAIMS_MAX];
        uint64_t next[DP_LIMITS_CLAIMS_MAX]; /* 0: not seen at home */

        for (unsigned i = 0; i < cnt; i++) {
                const struct dp_limit_claim *c = &claims[i];
                bool conforms;

                next[i] = 0;
                if (c->rate.interval_ns != 0 && home_read(c, &tat[i]))
                        conforms =
                            next_tat(tat[i], &c->rate, c->rate.interval_ns, now_ns, &next[i]);
                else
                        conforms = dp_limits_conforms(c, now_ns);
                if (!conforms) {
                        *refused = i;
                        return DP_LIMIT_OVER;
                }
        }
        for (unsigned i = 0; i < cnt; i++) {
                enum dp_limit_result rc;

                /* nearly always nothing has changed since the look */
                if (next[i] != 0 && dp_slot_swap_word(claims[i].spot.home, tat[i], next[i]))
                        continue;
                rc = dp_limits_charge(l, &claims[i], now_ns);
                if (rc == DP_LIMIT_OK)
                        continue;
                *refused = i;
                while (i-- > 0)
                        uncharge(&claims[i], now_ns);
                return rc;
        }
        return DP_LIMIT_OK;
}

uint32_t dp_limits_left(const struct dp_limit_claim *claim, uint64_t now_ns)
{
        const struct dp_rate *r = &claim->rate;
        struct dp_place place;
        uint64_t ahead = 0;

        if (r->interval_ns == 0)
                return UINT32_MAX;
        if (dp_table_find(&claim->spot, &place) && place.seen.word > now_ns)
                ahead = place.seen.word - now_ns;
        if (ahead > r->burst_ns)
                return 0;
        uint64_t left = (r->burst_ns - ahead) / r->interval_ns + 1;

        return left < UINT32_MAX ? (uint32_t)left : UINT32_MAX - 1;
}

uint64_t dp_limits_evictions(const struct dp_limits *l)
{
        return atomic_load_explicit(&l->evictions, memory_order_relaxed);
}

uint64_t dp_limits_sets(const struct dp_limits *l)
{
        return dp_table_sets(l->table);
}

void dp_limits_count(const struct dp_limits *l, uint64_t first, uint64_t sets, uint64_t now_ns,
                     struct dp_table_census *census)
{
        dp_table_count(l->table, first, sets, dead_below(now_ns), census);
}
