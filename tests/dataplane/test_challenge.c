/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/state/challenge.h"
#include "parser/sip_auth.h"
#include "parser/sip_parse.h"
#include "parser/sip_reply.h"

#define REALM      "pbx.example.com"
#define LIFETIME_S 60u
#define NOW_S      UINT32_C(1700000000)

static const struct dp_cookie_from alice = {.addr = {{[10] = 0xff, 0xff, 192, 0, 2, 7}},
                                            .port = 40000};
static const struct dp_cookie_from mallory = {.addr = {{[10] = 0xff, 0xff, 192, 0, 2, 7}},
                                              .port = 40001};

static struct dp_cookie_keys *keys;
static struct dp_challenge *challenge;

static int set_up(void **state)
{
        (void)state;
        keys = dp_cookie_keys_create();
        challenge = dp_challenge_create(keys, REALM, DP_CHALLENGE_MD5, LIFETIME_S);
        return challenge == NULL;
}

static int tear_down(void **state)
{
        (void)state;
        dp_challenge_destroy(challenge);
        dp_cookie_keys_destroy(keys);
        return 0;
}

static char text[4096];
static struct sip_msg msg;

static const struct sip_msg *request(const char *method, const char *to_tag, const char *headers)
{
        int n = snprintf(text, sizeof(text),
                         "%s sip:pbx.example.com SIP/2.0\r\n"
                         "Via: SIP/2.0/UDP 192.0.2.7:40000;branch=z9hG4bK1\r\n"
                         "Max-Forwards: 70\r\n"
                         "From: <sip:alice@pbx.example.com>;tag=1\r\n"
                         "To: <sip:alice@pbx.example.com>%s\r\n"
                         "Contact: <sip:alice@192.0.2.7:40000>\r\n"
                         "Call-ID: c@192.0.2.7\r\n"
                         "CSeq: 1 %s\r\n%sContent-Length: 0\r\n\r\n",
                         method, to_tag, method, headers);

        assert_int_equal(sip_parse((const uint8_t *)text, (size_t)n, &msg), SIP_ANOM_NONE);
        return &msg;
}

/* The nonce of a challenge line. */
static const char *nonce_of(const char *line)
{
        static char nonce[DP_COOKIE_CHARS + 1];
        const char *at = strstr(line, "nonce=\"");

        assert_non_null(at);
        memcpy(nonce, at + 7, DP_COOKIE_CHARS);
        assert_int_equal(at[7 + DP_COOKIE_CHARS], '"');
        return nonce;
}

static const char *credentials(const char *name, const char *nonce)
{
        static char line[512];

        snprintf(line, sizeof(line),
                 "%s: Digest username=\"alice\",realm=\"" REALM "\",nonce=\"%s\","
                 "uri=\"sip:pbx.example.com\",response=\"0123456789abcdef0123456789abcdef\","
                 "qop=auth,cnonce=\"x\",nc=00000001\r\n",
                 name, nonce);
        return line;
}

static const char *given(uint16_t status, bool stale, uint32_t now_s)
{
        static char line[DP_CHALLENGE_BYTES];

        dp_challenge_write(challenge, &(struct dp_challenge_text){status, stale, false}, &alice,
                           now_s, line);
        return line;
}

static enum dp_challenge_answer check(const struct sip_msg *m, const struct dp_cookie_from *from,
                                      uint32_t now_s, uint8_t *hdr)
{
        *hdr = 99;
        return dp_challenge_check(challenge, m, from, now_s, hdr);
}

static void test_which_requests(void **state)
{
        static const struct {
                const char *method;
                const char *to_tag;
                bool fits;
        } rows[] = {
            {"REGISTER", "", true},   {"INVITE", "", true},     {"OPTIONS", "", true},
            {"MESSAGE", "", true},    {"FROBNICATE", "", true}, {"INVITE", ";tag=2", false},
            {"BYE", ";tag=2", false}, {"ACK", "", false},       {"CANCEL", "", false},
            {"PRACK", "", false},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
                assert_int_equal(dp_challenge_fits(request(rows[i].method, rows[i].to_tag, "")),
                                 rows[i].fits);
}

static void test_echo(void **state)
{
        static const char *const names[] = {"Authorization", "Proxy-Authorization",
                                            "authorization"};
        uint8_t hdr;

        (void)state;
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                const char *nonce = nonce_of(given(407, false, NOW_S));
                const struct sip_msg *m = request("INVITE", "", credentials(names[i], nonce));

                assert_int_equal(check(m, &alice, NOW_S + 5, &hdr), DP_CHALLENGE_ECHOED);
                assert_int_equal(m->hdrs[hdr].name.len, strlen(names[i]));
                assert_int_equal(check(m, &alice, NOW_S + LIFETIME_S + 1, &hdr),
                                 DP_CHALLENGE_STALE);
                assert_int_equal(check(m, &mallory, NOW_S + 5, &hdr), DP_CHALLENGE_FORGED);
                assert_int_equal(hdr, 99);
        }
}

