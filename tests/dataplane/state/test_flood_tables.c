/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_flood_tables.c - keys made against CRC32C, jhash and a key of zeros, in each table
 * of the chain: no more of them find no room, and no look-up is longer, than twice what
 * random ones bring about. What it costs in time is bench_flood's.
 *
 *   test_flood_tables [KEYS]   100,000 by default
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "bench/dataplane/flood_rig.h"

static uint32_t keys = 100000;

struct result {
        uint32_t missed;
        unsigned longest;
};

static struct result flood(enum flood_table table, enum flood_input input)
{
        struct flood_rig *r = flood_rig_create(table, input, keys);
        struct result out;

        assert_non_null(r);
        /* limits answer a key without room with a refusal, all others with nothing found */
        out.missed = flood_rig_missed(r);
        out.longest = flood_rig_longest(r);
        flood_rig_destroy(r);
        print_message("%s/%s: %u find no room, longest look-up %u slots\n", flood_table_name(table),
                      flood_input_name(input), out.missed, out.longest);
        return out;
}

static void test_every_table(void **state)
{
        (void)state;
        for (int t = 0; t < FLOOD_TABLES; t++) {
                struct result base = flood((enum flood_table)t, FLOOD_RANDOM);

                assert_true(base.missed < keys / 20 /* the cache keeps the newest */);
                for (int i = FLOOD_CRC32; i < FLOOD_INPUTS; i++) {
                        struct result r = flood((enum flood_table)t, (enum flood_input)i);

                        assert_true(r.missed <= 2 * base.missed + 8);
                        assert_true(r.longest <= 2 * base.longest);
                }
        }
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_every_table),
        };

        if (argc > 1)
                keys = (uint32_t)strtoul(argv[1], NULL, 10);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
