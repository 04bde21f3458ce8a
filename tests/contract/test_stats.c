/* SPDX-License-Identifier: Apache-2.0 */
/* test_stats.c - a reader gets one coherent moment, whatever the writer does meanwhile. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "control/contract/shm_stats.h"

#define MOMENTS 2000u
#define READS   2000u

static struct shm_stats_page page;
static atomic_bool stop;

static void sums(void **state)
{
        struct shm_counters a = {0};
        struct shm_counters b;

        (void)state;
        a.received = 100;
        a.sent = 1;
        a.observed = 2;
        a.consumed = 4;
        a.held_pending = 8;
        a.held_reassembly = 16;
        a.dropped[SHM_REASON_BANNED] = 32;
        a.dropped[SHM_REASONS_MAX - 1] = 64;
        a.passed[1] = 1000; /* no part of the equation */
        a.by_code_class[7] = 5;
        assert_int_equal(shm_counters_dropped(&a), 96);
        assert_int_equal(shm_counters_accounted(&a), 127);
        b = a;
        shm_counters_add(&a, &b);
        assert_int_equal(a.received, 200);
        assert_int_equal(a.dropped[SHM_REASONS_MAX - 1], 128);
        assert_int_equal(a.by_code_class[7], 10);
        assert_int_equal(shm_counters_accounted(&a), 254);
}

static void what_goes_in_comes_out(void **state)
{
        struct shm_counters in;
        struct shm_counters out;
        uint64_t *w = (uint64_t *)(void *)&in;
        uint64_t at = 0;

        (void)state;
        memset(&page, 0, sizeof(page));
        assert_int_equal(shm_stats_read(&page, &out, &at), 0);
        assert_int_equal(out.received, 0);
        for (size_t i = 0; i < SHM_COUNTER_WORDS; i++)
                w[i] = i * 3 + 1;
        shm_stats_publish(&page, &in, 77);
        assert_int_equal(shm_stats_read(&page, &out, &at), 0);
        assert_memory_equal(&in, &out, sizeof(in));
        assert_int_equal(at, 77);
        assert_int_equal(shm_stats_read(&page, &out, NULL), 0);
}

static void an_abandoned_page_says_so_and_is_taken_over(void **state)
{
        struct shm_counters c = {.received = 5};
        struct shm_counters out;

        (void)state;
        memset(&page, 0, sizeof(page));
        atomic_store(&page.seq, 41); /* died in the middle of a copy */
        assert_int_equal(shm_stats_read(&page, &out, NULL), -EAGAIN);
        shm_stats_publish(&page, &c, 1);
        assert_int_equal(shm_stats_read(&page, &out, NULL), 0);
        assert_int_equal(out.received, 5);
        atomic_store(&page.seq, UINT64_MAX); /* and at the end of all numbers */
        shm_stats_publish(&page, &c, 1);
        assert_int_equal(atomic_load(&page.seq), 0);
        assert_int_equal(shm_stats_read(&page, &out, NULL), 0);
}

static void *writer(void *arg)
{
        struct shm_counters c;
        uint64_t *w = (uint64_t *)(void *)&c;

        (void)arg;
        for (uint64_t k = 1; k <= MOMENTS || !atomic_load(&stop); k++) {
                for (size_t i = 0; i < SHM_COUNTER_WORDS; i++)
                        w[i] = k;
                shm_stats_publish(&page, &c, k);
        }
        return NULL;
}

static void every_read_is_one_moment(void **state)
{
        pthread_t thread;
        uint64_t last = 0;
        unsigned good = 0;

        (void)state;
        memset(&page, 0, sizeof(page));
        atomic_store(&stop, false);
        assert_int_equal(pthread_create(&thread, NULL, writer, NULL), 0);
        for (unsigned n = 0; n < READS; n++) {
                struct shm_counters out;
                const uint64_t *w = (const uint64_t *)(const void *)&out;
                uint64_t at = 0;

                if (shm_stats_read(&page, &out, &at) != 0)
                        continue;
                good++;
                for (size_t i = 0; i < SHM_COUNTER_WORDS; i++) {
                        if (w[i] != at)
                                fail_msg("word %zu of moment %llu in moment %llu", i,
                                         (unsigned long long)w[i], (unsigned long long)at);
                }
                assert_true(at >= last);
                last = at;
        }
        atomic_store(&stop, true);
        pthread_join(thread, NULL);
        print_message("%u of %u reads under a writer that never rests\n", good, READS);
        assert_true(good > 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(sums),
            cmocka_unit_test(what_goes_in_comes_out),
            cmocka_unit_test(an_abandoned_page_says_so_and_is_taken_over),
            cmocka_unit_test(every_read_is_one_moment),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
