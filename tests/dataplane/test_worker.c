/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_worker.c - the decision path through a whole worker: asked, cached, late, forged, orphaned.
 * Every test ends in chain_destroy(), which asserts conservation and that no buffer is lost.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/stages/pending.h"
#include "tests/dataplane/chain.h"

static struct dp_config config;

static int reset(void **state)
{
        (void)state;
        dp_config_free(&config);
        if (dp_config_load(NULL, &config) != 0)
                return -1;
        chain_config_unlimited(&config);
        /* a To-tag is believed here, so that a test need not make its call; see test_track.c */
        config.unknown_dialogs = DP_STRAYS_PASS;
        return 0;
}

static void test_pass_after_answer(void **state)
{
        struct chain *c = chain_create(&config, true);
        struct shm_request r;
        struct shm_event e;

        (void)state;
        chain_send_request(c, "INVITE", "sip:bob@example.com", "");
        assert_null(chain_receive_text(c, SHM_SIDE_INSIDE));
        assert_int_equal(chain_counters(c)->held_pending, 1);
        chain_assert_conserved(c);
        assert_true(chain_request(c, &r));
        assert_int_equal(r.cls, SHM_CLASS_INVITE);
        assert_int_equal(r.flow.sport, 5060);
        chain_pass_ms(c, 3);
        chain_answer(c, r.id, SHM_ACTION_PASS, SHM_REASON_PASS_POLICY, 0);
        chain_turn(c);
        assert_non_null(strstr(chain_receive_text(c, SHM_SIDE_INSIDE), "INVITE sip:bob"));
        assert_true(chain_event(c, &e));
        assert_int_equal(e.reason, SHM_REASON_PASS_POLICY);
        assert_int_equal(e.rule, 7);
        assert_int_equal(e.held_us, 3000);
        assert_int_equal(e.msg_len, e.full_len);
        chain_destroy(c);
}

static void test_drop_and_reason(void **state)
{
        struct chain *c = chain_create(&config, true);
        struct shm_event e;

        (void)state;
        chain_send_request(c, "OPTIONS", "sip:100@example.com", "User-Agent: friendly-scanner\r\n");
        chain_answer_next(c, SHM_ACTION_DROP, SHM_REASON_SCANNER, SHM_SCOPE_SRC_UA);
        /* the same software from the same address, whatever it asks for next: not asked again */
        chain_send_request(c, "REGISTER", "sip:example.com", "User-Agent: friendly-scanner\r\n");
        assert_int_equal(chain_counters(c)->decisions_cached, 1);
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_SCANNER], 2);
        /* other software behind that address is not punished */
        chain_send_request(c, "OPTIONS", "sip:100@example.com", "User-Agent: a phone\r\n");
        chain_answer_next(c, SHM_ACTION_PASS, SHM_REASON_PASS_POLICY, 0);
        assert_non_null(chain_receive_text(c, SHM_SIDE_INSIDE));
        while (chain_event(c, &e))
                assert_int_not_equal(e.reason, SHM_REASON_NONE);
        chain_destroy(c);
}

static void test_reject_is_answered(void **state)
{
        struct chain *c = chain_create(&config, true);
        const char *reply;
        char text[1024];

        (void)state;
        chain_request_text(text, sizeof(text), "INVITE", "sip:0900123@example.com", "");
        chain_send(SHM_SIDE_OUTSIDE, 1, text);
        chain_turn(c);
        chain_answer_next(c, SHM_ACTION_REJECT, SHM_REASON_ROUTE_REJECT, SHM_SCOPE_ROUTE);
        reply = chain_receive_text(c, SHM_SIDE_OUTSIDE);
        assert_non_null(reply);
        assert_memory_equal(reply, "SIP/2.0 403 ", 12);
        assert_non_null(strstr(reply, "received=10.0.0.1"));
        assert_non_null(strstr(reply, "CSeq: 314159 INVITE"));
        assert_non_null(strstr(reply, "To: <sip:bob@example.com>;tag="));
        assert_int_equal(chain_counters(c)->consumed, 1);
        assert_int_equal(chain_counters(c)->replies_sent, 1);

        /* a retransmission gets the same octets, from the cache */
        char first[1024];

        snprintf(first, sizeof(first), "%s", reply);
        chain_send(SHM_SIDE_OUTSIDE, 1, text);
        chain_turn(c);
        assert_string_equal(chain_receive_text(c, SHM_SIDE_OUTSIDE), first);
        chain_destroy(c);
}

