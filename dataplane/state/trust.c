/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/state/trust.h"

#include <stdlib.h>
#include <string.h>

#include "dataplane/state/recent.h"

/*
 * The word of a source: when the entry dies, in ms since the epoch (42 bits, until 2109), above
 * what else is known. So words compare like times, as the table wants.
 */
#define TIME_SHIFT 22u
#define NS_PER_MS  UINT64_C(1000000)
#define HELD_DOWN  (UINT64_C(1) << 8)
#define LIFTS_MASK UINT64_C(0xff)

#define SWAP_ROUNDS 64u

struct dp_trust {
        struct dp_recent proven; /* endpoints that are above UNPROVEN: in a flood nearly none */
        struct dp_shared_table *table;
        struct dp_limits *limits;
        struct dp_trust_config config;
};

struct dp_trust *dp_trust_create(uint32_t entries, const struct dp_trust_config *config,
                                 struct dp_limits *limits)
{
        struct dp_trust *t;

        if (entries == 0 || entries > DP_LIMITS_ENTRIES_MAX)
                return NULL;
        t = aligned_alloc(_Alignof(struct dp_trust), sizeof(*t));
        if (t == NULL)
                return NULL;
        memset(t, 0, sizeof(*t));
        t->table = dp_table_create(entries);
        if (t->table == NULL) {
                free(t);
                return NULL;
        }
        t->limits = limits;
        t->config = *config;
        return t;
}

void dp_trust_destroy(struct dp_trust *t)
{
        if (t == NULL)
                return;
        dp_table_destroy(t->table);
        free(t);
}

static inline uint64_t word_at(uint64_t time_ns)
{
        return time_ns / NS_PER_MS << TIME_SHIFT;
}

/* The first word that is alive: an entry lives through the millisecond in which it dies. */
static inline uint64_t dead_below(uint64_t now_ns)
{
        return word_at(now_ns);
}

static inline uint64_t time_of(uint64_t word)
{
        return word >> TIME_SHIFT << TIME_SHIFT;
}

static inline bool live_find(const struct dp_table_spot *spot, uint64_t now_ns,
                             struct dp_place *place)
{
        return dp_table_find(spot, place) && place->seen.word >= dead_below(now_ns);
}

void dp_trust_prefetch(struct dp_trust *t, const struct dp_key *endpoint, uint64_t now_ns)
{
        struct dp_table_spot spot;

        if (!dp_recent_may_have(&t->proven, endpoint, now_ns))
                return;
        spot = dp_table_spot_of(t->table, endpoint);
        dp_table_prefetch(&spot);
}

static enum dp_trust_level level_look(struct dp_trust *t, const struct dp_key *endpoint,
                                      uint64_t now_ns)
{
        const struct dp_table_spot spot = dp_table_spot_of(t->table, endpoint);
        struct dp_place place;

        if (!live_find(&spot, now_ns, &place))
                return DP_TRUST_UNPROVEN;
        return (enum dp_trust_level)dp_entry_level(&place.seen);
}

enum dp_trust_level dp_trust_level_of(struct dp_trust *t, const struct dp_key *endpoint,
                                      uint64_t now_ns)
{
        return dp_recent_may_have(&t->proven, endpoint, now_ns) ? level_look(t, endpoint, now_ns)
                                                                : DP_TRUST_UNPROVEN;
}

bool dp_trust_held_down(struct dp_trust *t, const struct dp_key *endpoint, uint64_t now_ns)
{
        const struct dp_table_spot spot = dp_table_spot_of(t->table, endpoint);
        struct dp_place place;

        return live_find(&spot, now_ns, &place) && (place.seen.word & HELD_DOWN) != 0;
}

/* What an entry is to become. */
struct change {
        uint64_t word;
        unsigned level;
        enum dp_trust_result result; /* when it does */
};

/* New sources of one address are admitted at a rate: who has one address has all its ports. */
static bool admitted(struct dp_trust *t, const struct dp_source *source, unsigned level,
                     uint64_t now_ns)
{
        const struct dp_key key = dp_key_kind(&source->address, DP_KEY_TRUST_PROVEN);
        const struct dp_limit_claim claim =
            dp_limits_claim(t->limits, &key, &t->config.admission, (uint8_t)level);

        return dp_limits_charge(t->limits, &claim, now_ns) == DP_LIMIT_OK;
}

