/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_ring_hostile.c - a peer that writes whatever it likes into its half of the ring.
 *
 *   test_ring_hostile [--ops N]     operations for each of the four parts; default 10^7 in sum
 *
 * Ring and reader's buffer stand flush against a page without access, at their end or at their
 * start by turns, and between known octets; one step outside is a crash or a changed octet.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>

#include "control/contract/shm_msg.h"
#include "control/contract/shm_ring.h"
#include "tests/contract/rng.h"

#define PAGE      4096u
#define CANARY    0x5a
#define HDR       sizeof(struct shm_ring_rec)
#define LOG2_MAX  8u
#define OUT_BYTES 4096u

static uint64_t ops = 2500000;

/* `bytes` octets flush against a closed page: the one behind when `at_end`, else the one before. */
struct fenced {
        uint8_t *map;
        size_t open; /* octets between the closed pages */
        uint8_t *at;
        size_t bytes;
};

static struct fenced fence(size_t bytes, bool at_end)
{
        struct fenced f = {.open = (bytes + PAGE - 1) / PAGE * PAGE, .bytes = bytes};

        f.map = mmap(NULL, f.open + 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        assert_true(f.map != MAP_FAILED);
        assert_int_equal(mprotect(f.map + PAGE, f.open, PROT_READ | PROT_WRITE), 0);
        memset(f.map + PAGE, CANARY, f.open);
        f.at = f.map + PAGE + (at_end ? f.open - bytes : 0);
        return f;
}

static void unfence(struct fenced *f)
{
        for (uint8_t *p = f->map + PAGE; p < f->map + PAGE + f->open; p++) {
                if ((p < f->at || p >= f->at + f->bytes) && *p != CANARY)
                        fail_msg("octet %td outside was written", p - f->at);
        }
        munmap(f->map, f->open + 2 * PAGE);
}

struct arena {
        struct fenced ring;
        struct fenced tail;
        struct fenced out;
        struct shm_ring_mem *mem;
        struct shm_ring_tail *tail_mem;
        uint32_t capacity;
        size_t out_cap;
};

static struct arena arena_new(struct rng *rng)
{
        unsigned log2 = 1 + (unsigned)rng_below(rng, LOG2_MAX);
        bool at_end = rng_below(rng, 2);
        struct arena a = {.capacity = 1u << log2};

        a.out_cap = rng_below(rng, 4) ? OUT_BYTES : rng_below(rng, 200);
        a.ring = fence(SHM_RING_BYTES(log2), at_end);
        a.tail = fence(sizeof(struct shm_ring_tail), at_end);
        a.out = fence(a.out_cap + 1, true); /* never empty: a pointer to it must exist */
        a.out.at++;
        a.out.bytes--;
        a.mem = (void *)a.ring.at;
        a.tail_mem = (void *)a.tail.at;
        memset(a.mem, 0, SHM_RING_BYTES(log2));
        memset(a.tail_mem, 0, sizeof(*a.tail_mem));
        return a;
}

static void arena_free(struct arena *a)
{
        unfence(&a->ring);
        unfence(&a->tail);
        unfence(&a->out);
}

/* A number near one that matters. */
static uint64_t near(struct rng *rng, uint64_t n)
{
        switch (rng_below(rng, 8)) {
        case 0:
                return rng_next(rng);
        case 1:
                return n - 1;
        case 2:
                return n + 1;
        case 3:
                return n + rng_below(rng, 300);
        case 4:
                return n ^ (UINT64_C(1) << rng_below(rng, 64));
        default:
                return n;
        }
}

/* Write one header, mostly almost right, and a head, mostly almost right. */
static void lie_as_producer(const struct arena *a, const struct shm_ring_consumer *c,
                            struct rng *rng)
{
        uint64_t off = c->tail & (a->capacity - 1);
        uint64_t left = (a->capacity - off) * SHM_GRANULE - HDR;
        bool pad = rng_below(rng, 6) == 0;
        struct shm_ring_rec rec = {.seq = rng_below(rng, 16) ? c->seq : near(rng, c->seq)};
        uint64_t span;

