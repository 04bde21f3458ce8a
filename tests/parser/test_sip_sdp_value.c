/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/values.h"

#include "parser/sip_sdp_value.h"

static void candidates(void **state)
{
        struct probe p;
        struct sip_sdp_candidate x;

        (void)state;
        (void)probe_value(
            &p, "4234 2 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 10.0.1.1 rport 8998 foo bar",
            81);
        assert_int_equal(
            sip_sdp_candidate_parse(p.cur.buf, sip_span_make(p.cur.pos, p.cur.end), &x),
            SIP_VALUE_OK);
        probe_span(p.cur.buf, x.foundation, "4234");
        probe_span(p.cur.buf, x.transport, "UDP");
        probe_span(p.cur.buf, x.address, "192.0.2.3");
        probe_span(p.cur.buf, x.type_name, "srflx");
        probe_span(p.cur.buf, x.rel_address, "10.0.1.1");
        assert_int_equal(x.priority, 1694498815);
        assert_int_equal(x.component, 2);
        assert_int_equal(x.port, 45664);
        assert_int_equal(x.rel_port, 8998);
        assert_int_equal(x.type, SIP_SDP_CANDIDATE_SRFLX);
        probe_end(&p);
        (void)probe_value(&p, "1 1 UDP 2130706431 192.0.2.1 3478 typ host", 42);
        assert_int_equal(
            sip_sdp_candidate_parse(p.cur.buf, sip_span_make(p.cur.pos, p.cur.end), &x),
            SIP_VALUE_OK);
        assert_int_equal(x.type, SIP_SDP_CANDIDATE_HOST);
        probe_span(p.cur.buf, x.rel_address, NULL);
        assert_int_equal(x.rel_port, 0);
        probe_end(&p);
        (void)probe_value(&p, "1 1 UDP 1 h 9 typ token", 23);
        assert_int_equal(
            sip_sdp_candidate_parse(p.cur.buf, sip_span_make(p.cur.pos, p.cur.end), &x),
            SIP_VALUE_OK);
        assert_int_equal(x.type, SIP_SDP_CANDIDATE_OTHER);
        probe_end(&p);
}

static void keys(void **state)
{
        struct probe p;
        struct sip_sdp_crypto x;

        (void)state;
        (void)probe_value(&p, "2 AES_CM inline:QUJDREVG|2^20|17:4;inline:x KDR=1 UNENCRYPTED_SRTP",
                          66);
        assert_int_equal(sip_sdp_crypto_parse(p.cur.buf, sip_span_make(p.cur.pos, p.cur.end), &x),
                         SIP_VALUE_OK);
        assert_int_equal(x.tag, 2);
        probe_span(p.cur.buf, x.suite, "AES_CM");
        probe_span(p.cur.buf, x.key, "QUJDREVG");
        probe_span(p.cur.buf, x.lifetime, "2^20");
        assert_int_equal(x.mki, 17);
        assert_int_equal(x.mki_octets, 4);
        probe_span(p.cur.buf, x.params, "KDR=1 UNENCRYPTED_SRTP");
        probe_end(&p);
        (void)probe_value(&p, "1 F8 inline:QUJD", 16);
        assert_int_equal(sip_sdp_crypto_parse(p.cur.buf, sip_span_make(p.cur.pos, p.cur.end), &x),
                         SIP_VALUE_OK);
        probe_span(p.cur.buf, x.lifetime, NULL);
        assert_true(x.mki == SIP_VALUE_ABSENT);
        assert_int_equal(x.mki_octets, 0);
        probe_span(p.cur.buf, x.params, NULL);
        probe_end(&p);
}

static void groups(void **state)
{
        struct probe p;
        struct sip_sdp_group x;

        (void)state;
        (void)probe_value(&p, "BUNDLE a1 b2", 12);
        assert_int_equal(sip_sdp_group_parse(p.cur.buf, sip_span_make(p.cur.pos, p.cur.end), &x),
                         SIP_VALUE_OK);
        probe_span(p.cur.buf, x.semantics, "BUNDLE");
        probe_span(p.cur.buf, x.mids, "a1 b2");
        probe_end(&p);
        (void)probe_value(&p, "LS", 2);
        assert_int_equal(sip_sdp_group_parse(p.cur.buf, sip_span_make(p.cur.pos, p.cur.end), &x),
                         SIP_VALUE_OK);
        probe_span(p.cur.buf, x.mids, NULL);
        probe_end(&p);
}

static void preconditions(void **state)
{
        struct probe p;
        struct sip_sdp_qos x;

        (void)state;
        (void)probe_value(&p, "qos optional remote recv", 24);
        assert_int_equal(sip_sdp_qos_parse(p.cur.buf, sip_span_make(p.cur.pos, p.cur.end),
                                           SIP_SDP_QOS_DESIRED, &x),
                         SIP_VALUE_OK);
        probe_span(p.cur.buf, x.type, "qos");
        probe_span(p.cur.buf, x.strength, "optional");
        probe_span(p.cur.buf, x.status, "remote");
        probe_span(p.cur.buf, x.direction, "recv");
        probe_end(&p);
}

static enum sip_value as_candidate(struct sip_cur *c)
{
        struct sip_sdp_candidate x;
        struct sip_span s = sip_span_make(c->pos, c->end);

        return sip_sdp_candidate_parse(c->buf, s, &x);
}