/* Among those of servers behind us, ours is found, and the better of two counts. */
static void test_among_others(void **state)
{
        char headers[2048];
        char old[DP_COOKIE_CHARS + 1];
        uint8_t hdr;

        (void)state;
        strcpy(old, nonce_of(given(407, false, NOW_S - 1000)));
        snprintf(headers, sizeof(headers), "%s", credentials("Proxy-Authorization", "theirs"));
        assert_int_equal(check(request("INVITE", "", headers), &alice, NOW_S, &hdr),
                         DP_CHALLENGE_FOREIGN);
        assert_int_equal(hdr, 99);
        strcat(headers, credentials("Proxy-Authorization", old));
        assert_int_equal(check(request("INVITE", "", headers), &alice, NOW_S, &hdr),
                         DP_CHALLENGE_STALE);
        strcat(headers, "Authorization: Basic QWxhZGRpbg==\r\n");
        strcat(headers, credentials("Authorization", nonce_of(given(407, false, NOW_S))));
        strcat(headers, credentials("Authorization", "theirs"));
        const struct sip_msg *m = request("INVITE", "", headers);
        assert_int_equal(check(m, &alice, NOW_S, &hdr), DP_CHALLENGE_ECHOED);
        assert_non_null(memmem(sip_span_at(m, m->hdrs[hdr].value), m->hdrs[hdr].value.len,
                               nonce_of(given(407, false, NOW_S)), DP_COOKIE_CHARS));
}

static void test_broken_credentials(void **state)
{
        static const char *const lines[] = {
            "Authorization: Digest\r\n",
            "Authorization: Digest nonce=\r\n",
            "Authorization: Digest nonce=\"\"\r\n",
            "Authorization: \r\n",
            "Authorization: Digest username=\"a\",username=\"b\"\r\n",
        };
        uint8_t hdr;

        (void)state;
        for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
                assert_int_equal(check(request("INVITE", "", lines[i]), &alice, NOW_S, &hdr),
                                 DP_CHALLENGE_NONE);
}

/* What we write, our own parser reads: one challenge, with everything that a client needs. */
static void test_reply(void **state)
{
        static const unsigned algorithms[] = {DP_CHALLENGE_MD5, DP_CHALLENGE_SHA_256};
        const struct sip_msg *req = request("REGISTER", "", "");
        struct sip_reply_args args = {.status = 401,
                                      .src = "192.0.2.7",
                                      .src_len = 9,
                                      .src_port = 40000,
                                      .to_tag = "t",
                                      .tag_len = 1};

        (void)state;
        for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
                struct dp_challenge *c =
                    dp_challenge_create(keys, REALM, algorithms[i], LIFETIME_S);
                char line[DP_CHALLENGE_BYTES];
                struct sip_anom_set notes = {{0}};
                struct sip_msg reply;
                struct sip_auth auth;
                uint8_t out[2048];
                size_t len;

                dp_challenge_write(c, &(struct dp_challenge_text){401, i == 1, false}, &alice,
                                   NOW_S, line);
                args.headers = line;
                assert_int_equal(sip_reply_build(req, &args, out, sizeof(out), &len), 0);
                assert_int_equal(sip_parse(out, len, &reply), SIP_ANOM_NONE);
                assert_true(sip_anom_empty(&reply.anomalies));
                const struct sip_hdr *h = sip_msg_first(&reply, SIP_HDR_WWW_AUTHENTICATE);
                assert_non_null(h);
                struct sip_cur cur = {.buf = reply.buf,
                                      .pos = h->value.off,
                                      .end = (uint32_t)h->value.off + h->value.len,
                                      .notes = &notes};
                assert_int_equal(sip_auth_parse(&cur, SIP_AUTH_CHALLENGE, &auth), SIP_VALUE_OK);
                assert_int_equal(auth.algorithm, i == 1 ? SIP_AUTH_ALG_SHA_256 : SIP_AUTH_ALG_MD5);
                assert_int_equal(auth.qop, SIP_AUTH_QOP_AUTH);
                assert_int_equal(auth.stale, i == 1);
                assert_int_equal(auth.realm.len, strlen(REALM));
                assert_true(sip_anom_empty(&notes));
                dp_challenge_destroy(c);
        }
}

