/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/state/record_table.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "dataplane/state/record_head.h"
#include "dataplane/state/record_scan.h"

#define WAYS        SCAN_WAYS
#define BODY_WORDS  8u /* key, vars, fixed */
#define CHOICES     2u
/* Two choices of 8 ways fill up to nine tenths before a key finds no way; we plan for eight. */
#define LOAD_TENTHS 8u
#define HUGE_PAGE   (UINT64_C(2) << 20)
/* Attempts to claim a way while others claim theirs, or to change a word that others change. */
#define TRIES       16u

#define VAR_MASK ((UINT64_C(1) << DP_REC_VAR_BITS) - 1)
_Static_assert(64u - DP_REC_VAR_BITS == 12, "the generation does not fit a var");

struct set {
        _Alignas(64) _Atomic uint64_t head[WAYS];
        _Atomic uint64_t body[WAYS][BODY_WORDS];
};
_Static_assert(sizeof(struct set) == 64 + WAYS * 64, "a set is not made of cache lines");

struct dp_records {
        struct set *sets;
        uint32_t set_cnt;
        const struct dp_rec_scan *scan;
        uint64_t bytes;
        _Alignas(64) _Atomic uint64_t sweep_next;
};

static inline uint64_t key_fp(const struct dp_key *key)
{
        return key->w[1] >> FP_SHIFT;
}

/* Both sets of a key; never the same. */
static inline void key_sets(const struct dp_records *t, const struct dp_key *key,
                            uint32_t set[CHOICES])
{
        set[0] = (uint32_t)((key->w[0] >> 32) * t->set_cnt >> 32);
        set[1] = (uint32_t)((key->w[0] & UINT32_MAX) * t->set_cnt >> 32);
        if (set[1] == set[0])
                set[1] = set[0] + 1 < t->set_cnt ? set[0] + 1 : 0;
}

/* ---- life ---- */

struct dp_records *dp_rec_create(uint32_t entries)
{
        struct dp_records *t;

        if (entries == 0 || entries > DP_REC_ENTRIES_MAX)
                return NULL;
        t = aligned_alloc(64, sizeof(*t));
        if (t == NULL)
                return NULL;
        memset(t, 0, sizeof(*t));
        t->scan = &dp_rec_scan_sse2;
        t->set_cnt = (uint32_t)((uint64_t)entries * 10 / (WAYS * LOAD_TENTHS)) + CHOICES;
        t->bytes = t->set_cnt * sizeof(struct set);
        t->bytes = (t->bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
        t->sets = aligned_alloc(HUGE_PAGE, t->bytes);
        if (t->sets == NULL) {
                free(t);
                return NULL;
        }
        (void)madvise(t->sets, t->bytes, MADV_HUGEPAGE); /* fewer TLB misses where it may be had */
        memset(t->sets, 0, t->bytes);
        return t;
}

void dp_rec_destroy(struct dp_records *t)
{
        if (t == NULL)
                return;
        free(t->sets);
        free(t);
}

uint64_t dp_rec_bytes(const struct dp_records *t)
{
        return t->bytes;
}

void dp_rec_use(struct dp_records *t, const struct dp_rec_scan *scan)
{
        t->scan = scan;
}

/* ---- looking ---- */

void dp_rec_prefetch(const struct dp_records *t, const struct dp_key *key)
{
        uint32_t set[CHOICES];

        key_sets(t, key, set);
        __builtin_prefetch(t->sets[set[0]].head, 1);
        __builtin_prefetch(t->sets[set[1]].head, 1);
}

/* Copy the entry of a way whose head was h; false when it is another key's, or no longer there. The
 * loads are ordered: a word of a later use of the way shows the later head as well. */
static bool way_read(const struct set *s, unsigned way, uint64_t h, const struct dp_key *key,
                     struct dp_rec_entry *out)
{
        uint64_t w[BODY_WORDS];
        uint64_t again;

