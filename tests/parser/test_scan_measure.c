/* SPDX-License-Identifier: Apache-2.0 */
/*
 * With a clock of our own making the choice is what the times say: the fastest by more than a
 * sixteenth, whichever it is, by its best round.
 */
#include "tests/parser/probe.h"

#include <time.h>

#include "parser/scan/scan_measure.h"

#define VARIANTS_MAX 8u

/* The clock is read before and behind the work of each usable kernel, in their order. */
static unsigned usable[VARIANTS_MAX], usable_cnt;
static uint64_t cost[VARIANTS_MAX];
static unsigned readings;
static unsigned slow_rounds; /* so many first rounds of every kernel are disturbed */
static uint64_t now;

static uint64_t made_up(void)
{
        unsigned k = readings / 2 % usable_cnt;

        if (readings % 2 != 0)
                now += cost[usable[k]] + (readings / 2 / usable_cnt < slow_rounds ? 100000 * k : 0);
        readings++;
        return now;
}

static uint64_t monotonic(void)
{
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int collect(void **state)
{
        (void)state;
        for (unsigned i = 0; i < scan_variant_cnt(); i++)
                if (scan_variant_at(i).usable)
                        usable[usable_cnt++] = i;
        return 0;
}

static const char *choice(void)
{
        readings = 0;
        now = 7;
        return scan_measure(made_up).name;
}

static void the_fastest(void **state)
{
        (void)state;
        for (unsigned k = 0; k < usable_cnt; k++) {
                for (unsigned i = 0; i < VARIANTS_MAX; i++)
                        cost[i] = 2000;
                cost[usable[k]] = 1000;
                assert_string_equal(choice(), scan_variant_at(usable[k]).name);
                slow_rounds = 5;
                assert_string_equal(choice(), scan_variant_at(usable[k]).name);
                slow_rounds = 0;
        }
}

/* Of equals, and of nearly equals, the plainest. */
static void by_a_margin(void **state)
{
        unsigned last = usable[usable_cnt - 1];

        (void)state;
        for (unsigned i = 0; i < VARIANTS_MAX; i++)
                cost[i] = 1600;
        assert_string_equal(choice(), "ref");
        cost[last] = 1501;
        assert_string_equal(choice(), "ref");
        cost[last] = 1499;
        assert_string_equal(choice(), scan_variant_at(last).name);
}

static void for_real(void **state)
{
        uint64_t from = monotonic();
        struct scan_variant v = scan_measure(monotonic);

        (void)state;
        printf("chosen here: %s, in %llu us\n", v.name,
               (unsigned long long)(monotonic() - from) / 1000);
        assert_true(v.usable);
        assert_non_null(scan_find(v.name).name);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(the_fastest),
            cmocka_unit_test(by_a_margin),
            cmocka_unit_test(for_real),
        };

        return cmocka_run_group_tests(tests, collect, NULL);
}
