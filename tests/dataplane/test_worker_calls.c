/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_worker_calls.c - what a whole worker makes of calls that it knows and of those it does not:
 * classes, questions, cached decisions, reasons. The details are in test_track.c.
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

#define TAGGED "To: <sip:bob@example.com>;tag=9\r\n"

/* The response from the inside to a request of chain_request_text(), with a To-tag. */
static void answer_from_inside(struct chain *c, const char *request, const char *status)
{
        const char *via = strstr(request, "Via:"), *max = strstr(request, "Max-Forwards:");
        const char *from = strstr(request, "From:"), *to = strstr(request, "To:");
        char text[1024];

        snprintf(text, sizeof(text), "SIP/2.0 %s\r\n%.*s%.*s" TAGGED "Content-Length: 0\r\n\r\n",
                 status, (int)(max - via), via, (int)(to - from), from);
        chain_send(SHM_SIDE_INSIDE, 1, text);
        chain_turn(c);
}

/* The next question is of this class; it is answered pass. */
static void asked(struct chain *c, enum shm_class cls, uint8_t scopes)
{
        struct shm_request r;

        assert_true(chain_request(c, &r));
        assert_int_equal(r.cls, cls);
        chain_answer(c, r.id, SHM_ACTION_PASS, SHM_REASON_PASS_POLICY, scopes);
        chain_turn(c);
}

/* A call from the outside is up; nothing of it is cached. */
static void call_up(struct chain *c)
{
        char text[1024];

        chain_request_text(text, sizeof(text), "INVITE", "sip:bob@example.com", "");
        chain_send(SHM_SIDE_OUTSIDE, 1, text);
        chain_turn(c);
        asked(c, SHM_CLASS_INVITE, 0);
        answer_from_inside(c, text, "200 OK");
        asked(c, SHM_CLASS_IN_DIALOG, 0);
}

static void test_a_forged_tag_meets_the_route(void **state)
{
        struct chain *c = chain_create(&config, true);

        (void)state;
        chain_send_request(c, "INVITE", "sip:0900@example.com", TAGGED);
        chain_answer_next(c, SHM_ACTION_REJECT, SHM_REASON_ROUTE_REJECT, SHM_SCOPE_ROUTE);
        assert_memory_equal(chain_receive_text(c, SHM_SIDE_OUTSIDE), "SIP/2.0 403 ", 12);
        /* with and without the tag it is one kind of request */
        chain_send_request(c, "INVITE", "sip:0900@example.com", "");
        assert_memory_equal(chain_receive_text(c, SHM_SIDE_OUTSIDE), "SIP/2.0 403 ", 12);
        chain_send_request(c, "INVITE", "sip:0900@example.com", "To: <sip:b@c>;tag=8\r\n");
        assert_memory_equal(chain_receive_text(c, SHM_SIDE_OUTSIDE), "SIP/2.0 403 ", 12);
        assert_int_equal(chain_counters(c)->decisions_cached, 2);
        assert_int_equal(chain_counters(c)->by_class[SHM_CLASS_INVITE], 3);
        assert_int_equal(chain_counters(c)->unknown_dialogs, 2);
        chain_destroy(c);
}

/* What is decided about new calls does not touch one that is up, nor the other way round. */
static void test_a_call_is_not_its_route(void **state)
{
        struct chain *c = chain_create(&config, true);

        (void)state;
        call_up(c);
        chain_send_request(c, "INVITE", "sip:bob@example.com", "Call-Info: <sip:x>\r\n");
        chain_answer_next(c, SHM_ACTION_REJECT, SHM_REASON_ROUTE_REJECT, SHM_SCOPE_ROUTE);
        assert_int_equal(chain_counters(c)->consumed, 1);
        /* hold: the same method and URI, but in the call */
        char text[1024];

        chain_request_text(text, sizeof(text), "INVITE", "sip:bob@example.com", TAGGED);
        chain_send(SHM_SIDE_OUTSIDE, 1, text);
        chain_turn(c);
        asked(c, SHM_CLASS_IN_DIALOG, SHM_SCOPE_DIALOG);
        assert_int_equal(chain_counters(c)->consumed, 1);
        /* and the way of that call is not open to a new one with its Call-ID, tagged or not */
        chain_send_request(c, "INVITE", "sip:carol@example.com", "To: <sip:b@c>;tag=8\r\n");
        asked(c, SHM_CLASS_INVITE, 0);
        chain_send_request(c, "INVITE", "sip:carol@example.com", "");
        asked(c, SHM_CLASS_INVITE, 0);
        chain_destroy(c);
}

