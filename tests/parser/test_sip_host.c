/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/probe.h"

#include "parser/sip_host.h"

static void ip4(void **state)
{
        static const struct {
                const char *text;
                bool ok;
        } rows[] = {
            {"0.0.0.0", true},
            {"255.255.255.255", true},
            {"192.0.2.1", true},
            {"256.0.0.1", false},
            {"1.2.3", false},
            {"1.2.3.4.5", false},
            {"1.2.3.", false},
            {".1.2.3", false},
            {"1..2.3", false},
            {"0001.2.3.4", false},
            {"", false},
            {"1.2.3.4 ", false},
            {"1.2.3.99999", false},
            {"a.b.c.d", false},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct probe p;
                struct sip_cur *c = probe_value(&p, rows[i].text, strlen(rows[i].text));

                if (sip_ip4_ok(c->buf + c->pos, c->end - c->pos) != rows[i].ok)
                        fail_msg("%s", rows[i].text);
                probe_end(&p);
        }
}

static void ip6(void **state)
{
        static const struct {
                const char *text;
                bool ok;
                bool three;
        } rows[] = {
            {"::", true, false},
            {"::1", true, false},
            {"1::", true, false},
            {"2001:db8::10", true, false},
            {"1:2:3:4:5:6:7:8", true, false},
            {"1:2:3:4:5:6:7::", true, false},
            {"::2:3:4:5:6:7:8", true, false},
            {"::ffff:192.0.2.1", true, false},
            {"2001:db8::192.0.2.1", true, false},
            {"1:2:3:4:5:6:192.0.2.1", true, false},
            {"2001:db8:::192.0.2.1", true, true},
            {"", false, false},
            {":", false, false},
            {":::", false, false},
            {":::]", false, false},
            {"1:2:3:4:5:6:7", false, false},
            {"1:2:3:4:5:6:7:8:9", false, false},
            {"1::2::3", false, false},
            {"1:2:3:4::5:6:7:8", false, false},
            {"12345::", false, false},
            {":1", false, false},
            {"1:", false, false},
            {"1:2:3:4:5:6:7:", false, false},
            {"2001:db8:::1", false, false},
            {"fe80::1%eth0", false, false},
            {"::1.2.3", false, false},
            {"::1.2.3.256", false, false},
            {"1.2.3.4", false, false},
            {"g::", false, false},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct probe p;
                struct sip_cur *c = probe_value(&p, rows[i].text, strlen(rows[i].text));
                bool three = false;
                bool ok = sip_ip6_ok(c->buf + c->pos, c->end - c->pos, &three);

                if (ok != rows[i].ok || (ok && three != rows[i].three))
                        fail_msg("%s", rows[i].text);
                probe_end(&p);
        }
}

static void hosts(void **state)
{
        static const struct {
                const char *text;
                const char *host; /* NULL: URI_HOST */
        } rows[] = {
            {"example.com:5060", "example.com"},
            {"example.com.;x", "example.com."},
            {"a", "a"},
            {"3com.example", "3com.example"},
            {"host.3com", "host.3com"},
            {"a--b.example", "a--b.example"},
            {"[2001:db8::1]:5070", "[2001:db8::1]"},
            {"192.0.2.1>", "192.0.2.1"},
            {"my_host.example", "my_host.example"},
            {"", NULL},
            {".", NULL},
            {".a", NULL},
            {"a..b", NULL},
            {"-a.example", NULL},
            {"a-.example", NULL},
            {"a.example-", NULL},
            {"1.2.3.400", NULL},
            {"1.2.3", NULL},
            {"192.0.2.1.", NULL},
            {"[", NULL},
            {"[]", NULL},
            {"[::1", NULL},
            {"[:::]", NULL},
            {"[1.2.3.4]", NULL},
            {"[fe80::1%25eth0]", NULL},
            {"%65xample.com", NULL},
            {"\xc3\xa9.example", NULL},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct probe p;
                struct sip_cur *c = probe_value(&p, rows[i].text, strlen(rows[i].text));
                struct sip_span s = {0, 0};

                probe_same_anomaly(rows[i].text, sip_host_parse(c, &s),
                                   rows[i].host ? SIP_ANOM_NONE : SIP_ANOM_URI_HOST);
                if (rows[i].host)
                        probe_span(c->buf, s, rows[i].host);
                assert_true(c->pos <= c->end);
                probe_end(&p);
        }
}

static void long_host(void **state)
{
        char s[SIP_HOST_BYTES_MAX + 2];
        struct sip_span span;
        struct probe p;

        (void)state;
        for (size_t i = 0; i < sizeof(s); i++)
                s[i] = i % 32 == 31 ? '.' : 'a';
        assert_int_equal(sip_host_parse(probe_value(&p, s, SIP_HOST_BYTES_MAX), &span),
                         SIP_ANOM_NONE);
        probe_end(&p);
        s[SIP_HOST_BYTES_MAX] = 'b';
        assert_int_equal(sip_host_parse(probe_value(&p, s, SIP_HOST_BYTES_MAX + 1), &span),
                         SIP_ANOM_URI_HOST);
        probe_end(&p);
}

static void ports(void **state)
{
        static const struct {
                const char *text;
                bool lws;
                bool ok;
                uint16_t port;
        } rows[] = {
            {":5060", false, true, 5060},
            {":65535;", false, true, 65535},
            {";x", false, true, 0},
            {":1", false, true, 1},
            {" : 5060 ", true, true, 5060},
            {" ;x", true, true, 0},
            {":", false, false, 0},
            {":0", false, false, 0},
            {":65536", false, false, 0},
            {":99999", false, false, 0},
            {":-1", false, false, 0},
            {": 5060", false, false, 0},
            {":000000000005060", false, false, 0},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct probe p;
                uint16_t port = 9;
                enum sip_anomaly a = sip_port_parse(
                    probe_value(&p, rows[i].text, strlen(rows[i].text)), rows[i].lws, &port);

                probe_same_anomaly(rows[i].text, a, rows[i].ok ? SIP_ANOM_NONE : SIP_ANOM_URI_PORT);
                assert_int_equal(port, rows[i].port);
                probe_end(&p);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(ip4),       cmocka_unit_test(ip6),   cmocka_unit_test(hosts),
            cmocka_unit_test(long_host), cmocka_unit_test(ports),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
