/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/values.h"

#include "parser/sip_warning.h"

static void values(void **state)
{
        struct probe p;
        struct sip_warning x;

        (void)state;
        assert_int_equal(
            sip_warning_parse(
                probe_value(&p, "301 isi.edu:5060 \"Incompatible, \\\"E.164\\\"\" , 1", 46), &x),
            SIP_VALUE_OK);
        assert_int_equal(x.code, 301);
        probe_span(p.cur.buf, x.agent, "isi.edu:5060");
        probe_span(p.cur.buf, x.text, "Incompatible, \\\"E.164\\\"");
        assert_true(sip_cur_at(&p.cur, ','));
        probe_end(&p);
}

static enum sip_value as_warning(struct sip_cur *c)
{
        struct sip_warning x;

        return sip_warning_parse(c, &x);
}

static void warning_table(void **state)
{
        static const struct value_row rows[] = {
            {"307 isi.edu \"Session parameter 'foo' not understood\"", SIP_VALUE_OK},
            {"399 [2001:db8::1]:5060 \"\" , 301 x \"y\"", SIP_VALUE_OK},
            {"099 a \"b\"", SIP_VALUE_RANGE},
            {"30 a \"b\"", SIP_VALUE_SYNTAX},
            {"3000 a \"b\"", SIP_VALUE_SYNTAX},
            {"307 \"b\"", SIP_VALUE_SYNTAX},
            {"307 a", SIP_VALUE_SYNTAX},
            {"307 a b", SIP_VALUE_SYNTAX},
            {"307 a \"b", SIP_VALUE_SYNTAX},
            {"307 a \"b\" c", SIP_VALUE_SYNTAX},
            {"307a b \"c\"", SIP_VALUE_SYNTAX},
            {"", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_warning);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(values),
            cmocka_unit_test(warning_table),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
