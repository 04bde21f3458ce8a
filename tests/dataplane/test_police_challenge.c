/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_police_challenge.c - challenges through a whole worker: who gets one, what the echo is
 * worth, what the server and the phone then see of each other. Every test ends in chain_destroy(),
 * which asserts conservation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/burst.h"
#include "parser/sip_method.h"
#include "tests/dataplane/chain.h"
#include "tests/dataplane/frame.h"

#define NOW UINT64_C(1700000000000000000) /* where a chain's clock begins */

static struct dp_config config;
static struct chain *chain;

static int reset(void **state)
{
        (void)state;
        dp_config_free(&config);
        if (dp_config_load(NULL, &config) != 0)
                return -1;
        chain_config_unlimited(&config);
        for (unsigned cls = 0; cls < SHM_CLASS_CNT; cls++)
                config.exceptions[cls] = DP_POLICY_PASS;
        config.challenge.mode = DP_CHALLENGE_ALWAYS;
        config.challenge.realm = "pbx.example.com";
        return 0;
}

static void begin(void)
{
        chain = chain_create(&config, false);
}

static const struct shm_counters *counters(void)
{
        return chain_counters(chain);
}

/* ---- who speaks, and what is heard ---- */

struct phone {
        uint8_t host; /* 192.0.2.HOST, or 2001:db8::HOST */
        uint16_t port;
        bool v6;
};
static const struct phone alice = {7, 40000, false};
static const struct phone alice6 = {7, 40000, true};

static void datagram(enum shm_side side, const struct phone *who, const char *text)
{
        struct frame f;
        size_t src = who->v6 ? 8 : 12, bytes = who->v6 ? 16 : 4;

        frame_eth(&f, who->v6 ? 0x86dd : 0x0800);
        if (who->v6)
                frame_ip6(&f, 17);
        else
                frame_ip4(&f, 17, 0);
        f.b[f.l3 + src + bytes - 1] = who->host;
        frame_udp(&f, text, strlen(text));
        frame_set16(&f, f.l4, who->port);
        frame_set16(&f, f.l4 + 2, 5060);
        if (side == SHM_SIDE_INSIDE) {
                uint8_t *ip = f.b + f.l3 + src;

                for (size_t i = 0; i < bytes; i++) {
                        uint8_t t = ip[i];

                        ip[i] = ip[bytes + i];
                        ip[bytes + i] = t;
                }
                frame_set16(&f, f.l4, 5060);
                frame_set16(&f, f.l4 + 2, who->port);
        }
        frame_seal(&f, 1);
        chain_send_bytes(side, f.b, f.len);
        chain_turn(chain);
}

/* The next message that left by this side; NULL when there is none. */
static const char *heard(enum shm_side side)
{
        static char text[FRAME_MAX];
        uint8_t frame[FRAME_MAX];
        size_t len = chain_receive(side, frame, sizeof(frame));
        size_t head = 14 + (frame[12] == 0x86 ? 40u : 20u) + 8;

        if (len == 0)
                return NULL;
        assert_true(len > head);
        memcpy(text, frame + head, len - head);
        text[len - head] = '\0';
        return text;
}

static unsigned cseq = 1;

static const char *message(const char *method, const char *headers)
{
        static char text[1800];

        snprintf(text, sizeof(text),
                 "%s sip:bob@pbx.example.com SIP/2.0\r\n"
                 "Via: SIP/2.0/UDP 192.0.2.7:40000;branch=z9hG4bK%u;rport\r\n"
                 "Max-Forwards: 70\r\n"
                 "From: <sip:alice@pbx.example.com>;tag=1\r\n"
                 "%s"
                 "Contact: <sip:alice@192.0.2.7:40000>\r\n"
                 "Call-ID: c@192.0.2.7\r\n"
                 "CSeq: %u %s\r\n%sContent-Length: 0\r\n\r\n",
                 method, cseq, strstr(headers, "To:") ? "" : "To: <sip:alice@pbx.example.com>\r\n",
                 cseq, method, headers);
        cseq++;
        return text;
}

