/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rule sets that are broken in text: each is refused with line, column, option and words, leaves
 * the rules beside it as they are, and makes no image.
 *
 *   test_rules_refuse --print       say what each is refused with
 *   test_rules_refuse --write DIR   write each set to DIR/N.rules and "line:column: text" to
 *                                   DIR/N.refusal
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/rules/image.h"
#include "control/rules/read.h"

static const struct {
        const char *rule;
        unsigned line;
        unsigned column;
        const char *text;
} broken[] = {
#define X(rule, line, column, text) {rule, line, column, text},
#include "tests/control/rules/broken.def"
#undef X
};
#define BROKEN_CNT (sizeof(broken) / sizeof(broken[0]))

/* Two that are right, around the one that is not: line 1 and the last. */
static const char before[] = "alert sip any any -> any any (sip.method; content:\"X\"; sid:100;)\n";
static const char after[] =
    "\nalert sip any any -> any any (sip.method; content:\"Y\"; sid:101;)\n";

static const struct cp_rule_var vars_list[] = {{"LOOP", "[10.0.0.1,$LOOP]"}};
static const struct cp_rule_vars vars = {vars_list, 1};

/* The errors of one; the number of rules that were read goes to *rules. */
static struct cp_rule_errors *refuse(const char *rule, uint32_t *rules)
{
        struct cp_rule_errors *e = calloc(1, sizeof(*e));
        struct cp_rule_set set = {0};
        struct cp_image image;
        char *text = NULL;
        int len = asprintf(&text, "%s%s%s", before, rule, after);
        int rc = cp_rules_read(&set, "x.rules", text, (size_t)len, &vars, e);

        *rules = set.cnt;
        if (rc == 0) {
                rc = cp_image_make(&set, MATCH_PLATFORM_HOST, 1, NULL, &image, e);
                assert_null(image.at);
        }
        assert_int_equal(rc, -EINVAL);
        cp_rule_set_fini(&set);
        free(text);
        return e;
}

static void each_is_refused_where_it_is_wrong(void **state)
{
        (void)state;
        assert_true(BROKEN_CNT >= 100);
        for (size_t i = 0; i < BROKEN_CNT; i++) {
                uint32_t rules;
                struct cp_rule_errors *e = refuse(broken[i].rule, &rules);

                if (e->all != 1 || e->e[0].line != broken[i].line + 1 ||
                    e->e[0].column != broken[i].column || strcmp(e->e[0].text, broken[i].text) != 0)
                        print_error("%s\n  %u errors; %u:%u: %s\n", broken[i].rule, e->all,
                                    e->e[0].line, e->e[0].column, e->e[0].text);
                assert_int_equal(e->all, 1);
                assert_string_equal(e->e[0].file, "x.rules");
                assert_int_equal(e->e[0].line, broken[i].line + 1);
                assert_int_equal(e->e[0].column, broken[i].column);
                assert_string_equal(e->e[0].text, broken[i].text);
                assert_in_range(rules, 2, 3); /* three when only its expression is wrong */
                free(e);
        }
        print_message("%zu broken rules refused\n", BROKEN_CNT);
}

static void two_rules_with_one_sid(void **state)
{
        uint32_t rules;
        struct cp_rule_errors *e = refuse("alert udp any any -> any any (sid:100;)", &rules);

        (void)state;
        assert_string_equal(e->e[0].text, "sid: 100 is that of the rule in x.rules:1");
        free(e);
}

static void more_errors_than_are_told(void **state)
{
        enum { CNT = 300 };
        struct cp_rule_errors *e = calloc(1, sizeof(*e));
        struct cp_rule_set set = {0};
        char text[CNT * 8];
        size_t n = 0;

        (void)state;
        for (int i = 0; i < CNT; i++)
                n += (size_t)snprintf(text + n, sizeof(text) - n, "no\n");
        assert_int_equal(cp_rules_read(&set, "x", text, n, &vars, e), -EINVAL);
        assert_int_equal(e->cnt, CP_RULE_ERRORS_MAX);
        assert_int_equal(e->all, CNT);
        assert_int_equal(e->e[99].line, 100);
        assert_int_equal(cp_rules_read_file(&set, "/nowhere/x.rules", &vars, e), -EINVAL);
        cp_rule_set_fini(&set);
        free(e);
}

static int write_text(const char *dir, size_t i, const char *suffix, const char *text)
{
        char path[4096];
        FILE *f;

        snprintf(path, sizeof(path), "%s/%zu.%s", dir, i, suffix);
        f = fopen(path, "w");
        if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0) {
                perror(path);
                return 1;
        }
        return 0;
}

static int write_all(const char *dir)
{
        int rc = 0;

        for (size_t i = 0; i < BROKEN_CNT && rc == 0; i++) {
                char *rules = NULL;
                char *refusal = NULL;

                if (asprintf(&rules, "%s%s%s", before, broken[i].rule, after) < 0 ||
                    asprintf(&refusal, "%u:%u: %s\n", broken[i].line + 1, broken[i].column,
                             broken[i].text) < 0)
                        return 1;
                rc = write_text(dir, i, "rules", rules) | write_text(dir, i, "refusal", refusal);
                free(rules);
                free(refusal);
        }
        return rc;
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(each_is_refused_where_it_is_wrong),
            cmocka_unit_test(two_rules_with_one_sid),
            cmocka_unit_test(more_errors_than_are_told),
        };

        if (argc == 3 && strcmp(argv[1], "--write") == 0)
                return write_all(argv[2]);
        if (argc == 2 && strcmp(argv[1], "--print") == 0) {
                for (size_t i = 0; i < BROKEN_CNT; i++) {
                        uint32_t rules;
                        struct cp_rule_errors *e = refuse(broken[i].rule, &rules);

                        printf("%zu %u:%u: %s\n", i, e->e[0].line - 1, e->e[0].column,
                               e->e[0].text);
                        free(e);
                }
                return 0;
        }
        return cmocka_run_group_tests(tests, NULL, NULL);
}
