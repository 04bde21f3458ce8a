/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/values.h"

#include "parser/sip_resource.h"

static void values(void **state)
{
        struct probe p;
        struct sip_resource x;

        (void)state;
        assert_int_equal(sip_resource_parse(probe_value(&p, "q735.0,ets.1", 12), &x), SIP_VALUE_OK);
        probe_span(p.cur.buf, x.name_space, "q735");
        probe_span(p.cur.buf, x.priority, "0");
        assert_true(sip_cur_at(&p.cur, ','));
        probe_end(&p);
}

static enum sip_value as_resource(struct sip_cur *c)
{
        struct sip_resource x;

        return sip_resource_parse(c, &x);
}

static void resource_table(void **state)
{
        static const struct value_row rows[] = {
            {"dsn.flash", SIP_VALUE_OK},       {"wps.3 , ets.0", SIP_VALUE_OK},
            {"dsn", SIP_VALUE_SYNTAX},         {".flash", SIP_VALUE_SYNTAX},
            {"dsn.", SIP_VALUE_SYNTAX},        {"a.b.c", SIP_VALUE_SYNTAX},
            {"dsn.flash x", SIP_VALUE_SYNTAX}, {"", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_resource);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(values),
            cmocka_unit_test(resource_table),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