static const char *credentials(const char *name, const char *nonce)
{
        static char line[600];

        snprintf(line, sizeof(line),
                 "%s: Digest username=\"alice\",realm=\"pbx.example.com\",nonce=\"%s\","
                 "uri=\"sip:pbx.example.com\",response=\"0123456789abcdef0123456789abcdef\","
                 "algorithm=MD5,qop=auth,cnonce=\"x\",nc=00000001\r\n",
                 name, nonce);
        return line;
}

/* What the inside answers to the request of this text. */
static const char *answer(const char *request, const char *status, const char *headers)
{
        static char text[2000];
        size_t n = (size_t)snprintf(text, sizeof(text), "SIP/2.0 %s\r\n", status);
        static const char *const copied[] = {"Via:", "From:", "To:", "Call-ID:", "CSeq:"};

        for (size_t i = 0; i < sizeof(copied) / sizeof(copied[0]); i++) {
                const char *at = strstr(request, copied[i]);
                size_t len = strcspn(at, "\r");

                n += (size_t)snprintf(text + n, sizeof(text) - n, "%.*s%s\r\n", (int)len, at,
                                      strcmp(copied[i], "To:") == 0 ? ";tag=server" : "");
        }
        snprintf(text + n, sizeof(text) - n, "%sContent-Length: 0\r\n\r\n", headers);
        return text;
}

/* Send a request and keep its text. */
static char asked[2000];
static void ask(const struct phone *who, const char *method, const char *headers)
{
        snprintf(asked, sizeof(asked), "%s", message(method, headers));
        datagram(SHM_SIDE_OUTSIDE, who, asked);
}

/* The challenge in the reply that the phone hears now. */
static const char *challenged(const char *status, bool stale)
{
        static char nonce[DP_COOKIE_CHARS + 1];
        const char *reply = heard(SHM_SIDE_OUTSIDE);

        assert_non_null(reply);
        if (strncmp(reply, status, strlen(status)) != 0)
                fail_msg("wanted %s, heard %s", status, reply);
        assert_int_equal(strstr(reply, "stale=true") != NULL, stale);
        const char *at = strstr(reply, "nonce=\"");

        assert_non_null(at);
        memcpy(nonce, at + 7, DP_COOKIE_CHARS);
        assert_null(heard(SHM_SIDE_INSIDE));
        return nonce;
}

static enum dp_trust_level trust_of(const struct phone *who)
{
        struct shm_ip ip = {{[10] = 0xff, [11] = 0xff, 192, 0, 2, who->host}};
        struct dp_source s;

        if (who->v6)
                ip = (struct shm_ip){{0x20, 1, 0xd, 0xb8, [15] = who->host}};
        dp_source_of(&chain_tables(chain)->key, &ip, who->port, &s);
        return dp_trust_level_of(chain_tables(chain)->trust, &s.endpoint, NOW);
}

/* ---- the whole way of a registration ---- */

static void registration(const struct phone *who)
{
        char nonce[DP_COOKIE_CHARS + 1];
        const char *text;

        begin();
        ask(who, "REGISTER", "");
        strcpy(nonce, challenged("SIP/2.0 401 ", false));
        assert_int_equal(trust_of(who), DP_TRUST_UNPROVEN);
        assert_int_equal(counters()->transactions_added, 0);

        ask(who, "REGISTER", credentials("Authorization", nonce));
        text = heard(SHM_SIDE_INSIDE);
        assert_non_null(text);
        assert_null(strstr(text, "Authorization"));
        assert_non_null(strstr(text, "Content-Length: 0\r\n\r\n"));
        assert_int_equal(trust_of(who), DP_TRUST_PROVEN);
        datagram(
            SHM_SIDE_INSIDE, who,
            answer(asked, "401 Unauthorized",
                   "WWW-Authenticate: Digest realm=\"pbx.example.com\", nonce=\"server1\"\r\n"));
        text = heard(SHM_SIDE_OUTSIDE);
        assert_non_null(strstr(text, "nonce=\"server1\",stale=true\r\n"));

        ask(who, "REGISTER", credentials("Authorization", "server1"));
        text = heard(SHM_SIDE_INSIDE);
        assert_non_null(strstr(text, "nonce=\"server1\""));
        /* the password was wrong: that is between them */
        datagram(
            SHM_SIDE_INSIDE, who,
            answer(asked, "401 Unauthorized",
                   "WWW-Authenticate: Digest realm=\"pbx.example.com\", nonce=\"server2\"\r\n"));
        text = heard(SHM_SIDE_OUTSIDE);
        assert_null(strstr(text, "stale"));

        ask(who, "REGISTER", credentials("Authorization", "server2"));
        assert_non_null(heard(SHM_SIDE_INSIDE));
        datagram(SHM_SIDE_INSIDE, who, answer(asked, "200 OK", ""));
        assert_non_null(heard(SHM_SIDE_OUTSIDE));
        assert_int_equal(trust_of(who), DP_TRUST_AUTHENTICATED);
        assert_int_equal(counters()->challenges, 1);
        assert_int_equal(counters()->cookies_echoed, 1);
        assert_int_equal(counters()->stale_added, 1);
        assert_int_equal(counters()->refusals, 1); /* the wrong password, and nothing else */
        chain_destroy(chain);
}

