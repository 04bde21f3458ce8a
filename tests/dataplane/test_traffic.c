/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_traffic.c - what a whole worker does without asking: other traffic, malformed SIP, a tap, a
 * full transmit queue.
 * Every test ends in chain_destroy(), which asserts conservation and that no buffer is lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/dataplane/chain.h"
#include "tests/dataplane/frame.h"

static struct dp_config config;

static int reset(void **state)
{
        (void)state;
        dp_config_free(&config);
        if (dp_config_load(NULL, &config) != 0)
                return -1;
        chain_config_unlimited(&config);
        return 0;
}

#define HEADERS                                                      \
        "Via: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK776asdhds\r\n"      \
        "From: <sip:alice@example.com>;tag=1928301774\r\n"           \
        "Call-ID: a84b4c76e66710@example.com\r\nCSeq: 1 OPTIONS\r\n" \
        "Max-Forwards: 70\r\n"
#define OPTIONS "OPTIONS sip:bob@example.com SIP/2.0\r\n"
#define TO      "To: Bob B. <sip:bob@example.com>\r\n"

/* What comes in, and what goes on. */
static const struct {
        const char *in, *out;
} oddly_written[] = {
    {OPTIONS HEADERS TO "l: 0\r\n\r\nINVITE sip:0900@example.com SIP/2.0\r\n\r\n",
     OPTIONS HEADERS TO "l: 0\r\n\r\n"},
    {OPTIONS HEADERS "To: Bob\r\n B. <sip:bob@example.com>\r\n\r\n", OPTIONS HEADERS TO "\r\n"},
    {OPTIONS HEADERS "To : Bob B.<sip:bob@example.com>\r\nl\t: 4\r\n\r\nbody",
     OPTIONS HEADERS TO "l: 4\r\n\r\nbody"},
    {"\r\nOPTIONS sip:bob@example.com sip/2.0\r\n" HEADERS TO "\r\n", OPTIONS HEADERS TO "\r\n"},
    {OPTIONS HEADERS TO, OPTIONS HEADERS TO "\r\n"},
    {"\r\n\r\n" OPTIONS HEADERS TO "\r\n", OPTIONS HEADERS TO "\r\n"},
    {"OPTIONS sip:bob@example.com SIP/2.0\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK776asdhds\n"
     "From: <sip:alice@example.com>;tag=1928301774\nCall-ID: a84b4c76e66710@example.com\n"
     "CSeq: 1 OPTIONS\nMax-Forwards: 70\nTo: Bob B. <sip:bob@example.com>\nl: 9\n\na\nb\n",
     OPTIONS HEADERS TO "l: 4\r\n\r\na\nb\n"},
};
#define ODDLY_WRITTEN_CNT (sizeof(oddly_written) / sizeof(oddly_written[0]))

/* The next hop sees one spelling, held or not; the event tells the one that came. */
static void test_written_oddly(void **state)
{
        struct chain *c = chain_create(&config, true);
        struct shm_event e;

        (void)state;
        for (unsigned i = 0; i < 2 * ODDLY_WRITTEN_CNT; i++) {
                const char *in = oddly_written[i / 2].in;
                const char *want = oddly_written[i / 2].out;
                const char *out;

                chain_send(SHM_SIDE_OUTSIDE, 1, in);
                chain_turn(c);
                chain_pass_ms(c,
                              3000); /* one request all of them: as often as it may be repeated */
                if (i == 0)          /* held; from now on the decision is known */
                        chain_answer_next(c, SHM_ACTION_PASS, SHM_REASON_PASS_POLICY,
                                          SHM_SCOPE_ROUTE);
                out = chain_receive_text(c, SHM_SIDE_INSIDE);
                assert_non_null(out);
                assert_string_equal(out, want);
                assert_true(chain_event(c, &e));
                assert_int_equal(e.full_len, strlen(in));
                assert_int_equal(e.msg_len, e.full_len);
                assert_memory_equal(chain_event_text(c), in, e.msg_len);
                assert_int_equal(e.rewrite, SHM_REWRITE_NORMALISED);
                assert_int_equal(e.action, SHM_ACTION_PASS);
        }
        /* with nothing odd about it: not an octet changes, and nothing is counted */
        chain_send(SHM_SIDE_OUTSIDE, 1, oddly_written[0].out);
        chain_turn(c);
        assert_string_equal(chain_receive_text(c, SHM_SIDE_INSIDE), oddly_written[0].out);
        assert_true(chain_event(c, &e));
        assert_int_equal(e.rewrite, SHM_REWRITE_NONE);
        assert_int_equal(chain_counters(c)->normalised, 2 * ODDLY_WRITTEN_CNT);
        assert_int_equal(chain_counters(c)->decisions_cached, 2 * ODDLY_WRITTEN_CNT);
        chain_destroy(c);
}