/* A response that control wrote lines of: it goes back as they are, also one of success, also to a
 * stranger when control has seen where he is; a second message does not get them. */
static void test_reply_with_lines(void **state)
{
        struct chain *c = chain_create(&config, true);
        struct {
                struct shm_reply r;
                char lines[SHM_REPLY_HEADERS_MAX];
        } a = {.r = {.action = SHM_ACTION_REPLY,
                     .reason = SHM_REASON_REGISTRAR,
                     .code = 200,
                     .proven = 1}};
        struct shm_request r;
        const char *reply;
        char text[1024];

        (void)state;
        for (unsigned turn = 0; turn < 2; turn++) {
                chain_request_text(text, sizeof(text), "REGISTER", "sip:example.com", "");
                chain_send(SHM_SIDE_OUTSIDE, 1, text);
                chain_turn(c);
                assert_true(chain_request(c, &r));
                a.r.id = r.id;
                a.r.headers_len =
                    (uint16_t)snprintf(a.lines, sizeof(a.lines), "%s",
                                       turn == 0 ? "Contact: <sip:bob@192.0.2.4>;expires=60\r\n"
                                                   "Service-Route: <sip:edge.example.com;lr>\r\n"
                                                 : "");
                assert_true(shm_reply_check(&a, sizeof(a.r) + a.r.headers_len));
                chain_answer_raw(c, SHM_REC_REPLY, &a, (uint32_t)sizeof(a.r) + a.r.headers_len);
                chain_turn(c);
                reply = chain_receive_text(c, SHM_SIDE_OUTSIDE);
                assert_non_null(reply);
                assert_memory_equal(reply, "SIP/2.0 200 OK\r\n", 16);
                assert_int_equal(strstr(reply,
                                        "\r\nContact: <sip:bob@192.0.2.4>;expires=60\r\n"
                                        "Service-Route: <sip:edge.example.com;lr>\r\n") != NULL,
                                 turn == 0);
        }
        assert_int_equal(chain_counters(c)->consumed, 2);
        assert_int_equal(chain_counters(c)->replies_sent, 2);
        chain_destroy(c);
}

static void test_ack_and_response_are_never_answered(void **state)
{
        struct chain *c = chain_create(&config, true);
        char text[1024];

        (void)state;
        chain_send_request(c, "ACK", "sip:bob@example.com", "");
        chain_answer_next(c, SHM_ACTION_REJECT, SHM_REASON_ROUTE_REJECT, 0);
        snprintf(
            text, sizeof(text),
            "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\n"
            "To: <sip:c@d>;tag=2\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n");
        chain_send(SHM_SIDE_OUTSIDE, 1, text);
        chain_turn(c);
        chain_answer_next(c, SHM_ACTION_REJECT, SHM_REASON_ROUTE_REJECT, 0);
        assert_null(chain_receive_text(c, SHM_SIDE_OUTSIDE));
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_NO_REPLY_ACK], 2);
        chain_destroy(c);
}

