/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_sketch.c - SipHash against its published vectors; the sketch against exact counts; the table
 * under keys that are too many, and under keys built against hashes that need no secret.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/detect/avalanche.h"
#include "control/detect/table.h"

static uint64_t rng = 0x9e3779b97f4a7c15u;

static uint64_t draw(void)
{
        rng ^= rng << 13;
        rng ^= rng >> 7;
        rng ^= rng << 17;
        return rng;
}

/* From the reference's vectors: key 00..0f, message 00 01 02 ... */
static void test_siphash_vectors(void **state)
{
        const struct cp_siphash_key key = {
            {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)}};
        uint8_t text[64];
        uint64_t out[2];

        (void)state;
        for (unsigned i = 0; i < sizeof(text); i++)
                text[i] = (uint8_t)i;
        assert_true(cp_siphash(&key, text, 0) == UINT64_C(0x726fdb47dd0e0e31));
        assert_true(cp_siphash(&key, text, 8) == UINT64_C(0x93f5f5799a932462));
        assert_true(cp_siphash(&key, text, 15) == UINT64_C(0xa129ca6149be45e5));
        cp_siphash128(&key, text, 0, out);
        assert_true(out[0] == UINT64_C(0xe6a825ba047f81a3) &&
                    out[1] == UINT64_C(0x930255c71472f66d));
}

static void add(struct cp_sketch *s, uint32_t slot, uint32_t bit)
{
        const struct cp_sketch_mark m = {.slot = slot, .weight = 1, .bit = bit};

        (void)cp_sketch_add(s, &m);
}

static void test_window(void **state)
{
        struct cp_sketch s = {.newest = 100};

        (void)state;
        for (uint32_t slot = 100; slot < 104; slot++)
                add(&s, slot, slot % 4);
        assert_int_equal(cp_sketch_measure(&s, CP_MEASURE_COUNT, 103), 4);
        assert_int_equal(cp_sketch_measure(&s, CP_MEASURE_COUNT, 104), 3);
        assert_int_equal(cp_sketch_measure(&s, CP_MEASURE_DISTINCT, 105), 2);
        assert_int_equal(cp_sketch_measure(&s, CP_MEASURE_COUNT, 106), 1);
        assert_int_equal(cp_sketch_measure(&s, CP_MEASURE_COUNT, 107), 0);
        add(&s, 104, 9);
        assert_int_equal(cp_sketch_measure(&s, CP_MEASURE_COUNT, 104), 4);
        assert_int_equal(cp_sketch_measure(&s, CP_MEASURE_OPEN_AGED, 104), 3);
        add(&s, 100, 9); /* out of the window: left out */
        assert_int_equal(cp_sketch_measure(&s, CP_MEASURE_COUNT, 104), 4);
        add(&s, 90, 9); /* the clock was set back */
        assert_int_equal(cp_sketch_measure(&s, CP_MEASURE_COUNT, 90), 1);
        add(&s, 90 + 1000000, 9);
        assert_int_equal(cp_sketch_measure(&s, CP_MEASURE_COUNT, 90 + 1000000), 1);
}

static void test_slot_numbers_wrap(void **state)
{
        struct cp_sketch s = {.newest = UINT32_MAX - 1};

        (void)state;
        for (uint32_t i = 0; i < 4; i++)
                add(&s, UINT32_MAX - 1 + i, i);
        assert_int_equal(cp_sketch_measure(&s, CP_MEASURE_COUNT, 1), 4);
        assert_int_equal(cp_sketch_measure(&s, CP_MEASURE_COUNT, 3), 2);
}

static void test_take_and_end(void **state)
{
        struct cp_sketch s = {.newest = 7};

        (void)state;
        add(&s, 7, 1);
        add(&s, 8, 2);
        cp_sketch_end(&s, 1);
        cp_sketch_end(&s, 77);
        assert_int_equal(cp_sketch_measure(&s, CP_MEASURE_OPEN, 8), 1);
        for (unsigned i = 0; i < 5; i++)
                cp_sketch_take(&s);
        assert_int_equal(cp_sketch_measure(&s, CP_MEASURE_COUNT, 8), 0);
}

