/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_floods.c - detections of what is too much: floods, avalanches, reflection, loops.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "control/prefix.h"
#include "tests/control/detect/detect_world.h"

static struct world w;

static int begin(void **state)
{
        (void)state;
        world_make(&w, CP_DETECT_MONITOR);
        return 0;
}

static int end(void **state)
{
        (void)state;
        world_free(&w);
        return 0;
}

static void office_registers(unsigned port, unsigned phones)
{
        for (unsigned i = 0; i < phones; i++)
                world_log_in(&w, "198.51.100.7", (uint16_t)(port + i), world_number("phone%u", i));
}

/* After a power cut: 4000 phones behind one address and 500 from all over, within seconds. It is
 * told as what it is, nothing else is, and no ban is thought of. */
static void test_register_avalanche(void **state)
{
        (void)state;
        office_registers(10000, 450);
        world_pass(&w, 25);
        assert_int_equal(world_started(&w, 0), 0);
        for (unsigned k = 0; k < 4; k++) {
                for (unsigned i = 0; i < 1000; i++)
                        world_say(&w, &(struct said){.port = (uint16_t)(20000 + 1000 * k + i),
                                                     .method = "REGISTER",
                                                     .user = world_number("phone%u", i)});
                office_registers(20000 + 1000 * k, 1000);
                world_pass(&w, 1);
        }
        for (unsigned i = 0; i < 500; i++)
                world_log_in(&w, world_number("198.51.101.%u", i % 250), (uint16_t)(5060 + i),
                             world_number("home%u", i));
        world_pass(&w, 1);
        assert_int_equal(w.started[CP_DETECTION_REGISTER_AVALANCHE], 1);
        world_assert_one_alert(&w, CP_DETECTION_REGISTER_AVALANCHE);
        assert_in_range(w.last[CP_DETECTION_REGISTER_AVALANCHE].peak, 4000, 5500);
}

/* As many, but none of them logs in: a flood, and no avalanche. */
static void test_register_flood_is_no_avalanche(void **state)
{
        (void)state;
        for (unsigned i = 0; i < 2000; i++)
                world_say(&w, &(struct said){.method = "REGISTER",
                                             .port = (uint16_t)(10000 + i),
                                             .user = world_number("phone%u", i)});
        world_pass(&w, 5);
        assert_int_equal(w.started[CP_DETECTION_REGISTER_AVALANCHE], 0);
        assert_int_equal(w.started[CP_DETECTION_METHOD_FLOOD], 1);
        world_assert_text(&w, CP_DETECTION_METHOD_FLOOD, "REGISTER");
}

static void test_method_flood(void **state)
{
        (void)state;
        for (unsigned i = 0; i < 999; i++)
                world_say(&w, &(struct said){.method = "OPTIONS"});
        for (unsigned i = 0; i < 999; i++)
                world_say(&w, &(struct said){.src = "198.51.100.8", .method = "OPTIONS"});
        for (unsigned i = 0; i < 5000; i++) /* repetitions are no further requests */
                world_say(&w, &(struct said){.method = "OPTIONS", .known = SHM_KNOWN_REPEAT});
        assert_int_equal(world_started(&w, 0), 0);
        world_say(&w, &(struct said){.method = "OPTIONS"});
        world_assert_source(&w, CP_DETECTION_METHOD_FLOOD, "198.51.100.7");
        world_assert_text(&w, CP_DETECTION_METHOD_FLOOD, "OPTIONS");
        world_assert_one_alert(&w, CP_DETECTION_METHOD_FLOOD);
}

static void counted(struct shm_counters *c)
{
        w.now_ns += S;
        cp_detect_tick(w.d, c, w.now_ns);
}

static void test_flood_and_over_budget_by_counters(void **state)
{
        struct shm_counters c = {.by_method = {[SIP_METHOD_INVITE] = 5000000}};

        (void)state;
        counted(&c); /* what was before is no flood */
        for (unsigned i = 0; i < 30; i++) {
                c.by_method[SIP_METHOD_INVITE] += 9000;
                c.dropped[SHM_REASON_OVER_BUDGET] += 900;
                counted(&c);
        }
        assert_int_equal(world_started(&w, 0), 0);
        for (unsigned i = 0; i < 10; i++) {
                c.by_method[SIP_METHOD_INVITE] += 20000;
                counted(&c);
        }
        world_assert_text(&w, CP_DETECTION_FLOOD, "INVITE");
        world_assert_one_alert(&w, CP_DETECTION_FLOOD);
        for (unsigned i = 0; i < 10; i++) {
                c.dropped[SHM_REASON_OVER_BUDGET] += 1000;
                c.dropped[SHM_REASON_LIMIT_ADDRESS] += 1000;
                counted(&c);
        }
        assert_int_equal(w.started[CP_DETECTION_OVER_BUDGET], 1);
        c = (struct shm_counters){.by_method = {[SIP_METHOD_INVITE] = 10}};
        counted(&c); /* a dataplane began anew */
        assert_int_equal(w.started[CP_DETECTION_FLOOD], 1);
}

