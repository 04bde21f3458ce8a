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

/* What stands there as it is, which the canonical one without its port is then; and what does not.
 */
static void plain(void **state)
{
        static const struct {
                const char *uri;
                const char *want; /* "" for none */
        } rows[] = {
            {"sip:alice@example.com", "sip:alice@example.com"},
            {"sip:ab@h", "sip:ab@h"},
            {"sip:alice@h:5070;x=Y?a=B%20", "sip:alice@h"},
            {"sip:0123456789@[2001:db8::1]:5060", "sip:0123456789@[2001:db8::1]"},
            {"sip:a@h", ""}, /* too short to be worth it */
            {"SIP:alice@example.com", ""},
            {"sips:alice@example.com", ""},
            {"sip:alice:pw@example.com", ""},
            {"sip:al%69ce@example.com", ""},
            {"sip:alice@exAmple.com", ""},
            {"sip:alice@example.coM", ""},
            {"sip:Alice@example.com", ""},
            {"sip:example.com", ""},
            {"tel:+12015550123", ""},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                size_t want = strlen(rows[i].want);
                struct probe p;
                struct sip_uri u;
                struct sip_cur *c = probe_value(&p, rows[i].uri, strlen(rows[i].uri));

                assert_int_equal(sip_uri_parse(c, &u), SIP_ANOM_NONE);
                struct sip_span span = sip_aor_plain(c->buf, &u);

                if (span.len != want)
                        fail_msg("%s: %u octets", rows[i].uri, span.len);
                assert_memory_equal(c->buf + span.off, rows[i].want, want);
                probe_end(&p);
        }
}

/* Users and hosts of each length, with each octet that matters at each place: never another one
 * than is written. */
static void plain_everywhere(void **state)
{
        static const char odd[] = "@AZ[`az%{-";
        unsigned found = 0, none = 0;

        (void)state;
        for (size_t len = 8; len <= 40; len++)
                for (size_t at = 4; at < len; at++)
                        for (size_t turn = 0; turn < 3 * (sizeof(odd) - 1); turn++) {
                                char uri[64];
                                uint8_t want[64];
                                struct probe p;
                                struct sip_uri u;

                                memset(uri, 'm', len);
                                memcpy(uri, "sip:", 4);
                                uri[4 + 1 + turn % 3 * (len - 7) / 2] = '@';
                                uri[at] = odd[turn / 3];
                                struct sip_cur *c = probe_value(&p, uri, len);

                                if (sip_uri_parse(c, &u) == SIP_ANOM_NONE) {
                                        struct sip_span span = sip_aor_plain(c->buf, &u);
                                        size_t n = sip_aor_write(c->buf, &u, want, sizeof(want));

                                        found += span.len != 0;
                                        none += span.len == 0;
                                        if (span.len != 0) {
                                                assert_int_equal(span.len, n);
                                                assert_memory_equal(c->buf + span.off, want, n);
                                        }
                                }
                                probe_end(&p);
                        }
        assert_true(found > 1000 && none > 1000);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(table),
            cmocka_unit_test(hosts),
            cmocka_unit_test(plain),
            cmocka_unit_test(plain_everywhere),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
