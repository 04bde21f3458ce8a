/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_record_table.c - the table under transactions and dialogs, seen from one thread: room, who
 * makes room for whom, ends by time, and words of entries that have gone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dataplane/state/record_table.h"
#include "tests/contract/rng.h"

#define SECOND UINT64_C(1000000000)
#define START  (UINT64_C(1790000000) * SECOND)

static struct dp_key key_of(struct rng *r)
{
        return (struct dp_key){{rng_next(r), rng_next(r)}};
}

/* All of them land in the same two sets of whatever table. */
static struct dp_key key_here(uint64_t n)
{
        return (struct dp_key){{0, n << 48}};
}

static struct dp_rec_put put(struct dp_records *t, struct dp_key key, uint64_t now_ns,
                             uint64_t life_s, bool kept)
{
        struct dp_rec_entry e = {.var = {1, 2, 3, key.w[0]}, .fixed = {key.w[1], 5}, .kept = kept};

        e.state = 1;
        return dp_rec_put(t, &key, now_ns, life_s * SECOND, &e);
}

static bool there(const struct dp_records *t, struct dp_key key, uint64_t now_ns)
{
        struct dp_rec_entry e;

        return dp_rec_find(t, &key, now_ns, &e);
}

static void test_put_and_find(void **state)
{
        struct dp_records *t = dp_rec_create(1000);
        struct rng r = rng_seeded("put_and_find");
        struct dp_key key = key_of(&r);
        struct dp_rec_entry e;

        (void)state;
        assert_non_null(t);
        assert_false(there(t, key, START));
        struct dp_rec_put p = put(t, key, START, 10, false);

        assert_int_equal(p.status, DP_REC_ADDED);
        assert_int_equal(p.added, 1);
        assert_int_equal(p.removed, 0);
        assert_true(dp_rec_find(t, &key, START, &e));
        assert_int_equal(e.var[1], 2);
        assert_int_equal(e.var[3], key.w[0] & ((UINT64_C(1) << DP_REC_VAR_BITS) - 1));
        assert_int_equal(e.fixed[0], key.w[1]);
        assert_int_equal(e.state, 1);
        assert_false(e.kept);
        p = put(t, key, START, 10, false);
        assert_int_equal(p.status, DP_REC_EXISTS);
        assert_int_equal(p.added, 0);
        assert_true(dp_rec_remove(t, e.ref));
        assert_false(dp_rec_remove(t, e.ref));
        assert_false(there(t, key, START));
        assert_null(dp_rec_create(0));
        assert_null(dp_rec_create(DP_REC_ENTRIES_MAX + 1));
        dp_rec_destroy(t);
        dp_rec_destroy(NULL);
}

static void test_ends_by_time(void **state)
{
        struct dp_records *t = dp_rec_create(1000);
        struct dp_key key = key_here(1);
        struct dp_rec_entry e;

        (void)state;
        put(t, key, START, 10, false);
        assert_true(there(t, key, START + 10 * SECOND));
        assert_false(there(t, key, START + 11 * SECOND));
        /* dead but not swept: the same key comes again, and only once */
        struct dp_rec_put p = put(t, key, START + 11 * SECOND, 10, false);

        assert_int_equal(p.status, DP_REC_ADDED);
        assert_int_equal(p.removed, 1);
        assert_int_equal(dp_rec_sweep(t, START + 12 * SECOND, 10000), 0);
        assert_int_equal(dp_rec_sweep(t, START + 30 * SECOND, 1000), 1);
        /* no life is longer than the clock can tell, and none comes back after months */
        put(t, key, START, 1000000, false);
        assert_true(there(t, key, START + DP_REC_LIFE_MAX_NS - SECOND));
        assert_false(there(t, key, START + DP_REC_LIFE_MAX_NS + SECOND));
        for (unsigned days = 3; days < 200; days++)
                assert_false(there(t, key, START + days * 86400 * SECOND));
        dp_rec_sweep(t, START + 10 * 86400 * SECOND, 1000);
        /* ends only move the right way */
        put(t, key, START, 10, false);
        assert_true(dp_rec_find(t, &key, START, &e));
        assert_true(dp_rec_raise(t, e.ref, 1, false, START, 5 * SECOND));
        assert_true(there(t, key, START + 9 * SECOND));
        assert_true(dp_rec_raise(t, e.ref, 1, false, START, 20 * SECOND));
        assert_true(there(t, key, START + 19 * SECOND));
        assert_true(dp_rec_raise(t, e.ref, 3, true, START, 2 * SECOND));
        assert_false(there(t, key, START + 3 * SECOND));
        assert_true(dp_rec_raise(t, e.ref, 2, false, START, 100 * SECOND));
        assert_true(dp_rec_find(t, &key, START, &e));
        assert_int_equal(e.state, 3);
        assert_true(e.kept);
        assert_false(there(t, key, START + 3 * SECOND));
        dp_rec_destroy(t);
}