/* A request that grows beyond what the ports send, and one that the profile would not accept in any
 * spelling. */
static void test_cannot_normalise(void **state)
{
        static char text[2000];
        struct chain *c;
        struct shm_event e;
        size_t n;

        (void)state;
        n = strlen(oddly_written[ODDLY_WRITTEN_CNT - 1].in);
        memset(text, 'x', sizeof(text));
        memcpy(text, oddly_written[ODDLY_WRITTEN_CNT - 1].in, n);
        c = chain_create(&config, true);
        /* without a Content-Length all that follows is the body: 1,500 octets with its headers */
        memcpy(strstr(text, "l: 9"), "Z: 9", 4);
        text[1500 - 28] = '\0';
        chain_send(SHM_SIDE_OUTSIDE, 1, text);
        chain_turn(c);
        chain_answer_next(c, SHM_ACTION_PASS, SHM_REASON_PASS_POLICY, SHM_SCOPE_ROUTE);
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_CANNOT_NORMALISE], 1);
        assert_true(chain_event(c, &e));
        assert_int_equal(e.action, SHM_ACTION_DROP);
        assert_int_equal(e.reason, SHM_REASON_CANNOT_NORMALISE);
        assert_int_equal(e.rewrite, SHM_REWRITE_NONE);
        assert_int_equal(e.full_len, 1500 - 28);
        assert_memory_equal(chain_event_text(c), text, e.msg_len);
        assert_false(chain_event(c, &e));
        /* nine line ends less, and it fits */
        text[1500 - 28 - 9] = '\0';
        chain_send(SHM_SIDE_OUTSIDE, 1, text);
        chain_turn(c);
        assert_non_null(chain_receive_text(c, SHM_SIDE_INSIDE));
        assert_int_equal(chain_counters(c)->normalised, 1);

        n = (size_t)snprintf(text, sizeof(text), OPTIONS HEADERS TO "Y: z");
        for (unsigned i = 0; i < 300 && n + 8 < sizeof(text); i++)
                n += (size_t)snprintf(text + n, sizeof(text) - n, "\n z");
        snprintf(text + n, sizeof(text) - n, "\n\n");
        chain_destroy(c);
        sip_profile_init(&config.profile, SIP_PROFILE_LENIENT);
        c = chain_create(&config, true);
        chain_send(SHM_SIDE_OUTSIDE, 1, text);
        chain_turn(c);
        chain_answer_next(c, SHM_ACTION_PASS, SHM_REASON_PASS_POLICY, SHM_SCOPE_ROUTE);
        assert_non_null(chain_receive_text(c, SHM_SIDE_INSIDE));
        assert_true(chain_event(c, &e));
        assert_int_equal(e.rewrite, SHM_REWRITE_NORMALISED);
        /* what the operator wants normalised and the parser can not put right */
        chain_destroy(c);
        sip_profile_init(&config.profile, SIP_PROFILE_DEFAULT);
        assert_int_equal(sip_profile_set_verdict(&config.profile, SIP_ANOM_HOST_UNDERSCORE,
                                                 SIP_VERDICT_NORMALISE),
                         0);
        c = chain_create(&config, true);
        chain_send(SHM_SIDE_OUTSIDE, 1, OPTIONS HEADERS "To: <sip:bob@a_b.c>\r\n\r\n");
        chain_turn(c);
        chain_answer_next(c, SHM_ACTION_PASS, SHM_REASON_PASS_POLICY, SHM_SCOPE_ROUTE);
        assert_null(chain_receive_text(c, SHM_SIDE_INSIDE));
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_CANNOT_NORMALISE], 1);
        chain_destroy(c);
}

