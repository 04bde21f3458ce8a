/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/values.h"

#include "parser/sip_reason.h"

static enum sip_value as_reason(struct sip_cur *c)
{
        struct sip_reason r;

        return sip_reason_parse(c, &r);
}

static void list(void **state)
{
        const char *text = "Q.850 ;cause=16;text=\"Terminated, \\\"x\\\"\",sip;cause=600 , x";
        struct probe p;
        struct sip_reason r;

        (void)state;
        assert_int_equal(sip_reason_parse(probe_value(&p, text, strlen(text)), &r), SIP_VALUE_OK);
        assert_int_equal(r.protocol, SIP_REASON_Q850);
        assert_int_equal(r.cause, 16);
        probe_span(p.cur.buf, r.text, "Terminated, \\\"x\\\"");
        assert_true(sip_cur_at(&p.cur, ','));
        p.cur.pos++;
        assert_int_equal(sip_reason_parse(&p.cur, &r), SIP_VALUE_OK);
        assert_int_equal(r.protocol, SIP_REASON_SIP);
        assert_int_equal(r.cause, 600);
        probe_span(p.cur.buf, r.text, NULL);
        p.cur.pos++;
        assert_int_equal(sip_reason_parse(&p.cur, &r), SIP_VALUE_OK);
        assert_int_equal(r.protocol, SIP_REASON_OTHER);
        assert_int_equal(r.cause, SIP_REASON_NO_CAUSE);
        probe_span(p.cur.buf, r.name, "x");
        assert_int_equal(p.cur.pos, p.cur.end);
        probe_end(&p);
}

static void table(void **state)
{
        static const struct value_row rows[] = {
            {"", SIP_VALUE_SYNTAX},
            {";cause=1", SIP_VALUE_SYNTAX},
            {"SIP cause=1", SIP_VALUE_SYNTAX},
            {"SIP;cause", SIP_VALUE_PARAM},
            {"SIP;cause=x", SIP_VALUE_PARAM},
            {"SIP;cause=\"1\"", SIP_VALUE_PARAM},
            {"SIP;cause=4294967295", SIP_VALUE_RANGE},
            {"SIP;cause=1;cause=1", SIP_VALUE_DUP},
            {"SIP;text", SIP_VALUE_PARAM},
            {"SIP;text=\"a\";text=\"b\"", SIP_VALUE_DUP},
            {"SIP;text=\"a", SIP_VALUE_SYNTAX},
            {"SIP;text=\"\"", SIP_VALUE_OK},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_reason);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(list),
            cmocka_unit_test(table),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
