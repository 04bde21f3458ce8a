/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/probe.h"

#include "parser/sip_uri.h"

struct good {
        const char *text;
        enum sip_scheme scheme;
        const char *user;
        const char *host;
        uint16_t port;
        const char *params;
        const char *headers;
        bool password;
};

static void good(void **state)
{
        static const struct good rows[] = {
            {"sip:example.com", SIP_SCHEME_SIP, NULL, "example.com", 0, NULL, NULL, false},
            {"SIPS:alice@example.com:5061", SIP_SCHEME_SIPS, "alice", "example.com", 5061, NULL,
             NULL, false},
            {"sip:a:secret@h;lr", SIP_SCHEME_SIP, "a", "h", 0, "lr", NULL, true},
            {"sip:a:@h", SIP_SCHEME_SIP, "a", "h", 0, NULL, NULL, true},
            {"sip:user;par=u%40example.net@example.com", SIP_SCHEME_SIP, "user;par=u%40example.net",
             "example.com", 0, NULL, NULL, false},
            {"sip:a?b/c,d@h", SIP_SCHEME_SIP, "a?b/c,d", "h", 0, NULL, NULL, false},
            {"sip:%00@h", SIP_SCHEME_SIP, "%00", "h", 0, NULL, NULL, false},
            {"sip:u@[2001:db8::10]:5070;transport=udp", SIP_SCHEME_SIP, "u", "[2001:db8::10]", 5070,
             "transport=udp", NULL, false},
            {"sip:u@h;a=%41;b;c=[1]?x=&Route=%3Csip:e%3E", SIP_SCHEME_SIP, "u", "h", 0,
             "a=%41;b;c=[1]", "x=&Route=%3Csip:e%3E", false},
            {"sip:h?subject=hi", SIP_SCHEME_SIP, NULL, "h", 0, NULL, "subject=hi", false},
            {"sip:u@h\r\n ;gr=1;\r\n\tob", SIP_SCHEME_SIP, "u", "h", 0, "gr=1;\r\n\tob", NULL,
             false},
            {"tel:+1-201-555-0123", SIP_SCHEME_TEL, "+1-201-555-0123", NULL, 0, NULL, NULL, false},
            {"tel:7042;phone-context=example.com", SIP_SCHEME_TEL, "7042", NULL, 0,
             "phone-context=example.com", NULL, false},
            {"urn:service:sos", SIP_SCHEME_URN, NULL, "service:sos", 0, NULL, NULL, false},
            {"soap.beep://192.0.2.103:3002", SIP_SCHEME_OTHER, NULL, "//192.0.2.103:3002", 0, NULL,
             NULL, false},
            {"isbn:2983792873", SIP_SCHEME_OTHER, NULL, "2983792873", 0, NULL, NULL, false},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                const struct good *r = &rows[i];
                struct probe p;
                struct sip_cur *c = probe_value(&p, r->text, strlen(r->text));
                struct sip_uri u;

                probe_same_anomaly(r->text, sip_uri_parse(c, &u), SIP_ANOM_NONE);
                assert_int_equal(c->pos, c->end);
                assert_int_equal(u.scheme, r->scheme);
                probe_span(c->buf, u.all, r->text);
                probe_span(c->buf, u.user, r->user);
                probe_span(c->buf, u.host, r->host);
                probe_span(c->buf, u.params, r->params);
                probe_span(c->buf, u.headers, r->headers);
                assert_int_equal(u.port, r->port);
                assert_int_equal(u.has_password, r->password);
                assert_int_equal(sip_anom_has(&p.notes, SIP_ANOM_URI_FOLDED),
                                 strchr(r->text, '\r') != NULL);
                probe_end(&p);
        }
}

