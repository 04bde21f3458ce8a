/* SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/cli/escape.h"

static void expect(const char *in, size_t n, size_t cols, const char *want)
{
        char *got = cp_cli_escape(in, n, cols);

        assert_string_equal(got, want);
        free(got);
}

#define EXPECT(in, want) expect(in, sizeof(in) - 1, 0, want)

static void test_plain_text_stays(void **state)
{
        (void)state;
        EXPECT("", "");
        EXPECT("friendly-scanner 1.0 (\"x\")", "friendly-scanner 1.0 (\"x\")");
}

static void test_control_octets_never_pass(void **state)
{
        (void)state;
        EXPECT("\x1b]0;owned\x07", "\\x1b]0;owned\\x07");
        EXPECT("a\r\nSet: b\tc", "a\\r\\nSet: b\\tc");
        EXPECT("nul\0here", "nul\\x00here");
        EXPECT("del\x7f", "del\\x7f");
        EXPECT("a\\x1b", "a\\\\x1b"); /* what was typed and what was escaped differ */
        for (unsigned c = 0; c < 256; c++) {
                char octet = (char)c;
                char *got = cp_cli_escape(&octet, 1, 0);

                for (const char *g = got; *g; g++)
                        assert_true((unsigned char)*g >= 0x20 && (unsigned char)*g < 0x7f);
                free(got);
        }
}

static void test_utf8_follows_the_locale(void **state)
{
        (void)state;
        EXPECT("M\xc3\xbcller", "M\\xc3\\xbcller"); /* the C locale shows ASCII only */
        if (!setlocale(LC_CTYPE, "C.UTF-8")) {
                print_message("[  SKIPPED ] no C.UTF-8 locale\n");
                return;
        }
        EXPECT("M\xc3\xbcller", "M\xc3\xbcller");
        EXPECT("\xc2\x9b"
               "31m",
               "\\u{9b}31m"); /* CSI in one character, C1 */
        EXPECT("a\xe2\x80\xae"
               "b",
               "a\\u{202e}b");                 /* right-to-left override */
        EXPECT("a\xe2\x80\x8b", "a\\u{200b}"); /* zero width space */
        EXPECT("\xc3", "\\xc3");               /* cut short */
        EXPECT("\xc0\xaf", "\\xc0\\xaf");      /* overlong */
        expect("\xe6\xbc\xa2\xe6\xbc\xa2\xe6\xbc\xa2", 9, 5, "\xe6\xbc\xa2...");
        assert_int_equal(cp_cli_columns("\xe6\xbc\xa2x"), 3);
        setlocale(LC_CTYPE, "C");
}

static void test_cut(void **state)
{
        (void)state;
        expect("abcdefgh", 8, 8, "abcdefgh");
        expect("abcdefghi", 9, 8, "abcde...");
        expect("ab\x1b\x1b", 4, 7, "ab..."); /* no escape is cut in half */
        expect("abcd", 4, 3, "...");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_plain_text_stays),
            cmocka_unit_test(test_control_octets_never_pass),
            cmocka_unit_test(test_utf8_follows_the_locale),
            cmocka_unit_test(test_cut),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
