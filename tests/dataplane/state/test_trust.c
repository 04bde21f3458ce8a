/* SPDX-License-Identifier: Apache-2.0 */
/* test_trust.c - what raises a source, for how long, and what brings it down again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/state/tables.h"
#include "tests/contract/rng.h"

#define SECOND UINT64_C(1000000000)
#define START  (UINT64_C(1790000000) * SECOND)

static struct dp_trust *trust;
static struct dp_limits *limits;

static const struct dp_trust_config config = {
    .proven_ns = 300 * SECOND,
    .authenticated_ns = 3600 * SECOND,
    .lift_ns = 10 * SECOND,
    .hold_down_ns = 60 * SECOND,
    .tolerance = {{6 * SECOND, 54 * SECOND}, {SECOND, 2 * SECOND}, {SECOND, 0}},
    .admission = {SECOND / 64, 99 * SECOND / 64},
};

static int setup(void **state)
{
        (void)state;
        limits = dp_limits_create(4096);
        trust = dp_trust_create(4096, &config, limits);
        return trust == NULL;
}

static int teardown(void **state)
{
        (void)state;
        dp_trust_destroy(trust);
        dp_limits_destroy(limits);
        return 0;
}

/* 198.51.100.HOST:PORT */
static struct dp_source source_of(uint8_t host, uint16_t port)
{
        static const struct dp_siphash_key key = {{1, 2}};
        struct shm_ip ip = {{[10] = 0xff, [11] = 0xff, 198, 51, 100, host}};
        struct dp_source s;

        dp_source_of(&key, &ip, port, &s);
        return s;
}

static void test_keys(void **state)
{
        static const struct dp_siphash_key key = {{1, 2}};
        struct dp_source a = source_of(1, 5060), b = source_of(1, 5061), c = source_of(2, 5060);
        struct shm_ip v6 = {{0x20, 1, 0xd, 0xb8, [6] = 1, [15] = 1}}, other = v6;
        struct dp_key wide, wide2;

        (void)state;
        assert_memory_not_equal(&a.endpoint, &b.endpoint, sizeof(a.endpoint));
        assert_memory_equal(&a.address, &b.address, sizeof(a.address));
        assert_memory_not_equal(&a.address, &c.address, sizeof(a.address));
        other.b[15] = 2; /* another interface of the same /64 */
        dp_source_of(&key, &v6, 5060, &a);
        dp_source_of(&key, &other, 5060, &b);
        assert_memory_not_equal(&a.endpoint, &b.endpoint, sizeof(a.endpoint));
        assert_memory_equal(&a.address, &b.address, sizeof(a.address));
        other.b[7] = 9; /* another /64 of the same /48 */
        dp_source_of(&key, &other, 5060, &b);
        assert_memory_not_equal(&a.address, &b.address, sizeof(a.address));
        dp_source_prefix(&key, &v6, &wide);
        dp_source_prefix(&key, &other, &wide2);
        assert_memory_equal(&wide, &wide2, sizeof(wide));
        other.b[5] = 9;
        dp_source_prefix(&key, &other, &wide2);
        assert_memory_not_equal(&wide, &wide2, sizeof(wide));
}

/* Many at once have the keys that each has alone, IPv4 and IPv6 by turns. */
static void test_keys_in_lanes(void **state)
{
        struct rng r = rng_seeded("keys_in_lanes");
        const struct dp_siphash_key key = {{11, 12}};
        struct dp_siphash_jobs jobs = {.cnt = 0};
        struct dp_source_work work[40];
        struct dp_key prefix[40];
        uint64_t text[40][2];
        struct shm_ip ip[40];

        (void)state;
        for (unsigned i = 0; i < 40; i++) {
                ip[i] = (struct shm_ip){{[10] = 0xff, 0xff}};
                for (unsigned n = rng_below(&r, 2) == 0 ? 0 : 12; n < sizeof(ip[i].b); n++)
                        ip[i].b[n] = (uint8_t)rng_next(&r);
                dp_source_begin(&jobs, &ip[i], &work[i]);
                dp_source_prefix_begin(&jobs, &ip[i], text[i], &prefix[i]);
        }
        dp_siphash_lanes_for(NULL)(&key, &jobs);
        for (unsigned i = 0; i < 40; i++) {
                struct dp_source one, many;
                struct dp_key wide;

                dp_source_of(&key, &ip[i], (uint16_t)(5060 + i), &one);
                dp_source_end(&work[i], (uint16_t)(5060 + i), &many);
                dp_source_prefix(&key, &ip[i], &wide);
                assert_memory_equal(&many, &one, sizeof(one));
                assert_memory_equal(&prefix[i], &wide, sizeof(wide));
        }
}

