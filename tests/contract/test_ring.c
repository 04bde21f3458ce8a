/* SPDX-License-Identifier: Apache-2.0 */
/* test_ring.c - one thread, both ends: each rule of shm_ring.h by itself, then random rounds
 * against a model. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "control/contract/shm_msg.h"
#include "control/contract/shm_ring.h"
#include "tests/contract/rng.h"

#define HDR sizeof(struct shm_ring_rec)

struct pair {
        struct shm_ring_mem *mem;
        struct shm_ring_tail *tail;
        struct shm_ring_producer p;
        struct shm_ring_consumer c;
        uint8_t out[1 << 17];
        uint16_t type;
        uint32_t bytes;
};

static struct pair *pair_new(unsigned log2)
{
        struct pair *r = calloc(1, sizeof(*r));

        assert_non_null(r);
        r->mem = aligned_alloc(SHM_CACHE_LINE, SHM_RING_BYTES(log2));
        r->tail = aligned_alloc(SHM_CACHE_LINE, sizeof(*r->tail));
        assert_non_null(r->mem);
        assert_non_null(r->tail);
        memset(r->mem, 0, SHM_RING_BYTES(log2));
        memset(r->tail, 0, sizeof(*r->tail));
        assert_int_equal(shm_ring_producer_init(&r->p, r->mem, SHM_RING_BYTES(log2), r->tail), 0);
        assert_int_equal(shm_ring_consumer_init(&r->c, r->mem, SHM_RING_BYTES(log2), r->tail), 0);
        return r;
}

static void pair_free(struct pair *r)
{
        free(r->mem);
        free(r->tail);
        free(r);
}

/* Start both ends, and the memory, at granule `at` instead of 0. */
static void pair_start_at(struct pair *r, uint64_t at)
{
        atomic_store(&r->mem->head, at);
        atomic_store(&r->tail->tail, at);
        r->p.head = r->p.published = r->p.tail = at;
        r->c.head = r->c.tail = r->c.released = at;
}

static int get(struct pair *r)
{
        return shm_ring_read(&r->c, r->out, sizeof(r->out), &r->type, &r->bytes);
}

static void *put(struct pair *r, uint16_t type, uint32_t bytes, uint8_t fill)
{
        void *to = shm_ring_reserve(&r->p, type, bytes);

        if (to)
                memset(to, fill, bytes);
        return to;
}

static void init_refuses(void **state)
{
        static _Alignas(64) uint8_t mem[SHM_RING_BYTES(4)];
        static struct shm_ring_tail tail;
        struct shm_ring_tail *odd = (void *)((char *)&tail + 8);
        struct shm_ring_producer p;
        struct shm_ring_consumer c;

        (void)state;
        assert_int_equal(shm_ring_producer_init(&p, NULL, sizeof(mem), &tail), -EINVAL);
        assert_int_equal(shm_ring_producer_init(&p, mem + 8, sizeof(mem) - 8, &tail), -EINVAL);
        assert_int_equal(shm_ring_producer_init(&p, mem, 0, &tail), -EINVAL);
        assert_int_equal(shm_ring_producer_init(&p, mem, SHM_RING_BYTES(1) - 1, &tail), -EINVAL);
        assert_int_equal(shm_ring_producer_init(&p, mem, sizeof(mem), NULL), -EINVAL);
        assert_int_equal(shm_ring_producer_init(&p, mem, sizeof(mem), odd), -EINVAL);
        assert_int_equal(shm_ring_consumer_init(&c, NULL, sizeof(mem), &tail), -EINVAL);
        assert_int_equal(shm_ring_consumer_init(&c, mem + 32, sizeof(mem) - 32, &tail), -EINVAL);
        assert_int_equal(shm_ring_consumer_init(&c, mem, SHM_RING_BYTES(1) - 1, &tail), -EINVAL);
        assert_int_equal(shm_ring_consumer_init(&c, mem, sizeof(mem), odd), -EINVAL);

        assert_int_equal(shm_ring_producer_init(&p, mem, SHM_RING_BYTES(1), &tail), 0);
        assert_int_equal(p.capacity, 2);
        assert_int_equal(shm_ring_producer_init(&p, mem, SHM_RING_BYTES(4) - 1, &tail), 0);
        assert_int_equal(p.capacity, 8);
        assert_int_equal(shm_ring_consumer_init(&c, mem, SHM_RING_BYTES(4) + 63, &tail), 0);
        assert_int_equal(c.capacity, 16);
        assert_int_equal(shm_ring_consumer_init(&c, mem, SIZE_MAX, &tail), 0);
        assert_int_equal(c.capacity, 1u << 31);
}