static void test_malformed(void **state)
{
        (void)state;
        for (unsigned i = 0; i < 49; i++)
                world_say(&w, &(struct said){.reason = SHM_REASON_SIP_HDR_NUL});
        assert_int_equal(world_started(&w, 0), 0);
        world_say(&w, &(struct said){.reason = SHM_REASON_SIP_CSEQ_RANGE});
        world_assert_one_alert(&w, CP_DETECTION_MALFORMED);
}

static void unsolicited(const char *src, unsigned cnt)
{
        for (unsigned i = 0; i < cnt; i++)
                world_say(&w, &(struct said){.src = src,
                                             .status = 200,
                                             .reason = SHM_REASON_UNSOLICITED_RESPONSE});
}

static void test_response_flood(void **state)
{
        (void)state;
        for (unsigned i = 0; i < 1000; i++)
                world_say(&w, &(struct said){.status = 200, .method = "OPTIONS"});
        unsolicited(NULL, 99);
        assert_int_equal(world_started(&w, 0), 0);
        unsolicited(NULL, 1);
        world_assert_source(&w, CP_DETECTION_RESPONSE_FLOOD, "198.51.100.7");
        world_assert_one_alert(&w, CP_DETECTION_RESPONSE_FLOOD);
}

static void test_reflection_victim(void **state)
{
        (void)state;
        for (unsigned i = 0; i < 17; i++)
                unsolicited(world_number("198.51.100.%u", i + 1), 3);
        assert_int_equal(world_started(&w, 0), 0);
        for (unsigned i = 17; i < 25; i++)
                unsolicited(world_number("198.51.100.%u", i + 1), 1);
        world_assert_source(&w, CP_DETECTION_REFLECTION_VICTIM, "192.0.2.100");
        world_assert_one_alert(&w, CP_DETECTION_REFLECTION_VICTIM);
}

static void test_reflection_use(void **state)
{
        (void)state;
        for (unsigned i = 0; i < 3000; i++) { /* who answers challenges is there */
                if (i % 500 == 0)
                        world_log_in(&w, "198.51.100.9", 5060, "x");
                world_say(&w, &(struct said){.src = "198.51.100.9",
                                             .inside = true,
                                             .status = 200,
                                             .method = "OPTIONS"});
        }
        for (unsigned i = 0; i < 900; i++)
                world_say(&w, &(struct said){.inside = true, .status = 200, .method = "OPTIONS"});
        world_pass(&w, 5);
        assert_int_equal(world_started(&w, 0), 0);
        for (unsigned i = 0; i < 200; i++)
                world_say(&w, &(struct said){.inside = true, .status = 200, .method = "OPTIONS"});
        world_pass(&w, 5);
        world_assert_source(&w, CP_DETECTION_REFLECTION_USE, "198.51.100.7");
        world_assert_one_alert(&w, CP_DETECTION_REFLECTION_USE);
}

static void test_fork_loop(void **state)
{
        (void)state;
        for (unsigned i = 0; i < 100; i++) /* many requests, each on its own branch */
                world_say(&w, &(struct said){.method = "OPTIONS"});
        for (unsigned i = 0; i < 13; i++)
                world_say(&w, &(struct said){.call = "loop@x"});
        assert_int_equal(world_started(&w, 0), 0);
        for (unsigned i = 0; i < 6; i++)
                world_say(&w, &(struct said){.call = "loop@x"});
        world_assert_text(&w, CP_DETECTION_FORK_LOOP, "loop@x 1 1");
        world_assert_one_alert(&w, CP_DETECTION_FORK_LOOP);
}

static void test_looped(void **state)
{
        static const unsigned code[] = {482, 483, 440};

        (void)state;
        for (unsigned i = 0; i < 9; i++)
                world_say(&w, &(struct said){.inside = true, .status = code[i % 3]});
        assert_int_equal(world_started(&w, 0), 0);
        world_say(&w, &(struct said){.inside = true, .status = 483});
        world_assert_one_alert(&w, CP_DETECTION_LOOPED);
}

static void test_challenge_loop(void **state)
{
        (void)state;
        for (unsigned i = 0; i < 7; i++)
                world_say(&w, &(struct said){.inside = true, .status = 401, .call = "c@x"});
        assert_int_equal(world_started(&w, 0), 0);
        world_say(&w, &(struct said){.inside = true, .status = 407, .call = "c@x"});
        world_assert_text(&w, CP_DETECTION_CHALLENGE_LOOP, "c@x");
        world_assert_one_alert(&w, CP_DETECTION_CHALLENGE_LOOP);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
        const struct CMUnitTest tests[] = {
            T(test_register_avalanche), T(test_register_flood_is_no_avalanche),
            T(test_method_flood),       T(test_flood_and_over_budget_by_counters),
            T(test_malformed),          T(test_response_flood),
            T(test_reflection_victim),  T(test_reflection_use),
            T(test_fork_loop),          T(test_looped),
            T(test_challenge_loop),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