static void test_registration(void **state)
{
        registration(&alice);
        reset(state);
        registration(&alice6);
}

/* A repetition of the challenged request, and of the one with the echo, are treated alike. */
static void test_repetitions(void **state)
{
        char first[FRAME_MAX];
        char nonce[DP_COOKIE_CHARS + 1];

        (void)state;
        begin();
        ask(&alice, "REGISTER", "");
        snprintf(first, sizeof(first), "%s", heard(SHM_SIDE_OUTSIDE));
        datagram(SHM_SIDE_OUTSIDE, &alice, asked);
        assert_string_equal(heard(SHM_SIDE_OUTSIDE), first);
        memcpy(nonce, strstr(first, "nonce=\"") + 7, DP_COOKIE_CHARS);
        nonce[DP_COOKIE_CHARS] = '\0';
        ask(&alice, "REGISTER", credentials("Authorization", nonce));
        snprintf(first, sizeof(first), "%s", heard(SHM_SIDE_INSIDE));
        datagram(SHM_SIDE_OUTSIDE, &alice, asked);
        assert_string_equal(heard(SHM_SIDE_INSIDE), first);
        assert_int_equal(counters()->retransmissions, 1);
        for (unsigned i = 0; i < 2; i++) {
                datagram(SHM_SIDE_INSIDE, &alice,
                         answer(asked, "401 Unauthorized",
                                "WWW-Authenticate: Digest realm=\"r\", nonce=\"s\"\r\n"));
                assert_non_null(strstr(heard(SHM_SIDE_OUTSIDE), "stale=true"));
        }
        chain_destroy(chain);
}

/* The ACK for our response to an INVITE ends with us; any other ACK does not. */
static void test_ack(void **state)
{
        char to[128];
        const char *reply;

        (void)state;
        begin();
        ask(&alice, "INVITE", "");
        reply = heard(SHM_SIDE_OUTSIDE);
        assert_int_equal(strncmp(reply, "SIP/2.0 407 ", 12), 0);
        assert_non_null(strstr(reply, "\r\nProxy-Authenticate: Digest "));
        const char *at = strstr(reply, "To:");

        snprintf(to, sizeof(to), "%.*s\r\n", (int)strcspn(at, "\r"), at);
        cseq--;
        ask(&alice, "ACK", to);
        assert_int_equal(counters()->dropped[SHM_REASON_ACK_OWN_REPLY], 1);
        assert_null(heard(SHM_SIDE_INSIDE));
        assert_null(heard(SHM_SIDE_OUTSIDE));
        char *tag = strstr(to, "tag=") + 4;

        *tag = *tag == '0' ? '1' : '0';
        ask(&alice, "ACK", to);
        assert_int_equal(counters()->dropped[SHM_REASON_ACK_OWN_REPLY], 1);
        assert_non_null(heard(SHM_SIDE_INSIDE));
        chain_destroy(chain);
}

