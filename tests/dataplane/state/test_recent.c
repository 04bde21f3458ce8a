/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_recent.c - no key that is alive is ever taken for one that is not, whoever shares its place
 * and whatever the hour; and what was never noted is mostly known not to be there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dataplane/state/recent.h"
#include "tests/contract/rng.h"

#define KEYS 1000u
#define SPAN UINT64_C(200000000000) /* of 200 s */
#define YEAR UINT64_C(31557600000000000)
#define NOW  (54 * YEAR)

static struct dp_recent *recent;

static int setup(void **state)
{
        (void)state;
        recent = aligned_alloc(_Alignof(struct dp_recent), sizeof(*recent));
        if (recent == NULL)
                return -1;
        for (unsigned i = 0; i < DP_RECENT_PLACES; i++)
                atomic_init(&recent->until[i], 0);
        return 0;
}

static int teardown(void **state)
{
        (void)state;
        free(recent);
        return 0;
}

/* By turns a key is noted, for longer or shorter than before, and all are asked for. */
static void test_never_misses(void **state)
{
        static struct dp_key key[KEYS];
        static uint64_t until[KEYS];
        struct rng r = rng_seeded("never_misses");
        uint64_t now = NOW;
        unsigned alive = 0, dead = 0, known_dead = 0;

        (void)state;
        for (unsigned i = 0; i < KEYS; i++) {
                key[i].w[0] = rng_next(&r);
                key[i].w[1] = rng_next(&r);
        }
        for (unsigned round = 0; round < 500; round++) {
                unsigned k = (unsigned)rng_below(&r, KEYS / 4);
                uint64_t end = now + rng_below(&r, SPAN);

                dp_recent_note(recent, &key[k], end);
                if (end > until[k])
                        until[k] = end;
                now += rng_below(&r, SPAN / 100);
                for (unsigned i = 0; i < KEYS; i++) {
                        bool may = dp_recent_may_have(recent, &key[i], now);

                        if (until[i] > now)
                                assert_true(may);
                        alive += until[i] > now;
                        dead += until[i] <= now;
                        known_dead += until[i] <= now && !may;
                }
        }
        assert_true(alive > 10000);
        assert_true(known_dead > dead / 10 * 9);
}

static void test_ends(void **state)
{
        const struct dp_key key = {{1, 2}}, other = {{1, 2 + DP_RECENT_PLACES}}, third = {{1, 3}};
        const uint64_t unit = UINT64_C(1) << DP_RECENT_UNIT_SHIFT;

        (void)state;
        assert_false(dp_recent_may_have(recent, &key, 0));
        dp_recent_note(recent, &key, 0);
        assert_true(dp_recent_may_have(recent, &key, 0));
        dp_recent_note(recent, &key, NOW);
        dp_recent_note(recent, &key, NOW - SPAN); /* not shorter again */
        assert_true(dp_recent_may_have(recent, &key, NOW - 1));
        assert_true(dp_recent_may_have(recent, &other, NOW - 1)); /* of the same place */
        assert_false(dp_recent_may_have(recent, &third, NOW - 1));
        assert_false(dp_recent_may_have(recent, &key, NOW + unit));
        /* times that do not fit are looked for always */
        dp_recent_note(recent, &key, UINT64_MAX);
        assert_true(dp_recent_may_have(recent, &key, UINT64_MAX));
        assert_true(dp_recent_may_have(recent, &third, UINT64_MAX));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(test_never_misses, setup, teardown),
            cmocka_unit_test_setup_teardown(test_ends, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
