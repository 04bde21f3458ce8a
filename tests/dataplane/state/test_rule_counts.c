/* SPDX-License-Identifier: Apache-2.0 */
/* test_rule_counts.c - windows that rules count in, tags of calls, and what is left without room.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dataplane/state/rule_counts.h"

#define SECOND UINT64_C(1000000000)
#define START  (UINT64_C(1790000000) * SECOND)

static struct dp_shared_table *t;

static int setup(void **state)
{
        (void)state;
        t = dp_table_create(1);
        return t == NULL;
}

static int teardown(void **state)
{
        (void)state;
        dp_table_destroy(t);
        return 0;
}

static struct dp_key key_of(uint64_t n)
{
        return (struct dp_key){{0, n << 8}};
}

static void a_window_opens_with_the_first_hit(void **state)
{
        struct dp_key key = key_of(1);

        (void)state;
        for (uint32_t i = 1; i <= 5; i++)
                assert_int_equal(dp_rule_count(t, &key, 10, START + i * SECOND), i);
        assert_int_equal(dp_rule_count(t, &key, 10, START + 10 * SECOND), 6);
        /* it was opened at START + 1 s, and its end is exact to 17 ms */
        assert_int_equal(dp_rule_count(t, &key, 10, START + 11 * SECOND), 1);
        assert_int_equal(dp_rule_count(t, &key, 10, START + 12 * SECOND), 2);
}

static void keys_do_not_meet(void **state)
{
        struct dp_key a = key_of(1), b = key_of(2);

        (void)state;
        assert_int_equal(dp_rule_count(t, &a, 10, START), 1);
        assert_int_equal(dp_rule_count(t, &b, 10, START), 1);
        assert_int_equal(dp_rule_count(t, &a, 10, START), 2);
        dp_rule_count_reset(t, &a);
        assert_int_equal(dp_rule_count(t, &a, 10, START), 1);
        assert_int_equal(dp_rule_count(t, &b, 10, START), 2);
        a = key_of(3);
        dp_rule_count_reset(t, &a); /* of what is not there: nothing */
}

/* One set of eight: the ninth finds no room while the others live, and is then not counted. */
static void without_room_nothing_is_counted(void **state)
{
        struct dp_key key;

        (void)state;
        for (uint64_t i = 0; i < DP_TABLE_SET_SLOTS; i++) {
                key = key_of(i + 1);
                assert_int_equal(dp_rule_count(t, &key, 10, START), 1);
        }
        key = key_of(99);
        assert_int_equal(dp_rule_count(t, &key, 10, START), 0);
        assert_false(dp_rule_flags_set(t, &key, 1, 10, START));
        assert_int_equal(dp_rule_flags(t, &key, START), 0);
        assert_int_equal(dp_rule_count(t, &key, 10, START + 11 * SECOND), 1);
}

static void a_count_stops_at_its_greatest(void **state)
{
        struct dp_key key = key_of(1);

        (void)state;
        assert_true(dp_rule_flags_set(t, &key, DP_RULE_COUNT_MAX - 1u, 10, START));
        assert_int_equal(dp_rule_count(t, &key, 10, START), DP_RULE_COUNT_MAX);
        assert_int_equal(dp_rule_count(t, &key, 10, START), DP_RULE_COUNT_MAX);
}

static void tags_stay_for_their_time(void **state)
{
        struct dp_key key = key_of(1);

        (void)state;
        assert_int_equal(dp_rule_flags(t, &key, START), 0);
        assert_true(dp_rule_flags_set(t, &key, 5, 60, START));
        assert_int_equal(dp_rule_flags(t, &key, START + 59 * SECOND), 5);
        assert_true(dp_rule_flags_set(t, &key, 0xffffff, 60, START + 59 * SECOND));
        assert_int_equal(dp_rule_flags(t, &key, START + 118 * SECOND), 0xffffff);
        assert_int_equal(dp_rule_flags(t, &key, START + 120 * SECOND), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(a_window_opens_with_the_first_hit, setup, teardown),
            cmocka_unit_test_setup_teardown(keys_do_not_meet, setup, teardown),
            cmocka_unit_test_setup_teardown(without_room_nothing_is_counted, setup, teardown),
            cmocka_unit_test_setup_teardown(a_count_stops_at_its_greatest, setup, teardown),
            cmocka_unit_test_setup_teardown(tags_stay_for_their_time, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
