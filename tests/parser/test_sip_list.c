/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/values.h"

#include "parser/sip_list.h"

static void items(void **state)
{
        struct probe p;
        struct sip_item x;
        struct sip_param q;

        (void)state;
        assert_int_equal(
            sip_item_parse(probe_value(&p, "nortel-x ; A=1 ;b=\"two\" , next", 30), &x),
            SIP_VALUE_OK);
        probe_span(p.cur.buf, x.all, "nortel-x ; A=1 ;b=\"two\"");
        probe_span(p.cur.buf, x.name, "nortel-x");
        probe_span(p.cur.buf, x.params, " A=1 ;b=\"two\"");
        assert_false(x.quoted);
        assert_true(sip_item_param(&p.cur, x.params, "a", &q));
        probe_span(p.cur.buf, q.value, "1");
        assert_true(sip_item_param(&p.cur, x.params, "b", &q));
        probe_span(p.cur.buf, q.value, "two");
        assert_false(sip_item_param(&p.cur, x.params, "c", &q));
        assert_true(sip_cur_at(&p.cur, ','));
        probe_end(&p);
        assert_int_equal(sip_item_parse(probe_value(&p, "\"Visited network; 1\"", 20), &x),
                         SIP_VALUE_OK);
        probe_span(p.cur.buf, x.name, "Visited network; 1");
        probe_span(p.cur.buf, x.params, NULL);
        assert_true(x.quoted);
        assert_false(sip_item_param(&p.cur, x.params, "a", &q));
        probe_end(&p);
}

static enum sip_value as_item(struct sip_cur *c)
{
        struct sip_item x;

        return sip_item_parse(c, &x);
}

static void item_table(void **state)
{
        static const struct value_row rows[] = {
            {"infoA", SIP_VALUE_OK},
            {"infoA;a=1;b", SIP_VALUE_OK},
            {"\"Visited network\" ; x=\"y\"", SIP_VALUE_OK},
            {"a, b", SIP_VALUE_OK},
            {"", SIP_VALUE_SYNTAX},
            {";a", SIP_VALUE_SYNTAX},
            {"a b", SIP_VALUE_SYNTAX},
            {"\"a", SIP_VALUE_SYNTAX},
            {"a;", SIP_VALUE_SYNTAX},
            {"a;b=", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_item);
}

static enum sip_value as_token(struct sip_cur *c)
{
        struct sip_span x;

        return sip_token_parse(c, &x);
}

static void token_table(void **state)
{
        static const struct value_row rows[] = {
            {"dx200xyz", SIP_VALUE_OK}, {"  a ", SIP_VALUE_OK},     {"", SIP_VALUE_SYNTAX},
            {"a;b", SIP_VALUE_SYNTAX},  {"a, b", SIP_VALUE_SYNTAX}, {"\"a\"", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_token);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(items),
            cmocka_unit_test(item_table),
            cmocka_unit_test(token_table),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