/* The order of the marks of a window changes no measure. */
static void test_order_does_not_matter(void **state)
{
        enum { MARKS = 400 };

        (void)state;
        for (unsigned round = 0; round < 200; round++) {
                struct cp_sketch_mark m[MARKS];
                struct cp_sketch sorted = {0};
                struct cp_sketch mixed = {0};

                for (unsigned i = 0; i < MARKS; i++)
                        m[i] = (struct cp_sketch_mark){.slot = 1000 + i / 100,
                                                       .weight = 1 + (uint32_t)(draw() % 3),
                                                       .bit = (uint32_t)(draw() % CP_SKETCH_BITS),
                                                       .proven = draw() % 2 != 0};
                for (unsigned i = 0; i < MARKS; i++)
                        assert_true(cp_sketch_add(&sorted, &m[i]));
                for (unsigned i = MARKS - 1; i > 0; i--) {
                        unsigned k = (unsigned)(draw() % (i + 1));
                        struct cp_sketch_mark t = m[i];

                        m[i] = m[k];
                        m[k] = t;
                }
                for (unsigned i = 0; i < MARKS; i++)
                        assert_true(cp_sketch_add(&mixed, &m[i]));
                for (int q = CP_MEASURE_COUNT; q < CP_MEASURE_LEVEL; q++)
                        assert_int_equal(cp_sketch_measure(&sorted, (enum cp_measure)q, 1003),
                                         cp_sketch_measure(&mixed, (enum cp_measure)q, 1003));
                assert_int_equal(cp_sketch_proven(&sorted, 1003), cp_sketch_proven(&mixed, 1003));
        }
}

/* Mean error over many draws within 5 %, the worst of 300 within 40 %; few are never too many. */
static void test_distinct_is_near(void **state)
{
        static const unsigned sizes[] = {1, 5, 8, 16, 20, 50, 100, 200, 500};

        (void)state;
        for (size_t n = 0; n < sizeof(sizes) / sizeof(sizes[0]); n++) {
                double sum = 0.0;
                double worst = 0.0;
                double most = 0.0;

                for (unsigned round = 0; round < 300; round++) {
                        struct cp_sketch s = {0};
                        double got;

                        for (unsigned i = 0; i < sizes[n]; i++)
                                add(&s, 0, (uint32_t)(draw() % CP_SKETCH_BITS));
                        got = cp_sketch_measure(&s, CP_MEASURE_DISTINCT, 0);
                        sum += got;
                        most = got > most ? got : most;
                        got = got > sizes[n] ? got - sizes[n] : sizes[n] - got;
                        if (got / sizes[n] > worst)
                                worst = got / sizes[n];
                }
                print_message("distinct %u: mean %.1f, worst %.0f %%\n", sizes[n], sum / 300.0,
                              100.0 * worst);
                assert_true(sum / 300.0 > 0.95 * sizes[n] && sum / 300.0 < 1.03 * sizes[n] + 0.1);
                assert_true(worst <= 0.40);
                assert_true(sizes[n] > 32 || most <= sizes[n]);
        }
}

static void test_run(void **state)
{
        struct cp_sketch s = {0};

        (void)state;
        assert_int_equal(cp_sketch_measure(&s, CP_MEASURE_RUN, 0), 0);
        for (unsigned i = 0; i < 100; i += 2)
                add(&s, i % 4, i);
        assert_int_equal(cp_sketch_measure(&s, CP_MEASURE_RUN, 3), 1);
        add(&s, 3, 63); /* across two words */
        add(&s, 3, 65);
        assert_int_equal(cp_sketch_measure(&s, CP_MEASURE_RUN, 3), 5);
        for (unsigned i = 0; i < 100; i++)
                add(&s, 3, i);
        assert_int_equal(cp_sketch_measure(&s, CP_MEASURE_RUN, 3), 100);
}

static void test_avalanche(void **state)
{
        static struct cp_avalanche a;

        (void)state;
        for (unsigned i = 0; i < 10000; i++)
                cp_avalanche_add(&a, 40 + i / 2500, draw(), i % 10 < 2);
        assert_int_equal(cp_avalanche_level(&a, 43), 0); /* a fifth logs in */
        for (unsigned i = 0; i < 10000; i++)
                cp_avalanche_add(&a, 50 + i / 2500, draw(), i % 2 == 0);
        assert_in_range(cp_avalanche_level(&a, 53), 9500, 10500);
        assert_in_range(cp_avalanche_level(&a, 55), 4500, 5500);
        assert_int_equal(cp_avalanche_level(&a, 60), 0);
        cp_avalanche_add(&a, 10, draw(), true);
        assert_int_equal(cp_avalanche_level(&a, 10), 1);
}

static long resident_kb(void)
{
        FILE *f = fopen("/proc/self/statm", "r");
        long all;
        long res;

        assert_non_null(f);
        assert_int_equal(fscanf(f, "%ld %ld", &all, &res), 2);
        fclose(f);
        return res * (sysconf(_SC_PAGESIZE) / 1024);
}

static struct cp_detect_entry *mark(struct cp_detect_table *t, const uint64_t id[2], uint64_t now)
{
        struct cp_detect_entry *e = cp_detect_table_get(t, id, now);

        if (e != NULL) {
                e->detection = 1;
                e->marks++;
                e->until_ns = now + 100;
        }
        return e;
}