/* Each kind of evidence raises this source, for its time, and no neighbour. */
static void test_evidence(void **state)
{
        (void)state;
        for (unsigned e = 0; e < DP_TRUST_EVIDENCE_CNT; e++) {
                struct dp_source s = source_of((uint8_t)e, 5060);
                struct dp_source neighbour = source_of((uint8_t)e, 5061);
                bool strong = e >= DP_TRUST_REGISTER_OK;
                uint64_t life = strong ? config.authenticated_ns : config.proven_ns;
                enum dp_trust_level level = strong ? DP_TRUST_AUTHENTICATED : DP_TRUST_PROVEN;

                assert_int_equal(dp_trust_level_of(trust, &s.endpoint, START), DP_TRUST_UNPROVEN);
                assert_int_equal(dp_trust_prove(trust, &s, e, START), DP_TRUST_RAISED);
                assert_int_equal(dp_trust_prove(trust, &s, e, START), DP_TRUST_UNCHANGED);
                assert_int_equal(dp_trust_level_of(trust, &s.endpoint, START + life - SECOND),
                                 level);
                assert_int_equal(dp_trust_level_of(trust, &s.endpoint, START + life + SECOND),
                                 DP_TRUST_UNPROVEN);
                assert_int_equal(dp_trust_level_of(trust, &neighbour.endpoint, START),
                                 DP_TRUST_UNPROVEN);
        }
}

/* A level lasts through its last millisecond, to the ns, whatever is asked before the table is. */
static void test_last_moment(void **state)
{
        const uint64_t ms = SECOND / 1000;
        struct rng r = rng_seeded("last_moment");
        struct dp_source s = source_of(1, 5060);
        uint64_t now = START;

        (void)state;
        for (unsigned i = 0; i < 20000; i++) {
                bool strong = rng_below(&r, 2) != 0;
                bool prolonged = rng_below(&r, 2) != 0;
                enum dp_trust_evidence e = strong ? DP_TRUST_REGISTER_OK : DP_TRUST_TO_TAG_ECHO;
                uint64_t life = strong ? config.authenticated_ns : config.proven_ns;
                uint64_t end;

                now += SECOND + rng_below(&r, 10 * SECOND);
                assert_int_equal(dp_trust_level_of(trust, &s.endpoint, now), DP_TRUST_UNPROVEN);
                assert_int_equal(dp_trust_prove(trust, &s, e, now), DP_TRUST_RAISED);
                if (prolonged) {
                        now += life / 2;
                        assert_int_equal(dp_trust_prove(trust, &s, e, now), DP_TRUST_UNCHANGED);
                }
                end = (now + life) / ms * ms + ms;
                assert_int_equal(dp_trust_level_of(trust, &s.endpoint, end - 1),
                                 strong ? DP_TRUST_AUTHENTICATED : DP_TRUST_PROVEN);
                assert_int_equal(dp_trust_level_of(trust, &s.endpoint, end), DP_TRUST_UNPROVEN);
                now = end;
        }
}

/* New evidence prolongs; weaker evidence takes nothing away, nor does it prolong the strong. */
static void test_levels_meet(void **state)
{
        struct dp_source s = source_of(1, 5060);

        (void)state;
        dp_trust_prove(trust, &s, DP_TRUST_TO_TAG_ECHO, START);
        assert_int_equal(dp_trust_prove(trust, &s, DP_TRUST_TO_TAG_ECHO, START + 200 * SECOND),
                         DP_TRUST_UNCHANGED);
        assert_int_equal(dp_trust_level_of(trust, &s.endpoint, START + 450 * SECOND),
                         DP_TRUST_PROVEN);
        assert_int_equal(dp_trust_prove(trust, &s, DP_TRUST_CALL_COMPLETED, START + 450 * SECOND),
                         DP_TRUST_RAISED);
        assert_int_equal(dp_trust_prove(trust, &s, DP_TRUST_NONCE_ECHO, START + 500 * SECOND),
                         DP_TRUST_UNCHANGED);
        assert_int_equal(dp_trust_level_of(trust, &s.endpoint, START + 4000 * SECOND),
                         DP_TRUST_AUTHENTICATED);
        assert_int_equal(dp_trust_level_of(trust, &s.endpoint, START + 4052 * SECOND),
                         DP_TRUST_UNPROVEN);
        assert_int_equal(dp_trust_prove(trust, &s, DP_TRUST_NONCE_ECHO, START + 4052 * SECOND),
                         DP_TRUST_RAISED);
}