/* Told or not, what was asked for is done; a tap changes nothing. */
static void test_written_oddly_unseen(void **state)
{
        struct chain *c;
        struct shm_event e;

        (void)state;
        config.events = DP_EVENTS_DROPS;
        c = chain_create(&config, true);
        chain_send(SHM_SIDE_OUTSIDE, 1, oddly_written[1].in);
        chain_turn(c);
        chain_answer_next(c, SHM_ACTION_PASS, SHM_REASON_PASS_POLICY, SHM_SCOPE_ROUTE);
        assert_string_equal(chain_receive_text(c, SHM_SIDE_INSIDE), oddly_written[1].out);
        assert_false(chain_event(c, &e));
        chain_destroy(c);
        config.events = DP_EVENTS_ALL;
        config.mode = DP_MODE_TAP;
        c = chain_create(&config, true);
        chain_send(SHM_SIDE_OUTSIDE, 1, oddly_written[1].in);
        chain_turn(c);
        chain_answer_next(c, SHM_ACTION_PASS, SHM_REASON_PASS_POLICY, SHM_SCOPE_ROUTE);
        assert_true(chain_event(c, &e));
        assert_int_equal(e.rewrite, SHM_REWRITE_NONE);
        assert_int_equal(chain_counters(c)->normalised, 0);
        chain_destroy(c);
}

static void test_tap_sends_nothing(void **state)
{
        struct chain *c;

        (void)state;
        config.mode = DP_MODE_TAP;
        c = chain_create(&config, true);
        chain_send_request(c, "INVITE", "sip:bob@example.com", "");
        chain_answer_next(c, SHM_ACTION_PASS, SHM_REASON_PASS_POLICY, 0);
        chain_send_request(c, "INVITE", "sip:carol@example.com", "");
        chain_answer_next(c, SHM_ACTION_REJECT, SHM_REASON_ROUTE_REJECT, 0);
        assert_null(chain_receive_text(c, SHM_SIDE_INSIDE));
        assert_null(chain_receive_text(c, SHM_SIDE_OUTSIDE));
        assert_int_equal(chain_counters(c)->observed, 1);
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_ROUTE_REJECT], 1);
        chain_destroy(c);
}

static void test_other_traffic(void **state)
{
        struct chain *c = chain_create(&config, true);
        static const uint8_t arp[60] = {[0] = 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, [12] = 8, 6};

        (void)state;
        chain_send(SHM_SIDE_OUTSIDE, 1, "\r\n\r\n");
        chain_send(SHM_SIDE_OUTSIDE, 1, "hello");
        chain_send_bytes(SHM_SIDE_OUTSIDE, arp, sizeof(arp));
        chain_send_bytes(SHM_SIDE_OUTSIDE, arp, 5);
        chain_turn(c);
        assert_int_equal(chain_counters(c)->passed[SHM_REASON_PASS_KEEPALIVE], 1);
        assert_int_equal(chain_counters(c)->passed[SHM_REASON_PASS_NON_SIP], 2);
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_ETH_SHORT], 1);
        chain_destroy(c);
        config.non_sip = DP_POLICY_DROP;
        c = chain_create(&config, true);
        chain_send(SHM_SIDE_OUTSIDE, 1, "hello");
        chain_turn(c);
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_NON_SIP], 1);
        chain_destroy(c);
}

