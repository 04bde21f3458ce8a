/* SPDX-License-Identifier: Apache-2.0 */
/* What `sluicectl explain` makes of events, whatever is in them (golden/), and how it ends without
 * a capture. The events themselves: tests/e2e/explain.sh. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "control/cli/explain_text.h"
#include "tests/cli/fake_control.h"

#define HEAD                                                                                   \
        "\"timestamp\":\"2026-01-02T03:04:05.678901+0000\",\"event_type\":\"sip\",\"src_ip\":" \
        "\"198.51.100.66\",\"src_port\":5071,\"dest_ip\":\"2001:db8::2\",\"dest_port\":5060,"  \
        "\"proto\":\"UDP\",\"class\":\"other\",\"lane\":\"unproven\","

static const char dropped[] =
    "{" HEAD "\"verdict\":{\"action\":\"drop\",\"reason\":\"rule_drop\",\"rule\":1000001},"
    "\"rules\":[1000001,1000002],\"sip\":{\"method\":\"OPTIONS\",\"uri\":\"sip:100@b\\u001b[31m\","
    "\"call_id\":\"a@x\"},\"frame\":7,\"reason_text\":\"a rule drops it\",\"explain\":["
    "{\"sid\":1000001,\"rev\":1,\"action\":\"drop\",\"mode\":\"enforce\",\"percent\":25,\"msg\":"
    "\"tools\\u0007\",\"state\":\"decides\",\"told\":true,\"where\":["
    "{\"option\":\"content\",\"field\":\"sip.user_agent\",\"instance\":1,\"text\":\"friendly\\n\","
    "\"offset\":3,\"length\":9,\"found\":\"friendly\\n\",\"datagram_offset\":312},"
    "{\"option\":\"content\",\"field\":\"sip.user_agent\",\"instance\":1,\"negated\":true,\"text\":"
    "\"phone\"},{\"option\":\"pcre\",\"field\":\"sip.uri\",\"text\":\"^sip:[0-9]+\",\"end\":7,"
    "\"datagram_offset\":15}]},"
    "{\"sid\":1000002,\"rev\":1,\"action\":\"alert\",\"mode\":\"monitor\",\"percent\":100,\"msg\":"
    "\"\",\"state\":\"monitor\",\"told\":true,\"where\":["
    "{\"option\":\"number\",\"field\":\"sip.cseq.num\",\"text\":\">3\",\"value\":7},"
    "{\"option\":\"word\",\"field\":\"state.class\",\"value\":\"invite\"},"
    "{\"option\":\"bsize\",\"field\":\"sip.method\",\"text\":\"<10\",\"length\":7,"
    "\"datagram_offset\":0},{\"option\":\"absent\",\"field\":\"sip.header:Subject\"},"
    "{\"option\":\"flowbits\"}],\"where_more\":3}]}";

static const char passed[] =
    "{" HEAD
    "\"verdict\":{\"action\":\"reject\",\"reason\":\"route_reject\",\"code\":403,\"rule\":1},"
    "\"rules\":[],\"sip\":{\"code\":200,\"reason\":\"OK\",\"call_id\":\"b@x\"},\"frame\":8,"
    "\"reason_text\":\"a route rejects it\",\"explain\":[]}";

static void test_text(void **state)
{
        struct cp_cli cli = {.err = stderr, .width = 80};
        char *text = NULL;
        size_t bytes = 0;

        (void)state;
        cli.out = open_memstream(&text, &bytes);
        assert_non_null(cli.out);
        for (int i = 0; i < 2; i++) {
                json_t *event = json_loads(i == 0 ? dropped : passed, JSON_ALLOW_NUL, NULL);

                assert_non_null(event);
                cp_explain_print(&cli, event);
                json_decref(event);
        }
        fclose(cli.out);
        assert_golden("explain.txt", text);
        for (const char *c = text; *c; c++)
                assert_true(*c == '\n' || ((unsigned char)*c >= 0x20 && (unsigned char)*c < 0x7f));
        free(text);
}

static void test_command_line(void **state)
{
        struct outcome o = run_line(NULL, "help explain");

        (void)state;
        assert_int_equal(o.rc, 0);
        assert_golden("help_explain.txt", o.out);
        outcome_free(&o);
        o = run_line(NULL, "explain");
        assert_int_equal(o.rc, 2);
        assert_non_null(strstr(o.err, "explain needs CAPTURE"));
        outcome_free(&o);
        o = run_line(NULL, "explain /nonexistent/calls.pcap");
        assert_int_equal(o.rc, 2);
        assert_string_equal(o.out, "");
        assert_true(strlen(o.err) > 0);
        outcome_free(&o);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_text),
            cmocka_unit_test(test_command_line),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