static void test_lift(void **state)
{
        struct dp_source s = source_of(1, 5060);

        (void)state;
        assert_false(dp_trust_take_lift(trust, &s.endpoint, START));
        assert_int_equal(dp_trust_lift(trust, &s, START), DP_TRUST_LIFTED);
        assert_int_equal(dp_trust_level_of(trust, &s.endpoint, START), DP_TRUST_UNPROVEN);
        for (unsigned i = 0; i < DP_TRUST_LIFT_REQUESTS; i++)
                assert_true(dp_trust_take_lift(trust, &s.endpoint, START));
        assert_false(dp_trust_take_lift(trust, &s.endpoint, START));
        assert_int_equal(dp_trust_lift(trust, &s, START), DP_TRUST_LIFTED);
        assert_false(dp_trust_take_lift(trust, &s.endpoint, START + 11 * SECOND));
        assert_int_equal(dp_trust_lift(trust, &s, START + 20 * SECOND), DP_TRUST_LIFTED);
        assert_int_equal(dp_trust_prove(trust, &s, DP_TRUST_REGISTER_OK, START + 20 * SECOND),
                         DP_TRUST_RAISED);
        assert_int_equal(dp_trust_lift(trust, &s, START + 20 * SECOND), DP_TRUST_UNCHANGED);
        assert_int_equal(dp_trust_level_of(trust, &s.endpoint, START + 40 * SECOND),
                         DP_TRUST_AUTHENTICATED);
}

/* Faults within the tolerance cost nothing; the one beyond it costs the level, and for a while
 * evidence does not count. A neighbour behind the same address loses nothing. */
static void test_demotion(void **state)
{
        struct dp_source s = source_of(1, 5060), neighbour = source_of(1, 5061);

        (void)state;
        dp_trust_prove(trust, &s, DP_TRUST_REGISTER_OK, START);
        dp_trust_prove(trust, &neighbour, DP_TRUST_REGISTER_OK, START);
        for (unsigned i = 0; i < 10; i++)
                assert_int_equal(dp_trust_fault(trust, &s, DP_TRUST_FAULT_INVALID, START),
                                 DP_TRUST_UNCHANGED);
        assert_int_equal(dp_trust_level_of(trust, &s.endpoint, START), DP_TRUST_AUTHENTICATED);
        assert_int_equal(dp_trust_fault(trust, &s, DP_TRUST_FAULT_INVALID, START),
                         DP_TRUST_DEMOTED);
        assert_int_equal(dp_trust_level_of(trust, &s.endpoint, START), DP_TRUST_UNPROVEN);
        assert_true(dp_trust_held_down(trust, &s.endpoint, START));
        assert_int_equal(dp_trust_prove(trust, &s, DP_TRUST_REGISTER_OK, START + 59 * SECOND),
                         DP_TRUST_REFUSED);
        assert_int_equal(dp_trust_lift(trust, &s, START), DP_TRUST_REFUSED);
        assert_false(dp_trust_take_lift(trust, &s.endpoint, START));
        assert_false(dp_trust_held_down(trust, &s.endpoint, START + 61 * SECOND));
        assert_int_equal(dp_trust_prove(trust, &s, DP_TRUST_REGISTER_OK, START + 61 * SECOND),
                         DP_TRUST_RAISED);
        assert_int_equal(dp_trust_level_of(trust, &neighbour.endpoint, START),
                         DP_TRUST_AUTHENTICATED);
}