/* A frame of GRE over IPv4 with this inside, port 5060 or another. */
static void send_tunnel(struct chain *c, unsigned dport, bool nested)
{
        struct frame in, f;

        frame_eth(&in, 0x0800);
        frame_ip4(&in, nested ? 47 : 17, 0);
        frame_udp(&in, "hello", 5);
        frame_set16(&in, in.l4, 40000);
        frame_set16(&in, in.l4 + 2, dport);
        if (nested)
                memset(in.b + in.l4, 0, 8);
        frame_seal(&in, !nested);
        frame_eth(&f, 0x0800);
        frame_ip4(&f, 47, 0);
        frame_put(&f, (const uint8_t[4]){0, 0, 8, 0}, 4);
        frame_put(&f, in.b + in.l3, in.len - in.l3);
        frame_seal(&f, 0);
        chain_send_bytes(SHM_SIDE_OUTSIDE, f.b, f.len);
        chain_turn(c);
}

/* What a tunnel carries is not judged, so what may be SIP in it does not pass. */
static void test_tunnels(void **state)
{
        static const enum dp_tunnels policies[] = {DP_TUNNELS_INSPECT, DP_TUNNELS_DROP,
                                                   DP_TUNNELS_PASS};

        (void)state;
        for (size_t i = 0; i < 3; i++) {
                config.tunnels = policies[i];
                struct chain *c = chain_create(&config, true);
                const struct shm_counters *n = chain_counters(c);
                bool inspect = policies[i] == DP_TUNNELS_INSPECT;

                send_tunnel(c, 5060, false);
                send_tunnel(c, 53, false);
                send_tunnel(c, 53, true);
                assert_int_equal(n->dropped[SHM_REASON_TUNNEL_SIP], inspect);
                assert_int_equal(n->dropped[SHM_REASON_TUNNEL_OPAQUE] +
                                     n->dropped[SHM_REASON_TUNNEL_DEPTH],
                                 inspect);
                assert_int_equal(n->passed[SHM_REASON_PASS_TUNNEL], inspect);
                assert_int_equal(n->dropped[SHM_REASON_TUNNEL],
                                 policies[i] == DP_TUNNELS_DROP ? 3 : 0);
                assert_int_equal(n->passed[SHM_REASON_PASS_NON_SIP],
                                 policies[i] == DP_TUNNELS_PASS ? 3 : 0);
                chain_destroy(c);
        }
}

/* SIP over streams goes round us, unless the operator wants none of it. */
static void test_streams(void **state)
{
        static const struct {
                uint8_t proto;
                uint16_t sport, dport;
                bool sip;
        } rows[] = {
            {6, 40000, 5060, true},   {6, 5060, 40000, true},  {6, 40000, 5061, true},
            {132, 5060, 5060, true},  {6, 40000, 443, false},  {6, 5062, 5059, false},
            {17, 40000, 5061, false}, {47, 5060, 5060, false},
        };

        (void)state;
        config.tunnels = DP_TUNNELS_PASS;
        for (unsigned drop = 0; drop < 2; drop++) {
                config.stream_sip = drop ? DP_POLICY_DROP : DP_POLICY_PASS;
                struct chain *c = chain_create(&config, true);
                unsigned dropped = 0;

                for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                        struct frame f;

                        frame_eth(&f, 0x0800);
                        frame_ip4(&f, rows[i].proto, 0);
                        if (rows[i].proto == 17)
                                frame_udp(&f, "hello", 5);
                        else
                                frame_put(&f, (const uint8_t[20]){0}, 20);
                        frame_set16(&f, f.l4, rows[i].sport);
                        frame_set16(&f, f.l4 + 2, rows[i].dport);
                        frame_seal(&f, rows[i].proto == 17);
                        chain_send_bytes(SHM_SIDE_OUTSIDE, f.b, f.len);
                        chain_turn(c);
                        dropped += drop && rows[i].sip;
                        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_STREAM_SIP],
                                         dropped);
                }
                assert_int_equal(chain_counters(c)->passed[SHM_REASON_PASS_NON_SIP],
                                 sizeof(rows) / sizeof(rows[0]) - dropped);
                chain_destroy(c);
        }
}

