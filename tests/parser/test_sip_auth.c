/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/lines.h"
#include "tests/parser/probe.h"

#include "parser/sip_auth.h"

#define CRED_HEAD "Digest username=\"u\",realm=\"r\",nonce=\"n\",uri=\"sip:h\""
#define HEX32     "0123456789abcdefABCDEF0123456789"

static void want(const char *text, enum sip_auth_kind kind, enum sip_value expected)
{
        struct probe p;
        struct sip_auth a;
        struct sip_cur *c = probe_value(&p, text, strlen(text));
        enum sip_value got = sip_auth_parse(c, kind, &a);

        if (got != expected)
                fail_msg("\"%s\": got %s, want %s", text, sip_value_name(got),
                         sip_value_name(expected));
        assert_true(c->pos <= c->end);
        assert_true((uint32_t)a.all.off + a.all.len <= c->end);
        probe_end(&p);
}

static void credentials(void **state)
{
        const char *text =
            "digest  username = \"a\\\"b\" , realm=\"r, s\",\r\n nonce=\"\",uri=\"sip:h\","
            "response=\"" HEX32 "\",algorithm=SHA-512-256-sess,qop=auth-int,"
            "nc=0000Ff01,cnonce=\"c\",opaque=\"o\",userhash=true,x=y,z=\"[\" ";
        struct probe p;
        struct sip_auth a;
        struct sip_cur *c = probe_value(&p, text, strlen(text));

        (void)state;
        assert_int_equal(sip_auth_parse(c, SIP_AUTH_CREDENTIALS, &a), SIP_VALUE_OK);
        assert_int_equal(c->pos, c->end);
        probe_span(c->buf, a.scheme_name, "digest");
        probe_span(c->buf, a.username, "a\\\"b");
        probe_span(c->buf, a.realm, "r, s");
        assert_true(a.nonce.off > 0 && a.nonce.len == 0);
        probe_span(c->buf, a.uri, "sip:h");
        probe_span(c->buf, a.response, HEX32);
        probe_span(c->buf, a.cnonce, "c");
        probe_span(c->buf, a.opaque, "o");
        probe_span(c->buf, a.algorithm_name, "SHA-512-256-sess");
        assert_int_equal(a.scheme, SIP_AUTH_DIGEST);
        assert_int_equal(a.algorithm, SIP_AUTH_ALG_SHA_512_256_SESS);
        assert_int_equal(a.qop, SIP_AUTH_QOP_AUTH_INT);
        assert_int_equal(a.nc, 0xff01);
        assert_true(a.userhash && !a.stale && !a.odd_quotes);
        assert_true(c->buf[a.all.off + a.all.len - 1] == '"');
        probe_end(&p);
}

static void several_challenges(void **state)
{
        const char *text =
            "Digest realm=\"a, Digest b\",nonce=\"1\",algorithm=MD5,qop=\"auth, auth-int,x\","
            "stale=TRUE, domain=\"sip:a sip:b\" , Bearer abc/+=, Digest realm=\"b\",nonce=\"2\","
            "algorithm=SHA-256,charset=utf-8,NTLM realm=\"c\",targetname=d , Basic  Zm9v";
        static const char *const schemes[] = {"Digest", "Bearer", "Digest", "NTLM", "Basic"};
        struct probe p;
        struct sip_auth a[5];
        struct sip_cur *c = probe_value(&p, text, strlen(text));
        unsigned n = 0;

        (void)state;
        while (c->pos < c->end) {
                assert_in_range(n, 0, 4);
                assert_int_equal(sip_auth_parse(c, SIP_AUTH_CHALLENGE, &a[n]), SIP_VALUE_OK);
                probe_span(c->buf, a[n].scheme_name, schemes[n]);
                n++;
        }
        assert_int_equal(n, 5);
        probe_span(c->buf, a[0].realm, "a, Digest b");
        probe_span(c->buf, a[0].domain, "sip:a sip:b");
        probe_span(c->buf, a[1].token68, "abc/+=");
        probe_span(c->buf, a[1].all, "Bearer abc/+=");
        probe_span(c->buf, a[2].realm, "b");
        probe_span(c->buf, a[3].all, "NTLM realm=\"c\",targetname=d");
        probe_span(c->buf, a[4].token68, "Zm9v");
        assert_int_equal(a[0].qop, SIP_AUTH_QOP_AUTH | SIP_AUTH_QOP_AUTH_INT | SIP_AUTH_QOP_OTHER);
        assert_true(a[0].stale);
        assert_int_equal(a[0].algorithm, SIP_AUTH_ALG_MD5);
        assert_int_equal(a[2].algorithm, SIP_AUTH_ALG_SHA_256);
        probe_end(&p);
}

