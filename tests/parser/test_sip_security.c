/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/values.h"

#include "parser/sip_security.h"

static void mechanisms(void **state)
{
        struct probe p;
        struct sip_security x;

        (void)state;
        assert_int_equal(
            sip_security_parse(probe_value(&p,
                                           "ipsec-3gpp;q=0.1;alg=hmac-md5-96;ealg=aes-cbc;prot=esp;"
                                           "mod=trans;spi-c=11;spi-s=12;port-c=2222;port-s=5062,x",
                                           108),
                               &x),
            SIP_VALUE_OK);
        assert_int_equal(x.kind, SIP_SECURITY_IPSEC_3GPP);
        assert_int_equal(x.q_milli, 100);
        probe_span(p.cur.buf, x.alg, "hmac-md5-96");
        probe_span(p.cur.buf, x.ealg, "aes-cbc");
        probe_span(p.cur.buf, x.protocol, "esp");
        probe_span(p.cur.buf, x.mode, "trans");
        assert_int_equal(x.spi_c, 11);
        assert_int_equal(x.spi_s, 12);
        assert_int_equal(x.port_c, 2222);
        assert_int_equal(x.port_s, 5062);
        probe_end(&p);
        assert_int_equal(
            sip_security_parse(
                probe_value(&p, "Digest ; d-alg=SHA-256;d-qop=auth;d-ver=\"aa\"", 44), &x),
            SIP_VALUE_OK);
        assert_int_equal(x.kind, SIP_SECURITY_DIGEST);
        probe_span(p.cur.buf, x.digest_alg, "SHA-256");
        probe_span(p.cur.buf, x.digest_qop, "auth");
        probe_span(p.cur.buf, x.digest_verify, "aa");
        assert_int_equal(x.q_milli, SIP_VALUE_NO_Q);
        assert_true(x.spi_c == SIP_VALUE_ABSENT && x.port_s == SIP_VALUE_ABSENT);
        probe_end(&p);
        assert_int_equal(sip_security_parse(probe_value(&p, "mine", 4), &x), SIP_VALUE_OK);
        assert_int_equal(x.kind, SIP_SECURITY_OTHER);
        probe_end(&p);
}

static enum sip_value as_security(struct sip_cur *c)
{
        struct sip_security x;

        return sip_security_parse(c, &x);
}

static void security_table(void **state)
{
        static const struct value_row rows[] = {
            {"digest", SIP_VALUE_OK},
            {"tls;q=0.2", SIP_VALUE_OK},
            {"digest;d-alg=MD5;d-qop=auth;d-ver=\"0000000000000000000000000000a902\", tls",
             SIP_VALUE_OK},
            {"ipsec-3gpp;alg=hmac-sha-1-96;prot=esp;mod=trans;ealg=null;spi-c=98765432;spi-s="
             "87654321;port-c=8642;port-s=7531",
             SIP_VALUE_OK},
            {"", SIP_VALUE_SYNTAX},
            {"tls;", SIP_VALUE_SYNTAX},
            {"tls;q=9", SIP_VALUE_PARAM},
            {"tls;q", SIP_VALUE_PARAM},
            {"digest;d-ver=x", SIP_VALUE_PARAM},
            {"ipsec-3gpp;port-c=65536", SIP_VALUE_RANGE},
            {"ipsec-3gpp;spi-c=4294967295", SIP_VALUE_RANGE},
            {"ipsec-3gpp;spi-c=-1", SIP_VALUE_PARAM},
            {"tls;q=1;q=1", SIP_VALUE_DUP},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_security);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(mechanisms),
            cmocka_unit_test(security_table),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