/* What goes to a SIP port is SIP, STUN, a keep-alive, or nothing: Kamailio reads the first one. */
static void test_unclear_on_a_sip_port(void **state)
{
        static const char stun[] = "\x01\x01\x01\x08\x21\x12\xa4\x42";
        static const char attribute[] = "\x80\x22\x01\x04";
        char text[512] = "\x80";
        struct chain *c;

        (void)state;
        chain_request_text(text + 1, sizeof(text) - 1, "INVITE", "sip:bob@example.com", "");
        c = chain_create(&config, true);
        chain_send(SHM_SIDE_OUTSIDE, 1, text);
        chain_send(SHM_SIDE_OUTSIDE, 1, "GET / HTTP/1.1\r\n\r\n");
        chain_send(SHM_SIDE_INSIDE, 1, "0123456789abcdef");
        chain_turn(c);
        chain_turn(c);
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_UNCLEAR], 3);
        assert_int_equal(chain_counters(c)->non_sip, 3);
        chain_send(SHM_SIDE_OUTSIDE, 1, "0123456789abcde");
        /* 0x108 octets behind the header, one attribute of 0x104, none of them NUL */
        memset(text, 'a', 284);
        memcpy(text, stun, sizeof(stun) - 1);
        memcpy(text + 20, attribute, sizeof(attribute) - 1);
        text[284] = '\0';
        chain_send(SHM_SIDE_OUTSIDE, 1, text);
        text[23]++; /* an attribute longer than the message */
        chain_send(SHM_SIDE_OUTSIDE, 1, text);
        text[23]--;
        text[283] = '\0';
        chain_send(SHM_SIDE_OUTSIDE, 1, text);
        chain_turn(c);
        assert_int_equal(chain_counters(c)->passed[SHM_REASON_PASS_NON_SIP], 2);
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_UNCLEAR], 5);
        chain_destroy(c);
        config.sip_ports[0] = 5070;
        c = chain_create(&config, true);
        chain_send(SHM_SIDE_OUTSIDE, 1, "0123456789abcdef");
        chain_turn(c);
        assert_int_equal(chain_counters(c)->passed[SHM_REASON_PASS_NON_SIP], 1);
        chain_destroy(c);
}

static void test_malformed_has_its_own_reason(void **state)
{
        struct chain *c = chain_create(&config, true);
        struct shm_request r;
        struct shm_event e;

        (void)state;
        chain_send_request(c, "INVITE", "sip:bob@example.com", "CSeq: 1 INVITE\r\n");
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_SIP_DUP_SINGLETON], 1);
        assert_false(chain_request(c, &r));
        assert_true(chain_event(c, &e));
        assert_int_equal(e.reason, SHM_REASON_SIP_DUP_SINGLETON);
        chain_destroy(c);
}

static void test_tx_full_is_told(void **state)
{
        struct chain *c = chain_create(&config, false);
        struct shm_counters const *n = chain_counters(c);
        char text[1024];

        (void)state;
        chain_request_text(text, sizeof(text), "ACK", "sip:bob@example.com", "");
        while (n->dropped[SHM_REASON_TX_FULL] == 0) {
                chain_send(SHM_SIDE_INSIDE, 1, text);
                chain_turn(c);
                assert_true(n->received < 4096);
        }
        assert_int_equal(n->received, n->sent + 1);
        chain_destroy(c);
}

/* Before anything is parsed, whatever it is; a known peer passes though it is listed; what comes
 * from the inside is nobody's block list's business. */