static void test_dialog_scope_opens_no_door(void **state)
{
        struct chain *c = chain_create(&config, true);
        const uint8_t both = SHM_SCOPE_ROUTE | SHM_SCOPE_DIALOG;
        char text[1024];

        (void)state;
        chain_send_request(c, "OPTIONS", "sip:bob@example.com", "");
        chain_answer_next(c, SHM_ACTION_PASS, SHM_REASON_PASS_POLICY, both);
        /* inside that call: cached */
        chain_send_request(c, "BYE", "sip:bob@example.com", "To: <sip:bob@example.com>;tag=9\r\n");
        assert_int_equal(chain_counters(c)->decisions_cached, 1);
        /* a new INVITE with the same Call-ID: asked, though its dialog is known */
        chain_send_request(c, "INVITE", "sip:0900666@example.com", "");
        assert_int_equal(chain_counters(c)->decisions_asked, 2);
        chain_answer_next(c, SHM_ACTION_DROP, SHM_REASON_ROUTE_DROP, 0);
        /* a second call to the same place: its INVITE is cached, and so is all that follows */
        chain_request_text(text, sizeof(text), "OPTIONS", "sip:bob@example.com", "");
        memcpy(strstr(text, "a84b4c"), "second", 6);
        chain_send(SHM_SIDE_OUTSIDE, 1, text);
        chain_turn(c);
        chain_request_text(text, sizeof(text), "BYE", "sip:bob@10.0.0.9",
                           "To: <sip:bob@example.com>;tag=9\r\n");
        memcpy(strstr(text, "a84b4c"), "second", 6);
        chain_send(SHM_SIDE_OUTSIDE, 1, text);
        chain_turn(c);
        assert_int_equal(chain_counters(c)->decisions_cached, 3);
        assert_int_equal(chain_counters(c)->decisions_asked, 2);
        /* the answer from the inside travels in the same call */
        chain_send(SHM_SIDE_INSIDE, 1,
                   "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK776asdhds\r\n"
                   "From: <sip:alice@example.com>;tag=1928301774\r\n"
                   "To: <sip:bob@example.com>;tag=9\r\nCall-ID: a84b4c76e66710@example.com\r\n"
                   "CSeq: 314159 OPTIONS\r\nContent-Length: 0\r\n\r\n");
        chain_turn(c);
        assert_int_equal(chain_counters(c)->decisions_cached, 4);
        assert_non_null(chain_receive_text(c, SHM_SIDE_OUTSIDE));
        chain_destroy(c);
}

static void test_deadline(void **state)
{
        struct chain *c = chain_create(&config, true);
        struct shm_request r;

        (void)state;
        chain_send_request(c, "INVITE", "sip:bob@example.com", "");
        chain_send_request(c, "BYE", "sip:bob@example.com", "To: <sip:bob@example.com>;tag=9\r\n");
        chain_pass_ms(c, config.decision_deadline_ms - 1);
        chain_turn(c);
        assert_int_equal(chain_counters(c)->held_pending, 2);
        chain_pass_ms(c, 1);
        chain_turn(c);
        assert_int_equal(chain_counters(c)->held_pending, 0);
        assert_int_equal(chain_counters(c)->decisions_expired, 2);
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_DEADLINE], 1);
        assert_int_equal(chain_counters(c)->passed[SHM_REASON_PASS_EXCEPTION], 1);
        assert_non_null(chain_receive_text(c, SHM_SIDE_INSIDE));
        /* the answers that come now are late, and change nothing */
        while (chain_request(c, &r))
                chain_answer(c, r.id, SHM_ACTION_PASS, SHM_REASON_PASS_POLICY, SHM_SCOPE_ROUTE);
        chain_turn(c);
        assert_int_equal(chain_counters(c)->decisions_stale, 2);
        assert_int_equal(chain_counters(c)->cache_inserts, 0);
        chain_destroy(c);
}

static void test_twice_and_invented(void **state)
{
        struct chain *c = chain_create(&config, true);
        struct shm_request r;

        (void)state;
        chain_send_request(c, "INVITE", "sip:bob@example.com", "");
        assert_true(chain_request(c, &r));
        chain_answer(c, r.id ^ (UINT64_C(1) << 40), SHM_ACTION_PASS, SHM_REASON_PASS_POLICY, 0);
        chain_answer(c, 0, SHM_ACTION_PASS, SHM_REASON_PASS_POLICY, 0);
        chain_answer(c, UINT64_MAX, SHM_ACTION_PASS, SHM_REASON_PASS_POLICY, 0);
        chain_turn(c);
        assert_int_equal(chain_counters(c)->decisions_stale, 3);
        assert_int_equal(chain_counters(c)->held_pending, 1);
        chain_answer(c, r.id, SHM_ACTION_PASS, SHM_REASON_PASS_POLICY, 0);
        chain_answer(c, r.id, SHM_ACTION_DROP, SHM_REASON_DENIED, 0);
        chain_turn(c);
        assert_int_equal(chain_counters(c)->decisions_answered, 1);
        assert_int_equal(chain_counters(c)->decisions_stale, 4);
        chain_destroy(c);
}

