/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/values.h"

#include "parser/sip_option.h"

static void sets(void **state)
{
        struct sip_options o = {0};
        struct sip_methods m = {0};
        struct probe p;

        (void)state;
        assert_int_equal(sip_options_add(probe_value(&p, "100REL,Path ,x-own,other", 24), &o),
                         SIP_VALUE_OK);
        probe_span(p.cur.buf, o.other, "x-own");
        probe_end(&p);
        assert_int_equal(sip_options_add(probe_value(&p, "timer,path", 10), &o), SIP_VALUE_OK);
        probe_end(&p);
        assert_int_equal(o.others, 2);
        assert_true(o.known == (UINT64_C(1) << SIP_OPTION_T_100REL |
                                UINT64_C(1) << SIP_OPTION_PATH | UINT64_C(1) << SIP_OPTION_TIMER));
        assert_int_equal(sip_methods_add(probe_value(&p, "INVITE, bye ,BYE,ZAP", 20), &m),
                         SIP_VALUE_OK);
        probe_end(&p);
        assert_int_equal(m.known, 1u << SIP_METHOD_INVITE | 1u << SIP_METHOD_BYE);
        assert_int_equal(m.others, 2);
}

static void names(void **state)
{
        (void)state;
        for (unsigned i = 0; i < SIP_OPTION_CNT; i++) {
                const char *name = sip_option_name((enum sip_option)i);
                struct sip_options o = {0};
                struct probe p;

                assert_int_equal(sip_options_add(probe_value(&p, name, strlen(name)), &o),
                                 SIP_VALUE_OK);
                assert_true(o.known == UINT64_C(1) << i && o.others == 0);
                probe_end(&p);
        }
        assert_string_equal(sip_option_name(SIP_OPTION_CNT), "");
}

static enum sip_value as_options(struct sip_cur *c)
{
        struct sip_options x = {0};

        return sip_options_add(c, &x);
}

static void options_table(void **state)
{
        static const struct value_row rows[] = {
            {"", SIP_VALUE_OK},
            {"timer", SIP_VALUE_OK},
            {"timer , 100rel", SIP_VALUE_OK},
            {"timer,", SIP_VALUE_SYNTAX},
            {",timer", SIP_VALUE_SYNTAX},
            {"timer 100rel", SIP_VALUE_SYNTAX},
            {"timer;x", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_options);
}

static enum sip_value as_methods(struct sip_cur *c)
{
        struct sip_methods x = {0};

        return sip_methods_add(c, &x);
}

static void methods_table(void **state)
{
        static const struct value_row rows[] = {
            {"", SIP_VALUE_OK},
            {"INVITE, ACK", SIP_VALUE_OK},
            {"INVITE,", SIP_VALUE_SYNTAX},
            {"INVITE ACK", SIP_VALUE_SYNTAX},
            {"INVITE,,ACK", SIP_VALUE_SYNTAX},
            {"IN/VITE", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_methods);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(sets),
            cmocka_unit_test(names),
            cmocka_unit_test(options_table),
            cmocka_unit_test(methods_table),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
