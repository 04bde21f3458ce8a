/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/values.h"

#include "parser/sip_route.h"

static void hops(void **state)
{
        struct probe p;
        struct sip_route x;

        (void)state;
        assert_int_equal(
            sip_route_parse(probe_value(&p, "<sip:VskztcQ@p.example.com;lr;ob>,<sip:q>", 41), &x),
            SIP_VALUE_OK);
        probe_span(p.cur.buf, x.addr.uri.host, "p.example.com");
        assert_true(x.lr && x.ob);
        assert_true(sip_cur_at(&p.cur, ','));
        probe_end(&p);
        assert_int_equal(sip_route_parse(probe_value(&p, "<sip:lr@p;LR=on>", 16), &x),
                         SIP_VALUE_OK);
        assert_true(x.lr && !x.ob);
        probe_end(&p);
        assert_int_equal(sip_route_parse(probe_value(&p, "<sip:lr@p;lrx>", 14), &x), SIP_VALUE_OK);
        assert_false(x.lr);
        probe_end(&p);
}

static enum sip_value as_route(struct sip_cur *c)
{
        struct sip_route x;

        return sip_route_parse(c, &x);
}

static void route_table(void **state)
{
        static const struct value_row rows[] = {
            {"<sip:p;lr>", SIP_VALUE_OK},   {"<sip:p;lr>;x=1, <sip:q>", SIP_VALUE_OK},
            {"sip:p;lr", SIP_VALUE_SYNTAX}, {"*", SIP_VALUE_SYNTAX},
            {"", SIP_VALUE_SYNTAX},         {"<sip:p;lr", SIP_VALUE_SYNTAX},
            {"<sip:p>;", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_route);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(hops),
            cmocka_unit_test(route_table),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