/* A control that writes as fast as a worker reads does not keep it from its packets. */
static void test_flood_of_replies(void **state)
{
        struct chain *c = chain_create(&config, true);
        const unsigned in_two_turns = 192;

        (void)state;
        for (unsigned i = 0; i < in_two_turns; i += 2) {
                chain_answer(c, 1, SHM_ACTION_PASS, SHM_REASON_PASS_POLICY, 0);
                chain_answer_raw(c, SHM_REC_REPLY, "", 1);
        }
        chain_answer(c, 1, SHM_ACTION_PASS, SHM_REASON_PASS_POLICY, 0);
        chain_turn(c);
        assert_int_equal(chain_counters(c)->decisions_stale, in_two_turns / 2);
        assert_int_equal(chain_counters(c)->decisions_forged, in_two_turns / 2);
        chain_turn(c);
        assert_int_equal(chain_counters(c)->decisions_stale, in_two_turns / 2 + 1);
        chain_destroy(c);
}

static void test_forged_records_are_counted_only(void **state)
{
        struct chain *c = chain_create(&config, true);
        struct shm_request r;

        (void)state;
        chain_send_request(c, "INVITE", "sip:bob@example.com", "");
        assert_true(chain_request(c, &r));
        struct shm_reply bad = {.id = r.id, .action = 77, .reason = SHM_REASON_PASS_POLICY};

        chain_answer_raw(c, SHM_REC_REPLY, &bad, sizeof(bad));
        bad.action = SHM_ACTION_PASS;
        bad.reason = 9999;
        chain_answer_raw(c, SHM_REC_REPLY, &bad, sizeof(bad));
        chain_answer_raw(c, SHM_REC_REPLY, &bad, 3);
        chain_answer_raw(c, SHM_REC_EVENT, &bad, sizeof(bad));
        chain_turn(c);
        assert_int_equal(chain_counters(c)->decisions_forged, 4);
        assert_int_equal(chain_counters(c)->held_pending, 1);
        chain_answer(c, r.id, SHM_ACTION_PASS, SHM_REASON_PASS_POLICY, 0);
        chain_turn(c);
        assert_non_null(chain_receive_text(c, SHM_SIDE_INSIDE));
        chain_destroy(c);
}

static void test_broken_ring_is_as_no_control(void **state)
{
        struct chain *c = chain_create(&config, true);

        (void)state;
        chain_send_request(c, "INVITE", "sip:bob@example.com", "");
        chain_break_ring(c);
        chain_turn(c);
        assert_int_equal(chain_counters(c)->link_errors, 1);
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_NO_CONTROL], 1);
        chain_send_request(c, "INVITE", "sip:bob@example.com", "");
        assert_int_equal(chain_counters(c)->control_absent, 1);
        chain_destroy(c);
}

/* One row of the exception table: a message, and what becomes of it without control. */
struct row {
        const char *method;
        const char *uri;
        const char *extra;
        enum shm_side side;
        enum shm_class cls;
        bool passes;
};