static void one_record(void **state)
{
        struct pair *r = pair_new(4);
        void *to;

        (void)state;
        assert_int_equal(get(r), 0);
        to = put(r, SHM_REC_REQUEST, 33, 0xab);
        assert_non_null(to);
        assert_int_equal((uintptr_t)to % 16, 0);
        assert_int_equal(get(r), 0); /* not committed */
        shm_ring_commit(&r->p);
        assert_int_equal(get(r), 1);
        assert_int_equal(r->type, SHM_REC_REQUEST);
        assert_int_equal(r->bytes, 33);
        for (unsigned i = 0; i < 33; i++)
                assert_int_equal(r->out[i], 0xab);
        assert_int_equal(r->out[33], 0);
        assert_int_equal(get(r), 0);
        assert_non_null(put(r, SHM_REC_TABLE, 0, 0)); /* nothing is something, too */
        shm_ring_commit(&r->p);
        assert_int_equal(get(r), 1);
        assert_int_equal(r->type, SHM_REC_TABLE);
        assert_int_equal(r->bytes, 0);
        pair_free(r);
}

static void full_until_released(void **state)
{
        struct pair *r = pair_new(3);

        (void)state;
        assert_int_equal(shm_ring_free(&r->p), 8);
        for (unsigned i = 0; i < 8; i++)
                assert_non_null(put(r, SHM_REC_REPLY, 48, (uint8_t)i));
        assert_null(put(r, SHM_REC_REPLY, 0, 0));
        assert_int_equal(r->p.full_cnt, 1);
        assert_int_equal(shm_ring_free(&r->p), 0);
        shm_ring_commit(&r->p);
        for (unsigned i = 0; i < 5; i++) {
                assert_int_equal(get(r), 1);
                assert_int_equal(r->out[0], i);
        }
        assert_null(put(r, SHM_REC_REPLY, 0, 0)); /* read, but not yet released */
        shm_ring_release(&r->c);
        assert_int_equal(shm_ring_free(&r->p), 5);
        assert_null(put(r, SHM_REC_REPLY, 5 * 64, 0)); /* room, but more than half the ring */
        assert_non_null(put(r, SHM_REC_REPLY, 4 * 64 - HDR, 9));
        assert_non_null(put(r, SHM_REC_REPLY, 48, 10));
        assert_null(put(r, SHM_REC_REPLY, 48, 0));
        shm_ring_commit(&r->p);
        for (unsigned i = 5; i < 8; i++)
                assert_int_equal(get(r), 1);
        assert_int_equal(get(r), 1);
        assert_int_equal(r->bytes, 4 * 64 - HDR);
        assert_int_equal(r->out[r->bytes - 1], 9);
        assert_int_equal(get(r), 1);
        assert_int_equal(r->out[0], 10);
        assert_int_equal(get(r), 0);
        shm_ring_release(&r->c);
        assert_int_equal(shm_ring_free(&r->p), 8);
        assert_int_equal(r->p.lie_cnt + r->c.lie_cnt, 0);
        pair_free(r);
}