static void test_arguments(void **state)
{
        char realm[DP_COOKIE_REALM_BYTES + 2];
        char line[DP_CHALLENGE_BYTES];
        struct dp_challenge *c;

        (void)state;
        memset(realm, 'r', sizeof(realm));
        realm[DP_COOKIE_REALM_BYTES + 1] = '\0';
        assert_null(dp_challenge_create(keys, realm, DP_CHALLENGE_MD5, LIFETIME_S));
        assert_null(dp_challenge_create(keys, REALM, 0, LIFETIME_S));
        assert_null(dp_challenge_create(keys, REALM, 8, LIFETIME_S));
        realm[DP_COOKIE_REALM_BYTES] = '\0';
        c = dp_challenge_create(keys, realm, 7, LIFETIME_S);
        assert_non_null(c);
        dp_challenge_write(c, &(struct dp_challenge_text){407, true, false}, &alice, NOW_S,
                           line); /* the longest there is */
        assert_string_equal(line + strlen(line) - 2, "\r\n");
        dp_challenge_destroy(c);
}

/* Whether a nonce that is not good is worth another try without asking the user. */
static void test_stale(void **state)
{
        uint8_t hdr;

        (void)state;
        assert_false(dp_challenge_says_stale(DP_CHALLENGE_NONE));
        assert_true(dp_challenge_says_stale(DP_CHALLENGE_STALE));
        assert_true(dp_challenge_says_stale(DP_CHALLENGE_FOREIGN));
        assert_false(dp_challenge_says_stale(DP_CHALLENGE_FORGED));
        char nonce[DP_COOKIE_CHARS + 1];

        strcpy(nonce, nonce_of(given(407, false, NOW_S)));
        nonce[20] = nonce[20] == 'A' ? 'B' : 'A';
        assert_int_equal(
            check(request("INVITE", "", credentials("Authorization", nonce)), &alice, NOW_S, &hdr),
            DP_CHALLENGE_FORGED);
        nonce[20] = '.'; /* what we never write */
        assert_int_equal(
            check(request("INVITE", "", credentials("Authorization", nonce)), &alice, NOW_S, &hdr),
            DP_CHALLENGE_FOREIGN);
        nonce[20] = 'A';
        nonce[0] = nonce[0] == 'A' ? 'B' : 'A'; /* the number of a key that is none */
        assert_int_equal(
            check(request("INVITE", "", credentials("Authorization", nonce)), &alice, NOW_S, &hdr),
            DP_CHALLENGE_FOREIGN);
        assert_int_equal(hdr, 99);
}

/* One header for each algorithm, strongest first (RFC 8760 2.3). */
static void test_algorithms(void **state)
{
        struct dp_challenge *c = dp_challenge_create(keys, REALM, 7, LIFETIME_S);
        char lines[DP_CHALLENGE_BYTES];
        const char *at[3];

        (void)state;
        assert_non_null(c);
        dp_challenge_write(c, &(struct dp_challenge_text){401, false, false}, &alice, NOW_S, lines);
        at[0] = strstr(lines, "algorithm=SHA-512-256,");
        at[1] = strstr(lines, "algorithm=SHA-256,");
        at[2] = strstr(lines, "algorithm=MD5,");
        assert_true(at[0] != NULL && at[0] < at[1] && at[1] < at[2]);
        unsigned n = 0;

        for (const char *l = lines; *l != '\0'; l = strchr(l, '\n') + 1, n++)
                assert_int_equal(strncmp(l, "WWW-Authenticate: Digest realm=", 31), 0);
        assert_int_equal(n, 3);
        assert_true(dp_challenge_can_be_brief(c));
        assert_false(dp_challenge_can_be_brief(challenge));
        dp_challenge_write(c, &(struct dp_challenge_text){401, false, true}, &alice, NOW_S, lines);
        assert_non_null(strstr(lines, "algorithm=MD5,"));
        assert_ptr_equal(strchr(lines, '\n'), lines + strlen(lines) - 1);
        dp_challenge_destroy(c);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_which_requests), cmocka_unit_test(test_echo),
            cmocka_unit_test(test_among_others),   cmocka_unit_test(test_broken_credentials),
            cmocka_unit_test(test_reply),          cmocka_unit_test(test_arguments),
            cmocka_unit_test(test_stale),          cmocka_unit_test(test_algorithms),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
