/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/values.h"

#include "parser/sip_uui.h"

static void data(void **state)
{
        struct probe p;
        struct sip_uui x;

        (void)state;
        assert_int_equal(
            sip_uui_parse(probe_value(&p, "04c8313233;purpose=isdn-uui;encoding=hex , 0", 44), &x),
            SIP_VALUE_OK);
        probe_span(p.cur.buf, x.data, "04c8313233");
        probe_span(p.cur.buf, x.purpose, "isdn-uui");
        probe_span(p.cur.buf, x.encoding, "hex");
        probe_span(p.cur.buf, x.content, NULL);
        assert_true(x.hex);
        probe_end(&p);
        assert_int_equal(sip_uui_parse(probe_value(&p, "\"hello\"", 7), &x), SIP_VALUE_OK);
        probe_span(p.cur.buf, x.data, "hello");
        assert_false(x.hex);
        probe_end(&p);
}

static enum sip_value as_uui(struct sip_cur *c)
{
        struct sip_uui x;

        return sip_uui_parse(c, &x);
}

static void uui_table(void **state)
{
        static const struct value_row rows[] = {
            {"56a390f3d2b7310023a2;encoding=hex", SIP_VALUE_OK},
            {"\"free text\";encoding=ascii;purpose=isdn-uui;content=isdn-uui, 00", SIP_VALUE_OK},
            {"", SIP_VALUE_SYNTAX},
            {"\"a", SIP_VALUE_SYNTAX},
            {"zz;encoding=hex", SIP_VALUE_CHARSET},
            {"123;encoding=hex", SIP_VALUE_CHARSET},
            {"12;encoding=hex;encoding=hex", SIP_VALUE_DUP},
            {"12;purpose=\"x\"", SIP_VALUE_PARAM},
            {"12;", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_uui);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(data),
            cmocka_unit_test(uui_table),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