static void test_without_control(void **state)
{
        struct chain *c = chain_create(&config, true);

        (void)state;
        call_up(c);
        chain_control_detach(c);
        chain_turn(c);
        /* in the call: passes; with a tag that nobody gave: dropped like any new request */
        chain_send_request(c, "MESSAGE", "sip:bob@example.com", TAGGED);
        assert_int_equal(chain_counters(c)->passed[SHM_REASON_PASS_EXCEPTION], 1);
        chain_send_request(c, "MESSAGE", "sip:bob@example.com", "To: <sip:b@c>;tag=8\r\n");
        chain_send_request(c, "ACK", "sip:bob@example.com", "To: <sip:b@c>;tag=8\r\n");
        assert_int_equal(chain_counters(c)->passed[SHM_REASON_PASS_EXCEPTION], 1);
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_NO_CONTROL], 2);
        chain_destroy(c);
}

static void test_reasons(void **state)
{
        struct chain *c = chain_create(&config, true);
        const struct shm_counters *n = chain_counters(c);
        struct shm_event e;
        char text[1024];

        (void)state;
        call_up(c);
        chain_request_text(text, sizeof(text), "BYE", "sip:bob@example.com", TAGGED);
        memcpy(strstr(text, "314159"), "314160", 6);
        chain_send(SHM_SIDE_OUTSIDE, 66, text); /* another host */
        chain_turn(c);
        assert_int_equal(n->dropped[SHM_REASON_DIALOG_SOURCE], 1);
        while (chain_event(c, &e) && e.reason != SHM_REASON_DIALOG_SOURCE)
                ;
        assert_int_equal(e.reason, SHM_REASON_DIALOG_SOURCE);
        chain_send_request(c, "BYE", "sip:bob@example.com", TAGGED); /* CSeq of the INVITE */
        assert_int_equal(n->dropped[SHM_REASON_DIALOG_CSEQ], 1);
        for (unsigned i = 0; i < 10; i++) {
                chain_send(SHM_SIDE_OUTSIDE, 1, text);
                chain_turn(c);
        }
        assert_true(n->dropped[SHM_REASON_RETRANSMISSIONS] > 0);
        assert_int_equal(n->retransmissions, 9);
        assert_int_equal(n->transactions_added - n->transactions_removed, 2);
        assert_int_equal(n->dialogs_added - n->dialogs_removed, 1);
        while (chain_counters(c)->held_pending != 0)
                chain_answer_next(c, SHM_ACTION_PASS, SHM_REASON_PASS_POLICY, 0);
        chain_destroy(c);
}

/* A flood of unknown Call-IDs takes no room from a call that is up. */
static void test_flood(void **state)
{
        struct chain *c;

        (void)state;
        config.transaction_entries = 64;
        config.dialog_entries = 64;
        c = chain_create(&config, true);
        call_up(c);
        chain_control_detach(c);
        for (unsigned i = 0; i < 5000; i++)
                chain_send_request(c, "SUBSCRIBE", "sip:bob@example.com", "");
        assert_true(chain_counters(c)->transactions_evicted > 1000);
        chain_send_request(c, "MESSAGE", "sip:bob@example.com", TAGGED);
        assert_int_equal(chain_counters(c)->passed[SHM_REASON_PASS_EXCEPTION], 1);
        chain_destroy(c);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup(test_a_forged_tag_meets_the_route, reset),
            cmocka_unit_test_setup(test_a_call_is_not_its_route, reset),
            cmocka_unit_test_setup(test_without_control, reset),
            cmocka_unit_test_setup(test_reasons, reset),
            cmocka_unit_test_setup(test_flood, reset),
        };

        (void)argc;
        chain_eal_start(argv[0]);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
