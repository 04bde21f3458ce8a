/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/probe.h"

#include "parser/sip_utf8.h"

/* Every code point encodes to something that is one character, and no prefix of it is. */
static void all_code_points(void **state)
{
        struct guard g = guard_create(16);

        (void)state;
        for (uint32_t u = 0; u <= 0x10ffff; u++) {
                uint8_t b[4];
                size_t n;

                if (u >= 0xd800 && u < 0xe000)
                        continue;
                if (u < 0x80) {
                        b[0] = (uint8_t)u;
                        n = 1;
                } else if (u < 0x800) {
                        b[0] = (uint8_t)(0xc0 | u >> 6);
                        b[1] = (uint8_t)(0x80 | (u & 0x3f));
                        n = 2;
                } else if (u < 0x10000) {
                        b[0] = (uint8_t)(0xe0 | u >> 12);
                        b[1] = (uint8_t)(0x80 | (u >> 6 & 0x3f));
                        b[2] = (uint8_t)(0x80 | (u & 0x3f));
                        n = 3;
                } else {
                        b[0] = (uint8_t)(0xf0 | u >> 18);
                        b[1] = (uint8_t)(0x80 | (u >> 12 & 0x3f));
                        b[2] = (uint8_t)(0x80 | (u >> 6 & 0x3f));
                        b[3] = (uint8_t)(0x80 | (u & 0x3f));
                        n = 4;
                }
                assert_int_equal(sip_utf8_char(guard_tail(&g, b, n), n), n);
                for (size_t k = 1; k < n; k++)
                        assert_int_equal(sip_utf8_char(guard_tail(&g, b, k), k), 0);
        }
        guard_destroy(&g);
}

static void not_utf8(void **state)
{
        static const char *const rows[] = {
            "\x80",
            "\xbf",
            "\xc0\x80",
            "\xc1\xbf",
            "\xc3(",
            "\xe0\x80\x80",
            "\xe0\x9f\xbf",
            "\xed\xa0\x80",
            "\xed\xbf\xbf",
            "\xf0\x80\x80\x80",
            "\xf0\x8f\xbf\xbf",
            "\xf4\x90\x80\x80",
            "\xf5\x80\x80\x80",
            "\xff",
            "\xe2\x82",
            "\xe2(\xa1",
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
                assert_int_equal(sip_utf8_char((const uint8_t *)rows[i], strlen(rows[i])), 0);
        assert_int_equal(sip_utf8_check((const uint8_t *)"ab\xc3\xa9\xff", 5), 4);
        assert_int_equal(sip_utf8_check((const uint8_t *)"ab\xc3\xa9", 4), 4);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(all_code_points),
            cmocka_unit_test(not_utf8),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
