/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/values.h"

#include "parser/sip_geo.h"

static void locations(void **state)
{
        struct probe p;
        struct sip_geo x;

        (void)state;
        assert_int_equal(
            sip_geo_parse(
                probe_value(&p, "<sip:3sdefrhy2jj7@lis.example.com>;loc-src=Edge.example.net", 59),
                &x),
            SIP_VALUE_OK);
        probe_span(p.cur.buf, x.addr.uri.user, "3sdefrhy2jj7");
        probe_span(p.cur.buf, x.loc_src, "Edge.example.net");
        probe_end(&p);
        assert_int_equal(sip_geo_parse(probe_value(&p, "<cid:t123@a.example>", 20), &x),
                         SIP_VALUE_OK);
        probe_span(p.cur.buf, x.loc_src, NULL);
        assert_int_equal(x.addr.uri.scheme, SIP_SCHEME_OTHER);
        probe_end(&p);
}

static void routings(void **state)
{
        struct probe p;
        enum sip_geo_routing x;

        (void)state;
        assert_int_equal(sip_geo_routing_parse(probe_value(&p, "Yes", 3), &x), SIP_VALUE_OK);
        assert_int_equal(x, SIP_GEO_ROUTING_YES);
        probe_end(&p);
        assert_int_equal(sip_geo_routing_parse(probe_value(&p, "no", 2), &x), SIP_VALUE_OK);
        assert_int_equal(x, SIP_GEO_ROUTING_NO);
        probe_end(&p);
        assert_int_equal(sip_geo_routing_parse(probe_value(&p, "later", 5), &x), SIP_VALUE_OK);
        assert_int_equal(x, SIP_GEO_ROUTING_OTHER);
        probe_end(&p);
}

static void errors(void **state)
{
        struct probe p;
        struct sip_geo_error x;

        (void)state;
        assert_int_equal(sip_geo_error_parse(probe_value(&p, "201;code=\"Bad\"", 14), &x),
                         SIP_VALUE_OK);
        assert_int_equal(x.code, 201);
        probe_span(p.cur.buf, x.text, "Bad");
        probe_end(&p);
        assert_int_equal(sip_geo_error_parse(probe_value(&p, "999", 3), &x), SIP_VALUE_OK);
        assert_int_equal(x.code, 999);
        probe_span(p.cur.buf, x.text, NULL);
        probe_end(&p);
}

static enum sip_value as_geo(struct sip_cur *c)
{
        struct sip_geo x;

        return sip_geo_parse(c, &x);
}

static void geo_table(void **state)
{
        static const struct value_row rows[] = {
            {"<cid:t@example.com>", SIP_VALUE_OK},
            {"<https://ls.example.com/x>;loc-src=edge.example.net, <sip:a@b>", SIP_VALUE_OK},
            {"cid:t@h", SIP_VALUE_SYNTAX},
            {"<cid:t@h>;loc-src=192.0.2.1", SIP_VALUE_PARAM},
            {"<cid:t@h>;loc-src=[2001:db8::1]", SIP_VALUE_PARAM},
            {"<cid:t@h>;loc-src", SIP_VALUE_PARAM},
            {"<cid:t@h>;loc-src=a;loc-src=b", SIP_VALUE_DUP},
            {"*", SIP_VALUE_SYNTAX},
            {"", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_geo);
}

static enum sip_value as_routing(struct sip_cur *c)
{
        enum sip_geo_routing x;

        return sip_geo_routing_parse(c, &x);
}

static void routing_table(void **state)
{
        static const struct value_row rows[] = {
            {"yes", SIP_VALUE_OK},  {" no ", SIP_VALUE_OK},        {"maybe", SIP_VALUE_OK},
            {"", SIP_VALUE_SYNTAX}, {"yes, no", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_routing);
}

static enum sip_value as_error(struct sip_cur *c)
{
        struct sip_geo_error x;

        return sip_geo_error_parse(c, &x);
}

static void error_table(void **state)
{
        static const struct value_row rows[] = {
            {"300;code=\"Permission to use location\"", SIP_VALUE_OK},
            {"100", SIP_VALUE_OK},
            {"099", SIP_VALUE_RANGE},
            {"99", SIP_VALUE_SYNTAX},
            {"1000", SIP_VALUE_SYNTAX},
            {"100;code=x", SIP_VALUE_PARAM},
            {"100;code=\"a\";code=\"b\"", SIP_VALUE_DUP},
            {"100, 200", SIP_VALUE_SYNTAX},
            {"", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_error);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(locations),     cmocka_unit_test(routings),
            cmocka_unit_test(errors),        cmocka_unit_test(geo_table),
            cmocka_unit_test(routing_table), cmocka_unit_test(error_table),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
