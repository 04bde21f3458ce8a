/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_load.c - numbers in, a level out: what raises it and how fast, in which order, what brings
 * it down again, and what never does either; and the meter that gathers the numbers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dataplane/state/load.h"

#define MS UINT64_C(1000000)

static const struct dp_load_config config = {
    .busy = {98, 90},
    .depth = {75, 25},
    .share = 20,
    .raise_ms = 5,
    .lower_ms = 200,
};

/* A flood of strangers, and something of everything. */
static const struct dp_load_sample flood = {
    .busy = 100, .depth = 90, .packets = 100, .kind = {0, 80, 5, 5, 5}};
static const struct dp_load_sample calm = {.busy = 10, .packets = 3, .kind = {0, 1, 1, 0, 1}};

static unsigned steps(struct dp_load *l, const struct dp_load_sample *s, unsigned n)
{
        unsigned level = l->level;

        for (unsigned i = 0; i < n; i++)
                level = dp_load_step(l, &config, s);
        return level;
}

/* Each level after raise_ms more, and there it ends. */
static void test_raises_in_order(void **state)
{
        struct dp_load l = {0};
        /* what is left of it when strangers are shed: the rest is the load */
        static const struct dp_load_sample all = {
            .busy = 100, .packets = 100, .kind = {0, 25, 25, 25, 25}};

        (void)state;
        for (unsigned level = 1; level < DP_SHED_LEVELS; level++) {
                assert_int_equal(steps(&l, &all, config.raise_ms - 1), level - 1);
                assert_int_equal(steps(&l, &all, 1), level);
        }
        assert_int_equal(steps(&l, &all, 1000), DP_SHED_DIALOG);
}

/* Either mark does; less than raise_ms in a row does not. */
static void test_what_is_overload(void **state)
{
        static const struct {
                uint8_t busy, depth;
                unsigned level;
        } rows[] = {{98, 0, 1}, {0, 75, 1}, {97, 74, 0}, {100, 100, 1}, {90, 25, 0}};

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct dp_load l = {0};
                struct dp_load_sample s = flood;

                s.busy = rows[i].busy;
                s.depth = rows[i].depth;
                assert_int_equal(steps(&l, &s, config.raise_ms), rows[i].level);
        }
        struct dp_load l = {0};

        for (unsigned i = 0; i < 1000; i++) {
                assert_int_equal(steps(&l, &flood, config.raise_ms - 1), 0);
                assert_int_equal(steps(&l, &calm, 1), 0);
        }
}

/* One level less after lower_ms below the low marks; between the marks it stays for ever. */
static void test_hysteresis(void **state)
{
        static const struct dp_load_sample between[] = {
            {.busy = 97, .packets = 100, .kind = {0, 90}},
            {.busy = 90, .packets = 100, .kind = {0, 90}},
            {.busy = 50, .depth = 25, .packets = 100, .kind = {0, 90}},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(between) / sizeof(between[0]); i++) {
                struct dp_load l = {.level = DP_SHED_PROVEN};

                assert_int_equal(steps(&l, &between[i], 100000), DP_SHED_PROVEN);
                assert_int_equal(steps(&l, &calm, config.lower_ms - 1), DP_SHED_PROVEN);
                assert_int_equal(steps(&l, &between[i], 1), DP_SHED_PROVEN);
                assert_int_equal(steps(&l, &calm, 8), DP_SHED_PROVEN);
                assert_int_equal(steps(&l, &between[i], config.lower_ms), DP_SHED_PROVEN);
                assert_int_equal(steps(&l, &calm, config.lower_ms - 1), DP_SHED_PROVEN);
                assert_int_equal(steps(&l, &calm, 1), DP_SHED_UNPROVEN);
                assert_int_equal(steps(&l, &calm, config.lower_ms), DP_SHED_NONE);
                assert_int_equal(steps(&l, &calm, 10000), DP_SHED_NONE);
        }
        /* a flood that comes and goes does not make it flicker */
        struct dp_load l = {0};
        unsigned changes = 0, level = 0;

        for (unsigned i = 0; i < 10000; i++) {
                unsigned now = dp_load_step(&l, &config, i / 50 % 2 == 0 ? &flood : &calm);

                changes += now != level;
                level = now;
        }
        assert_int_equal(changes, 1);
        assert_int_equal(level, DP_SHED_UNPROVEN);
}