static void candidate_table(void **state)
{
        static const struct value_row rows[] = {
            {"1 1 UDP 2130706431 192.0.2.1 3478 typ host", SIP_VALUE_OK},
            {"2+/a 2 tcp 1 2001:db8::1 9 typ srflx raddr 10.0.1.1 rport 8998 generation 0",
             SIP_VALUE_OK},
            {"1 1 UDP 1 a.local 9 typ x", SIP_VALUE_OK},
            {"", SIP_VALUE_SYNTAX},
            {"1 1 UDP 1 192.0.2.1 9 typ", SIP_VALUE_SYNTAX},
            {"1 1 UDP 1 192.0.2.1 9 tip host", SIP_VALUE_SYNTAX},
            {"1 1 UDP 1 192.0.2.1 9 typ host raddr", SIP_VALUE_SYNTAX},
            {"1 x UDP 1 192.0.2.1 9 typ host", SIP_VALUE_SYNTAX},
            {"1 0 UDP 1 192.0.2.1 9 typ host", SIP_VALUE_RANGE},
            {"1 257 UDP 1 192.0.2.1 9 typ host", SIP_VALUE_RANGE},
            {"1 1 UDP 2147483648 192.0.2.1 9 typ host", SIP_VALUE_RANGE},
            {"1 1 UDP 1 192.0.2.1 65536 typ host", SIP_VALUE_RANGE},
            {"1 1 UDP 1 192.0.2.1 9 typ host rport x", SIP_VALUE_RANGE},
            {"a-b 1 UDP 1 192.0.2.1 9 typ host", SIP_VALUE_CHARSET},
            {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 1 UDP 1 192.0.2.1 9 typ host", SIP_VALUE_CHARSET},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_candidate);
}

static enum sip_value as_crypto(struct sip_cur *c)
{
        struct sip_sdp_crypto x;
        struct sip_span s = sip_span_make(c->pos, c->end);

        return sip_sdp_crypto_parse(c->buf, s, &x);
}

static void crypto_table(void **state)
{
        static const struct value_row rows[] = {
            {"1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4 "
             "FEC_ORDER=FEC_SRTP",
             SIP_VALUE_OK},
            {"1 F8 inline:QUJD", SIP_VALUE_OK},
            {"1 F8 inline:QUJD|2^20", SIP_VALUE_OK},
            {"1 F8 inline:QUJD|1:4", SIP_VALUE_OK},
            {"1 F8 inline:QUJD;inline:REVG", SIP_VALUE_OK},
            {"", SIP_VALUE_SYNTAX},
            {"x F8 inline:QUJD", SIP_VALUE_SYNTAX},
            {"1 F8", SIP_VALUE_SYNTAX},
            {"1 F8 inline", SIP_VALUE_SYNTAX},
            {"1 F8 other:QUJD", SIP_VALUE_PARAM},
            {"1 F8 inline:", SIP_VALUE_CHARSET},
            {"1 F8 inline:Q*JD", SIP_VALUE_CHARSET},
            {"1 F8 inline:QUJD|", SIP_VALUE_SYNTAX},
            {"1 F8 inline:QUJD|2^20|2^21", SIP_VALUE_SYNTAX},
            {"1 F8 inline:QUJD|1:4|1:4", SIP_VALUE_SYNTAX},
            {"1 F8 inline:QUJD|1:129", SIP_VALUE_RANGE},
            {"1 F8 inline:QUJD|1:0", SIP_VALUE_RANGE},
            {"1 F8 inline:QUJD|x:4", SIP_VALUE_RANGE},
            {"9999999999 F8 inline:QUJD", SIP_VALUE_RANGE},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_crypto);
}

static enum sip_value as_group(struct sip_cur *c)
{
        struct sip_sdp_group x;
        struct sip_span s = sip_span_make(c->pos, c->end);

        return sip_sdp_group_parse(c->buf, s, &x);
}

static void group_table(void **state)
{
        static const struct value_row rows[] = {
            {"BUNDLE 0 1", SIP_VALUE_OK},   {"LS", SIP_VALUE_OK},       {"", SIP_VALUE_SYNTAX},
            {"BUN DLE,", SIP_VALUE_SYNTAX}, {"B@ 1", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_group);
}

static enum sip_value as_current(struct sip_cur *c)
{
        struct sip_sdp_qos x;
        struct sip_span s = sip_span_make(c->pos, c->end);

        return sip_sdp_qos_parse(c->buf, s, SIP_SDP_QOS_CURRENT, &x);
}

static void current_table(void **state)
{
        static const struct value_row rows[] = {
            {"qos e2e none", SIP_VALUE_OK},
            {"qos local sendrecv", SIP_VALUE_OK},
            {"qos here none", SIP_VALUE_PARAM},
            {"qos e2e all", SIP_VALUE_PARAM},
            {"qos e2e", SIP_VALUE_SYNTAX},
            {"qos e2e none x", SIP_VALUE_SYNTAX},
            {"", SIP_VALUE_SYNTAX},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_current);
}

static enum sip_value as_desired(struct sip_cur *c)
{
        struct sip_sdp_qos x;
        struct sip_span s = sip_span_make(c->pos, c->end);

        return sip_sdp_qos_parse(c->buf, s, SIP_SDP_QOS_DESIRED, &x);
}

static void desired_table(void **state)
{
        static const struct value_row rows[] = {
            {"qos mandatory e2e sendrecv", SIP_VALUE_OK},
            {"qos e2e sendrecv", SIP_VALUE_SYNTAX},
            {"qos must e2e sendrecv", SIP_VALUE_PARAM},
        };

        (void)state;
        values_check(rows, sizeof(rows) / sizeof(rows[0]), as_desired);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(candidates),      cmocka_unit_test(keys),
            cmocka_unit_test(groups),          cmocka_unit_test(preconditions),
            cmocka_unit_test(candidate_table), cmocka_unit_test(crypto_table),
            cmocka_unit_test(group_table),     cmocka_unit_test(current_table),
            cmocka_unit_test(desired_table),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
