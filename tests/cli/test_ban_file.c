/* SPDX-License-Identifier: Apache-2.0 */
/* Bans from files, against a control that takes them all or none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/cli/fake_control.h"

/* What a file makes control be asked: `says` is part of what the command prints, `asked` of what it
 * asks, NULL = nothing. */
static void test_ban_import(void **state)
{
        static const struct {
                const char *text;
                int status;
                const char *says;
                const char *asked;
        } rows[] = {
            {"# ours\n192.0.2.1 - noise, much of it\n\n10.0.0.0/8 2999-01-01T00:00:00Z\r\n", 0,
             "2 bans set, 0 had ended", "\"prefix\":\"10.0.0.0/8\""},
            {"192.0.2.1 - a  b\n", 0, "1 bans set", "\"ttl_s\":0,\"reason\":\"a  b\""},
            {"192.0.2.1 2001-01-01T00:00:00Z old\n", 0, "0 bans set, 1 had ended", NULL},
            {"192.0.2.1:5062 - rate=6 slow\n", 0, "1 bans set",
             "\"prefix\":\"192.0.2.1:5062\",\"ttl_s\":0,\"reason\":\"slow\",\"rate\":6"},
            {"192.0.2.1 - rate=6\n", 0, "1 bans set", "\"reason\":\"\",\"rate\":6"},
            {"192.0.2.1 - rate=x\n", 2, ":1: rate= takes", NULL},
            {"192.0.2.1 - rate=-1\n", 2, ":1: rate= takes", NULL},
            {"192.0.2.1 - rate=0 rate=6 was too much\n", 0, "1 bans set",
             "\"ttl_s\":0,\"reason\":\"rate=6 was too much\"}"},
            {"\xef\xbb\xbf"
             "192.0.2.1 - noise\r\n",
             0, "1 bans set", "\"prefix\":\"192.0.2.1\""},
            {"\xef\xbb\xbf{\"bans\":[{\"prefix\":\"192.0.2.1\"}]}", 0, "1 bans set",
             "\"prefix\":\"192.0.2.1\""},
            {"{\"bans\":[{\"prefix\":\"192.0.2.1\",\"expires\":null,\"rate\":9}]}", 0, "1 bans set",
             "\"rate\":9"},
            {"", 0, "0 bans set", NULL},
            {"192.0.2.1\n", 2, ":1: PREFIX UNTIL [REASON] is due", NULL},
            {"192.0.2.1 -\n192.0.2.2 tomorrow\n", 2, ":2: the end of a ban", NULL},
            {"{\"bans\":[{\"prefix\":\"192.0.2.1\",\"source\":\"operator\",\"expires\":null,"
             "\"reason\":\"r\"},{\"prefix\":\"192.0.2.2\",\"source\":\"config\"}]}",
             0, "1 bans set", "\"prefix\":\"192.0.2.1\",\"ttl_s\":0,\"reason\":\"r\""},
            {"{\"bans\":\n[}", 2, ":2: ", NULL},
            {"{\"ban\":[]}", 2, "no list \"bans\"", NULL},
        };
        static const struct fake_answer answers[] = {
            {"ban.add", "\"result\":{}", NULL},
            {.method = NULL},
        };
        char path[] = "/tmp/sluice_bans_XXXXXX";
        char line[64];
        int fd = mkstemp(path);

        (void)state;
        assert_true(fd >= 0);
        close(fd);
        snprintf(line, sizeof(line), "ban import %s", path);
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                FILE *f = fopen(path, "w");

                assert_non_null(f);
                fputs(rows[i].text, f);
                fclose(f);
                struct fake_control control;
                struct outcome o;

                fake_control_start(&control, answers);
                o = run_line(&control, line);
                fake_control_stop(&control);
                assert_int_equal(o.rc, rows[i].status);
                assert_non_null(strstr(o.rc == 0 ? o.out : o.err, rows[i].says));
                if (rows[i].asked == NULL)
                        assert_int_equal(control.asked_len, 0);
                else
                        assert_non_null(strstr(control.asked, rows[i].asked));
                outcome_free(&o);
        }
        unlink(path);
}

/* The first refusal ends it, and is told with its line. */
static void test_refused(void **state)
{
        static const struct fake_answer answers[] = {
            {"ban.add", "\"error\":{\"code\":-32602,\"message\":\"not an address\"}", NULL},
            {.method = NULL},
        };
        char path[] = "/tmp/sluice_bans_XXXXXX";
        struct fake_control control;
        struct outcome o;
        char line[64];
        int fd = mkstemp(path);

        (void)state;
        assert_true(fd >= 0);
        assert_int_equal(write(fd, "# x\nnonsense -\n10.0.0.1 -\n", 26), 26);
        close(fd);
        snprintf(line, sizeof(line), "ban import %s", path);
        fake_control_start(&control, answers);
        o = run_line(&control, line);
        fake_control_stop(&control);
        assert_int_equal(o.rc, 2);
        assert_non_null(strstr(o.err, "not an address"));
        assert_non_null(strstr(o.err, ":2\n"));
        assert_null(strstr(control.asked, "10.0.0.1"));
        outcome_free(&o);
        unlink(path);
}

/* A ban whose reason begins like a limit is still a ban when it has been taken elsewhere. */
static void test_export(void **state)
{
        static const struct fake_answer answers[] = {
            {"ban.list",
             "\"result\":{\"bans\":["
             "{\"prefix\":\"192.0.2.1\",\"source\":\"operator\",\"expires\":null,"
             "\"reason\":\"rate=6 was too much\"},"
             "{\"prefix\":\"192.0.2.2\",\"source\":\"operator\",\"expires\":null,"
             "\"reason\":\"rate=6\",\"rate\":9}]}",
             NULL},
            {.method = NULL},
        };
        struct fake_control control;
        struct outcome o;

        (void)state;
        fake_control_start(&control, answers);
        o = run_line(&control, "ban export");
        fake_control_stop(&control);
        assert_int_equal(o.rc, 0);
        assert_string_equal(o.out, "192.0.2.1 - rate=0 rate=6 was too much\n"
                                   "192.0.2.2 - rate=9 rate=6\n");
        outcome_free(&o);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_ban_import),
            cmocka_unit_test(test_refused),
            cmocka_unit_test(test_export),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
