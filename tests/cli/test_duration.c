/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "control/cli/duration.h"

static void test_parse(void **state)
{
        static const struct {
                const char *text;
                int rc; /* 0 or not */
                uint32_t seconds;
        } row[] = {
            {"0", 0, 0},          {"90", 0, 90},        {"90s", 0, 90},
            {"15m", 0, 900},      {"1h", 0, 3600},      {"1h30m", 0, 5400},
            {"7d", 0, 604800},    {"2w1d", 0, 1296000}, {"4294967295", 0, UINT32_MAX},
            {"", 1, 0},           {"h", 1, 0},          {"1x", 1, 0},
            {"-1", 1, 0},         {"1h30", 1, 0},       {"30m1h", 1, 0},
            {"1h1h", 1, 0},       {" 1h", 1, 0},        {"1h ", 1, 0},
            {"4294967296", 1, 0}, {"7102w", 1, 0},      {"99999999999999999999", 1, 0},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
                uint32_t got = 0;
                int rc = cp_duration_parse(row[i].text, &got);

                if ((rc != 0) != row[i].rc || got != row[i].seconds)
                        fail_msg("\"%s\": rc %d, %u seconds", row[i].text, rc, got);
        }
}

static void test_format(void **state)
{
        char buf[32];

        (void)state;
        assert_string_equal(cp_duration_format(buf, sizeof(buf), 0), "0s");
        assert_string_equal(cp_duration_format(buf, sizeof(buf), 59), "59s");
        assert_string_equal(cp_duration_format(buf, sizeof(buf), 60), "1m");
        assert_string_equal(cp_duration_format(buf, sizeof(buf), 3725), "1h 2m");
        assert_string_equal(cp_duration_format(buf, sizeof(buf), 86400 * 9), "1w 2d");
        assert_string_equal(cp_duration_format(buf, sizeof(buf), 86400 + 59), "1d");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_parse),
            cmocka_unit_test(test_format),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