static void test_exception_table(void **state)
{
        static const struct row rows[] = {
            {"INVITE", "sip:bob@example.com", "", SHM_SIDE_OUTSIDE, SHM_CLASS_INVITE, false},
            {"REGISTER", "sip:example.com", "", SHM_SIDE_OUTSIDE, SHM_CLASS_REGISTER, false},
            {"OPTIONS", "sip:bob@example.com", "", SHM_SIDE_OUTSIDE, SHM_CLASS_OTHER, false},
            {"FOO", "sip:bob@example.com", "", SHM_SIDE_OUTSIDE, SHM_CLASS_OTHER, false},
            {"INVITE", "sip:112@example.com", "", SHM_SIDE_OUTSIDE, SHM_CLASS_EMERGENCY, true},
            {"MESSAGE", "sip:112@example.com", "", SHM_SIDE_OUTSIDE, SHM_CLASS_EMERGENCY, true},
            {"REGISTER", "sip:112@example.com", "", SHM_SIDE_OUTSIDE, SHM_CLASS_REGISTER, false},
            {"REGISTER", "sip:example.com", "To: <sip:b@c>;tag=1\r\n", SHM_SIDE_OUTSIDE,
             SHM_CLASS_REGISTER, false},
            {"OPTIONS", "sip:112@example.com", "", SHM_SIDE_OUTSIDE, SHM_CLASS_OTHER, false},
            {"INVITE", "urn:service:sos", "", SHM_SIDE_OUTSIDE, SHM_CLASS_EMERGENCY, true},
            {"INVITE", "urn:service:sos.fire", "", SHM_SIDE_OUTSIDE, SHM_CLASS_EMERGENCY, true},
            {"INVITE", "urn:service:sosumi", "", SHM_SIDE_OUTSIDE, SHM_CLASS_INVITE, false},
            {"INVITE", "sip:1123@example.com", "", SHM_SIDE_OUTSIDE, SHM_CLASS_INVITE, false},
            {"BYE", "sip:bob@example.com", "To: <sip:b@c>;tag=1\r\n", SHM_SIDE_OUTSIDE,
             SHM_CLASS_IN_DIALOG, true},
            {"ACK", "sip:bob@example.com", "", SHM_SIDE_OUTSIDE, SHM_CLASS_IN_DIALOG, true},
            {"CANCEL", "sip:bob@example.com", "", SHM_SIDE_OUTSIDE, SHM_CLASS_IN_DIALOG, true},
            {"INVITE", "sip:bob@example.com", "", SHM_SIDE_INSIDE, SHM_CLASS_PEER, true},
        };
        struct chain *c = chain_create(&config, false);
        char text[1024];

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                uint64_t before = chain_counters(c)->by_class[rows[i].cls];
                uint64_t drops = chain_counters(c)->dropped[SHM_REASON_NO_CONTROL];

                chain_request_text(text, sizeof(text), rows[i].method, rows[i].uri, rows[i].extra);
                chain_send(rows[i].side, 1, text);
                chain_turn(c);
                assert_int_equal(chain_counters(c)->by_class[rows[i].cls], before + 1);
                assert_int_equal(chain_counters(c)->dropped[SHM_REASON_NO_CONTROL] - drops,
                                 rows[i].passes ? 0 : 1);
        }
        assert_int_equal(chain_counters(c)->events_lost, chain_counters(c)->sip_messages);
        chain_destroy(c);
}

static void test_exception_503(void **state)
{
        struct chain *c;

        (void)state;
        config.exceptions[SHM_CLASS_INVITE] = DP_POLICY_REJECT;
        c = chain_create(&config, false);
        chain_send_request(c, "INVITE", "sip:bob@example.com", "");
        assert_memory_equal(chain_receive_text(c, SHM_SIDE_OUTSIDE), "SIP/2.0 503 ", 12);
        chain_destroy(c);
}

static void test_control_dies_and_returns(void **state)
{
        struct chain *c = chain_create(&config, true);

        (void)state;
        chain_send_request(c, "INVITE", "sip:bob@example.com", "");
        chain_answer_next(c, SHM_ACTION_PASS, SHM_REASON_PASS_POLICY,
                          SHM_SCOPE_ROUTE | SHM_SCOPE_DIALOG);
        chain_send_request(c, "INVITE", "sip:carol@example.com", ""); /* held when control goes */
        chain_control_detach(c);
        chain_turn(c);
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_NO_CONTROL], 1);
        /* what was decided stays decided */
        chain_send_request(c, "INVITE", "sip:bob@example.com", "");
        assert_int_equal(chain_counters(c)->decisions_cached, 1);
        chain_control_attach(c);
        chain_send_request(c, "INVITE", "sip:carol@example.com", "");
        chain_answer_next(c, SHM_ACTION_PASS, SHM_REASON_PASS_POLICY, 0);
        assert_int_equal(chain_counters(c)->decisions_answered, 2);
        chain_destroy(c);
}