static void malformed(void **state)
{
        static const struct {
                const char *text;
                enum sip_anomaly want;
        } rows[] = {
            {"", SIP_ANOM_URI_SCHEME},
            {"sip", SIP_ANOM_URI_SCHEME},
            {":a@b", SIP_ANOM_URI_SCHEME},
            {" sip:a@b", SIP_ANOM_URI_SCHEME},
            {"<sip:a@b>", SIP_ANOM_URI_SCHEME},
            {"1sip:a@b", SIP_ANOM_URI_SCHEME},
            {"*", SIP_ANOM_URI_SCHEME},
            {"sip:", SIP_ANOM_URI_HOST},
            {"sip:@h", SIP_ANOM_URI_USER},
            {"sip::pw@h", SIP_ANOM_URI_USER},
            {"sip:a@", SIP_ANOM_URI_HOST},
            {"sip:a@b@c", SIP_ANOM_URI_HOST},
            {"sip:a b@c", SIP_ANOM_URI_USER},
            {"sip:a\"b@c", SIP_ANOM_URI_USER},
            {"sip:\xd0\xb0@c", SIP_ANOM_URI_USER},
            {"sip:a%@c", SIP_ANOM_URI_ESCAPE},
            {"sip:a%4@c", SIP_ANOM_URI_ESCAPE},
            {"sip:a%4", SIP_ANOM_URI_ESCAPE},
            {"sip:a%zz@c", SIP_ANOM_URI_ESCAPE},
            {"sip:%", SIP_ANOM_URI_HOST},
            {"sip:a@h%41", SIP_ANOM_URI_ESCAPE},
            {"sip:a@[::1", SIP_ANOM_URI_HOST},
            {"sip:a@h:", SIP_ANOM_URI_PORT},
            {"sip:a@h:0", SIP_ANOM_URI_PORT},
            {"sip:a@h:65536", SIP_ANOM_URI_PORT},
            {"sip:a@h:5060x", SIP_ANOM_URI_PORT},
            {"sip:2001:db8::10", SIP_ANOM_URI_HOST},
            {"sip:a@h;", SIP_ANOM_URI_PARAM},
            {"sip:a@h;;lr", SIP_ANOM_URI_PARAM},
            {"sip:a@h;lr=", SIP_ANOM_URI_PARAM},
            {"sip:a@h; lr", SIP_ANOM_URI_PARAM},
            {"sip:a@h;x=%", SIP_ANOM_URI_ESCAPE},
            {"sip:a@h?", SIP_ANOM_URI_HEADERS},
            {"sip:a@h?x", SIP_ANOM_URI_HEADERS},
            {"sip:a@h?=y", SIP_ANOM_URI_HEADERS},
            {"sip:a@h?x=y z", SIP_ANOM_URI_HEADERS},
            {"sip:a@h ", SIP_ANOM_URI_HOST},
            {"tel:", SIP_ANOM_URI_OTHER},
            {"tel:+", SIP_ANOM_URI_OTHER},
            {"tel:+a", SIP_ANOM_URI_OTHER},
            {"tel:+1 2", SIP_ANOM_URI_OTHER},
            {"urn:", SIP_ANOM_URI_OTHER},
            {"urn:service", SIP_ANOM_URI_OTHER},
            {"urn::x", SIP_ANOM_URI_OTHER},
            {"urn:x:", SIP_ANOM_URI_OTHER},
            {"http:", SIP_ANOM_URI_OTHER},
            {"http://a b", SIP_ANOM_URI_OTHER},
            {"http://a/%g0", SIP_ANOM_URI_ESCAPE},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct probe p;
                struct sip_cur *c = probe_value(&p, rows[i].text, strlen(rows[i].text));
                struct sip_uri u;

                probe_same_anomaly(rows[i].text, sip_uri_parse(c, &u), rows[i].want);
                assert_true(c->pos <= c->end);
                probe_end(&p);
        }
}

/* "#" belongs to the user as it is, and nowhere else. */
static void hash_in_user(void **state)
{
        static const struct {
                const char *text;
                const char *user; /* NULL: not noted */
                enum sip_anomaly want;
        } rows[] = {
            {"sip:*21#@h", "*21#", SIP_ANOM_NONE},
            {"sips:#@h:5061;lr", "#", SIP_ANOM_NONE},
            {"sip:a##b%23#:pw@h", "a##b%23#", SIP_ANOM_NONE},
            {"sip:%2321@h", NULL, SIP_ANOM_NONE},
            {"sip:a#b", NULL, SIP_ANOM_URI_HOST},
            {"sip:h#f;x=y", NULL, SIP_ANOM_URI_HOST},
            {"sip:a@h#f", NULL, SIP_ANOM_URI_HOST},
            {"sip:a@h;x=#", NULL, SIP_ANOM_URI_PARAM},
            {"sip:a:p#w@h", NULL, SIP_ANOM_URI_USER},
            {"sip:a# b@h", NULL, SIP_ANOM_URI_USER},
            {"sip:a#%4@h", NULL, SIP_ANOM_URI_ESCAPE},
            {"http://h/#f", NULL, SIP_ANOM_URI_OTHER},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct probe p;
                struct sip_cur *c = probe_value(&p, rows[i].text, strlen(rows[i].text));
                struct sip_uri u;

                probe_same_anomaly(rows[i].text, sip_uri_parse(c, &u), rows[i].want);
                assert_true(sip_anom_has(&p.notes, SIP_ANOM_URI_USER_HASH) ==
                            (rows[i].user != NULL));
                if (rows[i].user)
                        probe_span(c->buf, u.user, rows[i].user);
                probe_end(&p);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(good),
            cmocka_unit_test(malformed),
            cmocka_unit_test(hash_in_user),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
