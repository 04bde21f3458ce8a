/* SPDX-License-Identifier: Apache-2.0 */
/* test_limits.c - rates, nested keys, and who may take whose place, seen from one thread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/state/limits.h"
#include "tests/contract/rng.h"

#define SECOND UINT64_C(1000000000)
#define START  (UINT64_C(1790000000) * SECOND)

/* Keys of one set and one home have the same first word. */
static struct dp_limit_claim claim_at(const struct dp_limits *l, uint64_t set, unsigned home,
                                      uint64_t id, uint64_t per_s, uint64_t burst, uint8_t level)
{
        const struct dp_key key = {{set << 54 | home, id << 4}};
        const struct dp_rate rate = dp_rate_make(per_s, SECOND, burst);

        return dp_limits_claim(l, &key, &rate, level);
}

static struct dp_limit_claim claim_of(const struct dp_limits *l, uint64_t set, uint64_t id,
                                      uint64_t per_s, uint64_t burst, uint8_t level)
{
        return claim_at(l, set, 0, id, per_s, burst, level);
}

static unsigned admitted(struct dp_limits *l, const struct dp_limit_claim *c, unsigned tries,
                         uint64_t now_ns)
{
        unsigned n = 0;

        for (unsigned i = 0; i < tries; i++)
                n += dp_limits_charge(l, c, now_ns) == DP_LIMIT_OK;
        return n;
}

static int setup(void **state)
{
        *state = dp_limits_create(1024);
        return *state == NULL;
}

static int teardown(void **state)
{
        dp_limits_destroy(*state);
        return 0;
}

static void test_rate(void **state)
{
        struct dp_rate r = dp_rate_make(10, SECOND, 5);

        (void)state;
        assert_int_equal(r.interval_ns, SECOND / 10);
        assert_int_equal(r.burst_ns, 4 * SECOND / 10);
        assert_int_equal(dp_rate_make(0, SECOND, 5).interval_ns, 0);
        assert_int_equal(dp_rate_make(1, UINT64_MAX, 1).interval_ns, DP_RATE_NS_MAX);
        assert_int_equal(dp_rate_make(1, SECOND, UINT64_MAX).burst_ns, DP_RATE_NS_MAX);
        assert_int_equal(dp_rate_make(UINT64_MAX, SECOND, 1).interval_ns, 1);
        assert_null(dp_limits_create(0));
        assert_null(dp_limits_create(DP_LIMITS_ENTRIES_MAX + 1));
}

/* The burst at once, then one each interval, then the burst again after a rest. */
static void test_burst_and_refill(void **state)
{
        struct dp_limits *l = *state;
        struct dp_limit_claim c = claim_of(l, 1, 1, 10, 5, 0);
        uint64_t now = START;

        assert_int_equal(dp_limits_left(&c, now), 5);
        assert_int_equal(admitted(l, &c, 9, now), 5);
        assert_int_equal(dp_limits_left(&c, now), 0);
        assert_int_equal(dp_limits_charge(l, &c, now + SECOND / 10 - 1), DP_LIMIT_OVER);
        for (unsigned i = 0; i < 50; i++) {
                now += SECOND / 10;
                assert_int_equal(dp_limits_left(&c, now), 1);
                assert_int_equal(admitted(l, &c, 3, now), 1);
        }
        assert_int_equal(admitted(l, &c, 9, now + 3 * SECOND / 10), 3);
        assert_int_equal(admitted(l, &c, 9, now + 60 * SECOND), 5);
}

static void test_unlimited_has_no_entry(void **state)
{
        struct dp_limits *l = *state;
        struct dp_limit_claim c = claim_of(l, 1, 1, 0, 0, 0);
        struct dp_table_census census = {0};

        assert_int_equal(admitted(l, &c, 100000, START), 100000);
        assert_int_equal(dp_limits_left(&c, START), UINT32_MAX);
        dp_limits_count(l, 0, dp_limits_sets(l), START, &census);
        assert_int_equal(census.live[0], 0);
}