static void table_update(struct chain *c, enum shm_table_op op, enum shm_table table,
                         const char *octets, uint8_t prefix_len)
{
        struct shm_table_update u = {
            .op = (uint8_t)op,
            .table = (uint8_t)table,
            .prefix_len = prefix_len,
            .reason = table == SHM_TABLE_BAN ? SHM_REASON_BANNED : SHM_REASON_PASS_ALLOW,
        };

        u.ip.b[10] = 0xff;
        u.ip.b[11] = 0xff;
        if (octets != NULL)
                memcpy(u.ip.b + 12, octets, 4);
        if (op == SHM_TABLE_FLUSH_CACHE)
                u.reason = 0;
        assert_true(shm_table_update_check(&u, sizeof(u)));
        chain_answer_raw(c, SHM_REC_TABLE, &u, sizeof(u));
        chain_turn(c);
}

static void test_bans_peers_and_flush(void **state)
{
        struct chain *c = chain_create(&config, true);
        struct shm_request r;
        struct shm_event e;

        (void)state;
        table_update(c, SHM_TABLE_ADD, SHM_TABLE_BAN, "\x0a\x00\x00\x00", 120);
        chain_send_request(c, "INVITE", "sip:bob@example.com", "");
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_BANNED], 1);
        assert_true(chain_event(c, &e)); /* an operator can ask why */
        assert_int_equal(e.reason, SHM_REASON_BANNED);
        chain_send(SHM_SIDE_OUTSIDE, 1, "not SIP, and so no event");
        chain_turn(c);
        assert_false(chain_event(c, &e));
        assert_false(chain_request(c, &r));
        /* the allow list always wins */
        table_update(c, SHM_TABLE_ADD, SHM_TABLE_PEER, "\x0a\x00\x00\x01", 128);
        chain_send_request(c, "INVITE", "sip:bob@example.com", "");
        assert_true(chain_request(c, &r));
        assert_int_equal(r.lane, SHM_LANE_PEER);
        assert_int_equal(r.cls, SHM_CLASS_PEER);
        chain_answer(c, r.id, SHM_ACTION_PASS, SHM_REASON_PASS_ALLOW, SHM_SCOPE_ROUTE);
        chain_turn(c);
        chain_send_request(c, "INVITE", "sip:bob@example.com", "");
        assert_int_equal(chain_counters(c)->decisions_cached, 1);
        table_update(c, SHM_TABLE_FLUSH_CACHE, SHM_TABLE_NONE, NULL, 0);
        chain_send_request(c, "INVITE", "sip:bob@example.com", "");
        assert_int_equal(chain_counters(c)->decisions_cached, 1);
        assert_int_equal(chain_counters(c)->held_pending, 1);
        assert_int_equal(chain_counters(c)->table_updates, 3);
        chain_destroy(c);
}

static void test_pending_full(void **state)
{
        struct chain *c;

        (void)state;
        config.pending_messages = 64;
        c = chain_create(&config, true);
        for (unsigned i = 0; i < 40; i++)
                chain_send_request(c, "OPTIONS", "sip:bob@example.com", "");
        /* its own eighth, and the eighth that is for all */
        assert_int_equal(chain_counters(c)->held_pending, 16);
        assert_int_equal(chain_counters(c)->pending_full, 24);
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_PENDING_FULL], 24);
        for (unsigned i = 0; i < 40; i++)
                chain_send_request(c, "INVITE", "sip:bob@example.com", "");
        assert_int_equal(chain_counters(c)->held_pending, 28);
        for (unsigned i = 0; i < 40; i++)
                chain_send_request(c, "REGISTER", "sip:example.com", "");
        assert_int_equal(chain_counters(c)->held_pending, 36);
        for (unsigned i = 0; i < 40; i++)
                chain_send_request(c, "INVITE", "sip:112@example.com", "");
        assert_int_equal(chain_counters(c)->held_pending, 40);
        chain_destroy(c);
}

