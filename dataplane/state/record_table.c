/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/state/record_table.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "dataplane/state/record_head.h"

#define WAYS        8u
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

/* ---- looking ---- */

void dp_rec_prefetch(const struct dp_records *t, const struct dp_key *key)
{
        uint32_t set[CHOICES];

        key_sets(t, key, set);
        __builtin_prefetch(t->sets[set[0]].head);
        __builtin_prefetch(t->sets[set[1]].head);
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

/* What the heads of a set say at a glance: bits by way, the first way highest. */
struct glance {
        unsigned same; /* the fingerprint is this one; whether it is live shows the second look */
        unsigned free; /* nobody's; dead ones are not among them */
};

/* Sequentially consistent for duplicates_settle(). */
static inline void glance_at(struct glance *g, const struct set *s, unsigned way, uint64_t fp)
{
        uint64_t h = atomic_load(&s->head[way]);

        g->same += g->same + ((h ^ fp << FP_SHIFT) < UINT64_C(1) << FP_SHIFT);
        g->free += g->free + ((h & PHASE_MASK) == 0);
}

/* No branches, for which way it is nobody can predict; and no loop, for compilers do not unroll one
 * with atomics in it. */
static inline struct glance glance(const struct set *s, uint64_t fp)
{
        struct glance g = {0, 0};

        _Static_assert(WAYS == 8, "all ways are looked at");
        glance_at(&g, s, 0, fp);
        glance_at(&g, s, 1, fp);
        glance_at(&g, s, 2, fp);
        glance_at(&g, s, 3, fp);
        glance_at(&g, s, 4, fp);
        glance_at(&g, s, 5, fp);
        glance_at(&g, s, 6, fp);
        glance_at(&g, s, 7, fp);
        return g;
}

/* A place in the two sets of a key, and the bits of such places: the first of the first set
 * highest.
 */
struct place {
        uint32_t set;
        unsigned way;
};

static inline unsigned place_bit(unsigned choice, unsigned way)
{
        return 1u << (CHOICES * WAYS - 1u - choice * WAYS - way);
}

/* The places where an entry of the key may be. */
static inline unsigned places_of(const struct dp_records *t, const uint32_t set[CHOICES],
                                 const struct dp_key *key)
{
        return glance(&t->sets[set[0]], key_fp(key)).same << WAYS |
               glance(&t->sets[set[1]], key_fp(key)).same;
}

/* The first of `places`, which are not 0. */
static inline struct place place_first(const uint32_t set[CHOICES], unsigned places)
{
        unsigned n = (unsigned)__builtin_clz(places) - (32u - CHOICES * WAYS);

        return (struct place){.set = set[n / WAYS], .way = n % WAYS};
}

static inline unsigned places_but_first(unsigned places)
{
        return places & ~(1u << (31 - __builtin_clz(places)));
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

bool dp_rec_find(const struct dp_records *t, const struct dp_key *key, uint64_t now_ns,
                 struct dp_rec_entry *out)
{
        uint32_t set[CHOICES];
        struct dp_rec_entry e;

        key_sets(t, key, set);
        for (unsigned p = places_of(t, set, key); p != 0; p = places_but_first(p)) {
                if (!found_in(t, place_first(set, p), key, tick(now_ns), &e))
                        continue;
                *out = e;
                return true;
        }
        return false;
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

struct choice {
        uint32_t set;
        unsigned way;
        uint64_t head;
        uint64_t left; /* ticks that its entry still has; 0: free or dead, UINT64_MAX: no way */
};

/* What one look at a set says. */
struct survey {
        struct choice best; /* a free or dead way, or the evictable one nearest to its end */
        unsigned free_cnt;
        uint32_t freed; /* dead entries of the key: not only dead, but gone */
        bool found;     /* the key's entry is there, and copied */
};

/* Dead entries of the key itself are freed: one of them might be raised again by who found it just
 * before its end, and must not come to stand beside the new one. */
static struct survey survey(struct dp_records *t, uint32_t set, const struct dp_key *key,
                            uint64_t now_tick, struct dp_rec_entry *e)
{
        struct survey out = {.best = {.set = set, .left = UINT64_MAX}};
        struct set *s = &t->sets[set];

        for (unsigned way = 0; way < WAYS; way++) {
                uint64_t h = atomic_load_explicit(&s->head[way], memory_order_acquire);
                uint64_t left = head_alive(h, now_tick) ? head_left(h, now_tick) : 0;

                if (head_phase(h) == PHASE_LIVE && h >> FP_SHIFT == key_fp(key)) {
                        if (left != 0 && way_read(s, way, h, key, e)) {
                                e->ref.set = set;
                                out.found = true;
                                return out;
                        }
                        if (left == 0 && head_free(&s->head[way], h)) {
                                h = head_freed(h);
                                out.freed++;
                        }
                }
                if (head_phase(h) == PHASE_BUSY || (left != 0 && (h & KEPT_BIT) != 0))
                        continue;
                out.free_cnt += left == 0;
                if (left < out.best.left) {
                        out.best.left = left;
                        out.best.way = way;
                        out.best.head = h;
                }
        }
        return out;
}

/* Of two sets with room the emptier one, else the one where less is lost. */
static const struct choice *choose(const struct survey *a, const struct survey *b)
{
        if (a->free_cnt != b->free_cnt)
                return a->free_cnt > b->free_cnt ? &a->best : &b->best;
        return a->best.left <= b->best.left ? &a->best : &b->best;
}

/* A put on its way. */
struct put {
        struct dp_rec_put out;
        struct choice choice;
        uint64_t now_tick;
};

/* Where most keys go: neither set has anything under the fingerprint, and one has a free way.
 * False: a survey must say. Free ways count, not dead ones, which a sweep frees before long. */
static bool choose_free(const struct dp_records *t, const uint32_t set[CHOICES],
                        const struct dp_key *key, struct choice *out)
{
        const struct glance a = glance(&t->sets[set[0]], key_fp(key));
        const struct glance b = glance(&t->sets[set[1]], key_fp(key));
        bool first = __builtin_popcount(a.free) >= __builtin_popcount(b.free);
        unsigned free = first ? a.free : b.free;

        if ((a.same | b.same) != 0 || free == 0)
                return false;
        out->set = first ? set[0] : set[1];
        out->way = (unsigned)__builtin_clz(free) - (32u - WAYS);
        out->head = atomic_load_explicit(&t->sets[out->set].head[out->way], memory_order_acquire);
        out->left = 0;
        return head_phase(out->head) == PHASE_FREE;
}

static void body_write(struct set *s, unsigned way, const struct dp_key *key, uint16_t generation,
                       const struct dp_rec_entry *e)
{
        const uint64_t gen = (uint64_t)generation << DP_REC_VAR_BITS;
        uint64_t w[BODY_WORDS];

        w[0] = key->w[0];
        w[1] = key->w[1];
        for (unsigned i = 0; i < DP_REC_VARS; i++)
                w[2 + i] = gen | (e->var[i] & VAR_MASK);
        for (unsigned i = 0; i < DP_REC_FIXED; i++)
                w[2 + DP_REC_VARS + i] = e->fixed[i];
        /* release: who sees one of these sees the claim before it */
        for (unsigned i = 0; i < BODY_WORDS; i++)
                atomic_store_explicit(&s->body[way][i], w[i], memory_order_release);
}

/*
 * Two threads that put one key at the same time may both have published it. Each looks for the
 * other after its own store (both sequentially consistent, so at least one sees the other), and
 * whoever sees both removes the one in the later place. Who removes an entry counts it as removed;
 * one that its own thread takes back was never counted as added. True: the entry `mine` stays.
 */
static bool duplicates_settle(struct dp_records *t, const uint32_t set[CHOICES],
                              const struct dp_key *key, struct dp_rec_ref mine,
                              struct dp_rec_put *out)
{
        unsigned own = place_bit(mine.set != set[0], mine.way);
        unsigned others = places_of(t, set, key) & ~own;

        out->added = 1;
        for (; others != 0; others = places_but_first(others)) {
                struct place at = place_first(set, others);
                uint64_t h = atomic_load(&t->sets[at.set].head[at.way]);
                struct dp_rec_entry other;

                if (head_phase(h) != PHASE_LIVE || h >> FP_SHIFT != key_fp(key) ||
                    !way_read(&t->sets[at.set], at.way, h, key, &other))
                        continue;
                other.ref.set = at.set;
                if (others > own) { /* it is in front of mine */
                        out->added = !dp_rec_remove(t, mine);
                        return false;
                }
                out->removed += dp_rec_remove(t, other.ref);
        }
        return true;
}

/* Claim, fill, publish. False when another thread was quicker to claim. */
static bool claim(struct dp_records *t, const struct choice *c, const struct dp_key *key,
                  uint64_t end, struct dp_rec_entry *e)
{
        struct set *s = &t->sets[c->set];
        uint16_t generation = (uint16_t)((head_generation(c->head) + 1u) & GEN_MASK);
        uint64_t h = c->head;

        if (!atomic_compare_exchange_strong_explicit(&s->head[c->way], &h,
                                                     head_make(key_fp(key), generation, PHASE_BUSY),
                                                     memory_order_acq_rel, memory_order_acquire))
                return false;
        body_write(s, c->way, key, generation, e);
        h = head_make(key_fp(key), generation, PHASE_LIVE) | end |
            (uint64_t)e->state << STATE_SHIFT | (e->kept ? KEPT_BIT : 0);
        atomic_store(&s->head[c->way], h);
        e->ref =
            (struct dp_rec_ref){.set = c->set, .generation = generation, .way = (uint8_t)c->way};
        return true;
}

/* The survey of both sets: EXISTS, NO_ROOM, or ADDED for *out, where the key may go. */
static enum dp_rec_status choose_surveyed(struct dp_records *t, const uint32_t set[CHOICES],
                                          const struct dp_key *key, struct dp_rec_entry *e,
                                          struct put *put)
{
        struct survey a = survey(t, set[0], key, put->now_tick, e), b = {.found = false};

        if (!a.found)
                b = survey(t, set[1], key, put->now_tick, e);
        put->out.removed += a.freed + b.freed;
        if (a.found || b.found)
                return DP_REC_EXISTS;
        put->choice = *choose(&a, &b);
        return put->choice.left == UINT64_MAX ? DP_REC_NO_ROOM : DP_REC_ADDED;
}

struct dp_rec_put dp_rec_put(struct dp_records *t, const struct dp_key *key, uint64_t now_ns,
                             uint64_t life_ns, struct dp_rec_entry *e)
{
        struct put put = {.out = {.status = DP_REC_NO_ROOM}, .now_tick = tick(now_ns)};
        const struct choice *c = &put.choice;
        uint32_t set[CHOICES];

        key_sets(t, key, set);
        for (unsigned n = 0; n < TRIES; n++) {
                if (!choose_free(t, set, key, &put.choice)) {
                        put.out.status = choose_surveyed(t, set, key, e, &put);
                        if (put.out.status != DP_REC_ADDED)
                                return put.out;
                }
                if (!claim(t, c, key, end_tick(now_ns, life_ns), e))
                        continue;
                put.out.removed += head_phase(c->head) == PHASE_LIVE;
                put.out.evicted = c->left != 0;
                put.out.status = DP_REC_NO_ROOM;
                if (duplicates_settle(t, set, key, e->ref, &put.out))
                        put.out.status = DP_REC_ADDED;
                else if (dp_rec_find(t, key, now_ns, e))
                        put.out.status = DP_REC_EXISTS;
                return put.out;
        }
        put.out.status = DP_REC_NO_ROOM;
        return put.out;
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
