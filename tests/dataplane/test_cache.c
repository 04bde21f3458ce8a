/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "control/contract/shm_msg.h"
#include "dataplane/state/cache.h"
#include "tests/contract/rng.h"

#define MS   UINT64_C(1000000)
#define DAY  (UINT64_C(86400000) * MS)
#define T0   (UINT64_C(1700000000000) * MS)
#define WAYS 4u

static struct dp_key key_of(uint64_t n)
{
        return (struct dp_key){{n * UINT64_C(0x9e3779b97f4a7c15) + 1, n + 1}};
}

/* Keys of one and the same set, whatever the cache's size. */
static struct dp_key same_set(uint64_t n)
{
        return (struct dp_key){{UINT64_C(0x1234) << 32, n + 1}};
}

static struct dp_decision decision_of(uint32_t n)
{
        return (struct dp_decision){.action = SHM_ACTION_REJECT,
                                    .reason = (uint16_t)(n % SHM_REASONS_MAX),
                                    .code = (uint16_t)(400 + n % 300),
                                    .retry_after_s = (uint16_t)(n * 7),
                                    .rule = n * UINT32_C(2654435761)};
}

static void expect(struct dp_cache *c, struct dp_key key, uint64_t now, const uint32_t *n)
{
        struct dp_decision got, want;

        memset(&got, 0xee, sizeof(got));
        assert_int_equal(dp_cache_get(c, &key, now, &got), n != NULL);
        if (n == NULL)
                return;
        want = decision_of(*n);
        assert_int_equal(got.action, want.action);
        assert_int_equal(got.reason, want.reason);
        assert_int_equal(got.code, want.code);
        assert_int_equal(got.retry_after_s, want.retry_after_s);
        assert_int_equal(got.rule, want.rule);
}

static bool put(struct dp_cache *c, struct dp_key key, uint64_t now, uint32_t life, uint32_t n)
{
        struct dp_decision d = decision_of(n);

        return dp_cache_put(c, &key, now, life, &d);
}

static void sizes(void **state)
{
        (void)state;
        assert_null(dp_cache_create(0));
        assert_null(dp_cache_create(DP_CACHE_ENTRIES_MAX + 1));
        for (uint32_t n = 1; n < 70; n++) {
                struct dp_cache *c = dp_cache_create(n);
                uint32_t one = 1;

                assert_non_null(c);
                assert_false(put(c, key_of(n), T0, 1000, one));
                dp_cache_prefetch(c, &(struct dp_key){{n, n}});
                expect(c, key_of(n), T0, &one);
                dp_cache_destroy(c);
        }
        dp_cache_destroy(NULL);
}

static void what_is_refused(void **state)
{
        struct dp_cache *c = dp_cache_create(16);
        const struct dp_key none = {{0, 0}};

        (void)state;
        put(c, none, T0, 1000, 1);
        expect(c, none, T0, NULL);
        put(c, key_of(1), T0, 0, 1);
        expect(c, key_of(1), T0, NULL);
        put(c, key_of(1), T0, SHM_LIFETIME_MS_MAX + 1, 1);
        expect(c, key_of(1), T0, NULL);
        dp_cache_destroy(c);
}

static void expiry_to_the_millisecond(void **state)
{
        struct dp_cache *c = dp_cache_create(16);
        uint32_t n = 5;

        (void)state;
        put(c, key_of(1), T0, 250, n);
        expect(c, key_of(1), T0, &n);
        expect(c, key_of(1), T0 + 250 * MS - 1, &n);
        expect(c, key_of(1), T0 + 250 * MS, NULL);
        put(c, key_of(2), T0 + 300 * MS, SHM_LIFETIME_MS_MAX, n);
        expect(c, key_of(2), T0 + 300 * MS + DAY - 1, &n);
        expect(c, key_of(2), T0 + 300 * MS + DAY, NULL);
        dp_cache_destroy(c);
}

static void who_makes_room(void **state)
{
        struct dp_cache *c = dp_cache_create(64);
        uint32_t n;

        (void)state;
        for (n = 0; n < WAYS; n++)
                assert_false(put(c, same_set(n), T0, 1000 * (n + 1), n));
        n = 77; /* replacing is no eviction */
        assert_false(put(c, same_set(2), T0, 3000, n));
        expect(c, same_set(2), T0, &n);
        /* all alive: the one nearest to its end goes */
        n = 9;
        assert_true(put(c, same_set(9), T0 + 10 * MS, 5000, n));
        expect(c, same_set(9), T0 + 10 * MS, &n);
        expect(c, same_set(0), T0 + 10 * MS, NULL);
        /* number 1 ends at 2000: a dead one goes first, and that is no eviction */
        n = 10;
        assert_false(put(c, same_set(10), T0 + 2000 * MS, 1, n));
        expect(c, same_set(10), T0 + 2000 * MS, &n);
        n = 9;
        expect(c, same_set(9), T0 + 2000 * MS, &n);
        n = 3;
        expect(c, same_set(3), T0 + 2000 * MS, &n);
        dp_cache_destroy(c);
}

static void flush_forgets_whatever_the_count(void **state)
{
        struct dp_cache *c = dp_cache_create(64);
        uint32_t n = 3;

        (void)state;
        /* an old entry must not come back when the epoch does, 65535 flushes later */
        for (unsigned i = 0; i < 3 * UINT16_MAX; i++) {
                if (i % 4099 == 0)
                        put(c, key_of(i % 50), T0, SHM_LIFETIME_MS_MAX, n);
                dp_cache_flush(c);
                for (unsigned k = 0; k < 50; k += 7)
                        expect(c, key_of(k), T0, NULL);
                expect(c, key_of(i % 4099 % 50), T0, NULL);
        }
        put(c, key_of(1), T0, 1000, n);
        expect(c, key_of(1), T0, &n);
        dp_cache_destroy(c);
}