/* The entry dies so soon that evidence must prolong it: a busy call writes it eight times a
 * lifetime and not with every message. */
static bool wants_time(uint64_t word, uint64_t until_ns, uint64_t lifetime_ns)
{
        return time_of(word) < word_at(until_ns - lifetime_ns / 8);
}

/* What evidence makes of a live entry; false: nothing. */
static bool prove_change(const struct dp_entry *seen, const struct change *want,
                         uint64_t lifetime_ns, uint64_t until_ns, struct change *out)
{
        unsigned have = dp_entry_level(seen);

        *out = *want;
        if (have >= want->level) {
                out->level = have;
                out->result = DP_TRUST_UNCHANGED;
                return wants_time(seen->word, until_ns, lifetime_ns);
        }
        if (time_of(seen->word) > out->word)
                out->word = time_of(seen->word);
        return true;
}

/* An entry above UNPROVEN was written. A worker that looks in between is merely early. */
static void proven_note(struct dp_trust *t, const struct dp_key *endpoint, uint64_t word)
{
        dp_recent_note(&t->proven, endpoint, ((word >> TIME_SHIFT) + 1) * NS_PER_MS);
}

enum dp_trust_result dp_trust_prove(struct dp_trust *t, const struct dp_source *source,
                                    enum dp_trust_evidence evidence, uint64_t now_ns)
{
        bool strong = evidence == DP_TRUST_REGISTER_OK || evidence == DP_TRUST_CALL_COMPLETED;
        uint64_t lifetime_ns = strong ? t->config.authenticated_ns : t->config.proven_ns;
        uint64_t until_ns = now_ns + lifetime_ns;
        const struct dp_table_spot spot = dp_table_spot_of(t->table, &source->endpoint);
        const struct change want = {
            .word = word_at(until_ns),
            .level = strong ? DP_TRUST_AUTHENTICATED : DP_TRUST_PROVEN,
            .result = DP_TRUST_RAISED,
        };
        const struct dp_entry fresh = dp_entry_fresh(want.level, want.word);
        struct dp_place place;
        bool admission_paid = false;

        for (unsigned round = 0; round < SWAP_ROUNDS; round++) {
                struct change next = want;
                bool live = live_find(&spot, now_ns, &place);

                if (live && (place.seen.word & HELD_DOWN) != 0)
                        return DP_TRUST_REFUSED;
                if (live && !prove_change(&place.seen, &want, lifetime_ns, until_ns, &next))
                        return DP_TRUST_UNCHANGED;
                if ((!live || dp_entry_level(&place.seen) == DP_TRUST_UNPROVEN) &&
                    !admission_paid) {
                        if (!admitted(t, source, want.level, now_ns))
                                return DP_TRUST_REFUSED;
                        admission_paid = true;
                }
                if (!live) {
                        enum dp_table_result rc =
                            dp_table_claim(&spot, &fresh, dead_below(now_ns), &place);

                        if (rc == DP_TABLE_FULL)
                                return DP_TRUST_FULL;
                        if (rc != DP_TABLE_FOUND) {
                                proven_note(t, &source->endpoint, fresh.word);
                                return DP_TRUST_RAISED;
                        }
                        if (place.seen.word >= dead_below(now_ns))
                                continue; /* another worker was faster: see what it wrote */
                }
                if (dp_table_swap(&place, next.word, next.level)) {
                        proven_note(t, &source->endpoint, next.word);
                        return next.result;
                }
        }
        return DP_TRUST_FULL;
}

/* Write a word of no level for a source that has no live entry, or replace `place`. */
static enum dp_trust_result unproven_put(const struct dp_table_spot *spot, uint64_t word,
                                         uint64_t now_ns, enum dp_trust_result result)
{
        const struct dp_entry fresh = dp_entry_fresh(DP_TRUST_UNPROVEN, word);
        struct dp_place place;

        switch (dp_table_claim(spot, &fresh, dead_below(now_ns), &place)) {
        case DP_TABLE_FULL:
                return DP_TRUST_FULL;
        case DP_TABLE_FOUND:
                break;
        default:
                return result;
        }
        if (place.seen.word < dead_below(now_ns) && dp_table_swap(&place, word, DP_TRUST_UNPROVEN))
                return result;
        return DP_TRUST_UNCHANGED; /* another worker has just written it */
}