static void new_id(const struct cp_detect_table *t, uint64_t n, uint64_t id[2])
{
        cp_siphash128(&t->key, &n, sizeof(n), id);
        id[1] |= 1;
}

/* A million other keys: no memory more, and who has collected marks stays. */
static void test_million_keys(void **state)
{
        const struct cp_siphash_key key = {{1, 2}};
        struct cp_detect_table t;
        uint64_t id[2];
        unsigned kept = 0;
        long before;

        (void)state;
        assert_int_equal(cp_detect_table_init(&t, 16384, &key), 0);
        assert_int_equal(cp_detect_table_size(&t), 16384);
        for (uint64_t n = 0; n < 1000; n++) {
                new_id(&t, n, id);
                for (unsigned k = 0; k < 5; k++)
                        assert_non_null(mark(&t, id, 1));
        }
        (void)resident_kb();
        before = resident_kb();
        for (uint64_t n = 1000; n < 1001000; n++) {
                new_id(&t, n, id);
                assert_non_null(mark(&t, id, 2));
        }
        print_message("resident: %ld kB before, %ld kB after 10^6 keys\n", before, resident_kb());
        assert_true(resident_kb() - before <= 512);
        for (uint64_t n = 0; n < 1000; n++) {
                new_id(&t, n, id);
                kept += cp_detect_table_find(&t, id) != NULL;
        }
        print_message("of 1000 keys with 5 marks %u stayed\n", kept);
        assert_true(kept >= 995);
        assert_int_equal(cp_detect_table_live(&t, 50), 16384);
        assert_int_equal(cp_detect_table_live(&t, 1000), 0);
        cp_detect_table_fini(&t);
}

static void test_alerts_are_never_given_up(void **state)
{
        const struct cp_siphash_key key = {{3, 4}};
        struct cp_detect_table t;
        uint64_t id[2];
        unsigned refused = 0;

        (void)state;
        assert_int_equal(cp_detect_table_init(&t, 8, &key), 0);
        for (uint64_t n = 0; n < 7; n++) {
                new_id(&t, n, id);
                mark(&t, id, 1)->alert = 1;
        }
        for (uint64_t n = 7; n < 1000; n++) {
                new_id(&t, n, id);
                assert_non_null(mark(&t, id, 1));
        }
        for (uint64_t n = 0; n < 7; n++) {
                new_id(&t, n, id);
                assert_non_null(cp_detect_table_find(&t, id));
        }
        new_id(&t, 999, id);
        cp_detect_table_find(&t, id)->alert = 1;
        for (uint64_t n = 2000; n < 2100; n++) {
                new_id(&t, n, id);
                refused += mark(&t, id, 1000000) == NULL;
        }
        assert_int_equal(refused, 100);
        assert_int_equal(t.refused, 100);
        cp_detect_table_fini(&t);
}

/* Keys built to meet in one set under a key of zeros spread under a secret one. */
static void test_built_keys_spread(void **state)
{
        enum { WANTED = 2000, ENTRIES = 65536 };
        const struct cp_siphash_key zero = {{0, 0}};
        const struct cp_siphash_key secret = {{draw(), draw()}};
        struct cp_detect_table t;
        unsigned found = 0;
        unsigned stayed = 0;
        uint64_t built[WANTED];

        (void)state;
        assert_int_equal(cp_detect_table_init(&t, ENTRIES, &secret), 0);
        for (uint64_t n = 0; found < WANTED; n++) {
                uint64_t id[2];

                cp_siphash128(&zero, &n, sizeof(n), id);
                if ((id[0] & (t.sets / 64 - 1)) == 0)
                        built[found++] = n;
        }
        for (unsigned i = 0; i < WANTED; i++) {
                uint64_t id[2];

                new_id(&t, built[i], id);
                assert_non_null(mark(&t, id, 1));
        }
        for (unsigned i = 0; i < WANTED; i++) {
                uint64_t id[2];

                new_id(&t, built[i], id);
                stayed += cp_detect_table_find(&t, id) != NULL;
        }
        print_message("of %u keys built against a zero key %u stayed\n", (unsigned)WANTED, stayed);
        assert_int_equal(stayed, WANTED);
        cp_detect_table_fini(&t);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_siphash_vectors),
            cmocka_unit_test(test_window),
            cmocka_unit_test(test_slot_numbers_wrap),
            cmocka_unit_test(test_take_and_end),
            cmocka_unit_test(test_order_does_not_matter),
            cmocka_unit_test(test_distinct_is_near),
            cmocka_unit_test(test_run),
            cmocka_unit_test(test_avalanche),
            cmocka_unit_test(test_million_keys),
            cmocka_unit_test(test_alerts_are_never_given_up),
            cmocka_unit_test(test_built_keys_spread),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