static void old_entries_stay_dead_when_time_wraps(void **state)
{
        struct dp_cache *c = dp_cache_create(16);
        uint32_t n = 4;

        (void)state;
        put(c, key_of(1), T0, 1000, n);
        /* every hour for half a year: past 2^31 and 2^32 milliseconds */
        for (uint64_t t = T0 + 1000 * MS; t < T0 + 180 * DAY; t += DAY / 24)
                expect(c, key_of(1), t, NULL);
        put(c, key_of(2), T0 + 180 * DAY, 1000, n);
        expect(c, key_of(2), T0 + 180 * DAY, &n);
        /* a clock that falls behind the base empties the cache, and it works on */
        expect(c, key_of(2), T0, NULL);
        put(c, key_of(3), T0, 1000, n);
        expect(c, key_of(3), T0 + 5 * MS, &n);
        dp_cache_destroy(c);
}

/* Against a plain map: what the cache says is never wrong, and without evictions it says all. */
#define MODEL_KEYS 512u

struct model {
        uint64_t expires_ns; /* in whole milliseconds, as the cache counts */
        uint32_t n;
};

static void model_run(struct rng *rng, uint32_t entries, bool may_miss)
{
        struct dp_cache *c = dp_cache_create(entries);
        struct model model[MODEL_KEYS] = {0};
        uint64_t now = T0, hits = 0, evictions = 0;

        for (uint32_t i = 0; i < 200000; i++) {
                uint64_t k = rng_below(rng, MODEL_KEYS);
                struct dp_decision d, want;

                now += rng_below(rng, 20) * MS;
                if (rng_below(rng, 5000) == 0) {
                        dp_cache_flush(c);
                        memset(model, 0, sizeof(model));
                }
                if (rng_below(rng, 3) == 0) {
                        uint32_t life = (uint32_t)rng_below(rng, 20000) + 1;

                        evictions += put(c, key_of(k), now, life, i);
                        model[k] = (struct model){now + life * MS, i};
                        continue;
                }
                struct dp_key key = key_of(k);

                if (!dp_cache_get(c, &key, now, &d)) {
                        assert_true(may_miss || model[k].expires_ns <= now);
                        continue;
                }
                hits++;
                want = decision_of(model[k].n);
                assert_true(model[k].expires_ns > now);
                assert_int_equal(d.rule, want.rule);
                assert_int_equal(d.code, want.code);
        }
        printf("%u entries: %llu hits, %llu evictions\n", entries, (unsigned long long)hits,
               (unsigned long long)evictions);
        assert_true(hits > 100);
        assert_true(may_miss || evictions == 0);
        assert_true(!may_miss || evictions > 0);
        dp_cache_destroy(c);
}

static void like_a_map(void **state)
{
        struct rng rng = rng_seeded("cache");

        (void)state;
        model_run(&rng, 1u << 20, false); /* 512 keys in 2^18 sets: five in one do not happen */
        model_run(&rng, 256, true);
        model_run(&rng, 4, true);
}

/* Each scope by itself, to the millisecond, and none after a flush; keys of scope 0 are of all. */
static void which_scopes_may_have(void **state)
{
        struct dp_cache *c = dp_cache_create(4);
        struct dp_decision d = decision_of(1);
        struct dp_key key = key_of(1);

        (void)state;
        d.scope = SHM_SCOPE_SRC_UA;
        assert_false(dp_cache_may_have(c, SHM_SCOPE_SRC_UA, T0));
        (void)dp_cache_put(c, &key, T0, 10, &d);
        (void)dp_cache_put(c, &key, T0, 5, &d);
        assert_true(dp_cache_may_have(c, SHM_SCOPE_SRC_UA, T0 + 9 * MS));
        assert_false(dp_cache_may_have(c, SHM_SCOPE_SRC_UA, T0 + 10 * MS));
        assert_false(dp_cache_may_have(c, SHM_SCOPE_ROUTE, T0));
        (void)dp_cache_put(c, &key, T0, 0, &d); /* refused: notes nothing */
        d.scope = 0;
        (void)dp_cache_put(c, &key, T0, 20, &d);
        for (unsigned scope = 1; scope <= SHM_SCOPE_ALL; scope *= 2)
                assert_true(dp_cache_may_have(c, (enum shm_scope)scope, T0 + 19 * MS));
        dp_cache_flush(c);
        for (unsigned scope = 1; scope <= SHM_SCOPE_ALL; scope *= 2)
                assert_false(dp_cache_may_have(c, (enum shm_scope)scope, T0));
        (void)dp_cache_put(c, &key, T0, 10, &d);
        assert_false(dp_cache_may_have(c, SHM_SCOPE_ROUTE, T0 - MS)); /* as the clock goes back */
        dp_cache_destroy(c);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(sizes),
            cmocka_unit_test(what_is_refused),
            cmocka_unit_test(expiry_to_the_millisecond),
            cmocka_unit_test(who_makes_room),
            cmocka_unit_test(flush_forgets_whatever_the_count),
            cmocka_unit_test(old_entries_stay_dead_when_time_wraps),
            cmocka_unit_test(which_scopes_may_have),
            cmocka_unit_test(like_a_map),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