        switch (rng_below(rng, 4)) {
        case 0:
                rec.bytes = (uint32_t)near(rng, left);
                break;
        case 1:
                rec.bytes = (uint32_t)near(rng, shm_ring_bytes_max(a->capacity));
                break;
        case 2:
                rec.bytes = (uint32_t)near(rng, a->out_cap);
                break;
        default:
                rec.bytes = (uint32_t)rng_below(rng, 200);
        }
        if (pad)
                rec.bytes = (uint32_t)left;
        rec.type = pad ? SHM_REC_PAD : (uint16_t)(rng_below(rng, 16) ? 2 : rng_next(rng));
        rec.reserved = rng_below(rng, 32) ? 0 : (uint16_t)rng_next(rng);
        memcpy(&a->mem->data[off * SHM_GRANULE], &rec, sizeof(rec));
        if (rng_below(rng, 16) == 0) {
                size_t at = rng_below(rng, a->capacity * SHM_GRANULE - 7);
                uint64_t noise = rng_next(rng);

                memcpy(&a->mem->data[at], &noise, 8);
        }
        span = ((uint64_t)rec.bytes + HDR + SHM_GRANULE - 1) / SHM_GRANULE;
        if (rng_below(rng, 4) == 0)
                span = a->capacity;
        atomic_store_explicit(&a->mem->head,
                              rng_below(rng, 8) ? c->tail + span : near(rng, c->tail + span),
                              memory_order_relaxed);
}

/* One read, and what must hold after it whatever the memory said. Returns what it returned. */
static int judge_read(const struct arena *a, struct shm_ring_consumer *c)
{
        uint64_t before = c->tail;
        uint16_t type = 0;
        uint32_t bytes = 0;
        int was_broken = (int)c->broken;
        int got = shm_ring_read(c, a->out.at, a->out_cap, &type, &bytes);

        assert_true(got == 0 || got == 1 || got == -EMSGSIZE || got == -EBADMSG);
        if (was_broken)
                assert_int_equal(got, -EBADMSG);
        if (got == 1)
                assert_true(bytes <= a->out_cap);
        if (got == 1 || got == -EMSGSIZE) {
                assert_true(bytes <= shm_ring_bytes_max(a->capacity));
                assert_true(type != 0 && type != SHM_REC_PAD);
                assert_true(c->tail != before);
        }
        assert_true(c->tail - before <= a->capacity);
        assert_true(c->head - c->tail <= a->capacity);
        assert_int_equal(c->capacity, a->capacity);
        assert_int_equal(got == -EBADMSG, c->broken);
        /* Whatever a check lets through may be used as an index. */
        if (got == 1 && shm_reply_check(a->out.at, bytes)) {
                struct shm_reply reply;

                memcpy(&reply, a->out.at, sizeof(reply));
                assert_true(reply.action < SHM_ACTION_CNT && reply.reason < SHM_REASONS_MAX);
        }
        if (got == 1 && shm_request_check(a->out.at, bytes)) {
                struct shm_request q;

                memcpy(&q, a->out.at, sizeof(q));
                assert_true(sizeof(q) + q.msg_len == bytes && q.cls < SHM_CLASS_CNT);
        }
        return got;
}

static void consumer_start(const struct arena *a, struct shm_ring_consumer *c, struct rng *rng)
{
        uint64_t at = rng_below(rng, 2) ? 0 : -rng_below(rng, 2 * a->capacity);

        assert_int_equal(shm_ring_consumer_init(
                             c, a->mem, SHM_RING_BYTES(0) - SHM_GRANULE + a->capacity * SHM_GRANULE,
                             a->tail_mem),
                         0);
        c->head = c->tail = c->released = at;
        atomic_store(&a->mem->head, at);
}

static void hostile_producer(void **state)
{
        struct rng rng = rng_seeded("hostile producer");
        uint64_t told[3] = {0};

        (void)state;
        for (uint64_t n = 0; n < ops;) {
                struct arena a = arena_new(&rng);
                struct shm_ring_consumer c;

                consumer_start(&a, &c, &rng);
                for (unsigned i = 0; i < 5000 && n < ops; i++, n++) {
                        int got;

                        lie_as_producer(&a, &c, &rng);
                        got = judge_read(&a, &c);
                        told[got == -EBADMSG ? 2 : got != 0]++;
                        shm_ring_release(&c);
                        if (got == -EBADMSG && rng_below(&rng, 8))
                                consumer_start(&a, &c, &rng); /* the next incarnation */
                }
                arena_free(&a);
        }
        print_message("%llu empty, %llu records, %llu broken\n", (unsigned long long)told[0],
                      (unsigned long long)told[1], (unsigned long long)told[2]);
        assert_true(told[0] && told[1] > ops / 100 && told[2] > ops / 100);
}

/* One reservation and what must hold after it; writes all of what was granted. */
static bool judge_reserve(const struct arena *a, struct shm_ring_producer *p, uint32_t bytes)
{
        const uint8_t *data = a->mem->data;
        uint64_t tail = p->tail;
        uint8_t *to = shm_ring_reserve(p, SHM_REC_REPLY, bytes);

        assert_true(p->tail - tail <= p->published - tail); /* never back, never beyond */
        assert_true(p->head - p->tail <= a->capacity);
        assert_int_equal(p->capacity, a->capacity);
        if (!to)
                return false;
        assert_true(to >= data + HDR && (size_t)(to - data) % SHM_GRANULE == HDR);
        assert_true((size_t)(to - data) + bytes <= a->capacity * SHM_GRANULE);
        memset(to, 0xcc, bytes);
        return true;
}

static void producer_start(const struct arena *a, struct shm_ring_producer *p, struct rng *rng)
{
        uint64_t at = rng_below(rng, 2) ? 0 : -rng_below(rng, 2 * a->capacity);

        assert_int_equal(shm_ring_producer_init(
                             p, a->mem, SHM_RING_BYTES(0) - SHM_GRANULE + a->capacity * SHM_GRANULE,
                             a->tail_mem),
                         0);
        p->head = p->published = p->tail = at;
        atomic_store(&a->tail_mem->tail, at);
}

static void hostile_consumer(void **state)
{
        struct rng rng = rng_seeded("hostile consumer");
        uint64_t granted = 0;
        uint64_t lies = 0;

        (void)state;
        for (uint64_t n = 0; n < ops;) {
                struct arena a = arena_new(&rng);
                struct shm_ring_producer p;

                producer_start(&a, &p, &rng);
                for (unsigned i = 0; i < 5000 && n < ops; i++, n++) {
                        uint64_t tail = p.tail + rng_below(&rng, p.published - p.tail + 1);
                        uint32_t most = shm_ring_bytes_max(a.capacity);

                        atomic_store_explicit(&a.tail_mem->tail,
                                              rng_below(&rng, 2) ? tail : near(&rng, tail),
                                              memory_order_relaxed);
                        granted +=
                            judge_reserve(&a, &p,
                                          (uint32_t)(rng_below(&rng, 16) ? rng_below(&rng, most + 2)
                                                                         : rng_next(&rng)));
                        if (rng_below(&rng, 2))
                                shm_ring_commit(&p);
                        assert_true(shm_ring_free(&p) <= a.capacity);
                }
                lies += p.lie_cnt;
                arena_free(&a);
        }
        print_message("%llu granted, %llu tails refused\n", (unsigned long long)granted,
                      (unsigned long long)lies);
        assert_true(granted > ops / 100 && lies > ops / 100);
}

/* A second thread that scribbles while the first works: what is checked is not what is there. It
 * knows where its victim stands, so that many of its lies are nearly true. */
struct vandal {
        const struct arena *a;
        bool producer; /* plays the producer: owns the ring; else the consumer: owns the tail */
        uint64_t seed;
        _Atomic uint64_t victim_at; /* granule that the victim works on next */
        _Atomic uint64_t victim_seq;
        atomic_bool stop;
};

static void scribble_ring(const struct vandal *v, struct rng *rng)
{
        _Atomic uint64_t *data = (void *)v->a->mem->data;
        uint64_t at = atomic_load_explicit(&v->victim_at, memory_order_relaxed);
        uint64_t seq = atomic_load_explicit(&v->victim_seq, memory_order_relaxed);
        size_t word = (at & (v->a->capacity - 1)) * (SHM_GRANULE / 8);

        switch (rng_below(rng, 8)) {
        case 0:
                atomic_store_explicit(&data[rng_below(rng, v->a->capacity * SHM_GRANULE / 8)],
                                      rng_next(rng), memory_order_relaxed);
                break;
        case 1:
        case 2:
                atomic_store_explicit(&data[word], seq + rng_below(rng, 2), memory_order_relaxed);
                break;
        case 3:
                atomic_store_explicit(&v->a->mem->head, near(rng, at + rng_below(rng, 9)),
                                      memory_order_relaxed);
                break;
        case 4:
                atomic_store_explicit(&v->a->mem->head, at + rng_below(rng, v->a->capacity + 1),
                                      memory_order_relaxed);
                break;
        default: /* type and length of a reply, more or less */
                atomic_store_explicit(&data[word + 1],
                                      (uint64_t)SHM_REC_REPLY << 32 | near(rng, 24),
                                      memory_order_relaxed);
        }
}

static void *scribble(void *arg)
{
        struct vandal *v = arg;
        struct rng rng = {v->seed};

        while (!atomic_load_explicit(&v->stop, memory_order_relaxed)) {
                uint64_t at = atomic_load_explicit(&v->victim_at, memory_order_relaxed);

                if (v->producer)
                        scribble_ring(v, &rng);
                else
                        atomic_store_explicit(&v->a->tail_mem->tail,
                                              near(&rng, at - rng_below(&rng, v->a->capacity)),
                                              memory_order_relaxed);
        }
        return NULL;
}

static uint64_t read_under(struct vandal *v, uint64_t share, struct rng *rng)
{
        struct shm_ring_consumer c;
        uint64_t good = 0;

        consumer_start(v->a, &c, rng);
        for (uint64_t n = 0; n < share; n++) {
                int got;

                atomic_store_explicit(&v->victim_at, c.tail, memory_order_relaxed);
                atomic_store_explicit(&v->victim_seq, c.seq, memory_order_relaxed);
                got = judge_read(v->a, &c);
                good += got == 1;
                if (n % 16384 == 0)
                        sched_yield(); /* on one core the vandal must have its turn */
                shm_ring_release(&c);
                if (got == -EBADMSG) { /* go on where the next lie may be believed */
                        c.broken = 0;
                        c.head = c.tail;
                }
        }
        return good;
}

static uint64_t write_under(struct vandal *v, uint64_t share, struct rng *rng)
{
        struct shm_ring_producer p;
        uint64_t good = 0;

        producer_start(v->a, &p, rng);
        for (uint64_t n = 0; n < share; n++) {
                good += judge_reserve(v->a, &p, (uint32_t)rng_below(rng, v->a->capacity * 40));
                shm_ring_commit(&p);
                atomic_store_explicit(&v->victim_at, p.published, memory_order_relaxed);
        }
        return good;
}

/* Returns how often there was a record, or room for one. */
static uint64_t against_vandal(struct rng *rng, uint64_t share, bool producer)
{
        struct arena a = arena_new(rng);
        struct vandal v = {.a = &a, .producer = producer, .seed = rng_next(rng)};
        pthread_t thread;
        uint64_t good;

        assert_int_equal(pthread_create(&thread, NULL, scribble, &v), 0);
        good = producer ? read_under(&v, share, rng) : write_under(&v, share, rng);
        atomic_store(&v.stop, true);
        pthread_join(thread, NULL);
        arena_free(&a);
        return good;
}

static void vandal_as_producer(void **state)
{
        struct rng rng = rng_seeded("vandal as producer");
        uint64_t good = 0;

        (void)state;
        for (unsigned i = 0; i < 50; i++)
                good += against_vandal(&rng, ops / 50, true);
        print_message("%llu records taken\n", (unsigned long long)good);
        assert_true(good > 0);
}

static void vandal_as_consumer(void **state)
{
        struct rng rng = rng_seeded("vandal as consumer");
        uint64_t good = 0;

        (void)state;
        for (unsigned i = 0; i < 50; i++)
                good += against_vandal(&rng, ops / 50, false);
        print_message("%llu reservations granted\n", (unsigned long long)good);
        assert_true(good > 0);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(hostile_producer),
            cmocka_unit_test(hostile_consumer),
            cmocka_unit_test(vandal_as_producer),
            cmocka_unit_test(vandal_as_consumer),
        };

        if (argc == 3 && strcmp(argv[1], "--ops") == 0)
                ops = strtoull(argv[2], NULL, 0);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
