/* SPDX-License-Identifier: Apache-2.0 */
/* Windows of a long run: what a trend is, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/harness/measure/soak.h"

/* cnt windows of 1,000 responses; the k-th takes base + k * step. */
static json_t *soaked(uint32_t cnt, uint64_t base, uint64_t step, uint32_t failed_from)
{
        struct sb_counts c = {0};
        struct sb_hist *h = malloc(sizeof(*h));
        struct sb_soak *s;
        json_t *o;

        assert_int_equal(sb_soak_create(&s, 10.0), 0);
        sb_hist_init(h);
        for (uint32_t k = 0; k < cnt; k++) {
                for (uint32_t i = 0; i < 1000; i++)
                        sb_hist_add(h, base + k * step + (i * 7919u + k * 104729u) % 100u);
                c.starts += 1000;
                c.calls_succeeded += k >= failed_from ? 900 : 1000;
                c.calls_failed += k >= failed_from ? 100 : 0;
                sb_soak_look(s, 10.0 * k + 5.0, &c, h); /* too early: no window */
                sb_soak_look(s, 10.0 * k + 10.0, &c, h);
        }
        o = sb_soak_json(s);
        sb_soak_destroy(s);
        free(h);
        return o;
}

static const char *verdict(json_t *o, const char *name)
{
        return json_string_value(
            json_object_get(json_object_get(json_object_get(o, "drift"), name), "verdict"));
}

static void drift_is_told_from_noise(void **state)
{
        json_t *o = soaked(30, 100000, 0, 1000);

        (void)state;
        assert_int_equal(json_array_size(json_object_get(o, "windows")), 30);
        assert_string_equal(verdict(o, "response_p50"), "steady");
        assert_string_equal(verdict(o, "response_p99"), "steady");
        assert_string_equal(verdict(o, "failed"), "steady");
        json_decref(o);
        o = soaked(30, 100000, 2000, 15);
        assert_string_equal(verdict(o, "response_p50"), "rises");
        assert_string_equal(verdict(o, "response_p99"), "rises");
        assert_string_equal(verdict(o, "failed"), "rises");
        json_decref(o);
        o = soaked(30, 100000, 100, 1000); /* rises, but by 3 % in all: not worth a word */
        assert_string_equal(verdict(o, "response_p50"), "steady");
        json_decref(o);
        o = soaked(4, 100000, 50000, 1000);
        assert_string_equal(verdict(o, "response_p50"), "too few windows");
        json_decref(o);
}

static void a_window_has_its_own_percentiles(void **state)
{
        json_t *o = soaked(10, 100000, 10000, 1000), *w;
        size_t i;

        (void)state;
        json_array_foreach(json_object_get(o, "windows"), i, w)
        {
                double p50 = json_number_value(json_object_get(w, "response_p50"));
                double want = 100050.0 + 10000.0 * (double)i;

                assert_true(p50 > want * 0.98 && p50 < want * 1.02);
                assert_int_equal(json_integer_value(json_object_get(w, "begun")), 1000);
        }
        json_decref(o);
}

static void the_trend_is_mann_kendalls(void **state)
{
        /* S = 15 - 0, n = 6: z = 14 / sqrt(6 * 5 * 17 / 18) */
        static const double up[] = {1, 2, 3, 4, 5, 6}, down[] = {6, 5, 4, 3, 2, 1},
                            flat[] = {3, 3, 3, 3, 3, 3};

        (void)state;
        assert_true(sb_soak_trend(up, 6) > 2.629 && sb_soak_trend(up, 6) < 2.631);
        assert_true(sb_soak_trend(down, 6) < -2.629 && sb_soak_trend(down, 6) > -2.631);
        assert_true(sb_soak_trend(flat, 6) >= 0 && sb_soak_trend(flat, 6) <= 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(drift_is_told_from_noise),
            cmocka_unit_test(a_window_has_its_own_percentiles),
            cmocka_unit_test(the_trend_is_mann_kendalls),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
