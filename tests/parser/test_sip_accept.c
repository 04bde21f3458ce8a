/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/values.h"

#include "parser/sip_accept.h"

static void ranges(void **state)
{
        struct probe p;
        struct sip_accept x;

        (void)state;
        assert_int_equal(sip_accept_parse(probe_value(&p, "text/html;level=1;q=0.25 , z", 28), &x),
                         SIP_VALUE_OK);
        probe_span(p.cur.buf, x.type, "text");
        probe_span(p.cur.buf, x.subtype, "html");
        probe_span(p.cur.buf, x.params, "level=1;q=0.25");
        assert_int_equal(x.q_milli, 250);
        probe_end(&p);
        assert_int_equal(sip_accept_parse(probe_value(&p, "*/*", 3), &x), SIP_VALUE_OK);
        probe_span(p.cur.buf, x.subtype, "*");
        probe_span(p.cur.buf, x.params, NULL);
        assert_int_equal(x.q_milli, SIP_VALUE_NO_Q);
        probe_end(&p);
}

static void dispositions(void **state)
{
        struct probe p;
        struct sip_disposition x;

        (void)state;
        assert_int_equal(
            sip_disposition_parse(probe_value(&p, "Early-Session ; handling=OPTIONAL", 33), &x),
            SIP_VALUE_OK);
        assert_int_equal(x.kind, SIP_DISPOSITION_EARLY_SESSION);
        assert_true(x.optional);
        probe_end(&p);
        assert_int_equal(sip_disposition_parse(probe_value(&p, "by-reference", 12), &x),
                         SIP_VALUE_OK);
        assert_int_equal(x.kind, SIP_DISPOSITION_BY_REFERENCE);
        assert_false(x.optional);
        probe_span(p.cur.buf, x.handling, NULL);
        probe_end(&p);
        assert_int_equal(sip_disposition_parse(probe_value(&p, "x-own;handling=later", 20), &x),
                         SIP_VALUE_OK);
        assert_int_equal(x.kind, SIP_DISPOSITION_OTHER);
        assert_false(x.optional);
        probe_span(p.cur.buf, x.handling, "later");
        probe_end(&p);
}

static enum sip_value as_range(struct sip_cur *c)
{
        struct sip_accept x;

        return sip_accept_parse(c, &x);
}

static void range_table(void **state)
{
        static const struct value_row rows[] = {
            {"application/sdp", SIP_VALUE_OK},
            {"*/*;q=0.1", SIP_VALUE_OK},
            {"text / html ;level=1;q=1.000, b/c", SIP_VALUE_OK},
            {"application", SIP_VALUE_SYNTAX},
            {"/sdp", SIP_VALUE_SYNTAX},
            {"a/", SIP_VALUE_SYNTAX},
            {"a/b;q=2", SIP_VALUE_PARAM},
            {"a/b;q=0.1234", SIP_VALUE_PARAM},
            {"a/b;q", SIP_VALUE_PARAM},
            {"a/b;q=\"1\"", SIP_VALUE_PARAM},
            {"a/b;q=1;q=1", SIP_VALUE_DUP},
            {"a/b c", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_range);
}

static enum sip_value as_plain(struct sip_cur *c)
{
        struct sip_accept x;

        return sip_accept_plain_parse(c, &x);
}

static void plain_table(void **state)
{
        static const struct value_row rows[] = {
            {"gzip;q=0.5, *", SIP_VALUE_OK}, {"en-gb", SIP_VALUE_OK},     {"", SIP_VALUE_SYNTAX},
            {"a/b", SIP_VALUE_SYNTAX},       {"da;q=x", SIP_VALUE_PARAM},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_plain);
}

static enum sip_value as_disposition(struct sip_cur *c)
{
        struct sip_disposition x;

        return sip_disposition_parse(c, &x);
}

static void disposition_table(void **state)
{
        static const struct value_row rows[] = {
            {"session", SIP_VALUE_OK},
            {"session;handling=required", SIP_VALUE_OK},
            {"", SIP_VALUE_SYNTAX},
            {"session, alert", SIP_VALUE_SYNTAX},
            {"session;handling", SIP_VALUE_PARAM},
            {"session;handling=\"optional\"", SIP_VALUE_PARAM},
            {"a;handling=b;handling=c", SIP_VALUE_DUP},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_disposition);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(ranges),
            cmocka_unit_test(dispositions),
            cmocka_unit_test(range_table),
            cmocka_unit_test(plain_table),
            cmocka_unit_test(disposition_table),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
