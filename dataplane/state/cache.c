/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/state/cache.h"

#include <stdlib.h>
#include <string.h>

#include <rte_prefetch.h>

#include "control/contract/shm_msg.h"

#define WAYS         4u
#define NS_PER_MS    UINT64_C(1000000)
/* The base moves before expiry (now + 24 h) could pass 2^32 ms. */
#define BASE_SPAN_MS (UINT64_C(1) << 31)
_Static_assert(BASE_SPAN_MS + SHM_LIFETIME_MS_MAX <= UINT32_MAX, "expiry does not fit 32 bits");

/* Alive when the epoch is the cache's and expires_ms is in the future. Epoch 0 is never current, so
 * zeroed memory is an empty cache. */
struct entry {
        struct dp_key key;
        uint32_t expires_ms; /* since base_ns */
        uint32_t rule;
        uint16_t epoch;
        uint16_t retry_after_s;
        uint16_t reason;
        uint16_t code_action; /* SIP status, GRANTS_DIALOG, action from ACTION_SHIFT on */
};
#define ACTION_SHIFT  12u
#define GRANTS_DIALOG (1u << 11)
#define CODE_MASK     ((1u << 10) - 1u) /* a status has three digits */
_Static_assert(SHM_ACTION_CNT <= UINT16_MAX >> ACTION_SHIFT, "action does not fit");
_Static_assert(sizeof(struct entry) == 32, "an entry is half a cache line");

struct set {
        _Alignas(64) struct entry way[WAYS];
};

#define SCOPES 4u /* bits of enum shm_scope */
_Static_assert(SHM_SCOPE_ALL == (1u << SCOPES) - 1, "there are other scopes");

struct dp_cache {
        struct set *sets;
        uint32_t set_mask;
        uint32_t wipe_next; /* set that the next flush wipes first */
        uint32_t wipe_step; /* sets that each flush wipes */
        uint16_t epoch;
        bool has_base;
        uint64_t base_ns;
        uint32_t until_ms[SCOPES]; /* since base_ns: the last expiry that was put */
};

struct dp_cache *dp_cache_create(uint32_t entries)
{
        struct dp_cache *c;
        uint32_t sets = 1;

        if (entries == 0 || entries > DP_CACHE_ENTRIES_MAX)
                return NULL;
        while (sets * WAYS < entries)
                sets *= 2;
        c = calloc(1, sizeof(*c));
        if (c == NULL)
                return NULL;
        c->sets = aligned_alloc(64, sets * sizeof(struct set));
        if (c->sets == NULL) {
                free(c);
                return NULL;
        }
        memset(c->sets, 0, sets * sizeof(struct set));
        c->set_mask = sets - 1;
        c->epoch = 1;
        c->wipe_step = sets / (UINT16_MAX / 2) + 1;
        return c;
}

void dp_cache_destroy(struct dp_cache *c)
{
        if (c == NULL)
                return;
        free(c->sets);
        free(c);
}

static inline struct set *set_of(const struct dp_cache *c, const struct dp_key *key)
{
        return &c->sets[(uint32_t)key->w[0] & c->set_mask];
}

static inline bool key_is_none(const struct dp_key *key)
{
        return (key->w[0] | key->w[1]) == 0;
}

static inline bool key_same(const struct dp_key *a, const struct dp_key *b)
{
        return ((a->w[0] ^ b->w[0]) | (a->w[1] ^ b->w[1])) == 0;
}

/* Milliseconds since the base, below BASE_SPAN_MS. */
static uint32_t rel_ms(struct dp_cache *c, uint64_t now_ns)
{
        if (!c->has_base || now_ns < c->base_ns ||
            (now_ns - c->base_ns) / NS_PER_MS >= BASE_SPAN_MS) {
                if (c->has_base)
                        dp_cache_flush(c);
                c->has_base = true;
                c->base_ns = now_ns;
        }
        return (uint32_t)((now_ns - c->base_ns) / NS_PER_MS);
}

/* An expiry further away than any lifetime means that the clock went back: do not trust it. */
static inline bool entry_alive(const struct dp_cache *c, const struct entry *e, uint32_t now_ms)
{
        return e->epoch == c->epoch && e->expires_ms > now_ms &&
               e->expires_ms - now_ms <= SHM_LIFETIME_MS_MAX;
}

