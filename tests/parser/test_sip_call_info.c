/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/values.h"

#include "parser/sip_call_info.h"

static void links(void **state)
{
        struct probe p;
        struct sip_call_info x;

        (void)state;
        assert_int_equal(
            sip_call_info_parse(probe_value(&p, "<http://x/?a=b,c>;purpose=Card , y", 34), &x),
            SIP_VALUE_OK);
        probe_span(p.cur.buf, x.addr.uri.all, "http://x/?a=b,c");
        assert_int_equal(x.purpose, SIP_CALL_INFO_CARD);
        probe_end(&p);
        assert_int_equal(sip_call_info_parse(probe_value(&p, "<http://x/>", 11), &x), SIP_VALUE_OK);
        assert_int_equal(x.purpose, SIP_CALL_INFO_NONE);
        probe_end(&p);
        assert_int_equal(
            sip_call_info_parse(
                probe_value(&p, "<cid:1@x>;purpose=EmergencyCallData.ServiceInfo", 47), &x),
            SIP_VALUE_OK);
        assert_int_equal(x.purpose, SIP_CALL_INFO_EMERGENCY_CALL_DATA);
        probe_end(&p);
        assert_int_equal(sip_call_info_parse(probe_value(&p, "<x:y>;purpose=jcard", 19), &x),
                         SIP_VALUE_OK);
        assert_int_equal(x.purpose, SIP_CALL_INFO_JCARD);
        probe_end(&p);
        assert_int_equal(sip_call_info_parse(probe_value(&p, "<x:y>;purpose=icon", 18), &x),
                         SIP_VALUE_OK);
        assert_int_equal(x.purpose, SIP_CALL_INFO_ICON);
        probe_end(&p);
        assert_int_equal(sip_call_info_parse(probe_value(&p, "<x:y>;purpose=info", 18), &x),
                         SIP_VALUE_OK);
        assert_int_equal(x.purpose, SIP_CALL_INFO_INFO);
        probe_end(&p);
        assert_int_equal(
            sip_call_info_parse(probe_value(&p, "<x:y>;purpose=emergencycalldata.", 32), &x),
            SIP_VALUE_OK);
        assert_int_equal(x.purpose, SIP_CALL_INFO_OTHER);
        probe_end(&p);
}

static enum sip_value as_call_info(struct sip_cur *c)
{
        struct sip_call_info x;

        return sip_call_info_parse(c, &x);
}

static void call_info_table(void **state)
{
        static const struct value_row rows[] = {
            {"<http://www.example.com/alice/photo.jpg>;purpose=icon", SIP_VALUE_OK},
            {"<urn:alert:source:internal>, <http://x/>;purpose=info", SIP_VALUE_OK},
            {"http://x/", SIP_VALUE_SYNTAX},
            {"<http://x/>;purpose", SIP_VALUE_PARAM},
            {"<http://x/>;purpose=a;purpose=b", SIP_VALUE_DUP},
            {"", SIP_VALUE_SYNTAX},
            {"*", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_call_info);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(links),
            cmocka_unit_test(call_info_table),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