static void test_who_makes_room(void **state)
{
        struct dp_records *t = dp_rec_create(64);
        struct dp_rec_put p;

        (void)state;
        for (unsigned i = 0; i < 16; i++)
                assert_int_equal(put(t, key_here(i), START, 30 + i, false).status, DP_REC_ADDED);
        /* one of those that may go makes room: the one nearest to its end */
        p = put(t, key_here(16), START, 100, false);
        assert_int_equal(p.status, DP_REC_ADDED);
        assert_true(p.evicted);
        assert_int_equal(p.removed, 1);
        assert_false(there(t, key_here(0), START));
        assert_true(there(t, key_here(1), START));
        /* kept ones push out all the others, and then nobody */
        for (unsigned i = 20; i < 36; i++) {
                p = put(t, key_here(i), START, 40, true);
                assert_int_equal(p.status, DP_REC_ADDED);
                assert_true(p.evicted);
        }
        assert_int_equal(put(t, key_here(40), START, 40, true).status, DP_REC_NO_ROOM);
        p = put(t, key_here(40), START, 40, false);
        assert_int_equal(p.status, DP_REC_NO_ROOM);
        assert_int_equal(p.added + p.removed, 0);
        for (unsigned i = 20; i < 36; i++)
                assert_true(there(t, key_here(i), START));
        /* until they end */
        p = put(t, key_here(40), START + 41 * SECOND, 40, false);
        assert_int_equal(p.status, DP_REC_ADDED);
        assert_false(p.evicted);
        assert_int_equal(p.removed, 1);
        dp_rec_destroy(t);
}

/* What is held of an entry that has gone changes nothing in the one that came after it. */
static void test_stale_reference(void **state)
{
        struct dp_records *t = dp_rec_create(64);
        struct dp_key key = key_here(1);
        struct dp_rec_entry old, e;
        uint64_t value;

        (void)state;
        put(t, key, START, 10, false);
        assert_true(dp_rec_find(t, &key, START, &old));
        assert_true(dp_rec_set_var(t, old.ref, 0, 1, 77));
        assert_false(dp_rec_set_var(t, old.ref, 0, 1, 78));
        assert_true(dp_rec_var(t, old.ref, 0, &value));
        assert_int_equal(value, 77);
        assert_true(dp_rec_remove(t, old.ref));
        assert_false(dp_rec_raise(t, old.ref, 2, true, START, SECOND));
        for (unsigned n = 0; n < 16; n++) { /* some of these take its way */
                put(t, key_here(2 + n), START, 10, false);
                assert_false(dp_rec_set_var(t, old.ref, 0, 1, 99));
                assert_false(dp_rec_raise(t, old.ref, 2, true, START, SECOND));
                assert_false(dp_rec_remove(t, old.ref));
        }
        assert_false(dp_rec_var(t, old.ref, 0, &value));
        for (unsigned n = 0; n < 16; n++) {
                key = key_here(2 + n);
                assert_true(dp_rec_find(t, &key, START, &e));
                assert_int_equal(e.var[0], 1);
                assert_int_equal(e.state, 1);
        }
        dp_rec_destroy(t);
}

/* As many as it was made for find room, and a look-up never takes one for another. */
static void test_room(void **state)
{
        const uint32_t cnt = 200000;
        struct dp_records *t = dp_rec_create(cnt);
        struct rng r = rng_seeded("room");
        struct rng again = r;
        uint32_t refused = 0, lost = 0, freed = 0;

        (void)state;
        for (uint32_t i = 0; i < cnt; i++)
                refused += put(t, key_of(&r), START, 60, true).status != DP_REC_ADDED;
        for (uint32_t i = 0; i < cnt; i++)
                lost += !there(t, key_of(&again), START);
        print_message("%u of %u without room in %lu MiB\n", refused, cnt,
                      (unsigned long)(dp_rec_bytes(t) >> 20));
        assert_int_equal(lost, refused);
        assert_true(refused <= cnt / 1000);
        for (uint32_t i = 0; i < cnt; i++)
                assert_false(there(t, key_of(&r), START));
        assert_int_equal(dp_rec_sweep(t, START + 30 * SECOND, 1000000), 0);
        for (uint32_t i = 0; i < 1000; i++)
                freed += dp_rec_sweep(t, START + 100 * SECOND, 100);
        assert_int_equal(freed, cnt - refused);
        dp_rec_destroy(t);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_put_and_find),   cmocka_unit_test(test_ends_by_time),
            cmocka_unit_test(test_who_makes_room), cmocka_unit_test(test_stale_reference),
            cmocka_unit_test(test_room),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
