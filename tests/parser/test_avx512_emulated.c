/* SPDX-License-Identifier: Apache-2.0 */
/* Two emulations of one instruction, by two authors, must agree. */
#include "tests/parser/avx512_emulated.h"
#include "tests/parser/probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint64_t rng;

static __m512i any(void)
{
        uint64_t w[8];
        __m512i v;

        for (unsigned i = 0; i < 8; i++) {
                rng ^= rng << 13;
                rng ^= rng >> 7;
                rng ^= rng << 17;
                w[i] = rng;
        }
        memcpy(&v, w, sizeof(v));
        return v;
}

static void as_simde(void **state)
{
        const char *env = getenv("SLUICE_TEST_SEED");
        uint64_t seed = env ? strtoull(env, NULL, 0) : (uint64_t)time(NULL);

        (void)state;
        printf("SLUICE_TEST_SEED=%llu\n", (unsigned long long)seed);
        rng = seed * 2 + 1;
        for (unsigned i = 0; i < 20000; i++) {
                __m512i a = any(), b = any(), idx = any();
                __m512i mine = emulated_permutex2var(a, idx, b);
                __m512i theirs = simde_mm512_permutex2var_epi8(a, idx, b);

                assert_memory_equal(&mine, &theirs, sizeof(mine));
                assert_true(emulated_movepi8(a) == simde_mm512_movepi8_mask(a));
                mine = emulated_set1((char)i);
                theirs = simde_mm512_set1_epi8((int8_t)i);
                assert_memory_equal(&mine, &theirs, sizeof(mine));
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(as_simde)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