static void test_weight(void **state)
{
        struct dp_limits *l = *state;
        struct dp_limit_claim c = claim_of(l, 1, 1, 10, 10, 0);

        assert_int_equal(dp_limits_charge_many(l, &c, 11, START), DP_LIMIT_OVER);
        assert_int_equal(dp_limits_charge_many(l, &c, UINT32_MAX, START), DP_LIMIT_OVER);
        assert_int_equal(dp_limits_charge_many(l, &c, 8, START), DP_LIMIT_OK);
        assert_int_equal(dp_limits_charge_many(l, &c, 3, START), DP_LIMIT_OVER);
        assert_int_equal(dp_limits_charge_many(l, &c, 2, START), DP_LIMIT_OK);
        assert_int_equal(dp_limits_charge(l, &c, START), DP_LIMIT_OVER);
        assert_int_equal(dp_limits_charge_many(l, &c, 10, START + SECOND), DP_LIMIT_OK);
}

/* A key that refuses leaves the others as they were, and makes no entry for them. */
static void test_all_or_none(void **state)
{
        struct dp_limits *l = *state;
        struct dp_limit_claim nested[3] = {
            claim_of(l, 1, 1, 10, 8, 0),
            claim_of(l, 2, 2, 10, 3, 0),
            claim_of(l, 3, 3, 0, 0, 0),
        };
        struct dp_limit_claim fresh[2] = {claim_of(l, 4, 4, 10, 8, 0), nested[1]};
        struct dp_table_census before = {0}, after = {0};
        unsigned refused = 99;

        for (unsigned i = 0; i < 3; i++)
                assert_int_equal(dp_limits_charge_all(l, nested, 3, START, &refused), DP_LIMIT_OK);
        assert_int_equal(refused, 99);
        assert_int_equal(dp_limits_charge_all(l, nested, 3, START, &refused), DP_LIMIT_OVER);
        assert_int_equal(refused, 1);
        assert_int_equal(dp_limits_left(&nested[0], START), 5);
        dp_limits_count(l, 0, dp_limits_sets(l), START, &before);
        assert_int_equal(dp_limits_charge_all(l, fresh, 2, START, &refused), DP_LIMIT_OVER);
        assert_int_equal(refused, 1);
        dp_limits_count(l, 0, dp_limits_sets(l), START, &after);
        assert_memory_equal(&before, &after, sizeof(before));
        assert_int_equal(dp_limits_charge_all(l, NULL, 0, START, &refused), DP_LIMIT_OK);
}

/* A full set is found out while charging: what was charged before is given back. */
static void test_all_or_none_when_full(void **state)
{
        struct dp_limits *l = *state;
        struct dp_limit_claim nested[2] = {claim_of(l, 1, 1, 10, 8, 0),
                                           claim_of(l, 9, 100, 10, 8, 0)};
        unsigned refused;

        for (unsigned i = 0; i < DP_TABLE_SET_SLOTS; i++) {
                struct dp_limit_claim other = claim_of(l, 9, 1 + i, 1, 8, 0);

                assert_int_equal(dp_limits_charge(l, &other, START), DP_LIMIT_OK);
        }
        assert_int_equal(dp_limits_charge_all(l, nested, 2, START, &refused), DP_LIMIT_FULL);
        assert_int_equal(refused, 1);
        assert_int_equal(dp_limits_left(&nested[0], START), 8);
}

static void set_fill(struct dp_limits *l, uint64_t first_id, uint8_t level)
{
        for (unsigned i = 0; i < DP_TABLE_SET_SLOTS; i++) {
                struct dp_limit_claim c = claim_of(l, 7, first_id + i, 1, 100, level);

                assert_int_equal(admitted(l, &c, i + 1, START), i + 1);
        }
}