/* A machine that stands still for a moment again and again still ends it, in a bounded time; who is
 * overloaded a part of the time does not get out. */
static void test_hiccups(void **state)
{
        static const struct {
                unsigned every; /* so many samples, of which one is a hiccup */
                unsigned within;
        } rows[] = {{200, 216}, {32, 280}, {16, 460}, {10, 2000}, {8, 0}, {2, 0}};

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct dp_load l = {.level = DP_SHED_UNPROVEN};
                unsigned n = 0;

                while (l.level != 0 && n < 100000)
                        (void)dp_load_step(&l, &config, n++ % rows[i].every == 0 ? &flood : &calm);
                if (rows[i].within == 0)
                        assert_int_equal(l.level, DP_SHED_UNPROVEN);
                else
                        assert_in_range(n, config.lower_ms, rows[i].within);
        }
}

/* Nobody is turned down when that would not help. */
static void test_only_what_helps(void **state)
{
        static const struct {
                struct dp_load_sample s;
                unsigned level;
        } rows[] = {
            {{.busy = 100, .packets = 100, .kind = {0, 0, 0, 0, 0}}, DP_SHED_NONE},
            {{.busy = 100, .packets = 100, .kind = {0, 19, 0, 0, 0}}, DP_SHED_NONE},
            {{.busy = 100, .packets = 100, .kind = {0, 20, 0, 0, 0}}, DP_SHED_UNPROVEN},
            /* strangers are too few, but with the next they are enough */
            {{.busy = 100, .packets = 100, .kind = {0, 10, 10, 0, 0}}, DP_SHED_PROVEN},
            {{.busy = 100, .packets = 100, .kind = {0, 0, 0, 90, 0}}, DP_SHED_REFRESH},
            {{.busy = 100, .packets = 100, .kind = {0, 0, 0, 0, 90}}, DP_SHED_DIALOG},
            {{.busy = 100, .packets = 100, .kind = {0, 95, 5, 0, 0}}, DP_SHED_UNPROVEN},
            {{.busy = 100, .packets = 0, .kind = {0, 0, 0, 0, 0}}, DP_SHED_NONE},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct dp_load l = {0};

                assert_int_equal(steps(&l, &rows[i].s, config.raise_ms), rows[i].level);
                /* and however long it lasts: what is left is not worth it */
                assert_int_equal(steps(&l, &rows[i].s, 10000), rows[i].level);
        }
        /* a flood beside which the rest is little: strangers, and not one more */
        struct dp_load l = {0};
        static const struct dp_load_sample most = {
            .busy = 100, .depth = 100, .packets = 1000, .kind = {0, 900, 30, 20, 40}};

        assert_int_equal(steps(&l, &most, 100000), DP_SHED_UNPROVEN);
}

static void test_meter(void **state)
{
        struct dp_load_meter m = {0};
        struct dp_load_sample s;
        uint64_t now = 1000 * MS;

        (void)state;
        assert_false(dp_load_meter_turn(&m, now));
        for (unsigned i = 0; i < 8;
             i++) { /* a quarter of the time at work, half of the polls full */
                dp_load_meter_poll(&m, 0, i % 2 ? 32 : 7, 32);
                dp_load_meter_poll(&m, 1, 0, 32);
                m.sample.kind[DP_SHED_PROVEN]++;
                dp_load_meter_end(&m, i % 4 == 0);
                now += MS / 8;
                assert_int_equal(dp_load_meter_turn(&m, now), i == 7);
        }
        s = dp_load_meter_take(&m, now, 12);
        assert_int_equal(s.busy, 25);
        assert_int_equal(s.depth, 50);
        assert_int_equal(s.packets, 4 * 39);
        assert_int_equal(s.kind[DP_SHED_PROVEN], 8);
        /* the next begins at nothing; one long turn is one sample */
        dp_load_meter_end(&m, true);
        assert_true(dp_load_meter_turn(&m, now + 30 * MS));
        s = dp_load_meter_take(&m, now + 30 * MS, 250);
        assert_int_equal(s.busy, 100);
        assert_int_equal(s.depth, 100);
        assert_int_equal(s.packets, 0);
        assert_int_equal(s.kind[DP_SHED_PROVEN], 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_raises_in_order), cmocka_unit_test(test_what_is_overload),
            cmocka_unit_test(test_hysteresis),      cmocka_unit_test(test_hiccups),
            cmocka_unit_test(test_only_what_helps), cmocka_unit_test(test_meter),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
