/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/probe.h"

#include "parser/sip_via.h"

static void good(void **state)
{
        static const struct {
                const char *text;
                const char *transport;
                const char *host;
                uint16_t port;
                const char *branch;
                const char *received;
                const char *maddr;
                uint16_t rport;
                bool has_rport;
                bool cookie;
        } rows[] = {
            {"SIP/2.0/UDP h:5060;branch=z9hG4bKa;rport", "UDP", "h", 5060, "z9hG4bKa", NULL, NULL,
             0, true, true},
            {"SIP / 2.0\r\n / TCP   [2001:db8::1] : 5070 ;\r\n branch = 39", "TCP", "[2001:db8::1]",
             5070, "39", NULL, NULL, 0, false, false},
            {"SIP/2.0/TLS a.b;received=192.0.2.1;rport=4000;maddr=m.example;ttl=1", "TLS", "a.b", 0,
             NULL, "192.0.2.1", "m.example", 4000, true, false},
            {"SIP/2.0/UDP h;received=2001:db8::9", "UDP", "h", 0, NULL, "2001:db8::9", NULL, 0,
             false, false},
            {"sip/2.0/UNKNOWN h;x=\"q,;\";branch=Z9HG4BKx", "UNKNOWN", "h", 0, "Z9HG4BKx", NULL,
             NULL, 0, false, true},
            {"SIP/2.0/UDP h , SIP/2.0/UDP g", "UDP", "h", 0, NULL, NULL, NULL, 0, false, false},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct probe p;
                struct sip_cur *c = probe_value(&p, rows[i].text, strlen(rows[i].text));
                struct sip_via v;

                probe_same_anomaly(rows[i].text, sip_via_parse(c, &v), SIP_ANOM_NONE);
                probe_span(c->buf, v.transport, rows[i].transport);
                probe_span(c->buf, v.host, rows[i].host);
                probe_span(c->buf, v.branch, rows[i].branch);
                probe_span(c->buf, v.received, rows[i].received);
                probe_span(c->buf, v.maddr, rows[i].maddr);
                assert_int_equal(v.port, rows[i].port);
                assert_int_equal(v.rport, rows[i].rport);
                assert_int_equal(v.has_rport, rows[i].has_rport);
                assert_int_equal(v.cookie, rows[i].cookie);
                assert_true(c->pos == c->end || c->buf[c->pos] == ',');
                assert_true(c->buf[v.all.off + v.all.len - 1] != ' ');
                probe_end(&p);
        }
}

static void malformed(void **state)
{
        static const struct {
                const char *text;
                enum sip_anomaly want;
        } rows[] = {
            {"", SIP_ANOM_VIA_SYNTAX},
            {"SIP/2.0", SIP_ANOM_VIA_SYNTAX},
            {"SIP/2.0/", SIP_ANOM_VIA_SYNTAX},
            {"SIP/2.0/UDP", SIP_ANOM_VIA_SYNTAX},
            {"SIP/2.0/UDP;x h", SIP_ANOM_VIA_SYNTAX},
            {"SIP/2.0/? M;recEIVeD", SIP_ANOM_VIA_SYNTAX},
            {"SIP/7.0/UDP h", SIP_ANOM_VIA_PROTOCOL},
            {"HTTP/2.0/UDP h", SIP_ANOM_VIA_PROTOCOL},
            {"SIP/2.0/UDP ;branch=x", SIP_ANOM_URI_HOST},
            {"SIP/2.0/UDP [:::]", SIP_ANOM_URI_HOST},
            {"SIP/2.0/UDP h:", SIP_ANOM_URI_PORT},
            {"SIP/2.0/UDP h:99999", SIP_ANOM_URI_PORT},
            {"SIP/2.0/UDP h:123456", SIP_ANOM_URI_PORT},
            {"SIP/2.0/UDP h;;,;,,", SIP_ANOM_VIA_PARAM},
            {"SIP/2.0/UDP h;branch=", SIP_ANOM_VIA_PARAM},
            {"SIP/2.0/UDP h;branch", SIP_ANOM_VIA_PARAM},
            {"SIP/2.0/UDP h;branch=a;branch=b", SIP_ANOM_VIA_PARAM},
            {"SIP/2.0/UDP h;received=", SIP_ANOM_VIA_PARAM},
            {"SIP/2.0/UDP h;received=1:2", SIP_ANOM_VIA_PARAM},
            {"SIP/2.0/UDP h;received=[::1", SIP_ANOM_VIA_PARAM},
            {"SIP/2.0/UDP h;ttl=256", SIP_ANOM_VIA_PARAM},
            {"SIP/2.0/UDP h;ttl", SIP_ANOM_VIA_PARAM},
            {"SIP/2.0/UDP h;rport=0", SIP_ANOM_VIA_PARAM},
            {"SIP/2.0/UDP h;rport=70000", SIP_ANOM_VIA_PARAM},
            {"SIP/2.0/UDP h;rport=", SIP_ANOM_VIA_PARAM},
            {"SIP/2.0/UDP h;maddr=..", SIP_ANOM_VIA_PARAM},
            {"SIP/2.0/UDP h (comment)", SIP_ANOM_VIA_PARAM},
            {"SIP/2.0/UDP h x", SIP_ANOM_VIA_PARAM},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct probe p;
                struct sip_cur *c = probe_value(&p, rows[i].text, strlen(rows[i].text));
                struct sip_via v;

                probe_same_anomaly(rows[i].text, sip_via_parse(c, &v), rows[i].want);
                assert_true(c->pos <= c->end);
                probe_end(&p);
        }
}

static void received_in_brackets(void **state)
{
        const char *text =
            "SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3-111";
        struct probe p;
        struct sip_via v;
        struct sip_cur *c = probe_value(&p, text, strlen(text));

        (void)state;
        assert_int_equal(sip_via_parse(c, &v), SIP_ANOM_NONE);
        probe_span(c->buf, v.received, "[2001:db8::9:255]");
        assert_true(sip_anom_has(&p.notes, SIP_ANOM_VIA_RECEIVED_BRACKETS));
        probe_end(&p);
}

static void long_branch(void **state)
{
        char s[32 + SIP_BRANCH_BYTES_MAX + 1];
        struct sip_via v;
        struct probe p;

        (void)state;
        memset(s, 'x', sizeof(s));
        memcpy(s, "SIP/2.0/UDP host.example;branch=", 32);
        assert_int_equal(sip_via_parse(probe_value(&p, s, sizeof(s) - 1), &v), SIP_ANOM_NONE);
        probe_end(&p);
        assert_int_equal(sip_via_parse(probe_value(&p, s, sizeof(s)), &v),
                         SIP_ANOM_BRANCH_TOO_LONG);
        probe_end(&p);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(good),
            cmocka_unit_test(malformed),
            cmocka_unit_test(received_in_brackets),
            cmocka_unit_test(long_branch),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