enum dp_trust_result dp_trust_lift(struct dp_trust *t, const struct dp_source *source,
                                   uint64_t now_ns)
{
        const struct dp_table_spot spot = dp_table_spot_of(t->table, &source->endpoint);
        uint64_t word = word_at(now_ns + t->config.lift_ns) | DP_TRUST_LIFT_REQUESTS;
        struct dp_place place;

        if (!live_find(&spot, now_ns, &place))
                return unproven_put(&spot, word, now_ns, DP_TRUST_LIFTED);
        if ((place.seen.word & HELD_DOWN) != 0)
                return DP_TRUST_REFUSED;
        if (dp_entry_level(&place.seen) != DP_TRUST_UNPROVEN)
                return DP_TRUST_UNCHANGED;
        return dp_table_swap(&place, word, DP_TRUST_UNPROVEN) ? DP_TRUST_LIFTED
                                                              : DP_TRUST_UNCHANGED;
}

bool dp_trust_take_lift(struct dp_trust *t, const struct dp_key *endpoint, uint64_t now_ns)
{
        const struct dp_table_spot spot = dp_table_spot_of(t->table, endpoint);
        struct dp_place place;

        if (!dp_table_find(&spot, &place))
                return false;
        for (unsigned round = 0; round < SWAP_ROUNDS; round++) {
                if (!dp_place_is(&place, &spot) || place.seen.word < dead_below(now_ns) ||
                    (place.seen.word & LIFTS_MASK) == 0 || (place.seen.word & HELD_DOWN) != 0)
                        return false;
                if (dp_table_swap(&place, place.seen.word - 1, dp_entry_level(&place.seen)))
                        return true;
        }
        return false;
}

/* Level and credit go; what is left says until when evidence does not count. */
static enum dp_trust_result demote(struct dp_trust *t, const struct dp_key *endpoint,
                                   uint64_t now_ns)
{
        const struct dp_table_spot spot = dp_table_spot_of(t->table, endpoint);
        uint64_t word = word_at(now_ns + t->config.hold_down_ns) | HELD_DOWN;
        struct dp_place place;

        if (!live_find(&spot, now_ns, &place))
                return DP_TRUST_UNCHANGED;
        for (unsigned round = 0; round < SWAP_ROUNDS; round++) {
                if (!dp_place_is(&place, &spot) || (place.seen.word & HELD_DOWN) != 0)
                        return DP_TRUST_UNCHANGED;
                if (dp_table_swap(&place, word, DP_TRUST_UNPROVEN))
                        return DP_TRUST_DEMOTED;
        }
        return DP_TRUST_UNCHANGED;
}

enum dp_trust_result dp_trust_fault(struct dp_trust *t, const struct dp_source *source,
                                    enum dp_trust_fault fault, uint64_t now_ns)
{
        enum dp_trust_level level = dp_trust_level_of(t, &source->endpoint, now_ns);
        struct dp_limit_claim claim;
        struct dp_key key;

        /* who has nothing to lose needs no entry: its messages are limited anyway */
        if (level == DP_TRUST_UNPROVEN)
                return DP_TRUST_UNCHANGED;
        key = dp_key_kind(&source->endpoint, DP_KEY_TRUST_FAULT + (uint64_t)fault);
        claim = dp_limits_claim(t->limits, &key, &t->config.tolerance[fault], (uint8_t)level);
        if (dp_limits_charge(t->limits, &claim, now_ns) != DP_LIMIT_OVER)
                return DP_TRUST_UNCHANGED;
        return demote(t, &source->endpoint, now_ns);
}

uint64_t dp_trust_sets(const struct dp_trust *t)
{
        return dp_table_sets(t->table);
}

void dp_trust_count(const struct dp_trust *t, uint64_t first, uint64_t sets, uint64_t now_ns,
                    struct dp_table_census *census)
{
        dp_table_count(t->table, first, sets, dead_below(now_ns), census);
}
