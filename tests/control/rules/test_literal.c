/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The texts that have to be in a field: what is read out of contents and expressions, and that
 * nothing is read out of what is not understood.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "control/rules/literal.h"

/* The literals with commas between, ^ and $ for edges; "" for none. */
static const char *text_of(const struct cp_literals *l)
{
        static char text[CP_LITERALS_MAX * (MATCH_LITERAL_MAX + 1u)];
        size_t n = 0;

        for (uint32_t i = 0; i < l->cnt; i++) {
                if (i != 0)
                        text[n++] = ',';
                for (uint32_t k = 0; k < l->l[i].len; k++) {
                        uint8_t c = l->l[i].at[k];

                        text[n++] = c != MATCH_EDGE ? (char)c : k == 0 ? '^' : '$';
                }
        }
        text[n] = '\0';
        return text;
}

static const char *of_regex(const char *regex, uint32_t flags)
{
        const struct cp_rule_step s = {
            .s = {.kind = MATCH_STEP_PCRE, .regex_flags = flags},
            .bytes = (const uint8_t *)regex,
            .len = (uint32_t)strlen(regex),
        };
        struct cp_literals l;

        cp_literals_find(&s, &l);
        return text_of(&l);
}

static void of_expressions(void **state)
{
        static const struct {
                const char *regex;
                const char *literals;
        } rows[] = {
            {"Friendly-Scanner", "friendly-scanner"},
            {"abcd.*efghi", "efghi"},
            {"abcde?fgh", "abcd"},
            {"abcde*fg", "abcd"},
            {"abcde+fg", "abcde"},
            {"abcde{2}fg", "abcde"},
            {"abcde{0,2}fg", "abcd"},
            {"abcd{2,}?efghi", "efghi"},
            {"abc.def", ""},
            {"^abc", "^abc"},
            {"\\Aabc", "^abc"},
            {"x^abc", ""},
            {"abc$", ""},
            {"\\d+wxyz[0-9]", "wxyz"},
            {"[]wxyz]abcd", "abcd"},
            {"[^]wxyz]abcd", "abcd"},
            {"[[:alpha:]wxyz]abcd", "abcd"},
            {"[[:]abc:]wxyz]", ""},
            {"[a\\]bcdefg]abcd", "abcd"},
            {"a\\.b\\/c", "a.b/c"},
            {"a\\x41\\x2dbc", "aa-bc"},
            {"a\\x{41}bcdef", ""},
            {"abcd\\Qwxyz\\E", ""},
            {"(abcd)\\1", ""},
            {"sipvicious|friendly|sundayddr", "sipvicious,friendly,sundayddr"},
            {"sipvicious|a.b", ""},
            {"^(?:sipcli|pplsip)/v", "sipcli,pplsip"},
            {"^sipcli|^abc", "^sipcli,^abc"},
            {"(^abc|def)", ""},
            {"(abcd|efgh)?", ""},
            {"(abcd|efgh){0,3}", ""},
            {"(abcd|efgh)+", "abcd,efgh"},
            {"ab(cdefg|hijkl)mn", "cdefg,hijkl"},
            {"((((abcd))))", "abcd"},
            {"(((((((((abcd)))))))))", ""},
            {"(?i)abcd", ""},
            {"(?=abcd)", ""},
            {"(?!abcd)x", ""},
            {"(*UTF8)abcd", ""},
            {"abcd|", ""},
            {"abcd{", ""},
            {"abcd{,3}e", ""},
            {"abcd(", ""},
            {"abcd)", ""},
            {"abcd[", ""},
            {"abcd\\", ""},
            {"a1|b1|c1|d1|e1|f1|g1|h1|i1|j1|k1|l1|m1|n1|o1|p1|q1", ""},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                print_message("%s\n", rows[i].regex);
                assert_string_equal(of_regex(rows[i].regex, 0), rows[i].literals);
        }
        assert_string_equal(of_regex("^abc", MATCH_REGEX_MULTILINE), "");
        assert_string_equal(of_regex("\\Aabc", MATCH_REGEX_MULTILINE), "^abc");
        assert_string_equal(of_regex("ab cd", MATCH_REGEX_EXTENDED), "");
}

static const char *of_content(const char *text, uint8_t flags, int32_t from, int32_t end)
{
        const struct cp_rule_step s = {
            .s = {.kind = MATCH_STEP_CONTENT, .flags = flags, .from = from, .end = end},
            .bytes = (const uint8_t *)text,
            .len = (uint32_t)strlen(text),
        };
        struct cp_literals l;

        cp_literals_find(&s, &l);
        return text_of(&l);
}

static void of_contents(void **state)
{
        (void)state;
        assert_string_equal(of_content("ABcd", 0, 0, MATCH_NO_END), "abcd");
        assert_string_equal(of_content("abc", 0, 0, MATCH_NO_END), "");
        assert_string_equal(of_content("abc", 0, 0, 3), "^abc");
        assert_string_equal(of_content("abc", 0, 0, 4), "");
        assert_string_equal(of_content("abc", MATCH_STEP_RELATIVE, 0, 3), "");
        assert_string_equal(of_content("abc", MATCH_STEP_STARTS, 0, MATCH_NO_END), "^abc");
        assert_string_equal(of_content("ab", MATCH_STEP_STARTS | MATCH_STEP_ENDS, 0, MATCH_NO_END),
                            "^ab$");
        assert_string_equal(of_content("a", MATCH_STEP_STARTS | MATCH_STEP_ENDS, 0, MATCH_NO_END),
                            "");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(of_expressions),
            cmocka_unit_test(of_contents),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
