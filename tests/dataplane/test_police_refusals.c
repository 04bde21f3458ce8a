/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_police_refusals.c - who is turned down again and again is slowed down, and nobody else is.
 * Every test ends in chain_destroy(), which asserts conservation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/stages/police_refusals.h"
#include "parser/sip_parse.h"
#include "tests/dataplane/chain.h"

#define SECOND UINT64_C(1000000000)
#define NOW    UINT64_C(1700000000000000000) /* where a chain's clock begins */

static struct dp_config config;
static struct chain *chain;
static unsigned serial;

/* Three refusals at once, one a second; for one key at a time. */
static int reset(void **state)
{
        (void)state;
        dp_config_free(&config);
        if (dp_config_load(NULL, &config) != 0)
                return -1;
        chain_config_unlimited(&config);
        for (unsigned cls = 0; cls < SHM_CLASS_CNT; cls++)
                config.exceptions[cls] = DP_POLICY_PASS;
        return 0;
}

static void begin(enum dp_limit_key key)
{
        config.limits.refusals[key] = dp_rate_make(1, SECOND, 3);
        chain = chain_create(&config, false);
}

#define NONCE "4711"
#define CREDENTIALS                                                                \
        "Authorization: Digest username=\"a\", realm=\"r\", nonce=\"" NONCE "\", " \
        "uri=\"sip:h\", response=\"0123456789abcdef0123456789abcdef\"\r\n"

static uint64_t dropped(enum shm_reason reason)
{
        return chain_counters(chain)->dropped[reason];
}

/* A REGISTER from 10.0.0.HOST, and what the registrar says to it. False: it did not get there. */
static bool attempt(uint8_t host, const char *user, const char *headers, const char *answer)
{
        uint64_t before = chain_counters(chain)->sent;
        char text[2048];

        serial++;
        snprintf(text, sizeof(text),
                 "REGISTER sip:pbx SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK%u\r\n"
                 "Max-Forwards: 70\r\nFrom: <sip:%s@pbx>;tag=1\r\nTo: <sip:%s@pbx>\r\n"
                 "Call-ID: %u\r\nCSeq: 1 REGISTER\r\n%sContent-Length: 0\r\n\r\n",
                 serial, user, user, serial, headers);
        chain_send(SHM_SIDE_OUTSIDE, host, text);
        chain_turn(chain);
        if (chain_counters(chain)->sent == before)
                return false;
        snprintf(text, sizeof(text),
                 "SIP/2.0 %s\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK%u\r\n"
                 "From: <sip:%s@pbx>;tag=1\r\nTo: <sip:%s@pbx>;tag=2\r\n"
                 "Call-ID: %u\r\nCSeq: 1 REGISTER\r\n"
                 "WWW-Authenticate: Digest realm=\"r\", nonce=\"" NONCE "\"\r\n"
                 "Content-Length: 0\r\n\r\n",
                 answer, serial, user, user, serial);
        chain_send(SHM_SIDE_INSIDE, host, text);
        chain_turn(chain);
        return true;
}

static void test_which_responses(void **state)
{
        static const struct {
                const char *answer;
                const char *challenge;
                bool without, with; /* credentials */
        } rows[] = {
            {"200 OK", "", false, false},
            {"180 Ringing", "", false, false},
            {"401 Unauthorized", "WWW-Authenticate: Digest realm=\"r\",nonce=\"n\"\r\n", false,
             true},
            {"407 Proxy", "Proxy-Authenticate: Digest realm=\"r\",nonce=\"n\"\r\n", false, true},
            {"401 Unauthorized", "WWW-Authenticate: Digest realm=\"r\",nonce=\"n\",stale=TRUE\r\n",
             false, false},
            {"403 Forbidden", "", true, true},
            {"404 Not Found", "", true, true},
            {"480 Temporarily Unavailable", "", false, false},
            {"484 Address Incomplete", "", true, true},
            {"486 Busy Here", "", false, false},
            {"503 Service Unavailable", "", false, false},
            {"604 Does Not Exist Anywhere", "", true, true},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                char text[1024];
                struct sip_msg m;
                int n = snprintf(text, sizeof(text),
                                 "SIP/2.0 %s\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKa\r\n"
                                 "From: <sip:a@h>;tag=1\r\nTo: <sip:b@h>;tag=2\r\nCall-ID: c\r\n"
                                 "CSeq: 1 INVITE\r\n%sContent-Length: 0\r\n\r\n",
                                 rows[i].answer, rows[i].challenge);

                assert_int_equal(sip_parse((const uint8_t *)text, (size_t)n, &m), SIP_ANOM_NONE);
                if (dp_refusal_is(&m, false) != rows[i].without ||
                    dp_refusal_is(&m, true) != rows[i].with)
                        fail_msg("row %zu: %s", i, rows[i].answer);
        }
}

