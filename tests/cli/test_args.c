/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/cli/args.h"

#define WORDS_MAX 16

static int parse(struct cp_cli_line *line, char *words, char *why, size_t cap)
{
        static char *argv[WORDS_MAX + 1];
        char name[] = "sluicectl", *word;
        int argc = 0, rc;

        argv[argc++] = name;
        while (argc < WORDS_MAX && (word = strsep(&words, " ")))
                argv[argc++] = word;
        argv[argc] = NULL;
        rc = cp_cli_line_parse(line, argc, argv, why, cap);
        return rc;
}

static void test_abbreviations(void **state)
{
        static const struct {
                const char *typed;
                const char *name; /* NULL = refused, and why says so */
                const char *why;
        } row[] = {
            {"status", "status", NULL},
            {"stats", "stats", NULL},
            {"statu", "status", NULL},
            {"stat", NULL, "\"stat\" can mean: status, stats"},
            {"d", "doctor", NULL},
            {"w 192.0.2.1", "why", NULL},
            {"b l", NULL, "\"l\" can mean: ban lift, ban list"},
            {"b lif 192.0.2.1", "ban lift", NULL},
            {"ban a 192.0.2.1", "ban add", NULL},
            {"ban", NULL, "one word more is needed: ban add, ban lift, ban list, ban export, ban import, ban why"},
            {"ban x", NULL, "\"x\" is none of: ban add, ban lift, ban list, ban export, ban import, ban why"},
            {"bang", NULL, "there is no command \"bang\""},
            {"bang --ttl 1h", NULL, "there is no command \"bang\""},
            {"statusx", NULL, "there is no command \"statusx\""},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
                char words[64], why[256] = "";
                struct cp_cli_line line;
                int rc;

                snprintf(words, sizeof(words), "%s", row[i].typed);
                rc = parse(&line, words, why, sizeof(why));
                if (row[i].name && (rc != 0 || strcmp(line.args.cmd->name, row[i].name) != 0))
                        fail_msg("\"%s\": %s", row[i].typed, why);
                if (!row[i].name) {
                        assert_int_not_equal(rc, 0);
                        assert_string_equal(why, row[i].why);
                }
                cp_cli_line_fini(&line);
        }
}

/* Every command is found by its full name, and by nothing that is also another's beginning. */
static void test_every_name(void **state)
{
        (void)state;
        for (size_t i = 0; i < cp_cli_command_cnt; i++) {
                char name[64], why[256], *second;
                const char *words[2];
                size_t used;

                snprintf(name, sizeof(name), "%s", cp_cli_commands[i].name);
                second = strchr(name, ' ');
                if (second)
                        *second++ = '\0';
                words[0] = name;
                words[1] = second;
                assert_ptr_equal(cp_cli_find(words, second ? 2 : 1, &used, why, sizeof(why)),
                                 &cp_cli_commands[i]);
                assert_int_equal(used, second ? 2 : 1);
        }
}

static void test_options(void **state)
{
        char words[] = "--json ban add -t1h 192.0.2.0/24 --reason=x=y -r -s /s --";
        char why[256] = "";
        struct cp_cli_line line;

        (void)state;
        assert_int_equal(parse(&line, words, why, sizeof(why)), 0);
        assert_string_equal(line.args.cmd->name, "ban add");
        assert_int_equal(line.args.word_cnt, 1);
        assert_string_equal(line.args.word[0], "192.0.2.0/24");
        assert_string_equal(cp_cli_opt_value(&line.args, "ttl"), "1h");
        assert_string_equal(cp_cli_opt_value(&line.args, "reason"), "x=y");
        assert_string_equal(cp_cli_opt_value(&line.args, "socket"), "/s");
        assert_string_equal(cp_cli_opt_value(&line.args, "json"), "");
        assert_non_null(cp_cli_opt_value(&line.args, "read-only"));
        assert_null(cp_cli_opt_value(&line.args, "config"));
        cp_cli_line_fini(&line);
}

static void test_refusals(void **state)
{
        static const char *const row[][2] = {
            {"status --follow", "unknown option: --follow"},
            {"--drops events", "unknown option: --drops"},
            {"events -fx", "unknown option: -fx"},
            {"status --json=1", "this option takes no value: --json=1"},
            {"why a -n", "this option needs a value: -n"},
            {"why a b", "one argument too many: b"},
            {"status x", "one argument too many: x"},
            {"why", "why needs ADDRESS|CALL-ID"},
            {"parse", "parse needs [--json] [--profile NAME] FILE..."},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
                char words[64], why[256] = "";
                struct cp_cli_line line;

                snprintf(words, sizeof(words), "%s", row[i][0]);
                assert_int_not_equal(parse(&line, words, why, sizeof(why)), 0);
                assert_string_equal(why, row[i][1]);
                cp_cli_line_fini(&line);
        }
}

static void test_letters_dashes_and_raw(void **state)
{
        char follow[] = "events -fdn5", dash[] = "why -- -strange@call", raw[] = "-j parse --x -y";
        struct cp_cli_line line;
        char why[256] = "";
        long n = 10;

        (void)state;
        assert_int_equal(parse(&line, follow, why, sizeof(why)), 0);
        assert_non_null(cp_cli_opt_value(&line.args, "follow"));
        assert_non_null(cp_cli_opt_value(&line.args, "drops"));
        assert_int_equal(cp_cli_opt_number(&line.args, "limit", 0, 10, &n), 0);
        assert_int_equal(n, 5);
        assert_int_not_equal(cp_cli_opt_number(&line.args, "limit", 6, 10, &n), 0);
        cp_cli_line_fini(&line);
        assert_int_equal(parse(&line, dash, why, sizeof(why)), 0);
        assert_string_equal(line.args.word[0], "-strange@call");
        assert_int_equal(cp_cli_opt_number(&line.args, "limit", 1, 10, &n), 0);
        assert_int_equal(n, 5); /* not given: untouched */
        cp_cli_line_fini(&line);
        assert_int_equal(parse(&line, raw, why, sizeof(why)), 0);
        assert_int_equal(line.args.word_cnt, 2);
        assert_string_equal(line.args.word[0], "--x");
        cp_cli_line_fini(&line);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_abbreviations),
            cmocka_unit_test(test_every_name),
            cmocka_unit_test(test_options),
            cmocka_unit_test(test_refusals),
            cmocka_unit_test(test_letters_dashes_and_raw),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