/* Live entries lose their place only to a higher level: the one that would die first. */
static void test_protection(void **state)
{
        struct dp_limits *l = *state;

        set_fill(l, 1, 0);
        struct dp_limit_claim stranger = claim_of(l, 7, 50, 1, 100, 0);
        struct dp_limit_claim proven = claim_of(l, 7, 51, 1, 100, 1);
        struct dp_limit_claim shortest = claim_of(l, 7, 1, 1, 100, 0);
        struct dp_limit_claim longest = claim_of(l, 7, 8, 1, 100, 0);

        assert_int_equal(dp_limits_charge(l, &stranger, START), DP_LIMIT_FULL);
        assert_int_equal(dp_limits_evictions(l), 0);
        assert_int_equal(dp_limits_charge(l, &proven, START), DP_LIMIT_OK);
        assert_int_equal(dp_limits_evictions(l), 1);
        assert_int_equal(dp_limits_left(&shortest, START), 100); /* gone: a full bucket */
        assert_int_equal(dp_limits_left(&longest, START), 92);
        for (unsigned i = 0; i < 7; i++) {
                proven = claim_of(l, 7, 60 + i, 1, 100, 1);
                assert_int_equal(dp_limits_charge(l, &proven, START), DP_LIMIT_OK);
        }
        assert_int_equal(dp_limits_charge(l, &stranger, START), DP_LIMIT_FULL);
        proven = claim_of(l, 7, 70, 1, 100, 1);
        assert_int_equal(dp_limits_charge(l, &proven, START), DP_LIMIT_FULL);
        struct dp_limit_claim known = claim_of(l, 7, 80, 1, 100, 2);

        assert_int_equal(dp_limits_charge(l, &known, START), DP_LIMIT_OK);
        assert_int_equal(dp_limits_evictions(l), 9);
}

/* Whatever slot a key is looked for first in, it has one entry, also when who kept it from there is
 * gone. */
static void test_homes(void **state)
{
        struct dp_limits *l = *state;
        struct dp_limit_claim c[DP_TABLE_SET_SLOTS];

        for (uint64_t homes = 1; homes <= DP_TABLE_SET_SLOTS; homes++) {
                for (unsigned i = 0; i < DP_TABLE_SET_SLOTS; i++) {
                        /* those after the first live for 100 s, it for one */
                        c[i] = claim_at(l, homes, (unsigned)(i % homes), 1 + i, i == 0 ? 100 : 1,
                                        100, 0);
                        assert_int_equal(admitted(l, &c[i], i == 0 ? 100 : 99 - i, START),
                                         i == 0 ? 100 : 99 - i);
                }
                for (unsigned i = 0; i < DP_TABLE_SET_SLOTS; i++)
                        assert_int_equal(dp_limits_left(&c[i], START), i == 0 ? 0 : 1 + i);
                for (unsigned i = 1; i < DP_TABLE_SET_SLOTS; i++)
                        assert_int_equal(admitted(l, &c[i], 100, START + 5 * SECOND), 6 + i);
                /* only the first one's slot is to be had */
                c[0] = claim_of(l, homes, 50, 1, 100, 0);
                assert_int_equal(admitted(l, &c[0], 200, START + 5 * SECOND), 100);
                c[0] = claim_of(l, homes, 51, 1, 100, 0);
                assert_int_equal(dp_limits_charge(l, &c[0], START + 5 * SECOND), DP_LIMIT_FULL);
        }
}

/* An entry keeps the highest level that it was charged with. */
static void test_level_rises(void **state)
{
        struct dp_limits *l = *state;
        struct dp_limit_claim low = claim_of(l, 7, 1, 1, 100, 0),
                              high = claim_of(l, 7, 1, 1, 100, 2);
        struct dp_limit_claim proven = claim_of(l, 7, 90, 1, 100, 1);

        set_fill(l, 1, 0);
        assert_int_equal(dp_limits_charge(l, &high, START), DP_LIMIT_OK);
        assert_int_equal(dp_limits_charge(l, &low, START), DP_LIMIT_OK);
        for (unsigned i = 0; i < 7; i++) {
                proven = claim_of(l, 7, 90 + i, 1, 100, 1);
                assert_int_equal(dp_limits_charge(l, &proven, START), DP_LIMIT_OK);
        }
        assert_int_equal(dp_limits_left(&high, START), 97);
}

/* ---- against a model ---- */

#define MODEL_KEYS  DP_TABLE_SET_SLOTS
#define MODEL_STEPS 200000u
#define MODEL_TABLE 500u /* steps with one table: who comes first is at home in the next */

/* All in one set that never has too many, with homes that they share; pairs of them differ in one
 * half of what is compared of a tag. */
static struct dp_limit_claim model_claim(const struct dp_limits *l, unsigned n, unsigned home,
                                         uint8_t level)
{
        const struct dp_key key = {{home, (uint64_t)(n / 2 + 1) << 40 | (n % 2 + 1) << 4}};
        const struct dp_rate rate = dp_rate_make(10 + n, SECOND, 1 + n);

        return dp_limits_claim(l, &key, &rate, level);
}

/* Charge keys first..first+cnt-1 of the model, or none; the index of the one that refuses, or cnt.
 */
