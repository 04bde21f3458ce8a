/* SPDX-License-Identifier: Apache-2.0 */
/* Histograms: against the sorted values themselves, and at the ends of their range. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bench/harness/engine/hist.h"

#define VALUES 200000u

static int ascending(const void *a, const void *b)
{
        uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

        return x < y ? -1 : x > y;
}

static uint64_t rng(uint64_t *s)
{
        *s ^= *s << 13;
        *s ^= *s >> 7;
        *s ^= *s << 17;
        return *s;
}

static void buckets_partition_the_range(void **state)
{
        (void)state;
        for (uint32_t i = 0; i < SB_HIST_BUCKETS; i++) {
                assert_int_equal(sb_hist_bucket(sb_hist_bucket_low(i)), i);
                assert_int_equal(sb_hist_bucket(sb_hist_bucket_high(i)), i);
                if (i > 0)
                        assert_true(sb_hist_bucket_low(i) == sb_hist_bucket_high(i - 1) + 1);
        }
        assert_int_equal(sb_hist_bucket(UINT64_MAX), SB_HIST_BUCKETS - 1);
}

static void percentiles_are_those_of_the_values(void **state)
{
        static const double percents[] = {0.001, 1, 25, 50, 90, 99, 99.9, 99.99, 99.999, 100};
        uint64_t *values = malloc(VALUES * sizeof(*values));
        struct sb_hist *h = malloc(sizeof(*h));
        uint64_t seed = 88172645463325252u;

        (void)state;
        assert_non_null(values);
        assert_non_null(h);
        sb_hist_init(h);
        for (uint32_t i = 0; i < VALUES; i++) {
                /* Magnitudes from one nanosecond to seconds, all equally likely. */
                values[i] = rng(&seed) >> (rng(&seed) % 30 + 33);
                sb_hist_add(h, values[i]);
        }
        qsort(values, VALUES, sizeof(*values), ascending);
        for (size_t i = 0; i < sizeof(percents) / sizeof(percents[0]); i++) {
                uint64_t rank = (uint64_t)(percents[i] / 100 * VALUES + 0.999999);
                double want = (double)values[rank == 0 ? 0 : rank - 1];
                double got = (double)sb_hist_percentile(h, percents[i]);

                assert_true(got >= want * (1 - 1.0 / 128) - 1 && got <= want * (1 + 1.0 / 128) + 1);
        }
        assert_true(h->min == values[0] && h->max == values[VALUES - 1]);
        free(values);
        free(h);
}

static void merging_is_adding(void **state)
{
        struct sb_hist *a = malloc(3 * sizeof(*a));
        uint64_t seed = 1;

        (void)state;
        assert_non_null(a);
        for (int i = 0; i < 3; i++)
                sb_hist_init(&a[i]);
        assert_true(sb_hist_percentile(a, 50) == 0 && sb_hist_mean(a) < 1);
        for (uint32_t i = 0; i < 1000; i++) {
                uint64_t v = rng(&seed) >> 30;

                sb_hist_add(&a[i % 2], v);
                sb_hist_add(&a[2], v);
        }
        sb_hist_merge(&a[0], &a[1]);
        assert_true(a[0].cnt == a[2].cnt && a[0].min == a[2].min && a[0].max == a[2].max);
        assert_memory_equal(a[0].buckets, a[2].buckets, sizeof(a[0].buckets));
        free(a);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(buckets_partition_the_range),
            cmocka_unit_test(percentiles_are_those_of_the_values),
            cmocka_unit_test(merging_is_adding),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
