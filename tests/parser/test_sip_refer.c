/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/values.h"

#include "parser/sip_refer.h"

static void transfers(void **state)
{
        struct probe p;
        struct sip_refer_to x;

        (void)state;
        assert_int_equal(
            sip_refer_to_parse(probe_value(&p,
                                           "<sips:a@b;method=INVITE?Replaces=c%40h%3Bto-tag%3D1%"
                                           "3Bfrom-tag%3D2&Require=replaces>",
                                           84),
                               &x),
            SIP_VALUE_OK);
        probe_span(p.cur.buf, x.method, "INVITE");
        probe_span(p.cur.buf, x.replaces, "c%40h%3Bto-tag%3D1%3Bfrom-tag%3D2");
        probe_end(&p);
        assert_int_equal(sip_refer_to_parse(probe_value(&p, "<sip:a@b>", 9), &x), SIP_VALUE_OK);
        probe_span(p.cur.buf, x.method, NULL);
        probe_span(p.cur.buf, x.replaces, NULL);
        probe_end(&p);
}

static void referrers(void **state)
{
        struct probe p;
        struct sip_referred_by x;

        (void)state;
        assert_int_equal(
            sip_referred_by_parse(probe_value(&p, "\"R\" <sip:r@h> ;CID=\"1@h\"", 24), &x),
            SIP_VALUE_OK);
        probe_span(p.cur.buf, x.addr.display, "R");
        probe_span(p.cur.buf, x.cid, "1@h");
        probe_end(&p);
}

static void subscriptions(void **state)
{
        struct probe p;
        bool x;

        (void)state;
        assert_int_equal(sip_refer_sub_parse(probe_value(&p, "TRUE", 4), &x), SIP_VALUE_OK);
        assert_true(x);
        probe_end(&p);
        assert_int_equal(sip_refer_sub_parse(probe_value(&p, " false ; a=b", 12), &x),
                         SIP_VALUE_OK);
        assert_false(x);
        probe_end(&p);
}

static enum sip_value as_refer_to(struct sip_cur *c)
{
        struct sip_refer_to x;

        return sip_refer_to_parse(c, &x);
}

static void refer_to_table(void **state)
{
        static const struct value_row rows[] = {
            {"<sip:a@b>", SIP_VALUE_OK},
            {"sip:a@b;x=1", SIP_VALUE_OK},
            {"<http://www.example.com>", SIP_VALUE_OK},
            {"<sip:a@b>, <sip:c@d>", SIP_VALUE_SYNTAX},
            {"*", SIP_VALUE_SYNTAX},
            {"", SIP_VALUE_SYNTAX},
            {"<sip:a@b", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_refer_to);
}

static enum sip_value as_referred_by(struct sip_cur *c)
{
        struct sip_referred_by x;

        return sip_referred_by_parse(c, &x);
}

static void referred_by_table(void **state)
{
        static const struct value_row rows[] = {
            {"<sip:a@b>;cid=\"20398823.2UWQFN309shb3@r.example\"", SIP_VALUE_OK},
            {"sip:a@b", SIP_VALUE_OK},
            {"<sip:a@b>;cid=x", SIP_VALUE_PARAM},
            {"<sip:a@b>;cid=\"a\";cid=\"b\"", SIP_VALUE_DUP},
            {"<sip:a@b>,", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_referred_by);
}

static enum sip_value as_refer_sub(struct sip_cur *c)
{
        bool x;

        return sip_refer_sub_parse(c, &x);
}

static void refer_sub_table(void **state)
{
        static const struct value_row rows[] = {
            {"true", SIP_VALUE_OK}, {"False;x=1", SIP_VALUE_OK},       {"yes", SIP_VALUE_SYNTAX},
            {"", SIP_VALUE_SYNTAX}, {"true, false", SIP_VALUE_SYNTAX}, {"true;", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_refer_sub);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(transfers),         cmocka_unit_test(referrers),
            cmocka_unit_test(subscriptions),     cmocka_unit_test(refer_to_table),
            cmocka_unit_test(referred_by_table), cmocka_unit_test(refer_sub_table),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