/* Numbers tried one after the other: after three that nobody has, one a second is left. */
static void test_enumeration(void **state)
{
        (void)state;
        begin(DP_LIMIT_ENDPOINT);
        for (unsigned i = 0; i < 3; i++)
                assert_true(attempt(9, "nobody", "", "404 Not Found"));
        for (unsigned i = 0; i < 5; i++)
                assert_false(attempt(9, "100", "", "401 Unauthorized"));
        assert_int_equal(dropped(SHM_REASON_REFUSALS_ENDPOINT), 5);
        assert_int_equal(chain_counters(chain)->refusals, 3);
        assert_true(attempt(8, "100", "", "401 Unauthorized")); /* a neighbour */
        chain_pass_ms(chain, 1001);
        assert_true(attempt(9, "100", "", "404 Not Found"));
        assert_false(attempt(9, "100", "", "404 Not Found"));
        chain_destroy(chain);
}

/* A first challenge is no refusal, however many there are; a second one to the same password is. */
static void test_passwords(void **state)
{
        (void)state;
        begin(DP_LIMIT_ENDPOINT);
        for (unsigned i = 0; i < 20; i++)
                assert_true(attempt(9, "100", "", "401 Unauthorized"));
        for (unsigned i = 0; i < 3; i++)
                assert_true(attempt(9, "100", CREDENTIALS, "401 Unauthorized"));
        assert_false(attempt(9, "100", CREDENTIALS, "401 Unauthorized"));
        assert_int_equal(dropped(SHM_REASON_REFUSALS_ENDPOINT), 1);
        chain_destroy(chain);
}

/* Many sources, one user: strangers are slowed down, who is proven gets through. */
static void test_one_user(void **state)
{
        struct dp_source known;

        (void)state;
        begin(DP_LIMIT_AOR);
        for (uint8_t host = 20; host < 23; host++)
                assert_true(attempt(host, "alice", "", "403 Forbidden"));
        assert_false(attempt(23, "alice", "", "403 Forbidden"));
        assert_int_equal(dropped(SHM_REASON_REFUSALS_AOR), 1);
        assert_true(attempt(23, "bob", "", "403 Forbidden"));
        dp_source_of(&chain_tables(chain)->key, &(struct shm_ip){{[10] = 0xff, 0xff, 10, 0, 0, 24}},
                     5060, &known);
        assert_int_equal(
            dp_trust_prove(chain_tables(chain)->trust, &known, DP_TRUST_NONCE_ECHO, NOW),
            DP_TRUST_RAISED);
        assert_true(attempt(24, "alice", "", "200 OK"));
        chain_destroy(chain);
}

/* Who is authenticated may misdial as he likes; and emergency calls know no limit. */
static void test_not_concerned(void **state)
{
        struct dp_source known;
        uint64_t sent;

        (void)state;
        begin(DP_LIMIT_ADDRESS);
        dp_source_of(&chain_tables(chain)->key, &(struct shm_ip){{[10] = 0xff, 0xff, 10, 0, 0, 9}},
                     5060, &known);
        (void)dp_trust_prove(chain_tables(chain)->trust, &known, DP_TRUST_REGISTER_OK, NOW);
        for (unsigned i = 0; i < 20; i++)
                assert_true(attempt(9, "nobody", "", "404 Not Found"));
        for (unsigned i = 0; i < 3; i++)
                assert_true(attempt(8, "nobody", "", "404 Not Found"));
        assert_false(attempt(8, "nobody", "", "404 Not Found"));
        assert_int_equal(dropped(SHM_REASON_REFUSALS_ADDRESS), 1);
        sent = chain_counters(chain)->sent;
        char text[1024];
        chain_request_text(text, sizeof(text), "INVITE", "sip:112@pbx", "");
        chain_send(SHM_SIDE_OUTSIDE, 8, text);
        chain_turn(chain);
        assert_int_equal(chain_counters(chain)->sent, sent + 1);
        chain_destroy(chain);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup(test_which_responses, reset),
            cmocka_unit_test_setup(test_enumeration, reset),
            cmocka_unit_test_setup(test_passwords, reset),
            cmocka_unit_test_setup(test_one_user, reset),
            cmocka_unit_test_setup(test_not_concerned, reset),
        };

        (void)argc;
        chain_eal_start(argv[0]);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
