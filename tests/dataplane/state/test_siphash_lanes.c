/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_siphash_lanes.c - every variant hashes as dp_siphash13_once128() does, whatever lengths are
 * side by side, and reads nothing in front of a text or behind it. Says which variants took part.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/state/siphash_lanes.h"
#include "tests/contract/rng.h"
#include "tests/parser/guard.h"

#define BYTES_MAX 256u

static const struct dp_siphash_key key = {
    {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)}};

/* Hash them all, and compare. */
static void check(const struct dp_siphash_lanes *v, struct dp_siphash_jobs *jobs)
{
        const struct dp_siphash_jobs made = *jobs;
        struct dp_key out[DP_SIPHASH_JOBS + 1], want;

        memset(out, 0xa5, sizeof(out));
        for (unsigned i = 0; i < made.cnt; i++)
                jobs->out[i] = &out[i];
        v->run(&key, jobs);
        assert_int_equal(jobs->cnt, 0);
        for (unsigned i = 0; i < made.cnt; i++) {
                dp_siphash13_once128(&key, made.text[i], made.bytes[i], want.w);
                if (memcmp(&out[i], &want, sizeof(want)) != 0)
                        fail_msg("%s: job %u of %u, %u octets", v->name, i, made.cnt,
                                 made.bytes[i]);
        }
        assert_int_equal(out[made.cnt].w[0], UINT64_C(0xa5a5a5a5a5a5a5a5));
}

static void each_variant(void (*run)(const struct dp_siphash_lanes *v))
{
        for (unsigned i = 0; i < dp_siphash_lanes_cnt(); i++) {
                const struct dp_siphash_lanes v = dp_siphash_lanes_at(i);

                if (v.usable)
                        run(&v);
                printf("%s %s\n", v.usable ? "ran" : "skipped", v.name);
        }
}

/* All of one length, of every length, in as many lanes as there may be and more. */
static void lengths(const struct dp_siphash_lanes *v)
{
        struct rng r = rng_seeded("lengths");
        struct dp_siphash_jobs jobs = {.cnt = 0};
        uint8_t text[BYTES_MAX + DP_SIPHASH_JOBS];

        for (size_t i = 0; i < sizeof(text); i++)
                text[i] = (uint8_t)rng_next(&r);
        for (unsigned bytes = 0; bytes <= BYTES_MAX; bytes++)
                for (unsigned cnt = 0; cnt <= 36; cnt++) {
                        for (unsigned i = 0; i < cnt; i++)
                                dp_siphash_jobs_add(&jobs, text + i, bytes, NULL);
                        check(v, &jobs);
                }
}

static void test_lengths(void **state)
{
        (void)state;
        each_variant(lengths);
}

/* Random lengths side by side, each text flush against memory that may not be read: by turns in
 * front of it and behind it. */
static void mixes(const struct dp_siphash_lanes *v)
{
        struct rng r = rng_seeded("mixes");
        struct guard g = guard_create(BYTES_MAX);
        struct dp_siphash_jobs jobs = {.cnt = 0};

        for (size_t i = 0; i < g.bytes; i++)
                g.start[i] = (uint8_t)rng_next(&r);
        for (unsigned round = 0; round < 5000; round++) {
                unsigned cnt = (unsigned)rng_below(&r, DP_SIPHASH_JOBS + 1);
                uint32_t most = (uint32_t)rng_below(&r, BYTES_MAX + 1);

                for (unsigned i = 0; i < cnt; i++) {
                        uint32_t bytes = (uint32_t)rng_below(&r, most + 1);

                        bool head = rng_below(&r, 2) == 0;

                        dp_siphash_jobs_add(&jobs, head ? g.start : g.start + g.bytes - bytes,
                                            bytes, NULL);
                }
                check(v, &jobs);
        }
        guard_destroy(&g);
}

static void test_mixes(void **state)
{
        (void)state;
        each_variant(mixes);
}

/* A kernel that is forced brings its own instructions and no others. */
static void test_choice(void **state)
{
        dp_siphash_lanes_fn *best = dp_siphash_lanes_ref;

        (void)state;
        for (unsigned i = 0; i < dp_siphash_lanes_cnt(); i++) {
                const struct dp_siphash_lanes v = dp_siphash_lanes_at(i);

                if (!v.usable)
                        continue;
                assert_ptr_equal(dp_siphash_lanes_for(v.name), v.run);
                best = v.run;
        }
        assert_ptr_equal(dp_siphash_lanes_for(NULL), best);
        assert_ptr_equal(dp_siphash_lanes_for("avx2"), dp_siphash_lanes_ref);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_lengths),
            cmocka_unit_test(test_mixes),
            cmocka_unit_test(test_choice),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
