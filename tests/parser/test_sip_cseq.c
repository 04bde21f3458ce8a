/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/probe.h"

#include "parser/sip_cseq.h"
#include "parser/sip_method.h"

static void rows(void **state)
{
        static const struct {
                const char *text;
                enum sip_anomaly want;
                uint32_t number;
                enum sip_method method;
        } table[] = {
            {"1 INVITE", SIP_ANOM_NONE, 1, SIP_METHOD_INVITE},
            {"0009\r\n  INVITE", SIP_ANOM_NONE, 9, SIP_METHOD_INVITE},
            {"0 ACK", SIP_ANOM_NONE, 0, SIP_METHOD_ACK},
            {"2147483647 BYE", SIP_ANOM_NONE, 2147483647, SIP_METHOD_BYE},
            {"2147483648 BYE", SIP_ANOM_CSEQ_RANGE, 0, SIP_METHOD_BYE},
            {"4294967296 BYE", SIP_ANOM_CSEQ_RANGE, 0, SIP_METHOD_BYE},
            {"36893488147419103232 REGISTER", SIP_ANOM_CSEQ_RANGE, 0, SIP_METHOD_REGISTER},
            {"7 invite", SIP_ANOM_NONE, 7, SIP_METHOD_OTHER},
            {"", SIP_ANOM_CSEQ_SYNTAX, 0, SIP_METHOD_OTHER},
            {"1", SIP_ANOM_CSEQ_SYNTAX, 1, SIP_METHOD_OTHER},
            {"1 ", SIP_ANOM_CSEQ_SYNTAX, 1, SIP_METHOD_OTHER},
            {"INVITE", SIP_ANOM_CSEQ_SYNTAX, 0, SIP_METHOD_OTHER},
            {"1INVITE", SIP_ANOM_CSEQ_SYNTAX, 1, SIP_METHOD_OTHER},
            {"-1 INVITE", SIP_ANOM_CSEQ_SYNTAX, 0, SIP_METHOD_OTHER},
            {"1 INVITE x", SIP_ANOM_CSEQ_SYNTAX, 1, SIP_METHOD_OTHER},
            {"1 INV@TE", SIP_ANOM_CSEQ_SYNTAX, 1, SIP_METHOD_OTHER},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
                struct probe p;
                struct sip_cseq v;
                struct sip_cur *c = probe_value(&p, table[i].text, strlen(table[i].text));

                probe_same_anomaly(table[i].text, sip_cseq_parse(c, &v), table[i].want);
                assert_int_equal(v.number, table[i].number);
                assert_int_equal(v.method, table[i].method);
                probe_end(&p);
        }
}

static void long_method(void **state)
{
        char s[2 + SIP_METHOD_BYTES_MAX + 1];
        struct sip_cseq v;
        struct probe p;

        (void)state;
        memset(s, 'M', sizeof(s));
        s[0] = '1';
        s[1] = ' ';
        assert_int_equal(sip_cseq_parse(probe_value(&p, s, sizeof(s) - 1), &v), SIP_ANOM_NONE);
        probe_end(&p);
        assert_int_equal(sip_cseq_parse(probe_value(&p, s, sizeof(s)), &v),
                         SIP_ANOM_METHOD_TOO_LONG);
        probe_end(&p);
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(rows), cmocka_unit_test(long_method)};

        return cmocka_run_group_tests(tests, NULL, NULL);
}