static void test_as_server(void **state)
{
        char nonce[DP_COOKIE_CHARS + 1];

        (void)state;
        config.challenge.role = DP_CHALLENGE_SERVER;
        begin();
        ask(&alice, "INVITE", "");
        strcpy(nonce, challenged("SIP/2.0 401 ", false));
        ask(&alice, "INVITE", credentials("Authorization", nonce));
        assert_non_null(heard(SHM_SIDE_INSIDE));
        /* the ACK for what the server says to it has the same credentials (22.1) */
        datagram(
            SHM_SIDE_INSIDE, &alice,
            answer(asked, "407 Proxy Authentication Required",
                   "Proxy-Authenticate: Digest realm=\"r\",nonce=\"n\",stale=FALSE,qop=\"auth\","
                   " Digest realm=\"r\",nonce=\"n\",algorithm=SHA-256\r\n"
                   "Proxy-Authenticate: Basic realm=\"r\"\r\n"));
        assert_non_null(
            strstr(heard(SHM_SIDE_OUTSIDE),
                   "Proxy-Authenticate: Digest realm=\"r\",nonce=\"n\",stale=true,qop=\"auth\","
                   " Digest realm=\"r\",nonce=\"n\",algorithm=SHA-256,stale=true\r\n"
                   "Proxy-Authenticate: Basic realm=\"r\"\r\n"));
        cseq--;
        ask(&alice, "ACK",
            "To: <sip:alice@pbx.example.com>;tag=server\r\n"
            "Authorization: Digest username=\"alice\"\r\n");
        assert_int_equal(counters()->stale_added, 1);
        chain_destroy(chain);
}

/* ---- what does not count ---- */

static void test_not_for_them(void **state)
{
        static const struct phone others[] = {
            {7, 40001, false}, {8, 40000, false}, {7, 40000, true}};
        char nonce[DP_COOKIE_CHARS + 1];

        (void)state;
        begin();
        ask(&alice, "REGISTER", "");
        strcpy(nonce, challenged("SIP/2.0 401 ", false));
        for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
                ask(&others[i], "REGISTER", credentials("Authorization", nonce));
                (void)challenged("SIP/2.0 401 ", false); /* no stale: it would go on for ever */
                assert_int_equal(trust_of(&others[i]), DP_TRUST_UNPROVEN);
        }
        assert_int_equal(counters()->cookies_forged, 3);
        ask(&alice, "REGISTER", credentials("Authorization", "0a1b2c3d4e5f"));
        (void)challenged("SIP/2.0 401 ", true); /* of a server from before we came */
        chain_pass_ms(chain, 61001);
        ask(&alice, "REGISTER", credentials("Authorization", nonce));
        assert_int_equal(counters()->cookies_expired, 1);
        strcpy(nonce, challenged("SIP/2.0 401 ", true));
        assert_int_equal(counters()->cookies_echoed, 0);
        assert_int_equal(counters()->transactions_added, 0);
        ask(&alice, "REGISTER", credentials("Authorization", nonce));
        assert_non_null(heard(SHM_SIDE_INSIDE));
        chain_destroy(chain);
}

/* A key may change between challenge and echo, once. */
static void test_rotation(void **state)
{
        char nonce[DP_COOKIE_CHARS + 1];

        (void)state;
        begin();
        for (unsigned i = 0; i < 50; i++) {
                const struct phone who = {(uint8_t)(10 + i), 40000, false};

                ask(&who, "REGISTER", "");
                strcpy(nonce, challenged("SIP/2.0 401 ", false));
                assert_true(dp_cookie_keys_rotate(chain_tables(chain)->cookie_keys));
                chain_pass_ms(chain, 60000);
                ask(&who, "REGISTER", credentials("Authorization", nonce));
                assert_non_null(heard(SHM_SIDE_INSIDE));
                assert_null(heard(SHM_SIDE_OUTSIDE));
        }
        assert_int_equal(counters()->cookies_echoed, 50);
        chain_destroy(chain);
}

/* Written oddly, it goes on in its plain spelling, and without what was for us. */
static void test_normalised(void **state)
{
        char nonce[DP_COOKIE_CHARS + 1];
        char headers[1024];

        (void)state;
        begin();
        ask(&alice, "REGISTER", "");
        strcpy(nonce, challenged("SIP/2.0 401 ", false));
        snprintf(headers, sizeof(headers), "Subject : odd\r\n%sUser-Agent:\r\n folded\r\n",
                 credentials("Authorization", nonce));
        ask(&alice, "REGISTER", headers);
        const char *text = heard(SHM_SIDE_INSIDE);

        assert_non_null(text);
        assert_int_equal(counters()->normalised, 1);
        assert_null(strstr(text, "Authorization"));
        assert_null(strstr(text, " :"));
        assert_non_null(strstr(text, "folded\r\nContent-Length: 0\r\n\r\n"));
        chain_destroy(chain);
}