static void test_blocklist(void **state)
{
        static const struct shm_blocklist_prefix listed[] = {
            {.ip = {{[10] = 0xff, 0xff, 10, 0, 0, 9}}, .prefix_len = 128, .list = 2},
            {.ip = {{[10] = 0xff, 0xff, 10, 0, 0, 2}}, .prefix_len = 128, .list = 1},
        };
        const struct shm_table_update peer = {
            .op = SHM_TABLE_ADD,
            .table = SHM_TABLE_PEER,
            .prefix_len = 128,
            .reason = SHM_REASON_PASS_ALLOW,
            .ip = {{[10] = 0xff, 0xff, 10, 0, 0, 9}},
        };
        struct chain *c = chain_create(&config, true);
        struct shm_event e;

        (void)state;
        chain_send(SHM_SIDE_OUTSIDE, 9, "hello");
        chain_turn(c);
        assert_int_equal(chain_counters(c)->passed[SHM_REASON_PASS_NON_SIP], 1);

        chain_blocklist(c, listed, 2);
        chain_send(SHM_SIDE_OUTSIDE, 9, "hello");
        chain_send(SHM_SIDE_OUTSIDE, 8, "hello");
        chain_send(SHM_SIDE_INSIDE, 8, "hello"); /* from 10.0.0.2 */
        chain_turn(c);
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_BLOCKLIST], 1);
        assert_int_equal(chain_counters(c)->passed[SHM_REASON_PASS_NON_SIP], 3);
        chain_send(SHM_SIDE_OUTSIDE, 9, "INVITE sip:bob@example.com SIP/2.0\r\n\r\n");
        chain_turn(c);
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_BLOCKLIST], 2);
        assert_true(chain_event(c, &e));
        assert_int_equal(e.reason, SHM_REASON_BLOCKLIST);
        assert_int_equal(e.rule, 2); /* which list */

        chain_answer_raw(c, SHM_REC_TABLE, &peer, sizeof(peer));
        chain_turn(c);
        chain_send(SHM_SIDE_OUTSIDE, 9, "hello");
        chain_turn(c);
        assert_int_equal(chain_counters(c)->passed[SHM_REASON_PASS_NON_SIP], 4);

        chain_blocklist(c, NULL, 0);
        chain_turn(c);
        chain_destroy(c);
}

/* What is no SIP but goes to a SIP port has limits of its own. */
static void test_keepalive_limits(void **state)
{
        struct dp_rate *rates = config.limits.rates[SHM_LANE_UNPROVEN][DP_LIMIT_KEEPALIVE];
        struct chain *c;

        (void)state;
        rates[DP_LIMIT_ENDPOINT] = dp_rate_make(3, 1000000000, 3);
        rates[DP_LIMIT_AOR] = dp_rate_make(1, 1000000000, 1); /* it has none */
        rates[DP_LIMIT_ALL] = dp_rate_make(5, 1000000000, 5);
        c = chain_create(&config, true);
        for (unsigned n = 0; n < 4; n++)
                chain_send(SHM_SIDE_OUTSIDE, 1, "\r\n\r\n");
        chain_turn(c);
        assert_int_equal(chain_counters(c)->sent, 3);
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_LIMIT_ENDPOINT], 1);
        for (unsigned n = 0; n < 3; n++)
                chain_send(SHM_SIDE_OUTSIDE, 2, n == 0 ? "\r\n" : "jaK");
        chain_turn(c);
        assert_int_equal(chain_counters(c)->sent, 5);
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_LIMIT_ALL], 1);
        assert_true(chain_counters(c)->passed[SHM_REASON_PASS_KEEPALIVE] >= 4);
        chain_destroy(c);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup(test_keepalive_limits, reset),
            cmocka_unit_test_setup(test_written_oddly, reset),
            cmocka_unit_test_setup(test_cannot_normalise, reset),
            cmocka_unit_test_setup(test_written_oddly_unseen, reset),
            cmocka_unit_test_setup(test_tap_sends_nothing, reset),
            cmocka_unit_test_setup(test_other_traffic, reset),
            cmocka_unit_test_setup(test_tunnels, reset),
            cmocka_unit_test_setup(test_streams, reset),
            cmocka_unit_test_setup(test_unclear_on_a_sip_port, reset),
            cmocka_unit_test_setup(test_malformed_has_its_own_reason, reset),
            cmocka_unit_test_setup(test_blocklist, reset),
            cmocka_unit_test_setup(test_tx_full_is_told, reset),
        };

        (void)argc;
        chain_eal_start(argv[0]);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
