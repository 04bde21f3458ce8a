/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_record_table.c - the table under transactions and dialogs, seen from one thread: room, who
 * makes room for whom, ends by time, and words of entries that have gone; and how its heads are
 * compared, beside a loop over them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>

#include <cmocka.h>

#include "dataplane/state/record_scan.h"
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

/* Likewise, going by what was seen before. */
static struct dp_rec_put put_seen(struct dp_records *t, struct dp_key key, uint64_t life_s,
                                  const struct dp_rec_sight *seen)
{
        struct dp_rec_entry e = {.fixed = {key.w[1], 5}, .state = 1, .seen = seen};

        return dp_rec_put(t, &key, START, life_s * SECOND, &e);
}

static struct dp_rec_sight sight_of(const struct dp_records *t, struct dp_key key)
{
        struct dp_rec_sight s;

        dp_rec_look(t, &key, START, &s);
        assert_true(s.made);
        return s;
}

static bool there_seen(const struct dp_records *t, struct dp_key key,
                       const struct dp_rec_sight *seen)
{
        struct dp_rec_entry e;

        return dp_rec_find_seen(t, &key, START, seen, &e) && e.fixed[0] == key.w[1];
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

/* What was seen is never older than it does harm: what came since is missed by a look, as by one
 * that was made then, and found by a put. */
static void test_seen_before(void **state)
{
        struct dp_records *t = dp_rec_create(64);
        struct dp_rec_sight empty[4], full[4];
        struct dp_rec_put p;

        (void)state;
        for (unsigned i = 0; i < 4; i++)
                empty[i] = sight_of(t, key_here(i));
        assert_true(empty[0].has_way);
        assert_int_equal(put_seen(t, key_here(0), 30, &empty[0]).status, DP_REC_ADDED);
        /* the same way was seen by all: each finds another, and nobody comes twice */
        assert_int_equal(put_seen(t, key_here(0), 31, &empty[0]).status, DP_REC_EXISTS);
        for (unsigned i = 1; i < 4; i++) {
                assert_int_equal(put_seen(t, key_here(i), 30 + i, &empty[i]).status, DP_REC_ADDED);
                assert_int_equal(put_seen(t, key_here(i), 50, &empty[i]).status, DP_REC_EXISTS);
                assert_false(there_seen(t, key_here(i), &empty[i]));
                full[i] = sight_of(t, key_here(i));
                assert_false(full[i].has_way);
                assert_true(there_seen(t, key_here(i), &full[i]));
        }
        for (unsigned i = 4; i < 16; i++)
                assert_int_equal(put(t, key_here(i), START, 30 + i, false).status, DP_REC_ADDED);
        /* full: the one nearest to its end is seen, and goes if nothing has changed by then */
        for (unsigned i = 0; i < 4; i++)
                full[i] = sight_of(t, key_here(20 + i));
        p = put_seen(t, key_here(20), 100, &full[0]);
        assert_int_equal(p.status, DP_REC_ADDED);
        assert_true(p.evicted);
        assert_int_equal(p.added + p.removed, 2);
        assert_false(there(t, key_here(0), START));
        p = put_seen(t, key_here(21), 100, &full[1]);
        assert_true(p.status == DP_REC_ADDED && p.evicted && p.removed == 1);
        assert_false(there(t, key_here(1), START));
        for (unsigned i = 2; i < 16; i++)
                assert_true(there(t, key_here(i), START));
        /* nor does one that is kept since */
        struct dp_rec_entry e;
        struct dp_key second = key_here(2);

        full[2] = sight_of(t, key_here(22));
        assert_true(dp_rec_find(t, &second, START, &e));
        assert_true(dp_rec_raise(t, e.ref, 1, true, START, SECOND));
        assert_int_equal(put_seen(t, key_here(22), 100, &full[2]).status, DP_REC_ADDED);
        assert_true(there(t, second, START));
        assert_false(there(t, key_here(3), START));
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

static uint64_t head_any(struct rng *r, uint64_t now_tick)
{
        static const enum phase phases[8] = {PHASE_FREE, PHASE_BUSY, PHASE_LIVE, PHASE_LIVE,
                                             PHASE_LIVE, PHASE_LIVE, PHASE_LIVE, PHASE_LIVE};
        static const uint64_t ends[8] = {0, 1, 2, 5, 40, LIFE_TICKS, END_MASK, LIFE_TICKS + 1};
        uint64_t fp = rng_below(r, 3);
        uint16_t generation = (uint16_t)rng_below(r, GEN_MASK);
        uint64_t h = head_make(fp, generation, phases[rng_below(r, 8)]);

        h |= (now_tick + ends[rng_below(r, 8)]) & END_MASK;
        h |= (uint64_t)rng_below(r, 4) << STATE_SHIFT;
        return rng_below(r, 3) == 0 ? h | KEPT_BIT : h;
}

/* What is lost with an entry: above `never` none may go. */
static uint64_t harm(uint64_t h, uint64_t now_tick, uint64_t never)
{
        uint64_t left = head_left(h, now_tick);

        return head_phase(h) == PHASE_BUSY || (left != 0 && (h & KEPT_BIT) != 0) ? never : left;
}

/* Heads, and what a loop over them says. */
struct heads {
        _Alignas(64) _Atomic uint64_t head[SCAN_PLACES];
        uint64_t now_tick, fp;
        uint64_t least; /* harm */
        unsigned free, same;
};

#define NEVER UINT64_MAX

static void heads_any(struct rng *r, struct heads *h)
{
        bool hard = rng_below(r, 4) == 0;

        h->now_tick = rng_below(r, 2) != 0 ? rng_below(r, END_MASK) : END_MASK - 3;
        h->fp = rng_below(r, 4);
        h->least = NEVER;
        h->free = h->same = 0;
        for (unsigned i = 0; i < SCAN_PLACES; i++) {
                uint64_t one = head_any(r, h->now_tick);
                bool free;

                if (hard && head_left(one, h->now_tick) != 0)
                        one |= KEPT_BIT;
                if (hard && head_left(one, h->now_tick) == 0)
                        one = head_make(1, 1, PHASE_BUSY);
                h->head[i] = one;
                free = head_phase(one) == PHASE_FREE;
                h->free |= (unsigned)free << i;
                h->same |= (unsigned)(!free && one >> FP_SHIFT == h->fp) << i;
                if (harm(one, h->now_tick, NEVER) < h->least)
                        h->least = harm(one, h->now_tick, NEVER);
        }
}

/* The first free way of the set with more of them. */
static unsigned free_place(unsigned free)
{
        unsigned in_first = 0, in_second = 0, place = 0;

        for (unsigned i = 0; i < SCAN_WAYS; i++) {
                in_first += free >> i & 1u;
                in_second += free >> (i + SCAN_WAYS) & 1u;
        }
        if (in_first < in_second)
                place = SCAN_WAYS;
        while ((free >> place & 1u) == 0)
                place++;
        return place;
}

static void compare(const struct dp_rec_scan *scan, const struct heads *h)
{
        struct dp_rec_sight seen;

        assert_int_equal(scan->same(h->head, h->head + SCAN_WAYS, h->fp), h->same);
        scan->sight(h->head, h->head + SCAN_WAYS, h->fp, h->now_tick, &seen);
        assert_int_equal(seen.same, h->same);
        assert_int_equal(seen.has_way, h->free != 0 || h->least != NEVER);
        if (!seen.has_way)
                return;
        assert_int_equal(seen.head, h->head[seen.place]);
        if (h->free != 0) {
                assert_int_equal(seen.place, free_place(h->free));
                return;
        }
        assert_int_equal(harm(seen.head, h->now_tick, NEVER), h->least);
        for (unsigned i = 0; i < seen.place; i++)
                assert_true(harm(h->head[i], h->now_tick, NEVER) > h->least);
}

static void test_heads_compared(void **state)
{
        const struct dp_rec_scan *best = dp_rec_scan_for(NULL);
        struct rng r = rng_seeded("heads_compared");
        unsigned full = 0, stuck = 0;
        struct heads h;

        (void)state;
        assert_ptr_equal(dp_rec_scan_for("sse42"), &dp_rec_scan_sse2);
        assert_ptr_equal(dp_rec_scan_for(best->name), best);
        printf("ran sse2%s\n", best == &dp_rec_scan_sse2 ? ", skipped avx512" : " and avx512");
        for (unsigned n = 0; n < 200000; n++) {
                heads_any(&r, &h);
                full += h.free == 0;
                stuck += h.free == 0 && h.least == NEVER;
                compare(&dp_rec_scan_sse2, &h);
                compare(best, &h);
        }
        assert_true(full > 10000 && stuck > 1000 && full > 2 * stuck);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_put_and_find),   cmocka_unit_test(test_ends_by_time),
            cmocka_unit_test(test_who_makes_room), cmocka_unit_test(test_stale_reference),
            cmocka_unit_test(test_room),           cmocka_unit_test(test_seen_before),
            cmocka_unit_test(test_heads_compared),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
