/* SPDX-License-Identifier: Apache-2.0 */
/* SIPp's keys, and what they do to a schedule. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/harness/engine/pace.h"
#include "bench/harness/measure/steer.h"

static double rate(struct sb_steer *s)
{
        return (double)atomic_load(&s->rate_milli) / 1000.0;
}

static void keys_change_the_rate(void **state)
{
        struct sb_steer s;

        (void)state;
        sb_steer_init(&s, 100, 1);
        assert_false(sb_steer_key(&s, '+'));
        assert_true(rate(&s) > 100.9 && rate(&s) < 101.1);
        assert_false(sb_steer_key(&s, '*'));
        assert_true(rate(&s) > 110.9 && rate(&s) < 111.1);
        assert_false(sb_steer_key(&s, '-'));
        assert_false(sb_steer_key(&s, '/'));
        assert_true(rate(&s) > 99.9 && rate(&s) < 100.1);
        for (int i = 0; i < 50; i++)
                (void)sb_steer_key(&s, '/');
        assert_true(rate(&s) > 0.9); /* 0 would be as fast as it goes */
        assert_int_equal(atomic_load(&s.changes), 54);
        assert_false(sb_steer_key(&s, 'x'));
        assert_false(sb_steer_key(&s, -1));
        assert_int_equal(atomic_load(&s.changes), 54);
        sb_steer_init(&s, 100, 50);
        (void)sb_steer_key(&s, '+');
        assert_true(rate(&s) > 149.9 && rate(&s) < 150.1);
}

static void keys_pause_and_end(void **state)
{
        struct sb_steer s;

        (void)state;
        sb_steer_init(&s, 100, 1);
        (void)sb_steer_key(&s, 'p');
        assert_true(atomic_load(&s.paused));
        (void)sb_steer_key(&s, 'p');
        assert_false(atomic_load(&s.paused));
        assert_false(sb_steer_key(&s, 'q'));
        assert_true(atomic_load(&s.ending));
        assert_true(sb_steer_key(&s, 'Q'));
}

static uint32_t taken(struct sb_pace *p, uint64_t from_ns, uint64_t to_ns)
{
        uint64_t intended_ns;
        uint32_t n = 0;

        for (uint64_t now_ns = from_ns; now_ns < to_ns; now_ns += 100000)
                while (sb_pace_take(p, now_ns, &intended_ns))
                        n++;
        return n;
}

static void a_schedule_follows(void **state)
{
        const uint64_t s = UINT64_C(1000000000);
        struct sb_pace p;

        (void)state;
        sb_pace_init(&p, 100, 0, 100 * s, 1000);
        assert_int_equal(taken(&p, 0, s), 100);
        sb_pace_pause(&p);
        assert_int_equal(taken(&p, s, 3 * s), 0);
        assert_int_equal(sb_pace_missed(&p), 0);
        sb_pace_rate(&p, 200, 3 * s); /* what was not begun meanwhile was not meant */
        assert_int_equal(taken(&p, 3 * s, 4 * s), 200);
        sb_pace_pause(&p);
        sb_pace_rate(&p, 1000, 5 * s);
        assert_int_equal(taken(&p, 5 * s, 50 * s), 700); /* the limit of calls still holds */
        sb_pace_init(&p, 100, 0, 100 * s, 1000);
        sb_pace_end(&p);
        sb_pace_rate(&p, 100, s);
        assert_int_equal(taken(&p, s, 2 * s), 0);
        assert_int_equal(sb_pace_missed(&p), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(keys_change_the_rate),
            cmocka_unit_test(keys_pause_and_end),
            cmocka_unit_test(a_schedule_follows),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
