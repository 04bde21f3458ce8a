/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/probe.h"

#include "parser/sip_aor.h"
#include "parser/sip_uri.h"

static void table(void **state)
{
        static const struct {
                const char *uri;
                const char *want; /* "" for none */
        } rows[] = {
            {"sip:alice@Example.COM", "sip:alice@example.com"},
            {"SIPS:Al%69ce:pw@H:5061;x=y?a=b", "sips:Alice@h"},
            {"sips:a@h:5060", "sips:a@h:5060"},
            {"sip:a@h:5060", "sip:a@h"},
            {"sip:a@h:65535", "sip:a@h:65535"},
            {"sip:a@h:1;user=phone", "sip:a@h:1"},
            {"sip:a@[2001:DB8::1]:5060", "sip:a@[2001:db8::1]"},
            {"sip:a%40b%c3%A4@h", "sip:a@b\xc3\xa4@h"},
            {"sip:%25@h", "sip:%@h"},
            {"sip:a%00b@h", ""},
            {"sip:h", ""},
            {"tel:+1-(201).555-0123;isub=1", "tel:+12015550123"},
            {"tel:70-4A;x=y;Phone-Context=Example.com;z", "tel:704a;phone-context=example.com"},
            {"tel:7042", ""},
            {"tel:7042;phone-contextx=a", ""},
            {"urn:service:sos", ""},
            {"http://a@b", ""},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                size_t want = strlen(rows[i].want);
                struct guard g = guard_create(want + 1);
                uint8_t *out = guard_tail(&g, rows[i].want, want);
                struct probe p;
                struct sip_uri u;
                struct sip_cur *c = probe_value(&p, rows[i].uri, strlen(rows[i].uri));

                assert_int_equal(sip_uri_parse(c, &u), SIP_ANOM_NONE);
                memset(out, '?', want);
                assert_int_equal(sip_aor_write(c->buf, &u, NULL, 0), want);
                if (want > 0) {
                        assert_int_equal(sip_aor_write(c->buf, &u, out, want - 1), want);
                        assert_int_equal(out[0], '?');
                }
                assert_int_equal(sip_aor_write(c->buf, &u, out, want), want);
                assert_memory_equal(out, rows[i].want, want);
                assert_true(want <= u.all.len);
                probe_end(&p);
                guard_destroy(&g);
        }
}

/* Hosts of each length, with each octet that a host may have at each place, into a buffer that ends
 * where the address does. */
static void hosts(void **state)
{
        static const char octets[] = "abcxyzABCMXYZ0189-.";
        unsigned written = 0;

        (void)state;
        for (size_t len = 1; len <= 40; len++) {
                for (size_t turn = 0; turn < sizeof(octets) - 1; turn++) {
                        char uri[64] = "sip:u@", want[64] = "sip:u@";
                        size_t n = 6;

                        for (size_t i = 0; i < len; i++, n++) {
                                uri[n] = octets[(i * 7 + turn) % (sizeof(octets) - 1)];
                                want[n] =
                                    (char)(uri[n] >= 'A' && uri[n] <= 'Z' ? uri[n] + 32 : uri[n]);
                        }
                        struct guard g = guard_create(n);
                        uint8_t *out = guard_tail(&g, uri, n);
                        struct probe p;
                        struct sip_uri u;
                        struct sip_cur *c = probe_value(&p, uri, n);

                        if (sip_uri_parse(c, &u) == SIP_ANOM_NONE && u.host.len == len) {
                                assert_int_equal(sip_aor_write(c->buf, &u, out, n), n);
                                assert_memory_equal(out, want, n);
                                written++;
                        }
                        probe_end(&p);
                        guard_destroy(&g);
                }
        }
        assert_true(written > 200);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(table),
            cmocka_unit_test(hosts),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