/* The tolerance is a rate: what is spread out is forgiven. Kinds of fault do not add up. */
static void test_tolerance_window(void **state)
{
        struct dp_source s = source_of(1, 5060);
        uint64_t now = START;

        (void)state;
        dp_trust_prove(trust, &s, DP_TRUST_REGISTER_OK, now);
        for (unsigned i = 0; i < 300; i++, now += 6 * SECOND)
                assert_int_equal(dp_trust_fault(trust, &s, DP_TRUST_FAULT_INVALID, now),
                                 DP_TRUST_UNCHANGED);
        for (unsigned i = 0; i < 3; i++)
                assert_int_equal(dp_trust_fault(trust, &s, DP_TRUST_FAULT_ADMISSION, now),
                                 DP_TRUST_UNCHANGED);
        assert_int_equal(dp_trust_fault(trust, &s, DP_TRUST_FAULT_UNANSWERED, now),
                         DP_TRUST_UNCHANGED);
        assert_int_equal(dp_trust_fault(trust, &s, DP_TRUST_FAULT_UNANSWERED, now),
                         DP_TRUST_DEMOTED);
        assert_int_equal(dp_trust_fault(trust, &s, DP_TRUST_FAULT_UNANSWERED, now),
                         DP_TRUST_UNCHANGED);
}

/* One host has all its ports: how many of them become proven is limited by its address. */
static void test_admission(void **state)
{
        unsigned raised = 0, refused = 0;

        (void)state;
        for (uint16_t port = 1; port <= 200; port++) {
                struct dp_source s = source_of(1, port);
                enum dp_trust_result rc = dp_trust_prove(trust, &s, DP_TRUST_NONCE_ECHO, START);

                raised += rc == DP_TRUST_RAISED;
                refused += rc == DP_TRUST_REFUSED;
        }
        assert_int_equal(raised, 100);
        assert_int_equal(refused, 100);
        struct dp_source elsewhere = source_of(2, 1);

        assert_int_equal(dp_trust_prove(trust, &elsewhere, DP_TRUST_NONCE_ECHO, START),
                         DP_TRUST_RAISED);
}

static struct dp_source in_one_set(uint64_t id)
{
        return (struct dp_source){.endpoint = {{UINT64_C(3) << 60, id << 4}},
                                  .address = {{id << 52, id << 4}}};
}

/* Unproven never takes the place of proven, nor proven that of authenticated. */
static void test_protection(void **state)
{
        (void)state;
        for (uint64_t i = 1; i <= DP_TABLE_SET_SLOTS; i++) {
                struct dp_source s = in_one_set(i);

                assert_int_equal(dp_trust_lift(trust, &s, START), DP_TRUST_LIFTED);
        }
        struct dp_source stranger = in_one_set(50);

        assert_int_equal(dp_trust_lift(trust, &stranger, START), DP_TRUST_FULL);
        for (uint64_t i = 11; i <= 10 + DP_TABLE_SET_SLOTS; i++) {
                struct dp_source s = in_one_set(i);

                assert_int_equal(dp_trust_prove(trust, &s, DP_TRUST_NONCE_ECHO, START),
                                 DP_TRUST_RAISED);
        }
        assert_int_equal(dp_trust_lift(trust, &stranger, START), DP_TRUST_FULL);
        assert_int_equal(dp_trust_prove(trust, &stranger, DP_TRUST_NONCE_ECHO, START),
                         DP_TRUST_FULL);
        assert_int_equal(dp_trust_prove(trust, &stranger, DP_TRUST_REGISTER_OK, START),
                         DP_TRUST_RAISED);
        struct dp_table_census census = {0};

        dp_trust_count(trust, 0, dp_trust_sets(trust), START, &census);
        assert_int_equal(census.live[DP_TRUST_UNPROVEN], 0);
        assert_int_equal(census.live[DP_TRUST_PROVEN], 7);
        assert_int_equal(census.live[DP_TRUST_AUTHENTICATED], 1);
        assert_int_equal(census.full_sets, 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_keys),
            cmocka_unit_test(test_keys_in_lanes),
            cmocka_unit_test_setup_teardown(test_evidence, setup, teardown),
            cmocka_unit_test_setup_teardown(test_last_moment, setup, teardown),
            cmocka_unit_test_setup_teardown(test_levels_meet, setup, teardown),
            cmocka_unit_test_setup_teardown(test_lift, setup, teardown),
            cmocka_unit_test_setup_teardown(test_demotion, setup, teardown),
            cmocka_unit_test_setup_teardown(test_tolerance_window, setup, teardown),
            cmocka_unit_test_setup_teardown(test_admission, setup, teardown),
            cmocka_unit_test_setup_teardown(test_protection, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