/* A control that answers nothing is not asked ever more: what waits, waits in the worker, and an
 * emergency is asked about as soon as another question may be open. */
static void test_open_questions(void **state)
{
        struct chain *c = chain_create(&config, true);
        struct shm_request first, r;
        char uri[64];

        (void)state;
        for (unsigned i = 0; i < 100; i++) {
                snprintf(uri, sizeof(uri), "sip:%u@example.com", i);
                chain_send_request(c, "OPTIONS", uri, "");
        }
        assert_int_equal(chain_counters(c)->held_pending, 100);
        assert_int_equal(chain_counters(c)->decisions_asked, DP_PENDING_OPEN_START);
        chain_send_request(c, "INVITE", "sip:112@example.com", "");
        assert_true(chain_request(c, &first));
        for (unsigned i = 1; i < DP_PENDING_OPEN_START; i++)
                assert_true(chain_request(c, &r));
        assert_false(chain_request(c, &r));
        chain_answer(c, first.id, SHM_ACTION_PASS, SHM_REASON_PASS_POLICY, 0);
        chain_turn(c);
        assert_true(chain_request(c, &r));
        assert_int_equal(r.cls, SHM_CLASS_EMERGENCY);
        assert_false(chain_request(c, &r));
        /* an answer to what was not asked yet finds nothing */
        chain_answer(c, (first.id & ~UINT64_C(0xffffffff)) | 90, SHM_ACTION_PASS,
                     SHM_REASON_PASS_POLICY, 0);
        chain_turn(c);
        assert_int_equal(chain_counters(c)->decisions_stale, 1);
        chain_destroy(c);
}

/* Stopped together, as by a service manager: the segments are gone when the worker ends its work.
 */
static void test_stop_after_control_left(void **state)
{
        struct chain *c = chain_create(&config, true);

        (void)state;
        config.exceptions[SHM_CLASS_INVITE] = DP_POLICY_PASS;
        chain_send_request(c, "INVITE", "sip:bob@example.com", "");
        chain_control_detach_in_turn(c);
        assert_int_equal(chain_counters(c)->held_pending, 1);
        chain_stop(c);
        assert_int_equal(chain_counters(c)->passed[SHM_REASON_PASS_EXCEPTION], 1);
        chain_destroy(c);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup(test_pass_after_answer, reset),
            cmocka_unit_test_setup(test_drop_and_reason, reset),
            cmocka_unit_test_setup(test_reject_is_answered, reset),
            cmocka_unit_test_setup(test_reply_with_lines, reset),
            cmocka_unit_test_setup(test_ack_and_response_are_never_answered, reset),
            cmocka_unit_test_setup(test_dialog_scope_opens_no_door, reset),
            cmocka_unit_test_setup(test_deadline, reset),
            cmocka_unit_test_setup(test_twice_and_invented, reset),
            cmocka_unit_test_setup(test_flood_of_replies, reset),
            cmocka_unit_test_setup(test_forged_records_are_counted_only, reset),
            cmocka_unit_test_setup(test_broken_ring_is_as_no_control, reset),
            cmocka_unit_test_setup(test_exception_table, reset),
            cmocka_unit_test_setup(test_exception_503, reset),
            cmocka_unit_test_setup(test_control_dies_and_returns, reset),
            cmocka_unit_test_setup(test_bans_peers_and_flush, reset),
            cmocka_unit_test_setup(test_pending_full, reset),
            cmocka_unit_test_setup(test_open_questions, reset),
            cmocka_unit_test_setup(test_stop_after_control_left, reset),
        };

        (void)argc;
        chain_eal_start(argv[0]);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
