/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/probe.h"

#include "parser/sip_addr.h"

static void good(void **state)
{
        static const struct {
                const char *text;
                const char *all;
                const char *display;
                const char *uri;
                const char *params;
                const char *tag;
                bool brackets;
        } rows[] = {
            {"<sip:a@b>", "<sip:a@b>", NULL, "sip:a@b", NULL, NULL, true},
            {"sip:a@b;tag=1", "sip:a@b;tag=1", NULL, "sip:a@b", "tag=1", "1", false},
            {"sip:a@b , x", "sip:a@b", NULL, "sip:a@b", NULL, NULL, false},
            {"\"A <x> \\\" B\" <sip:a@b;tag=no>;x;TAG=q",
             "\"A <x> \\\" B\" <sip:a@b;tag=no>;x;TAG=q", "A <x> \\\" B", "sip:a@b;tag=no",
             "x;TAG=q", "q", true},
            {"\"\" <sip:a@b>", "\"\" <sip:a@b>", "", "sip:a@b", NULL, NULL, true},
            {"A. Bell <sip:a@b>", "A. Bell <sip:a@b>", "A. Bell", "sip:a@b", NULL, NULL, true},
            {"caller<sip:a@b>;tag=3", "caller<sip:a@b>;tag=3", "caller", "sip:a@b", "tag=3", "3",
             true},
            {"\r\n sip:a@b ;  tag   = 19", "sip:a@b ;  tag   = 19", NULL, "sip:a@b", "  tag   = 19",
             "19", false},
            {"<sip:a@b>;;tag=4", "<sip:a@b>;;tag=4", NULL, "sip:a@b", ";tag=4", "4", true},
            {"<http://x/?a=b,c>,", "<http://x/?a=b,c>", NULL, "http://x/?a=b,c", NULL, NULL, true},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct probe p;
                struct sip_cur *c = probe_value(&p, rows[i].text, strlen(rows[i].text));
                struct sip_addr a;

                probe_same_anomaly(rows[i].text, sip_addr_parse(c, &a), SIP_ANOM_NONE);
                probe_span(c->buf, a.all, rows[i].all);
                probe_span(c->buf, a.display, rows[i].display);
                probe_span(c->buf, a.uri.all, rows[i].uri);
                probe_span(c->buf, a.params, rows[i].params);
                probe_span(c->buf, a.tag, rows[i].tag);
                assert_int_equal(sip_addr_bracketed(c->buf, &a), rows[i].brackets);
                assert_false(a.star);
                probe_end(&p);
        }
}

static void malformed(void **state)
{
        static const struct {
                const char *text;
                enum sip_anomaly want;
        } rows[] = {
            {"", SIP_ANOM_ADDR_DISPLAY},
            {"\"Joe <sip:a@b>", SIP_ANOM_ADDR_QUOTES},
            {"\"\\", SIP_ANOM_ADDR_QUOTES},
            {"\"Joe\"", SIP_ANOM_ADDR_BRACKETS},
            {"\"Joe\" sip:a@b", SIP_ANOM_ADDR_BRACKETS},
            {"Joe", SIP_ANOM_ADDR_BRACKETS},
            {"<", SIP_ANOM_ADDR_BRACKETS},
            {"<>", SIP_ANOM_ADDR_BRACKETS},
            {"<sip:a@b", SIP_ANOM_ADDR_BRACKETS},
            {"<<>>", SIP_ANOM_URI_SCHEME},
            {"<<sip:a@b>>", SIP_ANOM_URI_SCHEME},
            {">sip:a@b<", SIP_ANOM_ADDR_BRACKETS},
            {"< sip:a@b >", SIP_ANOM_URI_SCHEME},
            {"<sip:a@b >", SIP_ANOM_URI_HOST},
            {"Bell, Alexander <sip:a@b>", SIP_ANOM_ADDR_DISPLAY},
            {"J\xc3\xb6rg <sip:a@b>", SIP_ANOM_ADDR_DISPLAY},
            {"sip:a@b?Route=x", SIP_ANOM_ADDR_SPEC_HEADERS},
            {"sip:a@b;;", SIP_ANOM_ADDR_PARAM},
            {"<sip:a@b>;tag=", SIP_ANOM_TAG_SYNTAX},
            {"<sip:a@b>;tag", SIP_ANOM_TAG_SYNTAX},
            {"<sip:a@b>;tag=\"x\"", SIP_ANOM_TAG_SYNTAX},
            {"<sip:a@b>;tag=[x]", SIP_ANOM_TAG_SYNTAX},
            {"<sip:a@b>;tag=1;tag=2", SIP_ANOM_TAG_DUP},
            {"<sip:a@b>;tag=1>", SIP_ANOM_ADDR_PARAM},
            {"<sip:a@b> x", SIP_ANOM_ADDR_PARAM},
            {"sip:a@b x", SIP_ANOM_ADDR_PARAM},
            {"*x", SIP_ANOM_ADDR_BRACKETS},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct probe p;
                struct sip_cur *c = probe_value(&p, rows[i].text, strlen(rows[i].text));
                struct sip_addr a;

                probe_same_anomaly(rows[i].text, sip_addr_parse(c, &a), rows[i].want);
                assert_true(c->pos <= c->end);
                probe_end(&p);
        }
}

static void star(void **state)
{
        struct probe p;
        struct sip_addr a;
        struct sip_cur *c = probe_value(&p, "* ", 2);

        (void)state;
        assert_int_equal(sip_addr_parse(c, &a), SIP_ANOM_NONE);
        assert_true(a.star);
        probe_span(c->buf, a.all, "*");
        assert_int_equal(c->pos, c->end);
        probe_end(&p);
}

static void long_tag(void **state)
{
        char s[16 + SIP_TAG_BYTES_MAX + 1];
        struct sip_addr a;
        struct probe p;

        (void)state;
        memcpy(s, "sip:a@bbbbb;tag=", 16);
        memset(s + 16, 'x', SIP_TAG_BYTES_MAX + 1);
        assert_int_equal(sip_addr_parse(probe_value(&p, s, sizeof(s) - 1), &a), SIP_ANOM_NONE);
        assert_int_equal(a.tag.len, SIP_TAG_BYTES_MAX);
        probe_end(&p);
        assert_int_equal(sip_addr_parse(probe_value(&p, s, sizeof(s)), &a), SIP_ANOM_TAG_TOO_LONG);
        probe_end(&p);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(good),
            cmocka_unit_test(malformed),
            cmocka_unit_test(star),
            cmocka_unit_test(long_tag),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