/* ---- who is asked, and when ---- */

static uint64_t challenges(void)
{
        while (heard(SHM_SIDE_OUTSIDE) != NULL || heard(SHM_SIDE_INSIDE) != NULL)
                ;
        return counters()->challenges;
}

static void test_who(void **state)
{
        static const struct shm_table_update peer = {
            .table = SHM_TABLE_PEER,
            .op = SHM_TABLE_ADD,
            .prefix_len = 128,
            .ip = {{[10] = 0xff, [11] = 0xff, 192, 0, 2, 9}},
            .reason = SHM_REASON_PASS_ALLOW,
        };
        static const struct phone carrier = {9, 5060, false};

        (void)state;
        begin();
        chain_apply_table(chain, &peer);
        ask(&alice, "OPTIONS", "");
        assert_int_equal(challenges(), 1);
        ask(&alice, "MESSAGE", "");
        ask(&alice, "ACK", "");
        ask(&alice, "CANCEL", "");
        ask(&alice, "BYE", "To: <sip:a@b>;tag=2\r\n");
        ask(&alice, "INVITE", "To: <sip:a@b>;tag=2\r\n");
        ask(&carrier, "INVITE", "");
        datagram(SHM_SIDE_INSIDE, &alice, message("INVITE", ""));
        char *emergency = strdup(message("INVITE", ""));

        memcpy(strstr(emergency, "bob"), "112", 3);
        datagram(SHM_SIDE_OUTSIDE, &alice, emergency);
        free(emergency);
        assert_int_equal(challenges(), 1);
        ask(&alice, "INVITE", "");
        assert_int_equal(challenges(), 2);
        chain_destroy(chain);
}

static void test_methods(void **state)
{
        (void)state;
        config.challenge.methods = UINT32_C(1) << SIP_METHOD_MESSAGE;
        begin();
        ask(&alice, "INVITE", "");
        ask(&alice, "REGISTER", "");
        assert_int_equal(challenges(), 0);
        ask(&alice, "MESSAGE", "");
        assert_int_equal(challenges(), 1);
        chain_destroy(chain);
}

static void test_off(void **state)
{
        (void)state;
        config.challenge.mode = DP_CHALLENGE_OFF;
        begin();
        ask(&alice, "REGISTER",
            credentials("Authorization", "whoever it is for, it goes on......"));
        assert_non_null(strstr(heard(SHM_SIDE_INSIDE), "Authorization"));
        assert_int_equal(challenges(), 0);
        chain_destroy(chain);
        reset(state);
        config.challenge.mode = DP_CHALLENGE_PRESSURE;
        config.challenge.realm = "";
        config.challenge.unproven = dp_rate_make(1, 1000000000, 1);
        begin();
        for (unsigned i = 0; i < 10; i++)
                ask(&alice, "REGISTER", "");
        assert_int_equal(challenges(), 0);
        chain_destroy(chain);
}

/* Beyond the rate, and for a while after; then all is as before. */
static void test_pressure(void **state)
{
        char nonce[DP_COOKIE_CHARS + 1];
        uint64_t before;

        (void)state;
        config.challenge.mode = DP_CHALLENGE_PRESSURE;
        config.challenge.unproven = dp_rate_make(10, 1000000000, 5);
        begin();
        for (unsigned i = 0; i < 5; i++)
                ask(&alice, "INVITE", "");
        assert_int_equal(challenges(), 0);
        assert_int_equal(counters()->challenging, 0);
        ask(&alice, "INVITE", "");
        strcpy(nonce, challenged("SIP/2.0 407 ", false));
        ask(&alice, "INVITE", credentials("Proxy-Authorization", nonce));
        assert_null(strstr(heard(SHM_SIDE_INSIDE), "Authorization"));
        assert_int_equal(counters()->challenging, 1);
        /* it holds on */
        chain_pass_ms(chain, 1999);
        const struct phone bob = {8, 5060, false};

        ask(&bob, "REGISTER", "");
        assert_int_equal(challenges(), 2);
        chain_pass_ms(chain, 1);
        ask(&bob, "REGISTER", "");
        before = challenges();
        assert_int_equal(before, 2);
        assert_int_equal(counters()->challenging, 0);
        /* a cookie that comes when nobody asks any more is still for nobody else */
        ask(&bob, "REGISTER", credentials("Authorization", nonce));
        assert_non_null(strstr(heard(SHM_SIDE_INSIDE), nonce));
        const struct phone late = {7, 40000, false};

        ask(&late, "REGISTER", credentials("Authorization", nonce));
        assert_null(strstr(heard(SHM_SIDE_INSIDE), nonce));
        chain_destroy(chain);
}

