/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/values.h"

#include "parser/sip_timer.h"

static enum sip_value as_session(struct sip_cur *c)
{
        struct sip_timer t;

        return sip_session_expires_parse(c, &t);
}

static void fields(void **state)
{
        const char *text = "1800 ;refresher=UAS;x=y";
        struct probe p;
        struct sip_timer t;

        (void)state;
        assert_int_equal(sip_session_expires_parse(probe_value(&p, text, strlen(text)), &t),
                         SIP_VALUE_OK);
        assert_int_equal(t.seconds, 1800);
        assert_int_equal(t.refresher, SIP_REFRESHER_UAS);
        p.cur.pos = PROBE_LEAD;
        assert_int_equal(sip_min_se_parse(&p.cur, &t), SIP_VALUE_OK);
        assert_int_equal(t.refresher, SIP_REFRESHER_NONE);
        probe_end(&p);
        assert_int_equal(sip_session_expires_parse(probe_value(&p, "90;refresher=uac", 16), &t),
                         SIP_VALUE_OK);
        assert_int_equal(t.refresher, SIP_REFRESHER_UAC);
        probe_end(&p);
}

static void table(void **state)
{
        static const struct value_row rows[] = {
            {"0", SIP_VALUE_OK},
            {"4294967295", SIP_VALUE_OK},
            {"", SIP_VALUE_SYNTAX},
            {";refresher=uac", SIP_VALUE_SYNTAX},
            {"x", SIP_VALUE_SYNTAX},
            {"1x", SIP_VALUE_SYNTAX},
            {"4294967296", SIP_VALUE_RANGE},
            {"1;refresher", SIP_VALUE_PARAM},
            {"1;refresher=\"uac\"", SIP_VALUE_PARAM},
            {"1;refresher=uax", SIP_VALUE_PARAM},
            {"1;refresher=uac;refresher=uac", SIP_VALUE_DUP},
            {"1, 2", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_session);
}

static enum sip_value as_retry(struct sip_cur *c)
{
        struct sip_retry_after r;

        return sip_retry_after_parse(c, &r);
}

static void retry_after(void **state)
{
        static const struct value_row rows[] = {
            {"18000;duration=3600", SIP_VALUE_OK},
            {"120 (a (b) \\) c)", SIP_VALUE_OK},
            {"0", SIP_VALUE_OK},
            {"", SIP_VALUE_SYNTAX},
            {"x", SIP_VALUE_SYNTAX},
            {"120 (a", SIP_VALUE_SYNTAX},
            {"120 (a))", SIP_VALUE_SYNTAX},
            {"120 x", SIP_VALUE_SYNTAX},
            {"120, 130", SIP_VALUE_SYNTAX},
            {"4294967295", SIP_VALUE_RANGE},
            {"1;duration=4294967295", SIP_VALUE_RANGE},
            {"1;duration", SIP_VALUE_PARAM},
            {"1;duration=1;duration=1", SIP_VALUE_DUP},
        };
        static const char text[] = "120 (back (soon)) ;duration=5;x";
        struct sip_retry_after r;
        struct probe p;

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_retry);
        assert_int_equal(sip_retry_after_parse(probe_value(&p, text, sizeof(text) - 1), &r),
                         SIP_VALUE_OK);
        assert_int_equal(r.seconds, 120);
        assert_int_equal(r.duration, 5);
        probe_span(p.cur.buf, r.comment, "back (soon)");
        probe_end(&p);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(fields),
            cmocka_unit_test(table),
            cmocka_unit_test(retry_after),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