        for (unsigned i = 0; i < BODY_WORDS; i++)
                w[i] = atomic_load_explicit(&s->body[way][i], memory_order_acquire);
        again = atomic_load_explicit(&s->head[way], memory_order_acquire);
        if (w[0] != key->w[0] || w[1] != key->w[1] || head_phase(again) != PHASE_LIVE ||
            head_generation(again) != head_generation(h))
                return false;
        for (unsigned i = 0; i < DP_REC_VARS; i++)
                out->var[i] = w[2 + i] & VAR_MASK;
        for (unsigned i = 0; i < DP_REC_FIXED; i++)
                out->fixed[i] = w[2 + DP_REC_VARS + i];
        out->state = head_state(again);
        out->kept = (again & KEPT_BIT) != 0;
        out->ref.generation = head_generation(again);
        out->ref.way = (uint8_t)way;
        return true;
}

/* A place in the two sets of a key (record_scan.h). */
struct place {
        uint32_t set;
        unsigned way;
};

static inline struct place place_at(const uint32_t set[CHOICES], unsigned n)
{
        return (struct place){.set = set[n / WAYS], .way = n % WAYS};
}

/* The number of the first of `places`, which are not 0. */
static inline unsigned place_first(unsigned places)
{
        return (unsigned)__builtin_ctz(places);
}

static inline unsigned places_but_first(unsigned places)
{
        return places & (places - 1);
}

/* Places with the fingerprint of the key. */
static inline unsigned same_find(const struct dp_records *t, const uint32_t set[CHOICES],
                                 const struct dp_key *key)
{
        return t->scan->same(t->sets[set[0]].head, t->sets[set[1]].head, key_fp(key));
}

/* All but out->made. */
static inline void sight_make(const struct dp_records *t, const struct dp_key *key,
                              uint64_t now_tick, struct dp_rec_sight *out)
{
        key_sets(t, key, out->set);
        t->scan->sight(t->sets[out->set[0]].head, t->sets[out->set[1]].head, key_fp(key), now_tick,
                       out);
}

static inline void body_prefetch(const struct dp_records *t, struct place at)
{
        __builtin_prefetch(t->sets[at.set].body[at.way], 1);
}

/* A key whose fingerprint is there may be there itself: whoever puts it looks again. */
void dp_rec_look(const struct dp_records *t, const struct dp_key *key, uint64_t now_ns,
                 struct dp_rec_sight *out)
{
        sight_make(t, key, tick(now_ns), out);
        out->made = true;
        out->has_way = out->has_way && out->same == 0;
        if (out->has_way)
                body_prefetch(t, place_at(out->set, out->place));
        for (unsigned p = out->same; p != 0; p = places_but_first(p))
                body_prefetch(t, place_at(out->set, place_first(p)));
}

static bool found_in(const struct dp_records *t, struct place at, const struct dp_key *key,
                     uint64_t now_tick, struct dp_rec_entry *out)
{
        const struct set *s = &t->sets[at.set];
        uint64_t h = atomic_load_explicit(&s->head[at.way], memory_order_acquire);

        out->ref.set = at.set;
        return h >> FP_SHIFT == key_fp(key) && head_alive(h, now_tick) &&
               way_read(s, at.way, h, key, out);
}

/* In one of the places `same` of its sets. */
static bool found_among(const struct dp_records *t, const uint32_t set[CHOICES], unsigned same,
                        const struct dp_key *key, uint64_t now_ns, struct dp_rec_entry *out)
{
        struct dp_rec_entry e = {.seen = NULL};

        for (unsigned p = same; p != 0; p = places_but_first(p)) {
                if (!found_in(t, place_at(set, place_first(p)), key, tick(now_ns), &e))
                        continue;
                *out = e;
                return true;
        }
        return false;
}

bool dp_rec_find(const struct dp_records *t, const struct dp_key *key, uint64_t now_ns,
                 struct dp_rec_entry *out)
{
        uint32_t set[CHOICES];