/* The spent limits of strangers are not those of who has proven its address. */
static void test_past_spent_limits(void **state)
{
        char nonce[DP_COOKIE_CHARS + 1];

        (void)state;
        config.limits.rates[SHM_LANE_UNPROVEN][DP_LIMIT_REGISTER][DP_LIMIT_ADDRESS] =
            dp_rate_make(1, UINT64_C(1000000000000), 1);
        begin();
        for (unsigned i = 0; i < 100; i++)
                ask(&alice, "REGISTER", "");
        strcpy(nonce, challenged("SIP/2.0 401 ", false));
        assert_int_equal(challenges(), 100); /* and none of them has cost anything */
        assert_int_equal(counters()->limit_checks, 0);
        ask(&alice, "REGISTER", credentials("Authorization", nonce));
        assert_non_null(heard(SHM_SIDE_INSIDE));
        assert_int_equal(counters()->limit_over, 0);
        chain_destroy(chain);
}

/* Who was proven and lost it shows its address in vain: its limits stay a stranger's. */
static void test_held_down(void **state)
{
        char nonce[DP_COOKIE_CHARS + 1];

        (void)state;
        config.limits.trust.tolerance[DP_TRUST_FAULT_INVALID] = dp_rate_make(1, 1000000000, 1);
        config.limits.trust.hold_down_ns = UINT64_C(600000000000);
        config.limits.rates[SHM_LANE_UNPROVEN][DP_LIMIT_REGISTER][DP_LIMIT_ENDPOINT] =
            dp_rate_make(1, UINT64_C(1000000000000), 1);
        begin();
        ask(&alice, "REGISTER", "");
        strcpy(nonce, challenged("SIP/2.0 401 ", false));
        ask(&alice, "REGISTER", credentials("Authorization", nonce));
        assert_int_equal(trust_of(&alice), DP_TRUST_PROVEN);
        for (unsigned i = 0; i < 3; i++)
                ask(&alice, "INVITE", "CSeq: 1 BYE\r\n");
        assert_int_equal(counters()->trust_demoted, 1);
        for (unsigned i = 0; i < 3; i++)
                ask(&alice, "REGISTER", credentials("Authorization", nonce));
        assert_int_equal(trust_of(&alice), DP_TRUST_UNPROVEN);
        assert_int_equal(challenges(), 1); /* nor is it asked again what it has answered */
        assert_int_equal(counters()->dropped[SHM_REASON_LIMIT_ENDPOINT], 2);
        chain_destroy(chain);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup(test_registration, reset),
            cmocka_unit_test_setup(test_repetitions, reset),
            cmocka_unit_test_setup(test_ack, reset),
            cmocka_unit_test_setup(test_as_server, reset),
            cmocka_unit_test_setup(test_not_for_them, reset),
            cmocka_unit_test_setup(test_rotation, reset),
            cmocka_unit_test_setup(test_normalised, reset),
            cmocka_unit_test_setup(test_who, reset),
            cmocka_unit_test_setup(test_methods, reset),
            cmocka_unit_test_setup(test_off, reset),
            cmocka_unit_test_setup(test_pressure, reset),
            cmocka_unit_test_setup(test_past_spent_limits, reset),
            cmocka_unit_test_setup(test_held_down, reset),
        };

        (void)argc;
        chain_eal_start(argv[0]);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
