/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/probe.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "parser/sip_ip.h"

static bool read_ip(const char *text, struct sip_ip *out)
{
        struct probe p;
        struct sip_cur *c = probe_value(&p, text, strlen(text));
        bool ok = sip_ip_parse(c->buf, sip_span_make(c->pos, c->end), out);

        probe_end(&p);
        return ok;
}

/* The same octets as inet_pton() reads. */
static void same_as_libc(const char *text)
{
        struct sip_ip ip;
        uint8_t want[16] = {0};
        char bracketed[64];
        bool six = strchr(text, ':') != NULL;

        assert_int_equal(inet_pton(six ? AF_INET6 : AF_INET, text, want), 1);
        if (!read_ip(text, &ip))
                fail_msg("%s is refused", text);
        assert_int_equal(ip.family, six ? 6 : 4);
        if (memcmp(ip.octets, want, sizeof(want)) != 0)
                fail_msg("%s is read as another address", text);
        if (!six)
                return;
        snprintf(bracketed, sizeof(bracketed), "[%s]", text);
        assert_true(read_ip(bracketed, &ip));
        assert_memory_equal(ip.octets, want, sizeof(want));
}

static void addresses(void **state)
{
        static const char *const rows[] = {
            "0.0.0.0",
            "192.0.2.15",
            "255.255.255.255",
            "::",
            "::1",
            "1::",
            "2001:db8::9:255",
            "2001:DB8:0:0:8:800:200C:417A",
            "::ffff:192.0.2.1",
            "1:2:3:4:5:6:7::",
            "::2:3:4:5:6:7:8",
            "1:2:3:4:5:6:1.2.3.4",
            "fe80::1:0:0:1",
            "64:ff9b::198.51.100.7",
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
                same_as_libc(rows[i]);
}

static void written_by_libc(void **state)
{
        (void)state;
        srandom(5118);
        for (unsigned i = 0; i < 20000; i++) {
                uint8_t o[16];
                char text[64];

                for (unsigned k = 0; k < 16; k++)
                        o[k] = random() % 3 != 0 ? 0 : (uint8_t)random();
                assert_non_null(inet_ntop(AF_INET6, o, text, sizeof(text)));
                same_as_libc(text);
                assert_non_null(inet_ntop(AF_INET, o, text, sizeof(text)));
                same_as_libc(text);
        }
}

static void others(void **state)
{
        static const char *const rows[] = {"",          "h.example", "1.2.3",       "1.2.3.256",
                                           "[1.2.3.4]", "[::1",      "::1]",        "[]",
                                           "1::2::3",   "12345::",   "fe80::1%eth0"};
        struct sip_ip ip;

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                if (read_ip(rows[i], &ip))
                        fail_msg("%s is taken", rows[i]);
                assert_int_equal(ip.family, 0);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(addresses),
            cmocka_unit_test(written_by_libc),
            cmocka_unit_test(others),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
