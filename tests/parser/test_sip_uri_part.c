/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/probe.h"

#include "parser/sip_uri.h"
#include "parser/sip_uri_part.h"

static void parts(void **state)
{
        static const char text[] =
            "sip:a%40b:pw@h:5;lr;Transport=udp\r\n ;maddr=[::1]?Subject=&To=x%20y";
        struct sip_uri_part part;
        struct sip_span rest;
        struct sip_uri u;
        struct probe p;
        unsigned n = 0;

        (void)state;
        assert_int_equal(sip_uri_parse(probe_value(&p, text, sizeof(text) - 1), &u), SIP_ANOM_NONE);
        for (rest = u.params; sip_uri_part_next(p.cur.buf, &rest, ';', &part); n++)
                assert_true(part.name.len > 0);
        assert_int_equal(n, 3);
        assert_true(sip_uri_param(p.cur.buf, &u, "lr", &part));
        probe_span(p.cur.buf, part.value, NULL);
        assert_true(sip_uri_param(p.cur.buf, &u, "transport", &part));
        probe_span(p.cur.buf, part.value, "udp");
        assert_true(sip_uri_param(p.cur.buf, &u, "maddr", &part));
        probe_span(p.cur.buf, part.value, "[::1]");
        assert_false(sip_uri_param(p.cur.buf, &u, "subject", &part));
        assert_true(sip_uri_header(p.cur.buf, &u, "subject", &part));
        assert_int_equal(part.value.len, 0);
        assert_true(part.value.off != 0);
        assert_true(sip_uri_header(p.cur.buf, &u, "to", &part));
        probe_span(p.cur.buf, part.value, "x%20y");
        assert_false(sip_uri_header(p.cur.buf, &u, "lr", &part));
        probe_end(&p);
        assert_int_equal(sip_uri_parse(probe_value(&p, "sip:h", 5), &u), SIP_ANOM_NONE);
        assert_false(sip_uri_param(p.cur.buf, &u, "lr", &part));
        assert_false(sip_uri_header(p.cur.buf, &u, "to", &part));
        probe_end(&p);
}

static void escapes(void **state)
{
        static const struct {
                const char *text;
                const char *want;
                size_t n;
        } rows[] = {
            {"plain", "plain", 5}, {"%41%62c", "Abc", 3},
            {"a%00b", "a\0b", 3},  {"%e4%C3%a4", "\xe4\xc3\xa4", 3},
            {"", "", 0},           {"5%25", "5%", 2},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct probe p;
                struct sip_cur *c = probe_value(&p, rows[i].text, strlen(rows[i].text));
                struct sip_span s = sip_span_make(c->pos, c->end);
                uint8_t out[16];

                memset(out, '#', sizeof(out));
                assert_int_equal(sip_uri_unescape(c->buf, s, out, sizeof(out)), rows[i].n);
                assert_memory_equal(out, rows[i].want, rows[i].n);
                assert_int_equal(out[rows[i].n], '#');
                memset(out, '#', sizeof(out));
                if (rows[i].n > 0) {
                        assert_int_equal(sip_uri_unescape(c->buf, s, out, rows[i].n - 1),
                                         rows[i].n);
                        assert_int_equal(out[0], '#');
                }
                probe_end(&p);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(parts),
            cmocka_unit_test(escapes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
