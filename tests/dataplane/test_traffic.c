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

/* The next hop sees what was judged, held or not, and nothing behind it. */
static void test_what_follows_the_body_is_cut(void **state)
{
        struct chain *c = chain_create(&config, true);
        char text[1024];
        struct shm_event e;
        size_t len;

        (void)state;
        chain_request_text(text, sizeof(text), "OPTIONS", "sip:bob@example.com", "");
        len = strlen(text);
        snprintf(text + len, sizeof(text) - len, "INVITE sip:0900@example.com SIP/2.0\r\n\r\n");
        for (unsigned round = 0; round < 2; round++) {
                const char *out;

                chain_send(SHM_SIDE_OUTSIDE, 1, text);
                chain_turn(c);
                if (round == 0)
                        chain_answer_next(c, SHM_ACTION_PASS, SHM_REASON_PASS_POLICY,
                                          SHM_SCOPE_ROUTE);
                out = chain_receive_text(c, SHM_SIDE_INSIDE);
                assert_non_null(out);
                assert_int_equal(strlen(out), len);
                assert_memory_equal(out, text, len);
                assert_true(chain_event(c, &e)); /* which tells of the rest, too */
                assert_int_equal(e.full_len, strlen(text));
                assert_int_equal(e.msg_len, e.full_len);
        }
        assert_int_equal(chain_counters(c)->decisions_cached, 1);
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
                chain_send(SHM_SIDE_OUTSIDE, 1, text);
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

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup(test_what_follows_the_body_is_cut, reset),
            cmocka_unit_test_setup(test_tap_sends_nothing, reset),
            cmocka_unit_test_setup(test_other_traffic, reset),
            cmocka_unit_test_setup(test_unclear_on_a_sip_port, reset),
            cmocka_unit_test_setup(test_malformed_has_its_own_reason, reset),
            cmocka_unit_test_setup(test_blocklist, reset),
            cmocka_unit_test_setup(test_tx_full_is_told, reset),
        };

        (void)argc;
        chain_eal_start(argv[0]);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