static void odd_but_read(void **state)
{
        static const char *const rows[] = {
            "Digest realm=\"a\",nonce=\"b\",algorithm=\"MD5\"",
            "Digest realm=a,nonce=\"b\"",
            "Digest realm=\"a\",nonce=\"b\",stale=\"true\"",
        };
        struct probe p;
        struct sip_auth a;

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct sip_cur *c = probe_value(&p, rows[i], strlen(rows[i]));

                assert_int_equal(sip_auth_parse(c, SIP_AUTH_CHALLENGE, &a), SIP_VALUE_OK);
                assert_true(a.odd_quotes);
                probe_end(&p);
        }
        /* The first REGISTER of IMS. */
        want(CRED_HEAD ",response=\"\"", SIP_AUTH_CREDENTIALS, SIP_VALUE_OK);
        want("Digest realm=\"a\",nonce=\"b\",stale=maybe,algorithm=ROT13", SIP_AUTH_CHALLENGE,
             SIP_VALUE_OK);
        want("Basic realm=\"jobs\"", SIP_AUTH_CHALLENGE, SIP_VALUE_OK);
}

static void bad_credentials(void **state)
{
        static const struct {
                const char *text;
                enum sip_value want;
        } rows[] = {
            {"", SIP_VALUE_SYNTAX},
            {"Digest", SIP_VALUE_SYNTAX},
            {"Digest ", SIP_VALUE_SYNTAX},
            {"Digest ,", SIP_VALUE_SYNTAX},
            {"Digest username", SIP_VALUE_SYNTAX},
            {"Digest username=", SIP_VALUE_SYNTAX},
            {"Digest username=\"", SIP_VALUE_SYNTAX},
            {"Digest username=\"a\\\"", SIP_VALUE_SYNTAX},
            {"Digest username=\"a\\", SIP_VALUE_SYNTAX},
            {"Digest username=\"\"", SIP_VALUE_PARAM},
            {"Digest =\"a\"", SIP_VALUE_SYNTAX},
            {"Digest username=\"a\" realm=\"r\"", SIP_VALUE_SYNTAX},
            {"Digest username=\"a\",", SIP_VALUE_SYNTAX},
            {"Digest username=\"a\",,realm=\"r\"", SIP_VALUE_SYNTAX},
            {"Digest realm=\"a\",realm=\"b\"", SIP_VALUE_DUP},
            {"Digest username=\"a\",USERNAME=\"a\"", SIP_VALUE_DUP},
            {CRED_HEAD ",username*=UTF-8''u,response=\"00\"", SIP_VALUE_DUP},
            {"Digest username*=\"UTF-8''u\"", SIP_VALUE_PARAM},
            {CRED_HEAD, SIP_VALUE_MISSING},
            {"Digest realm=\"r\",nonce=\"n\",uri=\"sip:h\",response=\"00\"", SIP_VALUE_MISSING},
            {CRED_HEAD ",response=\"00\",qop=auth", SIP_VALUE_MISSING},
            {CRED_HEAD ",response=\"00\",qop=auth,nc=00000001", SIP_VALUE_MISSING},
            {CRED_HEAD ",response=\"0g\"", SIP_VALUE_CHARSET},
            {CRED_HEAD ",nc=1", SIP_VALUE_PARAM},
            {CRED_HEAD ",nc=000000001", SIP_VALUE_PARAM},
            {CRED_HEAD ",nc=0000000x", SIP_VALUE_CHARSET},
            {CRED_HEAD ",qop=\"\"", SIP_VALUE_PARAM},
            {CRED_HEAD ",qop=\"auth auth-int\"", SIP_VALUE_PARAM},
            {CRED_HEAD ",algorithm=\"\"", SIP_VALUE_PARAM},
            {CRED_HEAD ",userhash=1", SIP_VALUE_PARAM},
            {CRED_HEAD ",charset=latin1", SIP_VALUE_PARAM},
            {"Bearer abc==x", SIP_VALUE_SYNTAX},
            {"Bearer abc,", SIP_VALUE_SYNTAX},
            {"Bearer abc, x=y", SIP_VALUE_SYNTAX},
            {"Bearer ?", SIP_VALUE_SYNTAX},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
                want(rows[i].text, SIP_AUTH_CREDENTIALS, rows[i].want);
        want("Digest nonce=\"n\"", SIP_AUTH_CHALLENGE, SIP_VALUE_MISSING);
        want("Digest realm=\"r\"", SIP_AUTH_CHALLENGE, SIP_VALUE_MISSING);
        want("nextnonce=\"x\",rspauth=\"zz\"", SIP_AUTH_INFO, SIP_VALUE_CHARSET);
}

/* Every prefix of a value is read without touching what lies behind it, and long ones whole. */
static void prefixes_and_length(void **state)
{
        static const char text[] = CRED_HEAD ",response=\"" HEX32 "\",qop=auth,nc=00000001,"
                                             "cnonce=\"\\\"x\", opaque=\"\"";
        static char big[1200] = "Digest realm=\"r\",nonce=\"";
        struct probe p;
        struct sip_auth a;

        (void)state;
        for (size_t n = 0; n < sizeof(text); n++) {
                struct sip_cur *c = probe_value(&p, text, n);

                (void)sip_auth_parse(c, SIP_AUTH_CREDENTIALS, &a);
                assert_true(c->pos <= c->end);
                probe_end(&p);
        }
        memset(big + strlen(big), 'x', 1024);
        big[strlen(big)] = '"';
        assert_int_equal(sip_auth_parse(probe_value(&p, big, strlen(big)), SIP_AUTH_CHALLENGE, &a),
                         SIP_VALUE_OK);
        assert_int_equal(a.nonce.len, 1024);
        probe_end(&p);
}

/* The header fields that RFC 7616, 8760, 3310 and 7615 print. */
static void vectors(void **state)
{
        static const struct {
                const char *name;
                enum sip_auth_kind kind;
        } kinds[] = {
            {"WWW-Authenticate: ", SIP_AUTH_CHALLENGE},
            {"Authorization: ", SIP_AUTH_CREDENTIALS},
            {"Authentication-Info: ", SIP_AUTH_INFO},
        };
        FILE *f = lines_open("vectors/digest-headers.txt");
        char line[4096];
        unsigned read = 0;

        (void)state;
        if (!f)
                skip();
        while (lines_next(f, line, sizeof(line))) {
                for (size_t i = 0; i < 3; i++) {
                        size_t n = strlen(kinds[i].name);

                        if (strncmp(line, kinds[i].name, n) != 0)
                                continue;
                        want(line + n, kinds[i].kind, SIP_VALUE_OK);
                        read++;
                }
        }
        fclose(f);
        assert_true(read >= 11);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(credentials),         cmocka_unit_test(several_challenges),
            cmocka_unit_test(odd_but_read),        cmocka_unit_test(bad_credentials),
            cmocka_unit_test(prefixes_and_length), cmocka_unit_test(vectors),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
