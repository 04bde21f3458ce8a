/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_limits_threads.c - exactness: what 1, 2 and 4 threads admit together is what the rate says,
 * plus or minus one, while a million other keys are live. IPv4 and IPv6, one key and nested ones.
 *
 * Time is a number that all threads share. SLUICE_OTHER_KEYS sets how many other keys there are.
 */
#include <inttypes.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/state/limits.h"
#include "dataplane/state/source.h"
#include "tests/contract/rng.h"

#define SECOND      UINT64_C(1000000000)
#define START       (UINT64_C(1790000000) * SECOND)
#define THREADS_MAX 4u

static struct dp_limits *limits;
static struct dp_siphash_key seed;
static unsigned long other_keys = 1000000;

/* ---- threads that begin together ---- */

struct crew {
        void *(*work)(void *);
        unsigned threads;
        pthread_barrier_t barrier;
};

struct worker {
        struct crew *crew;
        unsigned index;
        uint64_t admitted;
};

static void crew_run(struct crew *crew, struct worker workers[THREADS_MAX])
{
        pthread_t ids[THREADS_MAX];

        assert_int_equal(pthread_barrier_init(&crew->barrier, NULL, crew->threads), 0);
        for (unsigned i = 0; i < crew->threads; i++) {
                workers[i] = (struct worker){.crew = crew, .index = i};
                assert_int_equal(pthread_create(&ids[i], NULL, crew->work, &workers[i]), 0);
        }
        for (unsigned i = 0; i < crew->threads; i++)
                assert_int_equal(pthread_join(ids[i], NULL), 0);
        pthread_barrier_destroy(&crew->barrier);
}

static uint64_t sum(const struct worker workers[THREADS_MAX], unsigned threads)
{
        uint64_t n = 0;

        for (unsigned i = 0; i < threads; i++)
                n += workers[i].admitted;
        return n;
}

static struct dp_key endpoint(bool v6, uint32_t host)
{
        struct shm_ip ip = {{[10] = 0xff, [11] = 0xff}};
        struct dp_source s;

        if (v6)
                ip = (struct shm_ip){{0x20, 1, 0xd, 0xb8}};
        memcpy(ip.b + 12, &host, sizeof(host));
        dp_source_of(&seed, &ip, 5060, &s);
        return s.endpoint;
}

static struct dp_limit_claim claim_of(bool v6, uint32_t host, uint64_t events, uint64_t span_ns,
                                      uint64_t burst)
{
        const struct dp_key key = endpoint(v6, host);
        const struct dp_rate rate = dp_rate_make(events, span_ns, burst);

        return dp_limits_claim(limits, &key, &rate, 0);
}

static int setup(void **state)
{
        struct rng rng = rng_seeded("limits");

        (void)state;
        limits = dp_limits_create(2097152); /* 256 MiB */
        if (limits == NULL)
                return -1;
        seed = (struct dp_siphash_key){{rng_next(&rng), rng_next(&rng)}};
        for (uint32_t i = 0; i < other_keys; i++) {
                struct dp_limit_claim c =
                    claim_of(i % 2 != 0, 0x10000000u + i, 1, 3600 * SECOND, 1);

                assert_int_equal(dp_limits_charge(limits, &c, START), DP_LIMIT_OK);
        }
        return 0;
}

static int teardown(void **state)
{
        struct dp_table_census census = {0};

        (void)state;
        dp_limits_count(limits, 0, dp_limits_sets(limits), START, &census);
        print_message("%" PRIu64 " keys live at the end, %" PRIu64 " full sets, fullest %u\n",
                      census.live[0], census.full_sets, census.fullest_set);
        dp_limits_destroy(limits);
        return census.live[0] < other_keys;
}

/* ---- one key, over a window ---- */

#define WINDOW_NS (2 * SECOND)
#define TICK_NS   UINT64_C(100000)

static struct dp_limit_claim window_claim;
static _Atomic uint64_t clock_ns;

/* The first thread moves time; each asks more than once a tick, and until nothing is left. */
static void *window_work(void *arg)
{
        struct worker *w = arg;
        uint64_t now;

        pthread_barrier_wait(&w->crew->barrier);
        do {
                now = atomic_load(&clock_ns);
                for (unsigned i = 0; i < 3; i++)
                        w->admitted += dp_limits_charge(limits, &window_claim, now) == DP_LIMIT_OK;
                if (w->index == 0)
                        atomic_store(&clock_ns, now + TICK_NS);
        } while (now < START + WINDOW_NS);
        while (dp_limits_charge(limits, &window_claim, START + WINDOW_NS) == DP_LIMIT_OK)
                w->admitted++;
        return NULL;
}