        key_sets(t, key, set);
        return found_among(t, set, same_find(t, set, key), key, now_ns, out);
}

bool dp_rec_find_seen(const struct dp_records *t, const struct dp_key *key, uint64_t now_ns,
                      const struct dp_rec_sight *seen, struct dp_rec_entry *out)
{
        return seen->made ? found_among(t, seen->set, seen->same, key, now_ns, out)
                          : dp_rec_find(t, key, now_ns, out);
}

/* ---- changing ---- */

static _Atomic uint64_t *head_of(const struct dp_records *t, struct dp_rec_ref ref)
{
        return &t->sets[ref.set].head[ref.way];
}

static inline bool head_is(uint64_t h, struct dp_rec_ref ref)
{
        return head_phase(h) == PHASE_LIVE && head_generation(h) == ref.generation;
}

static uint64_t head_raised(uint64_t h, uint8_t state, bool kept, uint64_t now_ns, uint64_t end)
{
        uint64_t now_tick = tick(now_ns);

        if (kept)
                h |= KEPT_BIT;
        if (state < head_state(h))
                return h;
        if (state > head_state(h) || head_left(h, now_tick) < ((end - now_tick) & END_MASK))
                h = (h & ~END_MASK) | end;
        return (h & ~(STATE_MASK << STATE_SHIFT)) | (uint64_t)state << STATE_SHIFT;
}

bool dp_rec_raise(struct dp_records *t, struct dp_rec_ref ref, uint8_t state, bool kept,
                  uint64_t now_ns, uint64_t life_ns)
{
        _Atomic uint64_t *head = head_of(t, ref);
        uint64_t h = atomic_load_explicit(head, memory_order_acquire);
        uint64_t end = end_tick(now_ns, life_ns);

        /* A swap fails only because another one came through, and for a spurious reason never. */
        for (unsigned n = 0; n < TRIES && head_is(h, ref); n++) {
                uint64_t to = head_raised(h, state, kept, now_ns, end);

                if (to == h || atomic_compare_exchange_strong_explicit(
                                   head, &h, to, memory_order_acq_rel, memory_order_acquire))
                        return true;
        }
        return false;
}

static _Atomic uint64_t *var_of(const struct dp_records *t, struct dp_rec_ref ref, unsigned var)
{
        return &t->sets[ref.set].body[ref.way][2 + var];
}

bool dp_rec_var(const struct dp_records *t, struct dp_rec_ref ref, unsigned var, uint64_t *value)
{
        uint64_t w = atomic_load_explicit(var_of(t, ref, var), memory_order_acquire);

        *value = w & VAR_MASK;
        return w >> DP_REC_VAR_BITS == ref.generation;
}

bool dp_rec_set_var(struct dp_records *t, struct dp_rec_ref ref, unsigned var, uint64_t from,
                    uint64_t to)
{
        uint64_t generation = (uint64_t)ref.generation << DP_REC_VAR_BITS;
        uint64_t expected = generation | (from & VAR_MASK);

        return atomic_compare_exchange_strong_explicit(var_of(t, ref, var), &expected,
                                                       generation | (to & VAR_MASK),
                                                       memory_order_acq_rel, memory_order_acquire);
}

static bool head_free(_Atomic uint64_t *head, uint64_t h)
{
        return atomic_compare_exchange_strong_explicit(head, &h, head_freed(h),
                                                       memory_order_acq_rel, memory_order_acquire);
}

bool dp_rec_remove(struct dp_records *t, struct dp_rec_ref ref)
{
        _Atomic uint64_t *head = head_of(t, ref);

        for (unsigned n = 0; n < TRIES; n++) {
                uint64_t h = atomic_load_explicit(head, memory_order_acquire);

                if (!head_is(h, ref))
                        return false;
                if (head_free(head, h))
                        return true;
        }
        return false;
}

/* ---- adding ---- */

/* Is the key itself there, and copied? Dead entries of it are freed: one of them might be raised
 * again by who found it just before its end, and must not come to stand beside the new one. */
static bool same_settle(struct dp_records *t, const struct dp_rec_sight *sight,
                        const struct dp_key *key, uint64_t now_tick, struct dp_rec_entry *e,
                        uint32_t *removed)
{
        for (unsigned p = sight->same; p != 0; p = places_but_first(p)) {
                struct place at = place_at(sight->set, place_first(p));
                _Atomic uint64_t *head = &t->sets[at.set].head[at.way];
                uint64_t h = atomic_load_explicit(head, memory_order_acquire);

                if (found_in(t, at, key, now_tick, e))
                        return true;
                if (head_phase(h) == PHASE_LIVE && h >> FP_SHIFT == key_fp(key) &&
                    head_left(h, now_tick) == 0)
                        *removed += head_free(head, h);
        }
        return false;
}

/* Release: who sees one of these words sees the claim before it. */
static inline void word_write(_Atomic uint64_t *at, uint64_t word)
{
        atomic_store_explicit(at, word, memory_order_release);
}

static void body_write(_Atomic uint64_t body[BODY_WORDS], const struct dp_key *key,
                       uint16_t generation, const struct dp_rec_entry *e)
{
        const uint64_t gen = (uint64_t)generation << DP_REC_VAR_BITS;

        word_write(&body[0], key->w[0]);
        word_write(&body[1], key->w[1]);
        for (unsigned i = 0; i < DP_REC_VARS; i++)
                word_write(&body[2 + i], gen | (e->var[i] & VAR_MASK));
        for (unsigned i = 0; i < DP_REC_FIXED; i++)
                word_write(&body[2 + DP_REC_VARS + i], e->fixed[i]);
}

/*
 * Two threads that put one key at the same time may both have published it. Each looks for the
 * other after its own store (both sequentially consistent, so at least one sees the other), and
 * whoever sees both removes the one in the later place. Who removes an entry counts it as removed;
 * one that its own thread takes back was never counted as added. `others` are the places that may
 * be of the key. True: `mine` stays.
 */
static __attribute__((noinline)) bool duplicates_settle(struct dp_records *t,
                                                        const struct dp_rec_sight *sight,
                                                        unsigned others, const struct dp_key *key,
                                                        struct dp_rec_ref mine,
                                                        struct dp_rec_put *out)
{
        for (; others != 0; others = places_but_first(others)) {
                struct place at = place_at(sight->set, place_first(others));
                uint64_t h = atomic_load(&t->sets[at.set].head[at.way]);
                struct dp_rec_entry other;

                if (head_phase(h) != PHASE_LIVE || h >> FP_SHIFT != key_fp(key) ||
                    !way_read(&t->sets[at.set], at.way, h, key, &other))
                        continue;
                other.ref.set = at.set;
                if (place_first(others) < sight->place) { /* it is in front of mine */
                        out->added = !dp_rec_remove(t, mine);
                        return false;
                }
                out->removed += dp_rec_remove(t, other.ref);
        }
        return true;
}

/* Claim, fill, publish. False when another thread was quicker to claim. */
static inline __attribute__((always_inline)) bool claim(struct dp_records *t,
                                                        const struct dp_rec_sight *seen,
                                                        const struct dp_key *key, uint64_t end,
                                                        struct dp_rec_entry *e)
{
        const struct place at = place_at(seen->set, seen->place);
        struct set *s = &t->sets[at.set];
        uint16_t generation = (uint16_t)((head_generation(seen->head) + 1u) & GEN_MASK);
        uint64_t h = seen->head;