static void longest_record_fits_from_every_position(void **state)
{
        (void)state;
        for (unsigned log2 = 1; log2 <= 6; log2++) {
                for (uint64_t at = 0; at < UINT64_C(1) << log2; at++) {
                        struct pair *r = pair_new(log2);
                        uint32_t most = shm_ring_bytes_max(r->p.capacity);

                        pair_start_at(r, UINT64_MAX - 2 * r->p.capacity + 1 + at);
                        assert_int_equal(most, (64u << log2) / 2 - HDR);
                        assert_null(put(r, SHM_REC_EVENT, most + 1, 0));
                        assert_null(put(r, SHM_REC_EVENT, UINT32_MAX, 0));
                        assert_int_equal(r->p.full_cnt, 0); /* too long is not too full */
                        for (unsigned round = 0; round < 9; round++) { /* over the 64-bit end */
                                assert_non_null(put(r, SHM_REC_EVENT, most, (uint8_t)round));
                                shm_ring_commit(&r->p);
                                assert_int_equal(get(r), 1);
                                assert_int_equal(r->bytes, most);
                                assert_int_equal(r->out[most - 1], round);
                                shm_ring_release(&r->c);
                        }
                        pair_free(r);
                }
        }
}

static void a_record_never_wraps(void **state)
{
        struct pair *r = pair_new(3);
        void *to;

        (void)state;
        for (unsigned i = 0; i < 3; i++)
                assert_non_null(put(r, SHM_REC_REPLY, 2 * 64 - HDR, 1));
        shm_ring_commit(&r->p);
        for (unsigned i = 0; i < 3; i++)
                assert_int_equal(get(r), 1);
        shm_ring_release(&r->c);
        to = put(r, SHM_REC_REPLY, 3 * 64 - HDR, 7); /* 2 left: a pad, then from the start */
        assert_ptr_equal(to, r->mem->data + HDR);
        assert_int_equal(shm_ring_free(&r->p), 3);
        shm_ring_commit(&r->p);
        assert_int_equal(get(r), 1);
        assert_int_equal(r->bytes, 3 * 64 - HDR);
        assert_int_equal(r->out[0], 7);
        assert_int_equal(r->c.seq, 5); /* the pad has a number as well */
        pair_free(r);
}

static void reserve_refuses_types_of_its_own(void **state)
{
        struct pair *r = pair_new(4);

        (void)state;
        assert_null(put(r, 0, 8, 0));
        assert_null(put(r, SHM_REC_PAD, 8, 0));
        assert_non_null(put(r, UINT16_MAX, 8, 1)); /* a newer peer's: the reader's affair */
        shm_ring_commit(&r->p);
        assert_int_equal(get(r), 1);
        assert_int_equal(r->type, UINT16_MAX);
        pair_free(r);
}

static void too_long_for_the_reader_is_skipped(void **state)
{
        struct pair *r = pair_new(5);
        uint8_t small[8];

        (void)state;
        memset(small, 0xee, sizeof(small));
        assert_non_null(put(r, SHM_REC_EVENT, 9, 1));
        assert_non_null(put(r, SHM_REC_REPLY, 8, 2));
        shm_ring_commit(&r->p);
        assert_int_equal(shm_ring_read(&r->c, small, sizeof(small), &r->type, &r->bytes),
                         -EMSGSIZE);
        assert_int_equal(r->type, SHM_REC_EVENT);
        assert_int_equal(r->bytes, 9);
        assert_int_equal(small[0], 0xee);
        assert_int_equal(shm_ring_read(&r->c, small, sizeof(small), &r->type, &r->bytes), 1);
        assert_int_equal(small[7], 2);
        assert_int_equal(r->c.lie_cnt, 0);
        pair_free(r);
}

