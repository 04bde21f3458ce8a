/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/values.h"

#include "parser/sip_rack.h"

static enum sip_value as_rack(struct sip_cur *c)
{
        struct sip_rack r;

        return sip_rack_parse(c, &r);
}

static enum sip_value as_rseq(struct sip_cur *c)
{
        uint32_t n;

        return sip_rseq_parse(c, &n);
}

static void fields(void **state)
{
        const char *text = "4294967295 \t 2147483647\r\n  INVITE";
        struct probe p;
        struct sip_rack r;
        uint32_t n = 0;

        (void)state;
        assert_int_equal(sip_rack_parse(probe_value(&p, text, strlen(text)), &r), SIP_VALUE_OK);
        assert_int_equal(r.rseq, UINT32_MAX);
        assert_int_equal(r.cseq.number, 2147483647);
        assert_int_equal(r.cseq.method, SIP_METHOD_INVITE);
        probe_end(&p);
        assert_int_equal(sip_rseq_parse(probe_value(&p, " 988789 ", 8), &n), SIP_VALUE_OK);
        assert_int_equal(n, 988789);
        probe_end(&p);
}

static void rack(void **state)
{
        static const struct value_row rows[] = {
            {"", SIP_VALUE_SYNTAX},
            {"1", SIP_VALUE_SYNTAX},
            {"1 2", SIP_VALUE_SYNTAX},
            {"1 INVITE", SIP_VALUE_SYNTAX},
            {"x 1 INVITE", SIP_VALUE_SYNTAX},
            {"-1 1 INVITE", SIP_VALUE_SYNTAX},
            {"0 1 INVITE", SIP_VALUE_RANGE},
            {"4294967296 1 INVITE", SIP_VALUE_RANGE},
            {"1 2147483648 INVITE", SIP_VALUE_RANGE},
            {"1 36893488147419103232 INVITE", SIP_VALUE_RANGE},
            {"1 1 INVITE x", SIP_VALUE_SYNTAX},
            {"1 1 IN[ITE", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_rack);
}

static void rseq(void **state)
{
        static const struct value_row rows[] = {
            {"1", SIP_VALUE_OK},       {"", SIP_VALUE_SYNTAX},
            {"0", SIP_VALUE_RANGE},    {"4294967296", SIP_VALUE_RANGE},
            {"1 2", SIP_VALUE_SYNTAX}, {"1;x", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_rseq);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(fields),
            cmocka_unit_test(rack),
            cmocka_unit_test(rseq),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