        if (!atomic_compare_exchange_strong_explicit(&s->head[at.way], &h,
                                                     head_make(key_fp(key), generation, PHASE_BUSY),
                                                     memory_order_acq_rel, memory_order_acquire))
                return false;
        body_write(s->body[at.way], key, generation, e);
        h = head_make(key_fp(key), generation, PHASE_LIVE) | end |
            (uint64_t)e->state << STATE_SHIFT | (e->kept ? KEPT_BIT : 0);
        atomic_store(&s->head[at.way], h);
        e->ref =
            (struct dp_rec_ref){.set = at.set, .generation = generation, .way = (uint8_t)at.way};
        return true;
}

/* After a claim by this sight; `removed` entries of the key went before it. */
static inline struct dp_rec_put claimed(struct dp_records *t, const struct dp_rec_sight *sight,
                                        const struct dp_key *key, uint64_t now_ns, uint32_t removed,
                                        struct dp_rec_entry *e)
{
        const unsigned others = same_find(t, sight->set, key) & ~(1u << sight->place);
        struct dp_rec_put out = {
            .status = DP_REC_ADDED,
            .evicted = head_alive(sight->head, tick(now_ns)),
            .added = 1,
            .removed = removed + (head_phase(sight->head) == PHASE_LIVE),
        };

        if (others != 0 && !duplicates_settle(t, sight, others, key, e->ref, &out))
                out.status = dp_rec_find(t, key, now_ns, e) ? DP_REC_EXISTS : DP_REC_NO_ROOM;
        return out;
}

/* Nothing was seen of the key, or something that has the look of it, or it went otherwise since. */
static __attribute__((noinline)) struct dp_rec_put put_unseen(struct dp_records *t,
                                                              const struct dp_key *key,
                                                              uint64_t now_ns, uint64_t end,
                                                              struct dp_rec_entry *e)
{
        struct dp_rec_put out = {.status = DP_REC_NO_ROOM};
        const uint64_t now_tick = tick(now_ns);
        struct dp_rec_sight sight;

        for (unsigned n = 0; n < TRIES; n++) {
                sight_make(t, key, now_tick, &sight);
                if (sight.same != 0) {
                        if (same_settle(t, &sight, key, now_tick, e, &out.removed)) {
                                out.status = DP_REC_EXISTS;
                                return out;
                        }
                        sight_make(t, key, now_tick, &sight); /* a way may have come free */
                }
                if (!sight.has_way)
                        return out;
                if (claim(t, &sight, key, end, e))
                        return claimed(t, &sight, key, now_ns, out.removed, e);
        }
        return out;
}

struct dp_rec_put dp_rec_put(struct dp_records *t, const struct dp_key *key, uint64_t now_ns,
                             uint64_t life_ns, struct dp_rec_entry *e)
{
        const uint64_t end = end_tick(now_ns, life_ns);

        if (e->seen != NULL && e->seen->made && e->seen->has_way && claim(t, e->seen, key, end, e))
                return claimed(t, e->seen, key, now_ns, 0, e);
        return put_unseen(t, key, now_ns, end, e);
}

uint32_t dp_rec_sweep(struct dp_records *t, uint64_t now_ns, uint32_t sets)
{
        uint64_t first = atomic_fetch_add_explicit(&t->sweep_next, sets, memory_order_relaxed);
        uint64_t now_tick = tick(now_ns);
        uint32_t freed = 0;

        for (uint32_t n = 0; n < sets; n++) {
                struct set *s = &t->sets[(first + n) % t->set_cnt];

                for (unsigned way = 0; way < WAYS; way++) {
                        uint64_t h = atomic_load_explicit(&s->head[way], memory_order_acquire);

                        if (head_phase(h) == PHASE_LIVE && head_left(h, now_tick) == 0)
                                freed += head_free(&s->head[way], h);
                }
        }
        return freed;
}
