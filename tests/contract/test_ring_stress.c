/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_ring_stress.c - two threads, one ring: every record once, in order, whole.
 *
 * Built with the thread sanitizer together with the ring itself, so a missing acquire or release is
 * an error even where this processor would forgive it.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "control/contract/shm_msg.h"
#include "control/contract/shm_ring.h"
#include "tests/contract/rng.h"

#ifndef STRESS_RECORDS
#define STRESS_RECORDS 200000u
#endif
#define BYTES_MAX 1500u

struct stress {
        struct shm_ring_mem *mem;
        struct shm_ring_tail tail;
        unsigned log2;
        uint64_t seed;
        uint64_t records;
        atomic_bool failed; /* the reader gave up: so may the writer */
};

/* Length and contents of record n follow from the seed alone. */
static uint32_t bytes_of(const struct stress *s, uint64_t n)
{
        struct rng r = {s->seed + n};
        uint32_t most = shm_ring_bytes_max(1u << s->log2);

        return (uint32_t)rng_below(&r, (most < BYTES_MAX ? most : BYTES_MAX) + 1);
}

static void fill(const struct stress *s, uint64_t n, uint8_t *to, uint32_t bytes)
{
        struct rng r = {s->seed ^ ~n};
        uint64_t w = rng_next(&r);

        for (uint32_t i = 0; i < bytes; i++)
                to[i] = (uint8_t)(w >> (8 * (i % 8))) ^ (uint8_t)(i / 8);
}

static void *produce(void *arg)
{
        struct stress *s = arg;
        struct rng burst = {s->seed * 3};
        struct shm_ring_producer p;

        shm_ring_producer_init(&p, s->mem, SHM_RING_BYTES(s->log2), &s->tail);
        for (uint64_t n = 0; n < s->records;) {
                uint32_t bytes = bytes_of(s, n);
                uint8_t *to = shm_ring_reserve(&p, (uint16_t)(2 + n % 4), bytes);

                if (!to) {
                        shm_ring_commit(&p);
                        if (atomic_load_explicit(&s->failed, memory_order_relaxed))
                                return NULL;
                        sched_yield();
                        continue;
                }
                fill(s, n++, to, bytes);
                if (rng_below(&burst, 4) == 0)
                        shm_ring_commit(&p);
        }
        shm_ring_commit(&p);
        return p.lie_cnt ? NULL : s;
}

static uint64_t consume(struct stress *s)
{
        static uint8_t out[BYTES_MAX + 1];
        static uint8_t want[BYTES_MAX + 1];
        struct rng burst = {s->seed * 5};
        struct shm_ring_consumer c;
        uint64_t n = 0;

        shm_ring_consumer_init(&c, s->mem, SHM_RING_BYTES(s->log2), &s->tail);
        while (n < s->records) {
                uint32_t bytes = 0;
                uint16_t type = 0;
                int got = shm_ring_read(&c, out, sizeof(out), &type, &bytes);

                if (got == 0) {
                        shm_ring_release(&c);
                        sched_yield();
                        continue;
                }
                if (got != 1 || type != 2 + n % 4 || bytes != bytes_of(s, n))
                        break;
                fill(s, n, want, bytes);
                if (memcmp(out, want, bytes) != 0)
                        break;
                n++;
                if (rng_below(&burst, 4) == 0)
                        shm_ring_release(&c);
        }
        shm_ring_release(&c);
        return n;
}

static void exactly_once_in_order_whole(void **state)
{
        struct rng rng = rng_seeded("test_ring_stress");
        static const unsigned log2s[] = {1, 2, 4, 7, 12};

        (void)state;
        for (size_t i = 0; i < sizeof(log2s) / sizeof(log2s[0]); i++) {
                struct stress s = {
                    .log2 = log2s[i], .seed = rng_next(&rng), .records = STRESS_RECORDS / 5};
                pthread_t thread;
                void *good = NULL;
                uint64_t n;

                s.mem = aligned_alloc(SHM_CACHE_LINE, SHM_RING_BYTES(s.log2));
                assert_non_null(s.mem);
                memset(s.mem, 0, SHM_RING_BYTES(s.log2));
                assert_int_equal(pthread_create(&thread, NULL, produce, &s), 0);
                n = consume(&s);
                atomic_store(&s.failed, n != s.records);
                pthread_join(thread, &good);
                if (n != s.records)
                        fail_msg("ring of 2^%u granules: record %llu is wrong", s.log2,
                                 (unsigned long long)n);
                assert_non_null(good);
                free(s.mem);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(exactly_once_in_order_whole)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