/* Each lie of a producer, from a good state; -EBADMSG must come and must stay. */
static void a_lying_producer_breaks_the_ring_for_good(void **state)
{
        static const struct {
                const char *name;
                struct shm_ring_rec rec;
                uint64_t head;
        } lies[] = {
            {"head too far", {.bytes = 8, .type = 4}, 17},
            {"head behind", {.bytes = 8, .type = 4}, UINT64_MAX},
            {"seq ahead", {.seq = 1, .bytes = 8, .type = 4}, 1},
            {"seq behind", {.seq = UINT64_MAX, .bytes = 8, .type = 4}, 1},
            {"type 0", {.bytes = 8}, 1},
            {"reserved", {.bytes = 8, .type = 4, .reserved = 1}, 1},
            {"beyond head", {.bytes = 49, .type = 4}, 1},
            {"beyond half", {.bytes = 8 * 64, .type = 4}, 16},
            {"longest", {.bytes = UINT32_MAX, .type = 4}, 16},
            {"wrap to 0", {.bytes = UINT32_MAX - 15, .type = 4}, 16},
            {"pad in the middle", {.bytes = 48, .type = SHM_REC_PAD}, 1},
            {"pad of all", {.bytes = 16 * 64 - 16, .type = SHM_REC_PAD}, 16},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
                struct pair *r = pair_new(4);
                struct shm_ring_rec good = {.bytes = 8, .type = SHM_REC_REPLY};

                memcpy(r->mem->data, &lies[i].rec, sizeof(good));
                atomic_store(&r->mem->head, lies[i].head);
                if (get(r) != -EBADMSG)
                        fail_msg("%s: believed", lies[i].name);
                assert_int_equal(r->c.lie_cnt, 1);
                memcpy(r->mem->data, &good, sizeof(good)); /* "I did not mean it" */
                atomic_store(&r->mem->head, 1);
                assert_int_equal(get(r), -EBADMSG);
                shm_ring_release(&r->c);
                assert_int_equal(atomic_load(&r->tail->tail), 0);
                pair_free(r);
        }
}

static void a_record_over_the_end_is_a_lie(void **state)
{
        struct pair *r = pair_new(4);
        struct shm_ring_rec rec = {.bytes = 3 * 64 - HDR, .type = SHM_REC_REPLY};

        (void)state;
        pair_start_at(r, 14);
        memcpy(&r->mem->data[14 * 64], &rec, sizeof(rec));
        atomic_store(&r->mem->head, 17);
        assert_int_equal(get(r), -EBADMSG);
        pair_free(r);
}

static void a_lying_consumer_only_keeps_the_ring_full(void **state)
{
        static const uint64_t lies[] = {9, 5, 1000, UINT64_MAX, UINT64_C(1) << 63, 3};
        struct pair *r = pair_new(3);

        (void)state;
        for (unsigned i = 0; i < 8; i++)
                assert_non_null(put(r, SHM_REC_REPLY, 8, 0));
        shm_ring_commit(&r->p);
        atomic_store(&r->tail->tail, 4); /* half of it is read */
        assert_int_equal(shm_ring_free(&r->p), 4);
        for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
                uint64_t honest = lies[i] == 5;

                atomic_store(&r->tail->tail, lies[i]);
                assert_int_equal(shm_ring_free(&r->p), honest || i > 1 ? 5 : 4);
        }
        assert_int_equal(r->p.lie_cnt, 5); /* 3 went back behind 5 */
        assert_non_null(put(r, SHM_REC_REPLY, 8, 0));
        atomic_store(&r->tail->tail, 9); /* not published yet: nobody can have read it */
        assert_int_equal(shm_ring_free(&r->p), 4);
        assert_int_equal(r->p.lie_cnt, 6);
        shm_ring_commit(&r->p);
        assert_int_equal(shm_ring_free(&r->p), 8);
        pair_free(r);
}

static void an_idle_release_leaves_the_line_alone(void **state)
{
        struct pair *r = pair_new(3);

        (void)state;
        atomic_store(&r->tail->tail, 77);
        assert_int_equal(get(r), 0);
        shm_ring_release(&r->c);
        assert_int_equal(atomic_load(&r->tail->tail), 77);
        pair_free(r);
}

/* Model: a queue of (type, bytes, fill); free space counted by hand. */
#define MODEL_MAX 4096u

struct model {
        struct {
                uint16_t type;
                uint32_t bytes;
                uint8_t fill;
        } q[MODEL_MAX];
        uint64_t put;       /* reserved */
        uint64_t committed; /* visible */
        uint64_t got;
};