static unsigned model_charge(uint64_t tat[MODEL_KEYS], const struct dp_limit_claim *c,
                             unsigned first, unsigned cnt, uint64_t now_ns)
{
        for (unsigned i = 0; i < cnt; i++)
                if (tat[(first + i) % MODEL_KEYS] > now_ns + c[i].rate.burst_ns)
                        return i;
        for (unsigned i = 0; i < cnt; i++) {
                uint64_t *at = &tat[(first + i) % MODEL_KEYS];

                *at = (*at > now_ns ? *at : now_ns) + c[i].rate.interval_ns;
        }
        return cnt;
}

/* Entries at home and away, of a lower level and of a higher, dead ones and none at all: what is
 * admitted and what refuses is the same. */
static void test_model(void **state)
{
        struct rng rng = rng_seeded("limits_model");
        struct dp_limits *l = NULL;
        uint64_t tat[MODEL_KEYS], now = START;
        unsigned admitted_cnt = 0, refused_cnt = 0;

        (void)state;
        for (unsigned step = 0; step < MODEL_STEPS; step++) {
                if (step % MODEL_TABLE == 0) {
                        dp_limits_destroy(l);
                        l = dp_limits_create(1);
                        assert_non_null(l);
                        memset(tat, 0, sizeof(tat));
                }
                struct dp_limit_claim c[MODEL_KEYS];
                unsigned first = (unsigned)rng_next(&rng) % MODEL_KEYS;
                unsigned cnt = 1 + (unsigned)rng_next(&rng) % MODEL_KEYS;
                unsigned pause = (unsigned)rng_next(&rng) % 1024;
                unsigned refused = cnt, want;

                /* now and then all are dead and their slots anybody's */
                now += pause == 0 ? 4 * SECOND : pause * UINT64_C(100000);
                for (unsigned i = 0; i < cnt; i++) {
                        unsigned n = (first + i) % MODEL_KEYS;
                        uint8_t level = (uint8_t)(rng_next(&rng) % 4);

                        c[i] = model_claim(l, n, n / 3, level);
                }
                want = model_charge(tat, c, first, cnt, now);
                enum dp_limit_result rc = cnt == 1 ? dp_limits_charge(l, &c[0], now)
                                                   : dp_limits_charge_all(l, c, cnt, now, &refused);

                assert_int_equal(rc, want == cnt ? DP_LIMIT_OK : DP_LIMIT_OVER);
                if (cnt > 1)
                        assert_int_equal(refused, want);
                admitted_cnt += rc == DP_LIMIT_OK;
                refused_cnt += rc == DP_LIMIT_OVER;
        }
        assert_true(admitted_cnt > MODEL_STEPS / 20);
        assert_true(refused_cnt > MODEL_STEPS / 20);
        dp_limits_destroy(l);
}

/* A bucket that is full again leaves its place to the next, though not at the very moment. */
static void test_dead_make_room(void **state)
{
        struct dp_limits *l = *state;
        struct dp_limit_claim stranger = claim_of(l, 7, 50, 1, 100, 0);

        set_fill(l, 1, 3); /* entry i is dead i + 1 seconds later */
        assert_int_equal(dp_limits_charge(l, &stranger, START + SECOND), DP_LIMIT_FULL);
        assert_int_equal(dp_limits_charge(l, &stranger, START + SECOND + DP_LIMITS_GRACE_NS + 1),
                         DP_LIMIT_OK);
        assert_int_equal(dp_limits_evictions(l), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_rate),
            cmocka_unit_test_setup_teardown(test_burst_and_refill, setup, teardown),
            cmocka_unit_test_setup_teardown(test_unlimited_has_no_entry, setup, teardown),
            cmocka_unit_test_setup_teardown(test_weight, setup, teardown),
            cmocka_unit_test_setup_teardown(test_all_or_none, setup, teardown),
            cmocka_unit_test_setup_teardown(test_all_or_none_when_full, setup, teardown),
            cmocka_unit_test_setup_teardown(test_protection, setup, teardown),
            cmocka_unit_test_setup_teardown(test_homes, setup, teardown),
            cmocka_unit_test(test_model),
            cmocka_unit_test_setup_teardown(test_level_rises, setup, teardown),
            cmocka_unit_test_setup_teardown(test_dead_make_room, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
