/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_agents.c - remembered hashes are those that would be made, whatever shares a place, is too
 * long for one, or differs in an octet that does not choose it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dataplane/state/agents.h"
#include "tests/contract/rng.h"

#define VALUES  400u
#define ROUNDS  20000u
#define LEN_MAX (2 * DP_AGENT_BYTES)

static void test_as_made(void **state)
{
        static uint8_t text[VALUES][LEN_MAX];
        uint16_t len[VALUES];
        struct rng r = rng_seeded("as_made");
        const struct dp_siphash_key key = {{rng_next(&r), rng_next(&r)}};
        struct dp_agents agents = {0};
        unsigned remembered = 0;

        (void)state;
        for (unsigned i = 0; i < VALUES; i++) {
                len[i] = (uint16_t)(1 + rng_below(&r, i % 4 == 0 ? LEN_MAX : 24));
                for (unsigned n = 0; n < len[i]; n++)
                        text[i][n] = (uint8_t)('a' + rng_below(&r, 2));
        }
        for (unsigned round = 0; round < ROUNDS; round++) {
                unsigned i = (unsigned)rng_below(&r, VALUES);
                struct dp_key made, again, found;

                dp_siphash13_once128(&key, text[i], len[i], made.w);
                found = dp_agents_key(&agents, &key, text[i], len[i]);
                assert_memory_equal(&found, &made, sizeof(made));
                /* from memory, or it was too long: another key would show */
                const struct dp_siphash_key other = {{1, 2}};

                again = dp_agents_key(&agents, &other, text[i], len[i]);
                if (len[i] <= DP_AGENT_BYTES)
                        assert_memory_equal(&again, &made, sizeof(made));
                else
                        assert_memory_not_equal(&again, &made, sizeof(made));
                remembered += len[i] <= DP_AGENT_BYTES;
        }
        assert_true(remembered > ROUNDS / 2);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_as_made),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