static void model_take(struct pair *r, struct model *m, struct rng *rng)
{
        size_t cap = rng_below(rng, 8) ? sizeof(r->out) : rng_below(rng, 200);
        int got = shm_ring_read(&r->c, r->out, cap, &r->type, &r->bytes);
        size_t slot = m->got % MODEL_MAX;

        if (m->got == m->committed) {
                assert_int_equal(got, 0);
                return;
        }
        assert_int_equal(r->type, m->q[slot].type);
        assert_int_equal(r->bytes, m->q[slot].bytes);
        assert_int_equal(got, m->q[slot].bytes <= cap ? 1 : -EMSGSIZE);
        for (uint32_t i = 0; got == 1 && i < r->bytes; i++)
                assert_int_equal(r->out[i], m->q[slot].fill);
        m->got++;
}

static void model_put(struct pair *r, struct model *m, struct rng *rng)
{
        uint32_t most = shm_ring_bytes_max(r->p.capacity);
        uint32_t bytes = (uint32_t)rng_below(rng, rng_below(rng, 2) ? 100 : most + 40);
        uint16_t type = (uint16_t)(2 + rng_below(rng, 4));
        uint64_t full_cnt = r->p.full_cnt;
        uint8_t fill = (uint8_t)rng_next(rng);
        size_t slot = m->put % MODEL_MAX;

        if (!put(r, type, bytes, fill)) {
                assert_int_equal(r->p.full_cnt, full_cnt + (bytes <= most));
                /* Full means that neither it nor it and a pad fit in what was told. */
                if (bytes <= most)
                        assert_true(shm_ring_free(&r->p) < 2 * ((bytes + HDR + 63) / 64));
                return;
        }
        assert_true(bytes <= most);
        m->q[slot].type = type;
        m->q[slot].bytes = bytes;
        m->q[slot].fill = fill;
        m->put++;
}

static void random_rounds_agree_with_a_model(void **state)
{
        struct rng rng = rng_seeded("test_ring");
        struct model *m = calloc(1, sizeof(*m));

        (void)state;
        assert_non_null(m);
        for (unsigned round = 0; round < 300; round++) {
                struct pair *r = pair_new(1 + (unsigned)rng_below(&rng, 8));
                unsigned bias = 1 + (unsigned)rng_below(&rng, 7);

                memset(m, 0, sizeof(*m));
                if (rng_below(&rng, 2))
                        pair_start_at(r,
                                      rng_below(&rng, 2) ? -rng_below(&rng, 600) : rng_next(&rng));
                for (unsigned step = 0; step < 3000; step++) {
                        if (rng_below(&rng, 8) < bias)
                                model_put(r, m, &rng);
                        else
                                model_take(r, m, &rng);
                        if (rng_below(&rng, 3) == 0) {
                                shm_ring_commit(&r->p);
                                m->committed = m->put;
                        }
                        if (rng_below(&rng, 3) == 0)
                                shm_ring_release(&r->c);
                }
                shm_ring_commit(&r->p);
                m->committed = m->put;
                while (m->got < m->committed)
                        model_take(r, m, &rng);
                shm_ring_release(&r->c);
                assert_int_equal(shm_ring_free(&r->p), r->p.capacity);
                assert_int_equal(r->p.lie_cnt + r->c.lie_cnt, 0);
                pair_free(r);
        }
        free(m);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(init_refuses),
            cmocka_unit_test(one_record),
            cmocka_unit_test(full_until_released),
            cmocka_unit_test(longest_record_fits_from_every_position),
            cmocka_unit_test(a_record_never_wraps),
            cmocka_unit_test(reserve_refuses_types_of_its_own),
            cmocka_unit_test(too_long_for_the_reader_is_skipped),
            cmocka_unit_test(a_lying_producer_breaks_the_ring_for_good),
            cmocka_unit_test(a_record_over_the_end_is_a_lie),
            cmocka_unit_test(a_lying_consumer_only_keeps_the_ring_full),
            cmocka_unit_test(an_idle_release_leaves_the_line_alone),
            cmocka_unit_test(random_rounds_agree_with_a_model),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
