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

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(fields),
            cmocka_unit_test(table),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