bool dp_cache_may_have(struct dp_cache *c, enum shm_scope scope, uint64_t now_ns)
{
        uint32_t now_ms = rel_ms(c, now_ns); /* which may forget everything */

        return c->until_ms[__builtin_ctz(scope)] > now_ms;
}

/* Keys of scope 0 are of any. */
static void note(struct dp_cache *c, uint8_t scope, uint32_t expires_ms)
{
        for (unsigned i = 0; i < SCOPES; i++)
                if ((scope == 0 || scope == 1u << i) && c->until_ms[i] < expires_ms)
                        c->until_ms[i] = expires_ms;
}

void dp_cache_prefetch(const struct dp_cache *c, const struct dp_key *key)
{
        const struct set *s = set_of(c, key);

        rte_prefetch0(&s->way[0]);
        rte_prefetch0(&s->way[2]);
}

bool dp_cache_get(struct dp_cache *c, const struct dp_key *key, uint64_t now_ns,
                  struct dp_decision *out)
{
        uint32_t now_ms = rel_ms(c, now_ns);
        const struct set *s = set_of(c, key);

        if (key_is_none(key))
                return false;
        for (unsigned i = 0; i < WAYS; i++) {
                const struct entry *e = &s->way[i];

                if (!key_same(&e->key, key) || !entry_alive(c, e, now_ms))
                        continue;
                *out = (struct dp_decision){.action = (uint8_t)(e->code_action >> ACTION_SHIFT),
                                            .reason = e->reason,
                                            .code = e->code_action & CODE_MASK,
                                            .retry_after_s = e->retry_after_s,
                                            .rule = e->rule,
                                            .grants_dialog = (e->code_action & GRANTS_DIALOG) != 0,
                                            .left_ms = e->expires_ms - now_ms};
                return true;
        }
        return false;
}

/* The key's own entry, or a dead one, or the live one nearest to its end: only that one is lost. */
static struct entry *victim(const struct dp_cache *c, struct set *s, const struct dp_key *key,
                            uint32_t now_ms, bool *lost)
{
        struct entry *best = &s->way[0];
        uint32_t best_left = UINT32_MAX;

        for (unsigned i = 0; i < WAYS; i++) {
                struct entry *e = &s->way[i];
                uint32_t left;

                if (key_same(&e->key, key)) {
                        *lost = false;
                        return e;
                }
                left = entry_alive(c, e, now_ms) ? e->expires_ms - now_ms : 0;
                if (left < best_left) {
                        best = e;
                        best_left = left;
                }
        }
        *lost = best_left != 0;
        return best;
}

bool dp_cache_put(struct dp_cache *c, const struct dp_key *key, uint64_t now_ns,
                  uint32_t lifetime_ms, const struct dp_decision *d)
{
        uint32_t now_ms = rel_ms(c, now_ns);
        struct entry *e;
        bool evicted;

        if (key_is_none(key) || lifetime_ms == 0 || lifetime_ms > SHM_LIFETIME_MS_MAX)
                return false;
        e = victim(c, set_of(c, key), key, now_ms, &evicted);
        note(c, d->scope, now_ms + lifetime_ms);
        *e = (struct entry){
            .key = *key,
            .expires_ms = now_ms + lifetime_ms,
            .rule = d->rule,
            .epoch = c->epoch,
            .retry_after_s = d->retry_after_s,
            .reason = d->reason,
            .code_action =
                (uint16_t)((unsigned)d->action << ACTION_SHIFT |
                           (d->grants_dialog ? GRANTS_DIALOG : 0u) | (d->code & CODE_MASK)),
        };
        return evicted;
}

/*
 * Epochs run from 1 to 65535 and then over again. An entry of epoch e must be gone when e comes
 * back, 65535 flushes later; so each flush wipes wipe_step sets, which takes it round the whole
 * cache in at most 32768 flushes. For up to 2^17 entries that is one or two sets.
 */
void dp_cache_flush(struct dp_cache *c)
{
        for (uint32_t i = 0; i < c->wipe_step; i++) {
                memset(&c->sets[c->wipe_next], 0, sizeof(struct set));
                c->wipe_next = (c->wipe_next + 1) & c->set_mask;
        }
        c->epoch = c->epoch == UINT16_MAX ? 1 : (uint16_t)(c->epoch + 1);
        memset(c->until_ms, 0, sizeof(c->until_ms));
}
