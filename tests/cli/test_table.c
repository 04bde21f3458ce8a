/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/cli/table.h"

static void expect_table(const struct cp_table *t, size_t width, const char *want)
{
        char *got = NULL;
        size_t n;
        FILE *f = open_memstream(&got, &n);

        cp_table_print(t, f, width);
        fclose(f);
        assert_string_equal(got, want);
        free(got);
}

static void test_alignment(void **state)
{
        struct cp_table t;

        (void)state;
        cp_table_init(&t, "rll", 2);
        cp_table_cellf(&t, "%d", 7);
        cp_table_cellf(&t, "seven");
        cp_table_cellf(&t, "a prime");
        cp_table_cellf(&t, "%d", 1024);
        cp_table_cellf(&t, "kilo");
        cp_table_cellf(&t, "%s", "");
        cp_table_cellf(&t, "%s", "");
        cp_table_cellf(&t, "%s", "");
        cp_table_cellf(&t, "no number");
        expect_table(&t, 80,
                     "     7  seven  a prime\n"
                     "  1024  kilo\n"
                     "               no number\n");
        cp_table_fini(&t);
}

static void test_last_column_wraps(void **state)
{
        struct cp_table t;

        (void)state;
        cp_table_init(&t, "ll", 0);
        cp_table_cellf(&t, "key");
        cp_table_cellf(&t, "one two three four five six seven eight nine ten");
        expect_table(&t, 30,
                     "key  one two three four five\n"
                     "     six seven eight nine ten\n");
        cp_table_fini(&t);
}

static void test_cells_are_escaped(void **state)
{
        struct cp_table t;

        (void)state;
        cp_table_init(&t, "ll", 0);
        cp_table_cell(&t, "a\0b", 3);
        cp_table_cellf(&t, "%s", "\x1b[2J");
        expect_table(&t, 80, "a\\x00b  \\x1b[2J\n");
        cp_table_fini(&t);
}

static void test_many_rows_and_none(void **state)
{
        struct cp_table t;

        (void)state;
        cp_table_init(&t, "l", 0);
        expect_table(&t, 80, "");
        for (int i = 0; i < 1000; i++)
                cp_table_cellf(&t, "%d", i);
        assert_int_equal(t.cell_cnt, 1000);
        assert_string_equal(t.cell[999], "999");
        cp_table_fini(&t);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_alignment),
            cmocka_unit_test(test_last_column_wraps),
            cmocka_unit_test(test_cells_are_escaped),
            cmocka_unit_test(test_many_rows_and_none),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