static void test_window(void **state)
{
        (void)state;
        for (unsigned threads = 1; threads <= THREADS_MAX; threads *= 2) {
                for (unsigned v6 = 0; v6 < 2; v6++) {
                        struct crew crew = {.work = window_work, .threads = threads};
                        struct worker workers[THREADS_MAX];
                        const uint64_t rate = 5000, burst = 100;
                        uint64_t want = burst + rate * WINDOW_NS / SECOND;

                        window_claim = claim_of(v6 != 0, threads, rate, SECOND, burst);
                        atomic_store(&clock_ns, START);
                        crew_run(&crew, workers);
                        uint64_t got = sum(workers, threads);

                        print_message("%u threads, IPv%c: admitted %" PRIu64 ", configured %" PRIu64
                                      "\n",
                                      threads, v6 ? '6' : '4', got, want);
                        assert_in_range(got, want - 1, want + 1);
                }
        }
}

/* ---- many keys, each new to all threads at the same moment ---- */

#define FRESH_KEYS  20000u
#define FRESH_BURST 5u

static bool fresh_nested;
static uint32_t fresh_base;

static void *fresh_work(void *arg)
{
        struct worker *w = arg;

        for (uint32_t i = 0; i < FRESH_KEYS; i++) {
                const struct dp_limit_claim claims[2] = {
                    claim_of(i % 2 != 0, fresh_base + i, 1, 3600 * SECOND, FRESH_BURST),
                    claim_of(false, fresh_base + 0x8000000u + i / 2, 1, 3600 * SECOND, FRESH_BURST),
                };
                unsigned refused;

                if (i % 64 == 0)
                        pthread_barrier_wait(&w->crew->barrier);
                for (unsigned n = 0; n < FRESH_BURST; n++) {
                        if (fresh_nested)
                                w->admitted += dp_limits_charge_all(limits, claims, 2, START,
                                                                    &refused) == DP_LIMIT_OK;
                        else
                                w->admitted +=
                                    dp_limits_charge(limits, &claims[0], START) == DP_LIMIT_OK;
                }
        }
        return NULL;
}

/* Two entries for one key would admit more than the burst. */
static void test_no_key_twice(void **state)
{
        struct crew crew = {.work = fresh_work, .threads = THREADS_MAX};
        struct worker workers[THREADS_MAX];
        struct dp_table_census before = {0}, after = {0};

        (void)state;
        fresh_nested = false;
        fresh_base = 0x60000000;
        dp_limits_count(limits, 0, dp_limits_sets(limits), START, &before);
        crew_run(&crew, workers);
        dp_limits_count(limits, 0, dp_limits_sets(limits), START, &after);
        assert_int_equal(sum(workers, THREADS_MAX), FRESH_KEYS * FRESH_BURST);
        assert_int_equal(after.live[0] - before.live[0], FRESH_KEYS);
}

/* Nested: two narrow keys share a wide one, so the wide one's burst is all that passes, and what
 * one key has charged and another refused is given back. */
static void test_nested(void **state)
{
        struct crew crew = {.work = fresh_work, .threads = THREADS_MAX};
        struct worker workers[THREADS_MAX];
        const uint64_t most = FRESH_KEYS / 2 * FRESH_BURST;
        uint64_t got, left = 0;

        (void)state;
        fresh_nested = true;
        fresh_base = 0x70000000;
        crew_run(&crew, workers);
        got = sum(workers, THREADS_MAX);
        for (uint32_t i = 0; i < FRESH_KEYS; i++) {
                const struct dp_limit_claim c =
                    claim_of(i % 2 != 0, fresh_base + i, 1, 3600 * SECOND, FRESH_BURST);

                left += dp_limits_left(&c, START);
        }
        print_message("nested: admitted %" PRIu64 " of %" PRIu64 "\n", got, most);
        assert_true(got <= most);
        assert_true(got >= most - most / 100);
        assert_int_equal(left, FRESH_KEYS * FRESH_BURST - got);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_window),
            cmocka_unit_test(test_no_key_twice),
            cmocka_unit_test(test_nested),
        };
        const char *given = getenv("SLUICE_OTHER_KEYS");

        if (given != NULL)
                other_keys = strtoul(given, NULL, 10);
        return cmocka_run_group_tests(tests, setup, teardown);
}
