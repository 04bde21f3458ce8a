/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_track.c - what the calls that are known say of each message of calls as they should be:
 * made, held, ended, forked, subscribed, seen late; and what they prove.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/dataplane/track_world.h"

/* ---- calls as they should be ---- */

static void test_a_call(void **state)
{
        struct world *w = *state;

        SAYS(ALICE, "INVITE");
        PASSES();
        IS(NEW);
        assert_false(w->in_dialog);
        SAYS(ALICE, "INVITE");
        IS(REPEAT);
        TOLD(ALICE, "INVITE", .status = 100);
        IS(RESPONSE);
        TOLD(ALICE, "INVITE", .status = 180, .to = "bob");
        IS(RESPONSE);
        assert_int_equal(w->counters.dialogs_added, 1);
        TOLD(ALICE, "INVITE", .status = 200, .to = "bob");
        assert_int_equal(w->counters.dialogs_added, 1);
        SAYS(ALICE, "ACK", .branch = "ack", .to = "bob", .uri = "sip:bob@10.0.0.2");
        PASSES();
        IS(IN_DIALOG);
        assert_true(w->in_dialog);
        assert_int_equal(w->proof_src, DP_PROOF_TO_TAG | DP_PROOF_CALL);
        /* hold, from the other side: both tags change places */
        TOLD(ALICE, "INVITE", .branch = "hold", .from = "bob", .to = "alice", .cseq = 7);
        IS(IN_DIALOG);
        assert_true(w->in_dialog);
        SAYS(ALICE, "INVITE", .status = 200, .branch = "hold", .from = "bob", .to = "alice",
             .cseq = 7);
        PASSES();
        IS(RESPONSE);
        assert_int_equal(w->proof_src, DP_PROOF_BRANCH);
        SAYS(ALICE, "BYE", .branch = "bye", .to = "bob", .cseq = 2);
        PASSES();
        IS(IN_DIALOG);
        SAYS(ALICE, "BYE", .branch = "bye", .to = "bob", .cseq = 2);
        PASSES();
        IS(REPEAT);
        assert_true(w->in_dialog);
        TOLD(ALICE, "BYE", .status = 200, .branch = "bye", .to = "bob", .cseq = 2);
        /* what is repeated now is still known, and a minute later nothing is */
        SAYS(ALICE, "BYE", .branch = "bye", .to = "bob", .cseq = 2);
        assert_true(w->in_dialog);
        w->burst.now_ns += 70 * SECOND;
        SAYS(ALICE, "BYE", .branch = "bye2", .to = "bob", .cseq = 3);
        IS(STRAY);
        assert_false(w->in_dialog);
        assert_int_equal(w->counters.retransmissions, 3);
        assert_int_equal(w->counters.unknown_dialogs, 1);
        assert_int_equal(w->counters.responses_unsolicited, 0);
}

static void test_a_call_from_inside(void **state)
{
        struct world *w = *state;

        TOLD(BOB, "INVITE", .from = "pbx");
        PASSES();
        IS(NEW);
        SAYS(BOB, "INVITE", .status = 180, .from = "pbx", .to = "bob");
        PASSES();
        assert_int_equal(w->proof_src, DP_PROOF_BRANCH);
        SAYS(BOB, "INVITE", .status = 200, .from = "pbx", .to = "bob");
        TOLD(BOB, "ACK", .branch = "ack", .from = "pbx", .to = "bob");
        IS(IN_DIALOG);
        SAYS(BOB, "BYE", .branch = "bye", .from = "bob", .to = "pbx", .cseq = 1);
        PASSES();
        IS(IN_DIALOG);
        assert_int_equal(w->proof_src, DP_PROOF_TO_TAG);
}

/* ---- calls that we have not seen begin ---- */

static void test_a_call_that_was_up_before(void **state)
{
        struct world *w = *state;

        SAYS(ALICE, "INVITE", .branch = "hold", .to = "bob", .cseq = 5);
        IS(STRAY);
        assert_false(w->in_dialog);
        TOLD(ALICE, "INVITE", .status = 200, .branch = "hold", .to = "bob", .cseq = 5);
        SAYS(ALICE, "ACK", .branch = "ack", .to = "bob", .cseq = 5);
        IS(IN_DIALOG);
        SAYS(EVE, "BYE", .branch = "e", .to = "bob", .cseq = 6);
        DROPPED(DIALOG_SOURCE);
        SAYS(ALICE, "BYE", .branch = "bye", .to = "bob", .cseq = 6);
        IS(IN_DIALOG);
        /* what only ever lives in a dialog, answered 2xx, does as well; a refusal does not */
        SAYS(ALICE, "INFO", .branch = "i", .to = "b2", .call = "c2");
        TOLD(ALICE, "INFO", .branch = "i", .to = "b2", .call = "c2", .status = 481);
        SAYS(ALICE, "INFO", .branch = "i2", .to = "b2", .call = "c2", .cseq = 2);
        IS(STRAY);
        TOLD(ALICE, "INFO", .branch = "i2", .to = "b2", .call = "c2", .cseq = 2, .status = 200);
        SAYS(ALICE, "INFO", .branch = "i3", .to = "b2", .call = "c2", .cseq = 3);
        IS(IN_DIALOG);
        /* a To-tag in the answer to an OPTIONS makes no dialog */
        SAYS(ALICE, "OPTIONS", .branch = "o", .call = "c3");
        TOLD(ALICE, "OPTIONS", .branch = "o", .call = "c3", .to = "t3", .status = 200);
        SAYS(ALICE, "INVITE", .branch = "o2", .call = "c3", .to = "t3", .cseq = 2);
        IS(STRAY);
}

/* Phone -> proxy inside -> phone: the same dialog passes twice, with other addresses. */
static void test_both_legs_of_a_proxy(void **state)
{
        struct world *w = *state;

        SAYS(ALICE, "INVITE");
        TOLD(BOB, "INVITE", .branch = "leg2");
        SAYS(BOB, "INVITE", .status = 180, .branch = "leg2", .to = "bob");
        TOLD(ALICE, "INVITE", .status = 180, .to = "bob");
        SAYS(BOB, "INVITE", .status = 200, .branch = "leg2", .to = "bob");
        TOLD(ALICE, "INVITE", .status = 200, .to = "bob");
        assert_int_equal(w->counters.dialogs_added, 1);
        SAYS(ALICE, "ACK", .branch = "ack", .to = "bob");
        IS(IN_DIALOG);
        TOLD(BOB, "ACK", .branch = "ack2", .to = "bob");
        IS(IN_DIALOG);
        SAYS(EVE, "BYE", .branch = "e", .from = "bob", .to = "alice", .cseq = 9);
        DROPPED(DIALOG_SOURCE);
        SAYS(BOB, "BYE", .branch = "b", .from = "bob", .to = "alice", .cseq = 9);
        PASSES();
        TOLD(ALICE, "BYE", .branch = "b2", .from = "bob", .to = "alice", .cseq = 9);
        PASSES();
        SAYS(ALICE, "BYE", .branch = "a1", .to = "bob", .cseq = 2);
        PASSES();
        IS(IN_DIALOG);
}

static void test_forks(void **state)
{
        struct world *w = *state;

        SAYS(ALICE, "INVITE");
        TOLD(ALICE, "INVITE", .status = 180, .to = "f1");
        TOLD(ALICE, "INVITE", .status = 183, .to = "f2");
        SAYS(ALICE, "PRACK", .branch = "p1", .to = "f1", .cseq = 2);
        IS(IN_DIALOG);
        SAYS(ALICE, "PRACK", .branch = "p2", .to = "f2", .cseq = 3);
        IS(IN_DIALOG);
        TOLD(ALICE, "INVITE", .status = 200, .to = "f2");
        TOLD(ALICE, "INVITE", .status = 200, .to = "f3"); /* two answered at once */
        SAYS(ALICE, "ACK", .branch = "k2", .to = "f2");
        IS(IN_DIALOG);
        SAYS(ALICE, "BYE", .branch = "k3", .to = "f3", .cseq = 4);
        IS(IN_DIALOG);
        PASSES();
        w->burst.now_ns += 300 * SECOND;
        SAYS(ALICE, "INFO", .branch = "i1", .to = "f1", .cseq = 9);
        IS(STRAY);
        SAYS(ALICE, "INFO", .branch = "i2", .to = "f2", .cseq = 9);
        IS(IN_DIALOG);
}

static void test_lives(void **state)
{
        struct world *w = *state;

        SAYS(ALICE, "INVITE");
        TOLD(ALICE, "INVITE", .status = 200, .to = "bob", .extra = "Session-Expires: 90\r\n");
        w->burst.now_ns += 140 * SECOND;
        SAYS(ALICE, "UPDATE", .branch = "u", .to = "bob", .cseq = 2);
        IS(IN_DIALOG);
        TOLD(ALICE, "UPDATE", .status = 200, .branch = "u", .to = "bob", .cseq = 2,
             .extra = "Session-Expires: 90\r\n");
        w->burst.now_ns += 140 * SECOND;
        SAYS(ALICE, "INFO", .branch = "i", .to = "bob", .cseq = 3);
        IS(IN_DIALOG);
        w->burst.now_ns += 20 * SECOND;
        SAYS(ALICE, "INFO", .branch = "i2", .to = "bob", .cseq = 4);
        IS(STRAY);
        /* without a timer, for as long as the operator says */
        SAYS(ALICE, "INVITE", .branch = "b", .call = "c2");
        TOLD(ALICE, "INVITE", .branch = "b", .call = "c2", .status = 200, .to = "bob");
        w->burst.now_ns += w->track.dialog_ns;
        SAYS(ALICE, "INFO", .branch = "i3", .call = "c2", .to = "bob", .cseq = 2);
        IS(IN_DIALOG);
        w->burst.now_ns += SECOND;
        SAYS(ALICE, "INFO", .branch = "i4", .call = "c2", .to = "bob", .cseq = 3);
        IS(STRAY);
}

static void test_subscriptions(void **state)
{
        struct world *w = *state;

        SAYS(ALICE, "SUBSCRIBE");
        /* it may be notified before it is answered */
        TOLD(ALICE, "NOTIFY", .branch = "n", .from = "srv", .to = "alice");
        IS(IN_DIALOG);
        TOLD(ALICE, "SUBSCRIBE", .status = 200, .to = "srv", .extra = "Expires: 600\r\n");
        SAYS(ALICE, "NOTIFY", .status = 200, .branch = "n", .from = "srv", .to = "alice");
        PASSES();
        w->burst.now_ns += 590 * SECOND;
        SAYS(ALICE, "SUBSCRIBE", .branch = "s2", .to = "srv", .cseq = 2);
        IS(IN_DIALOG);
        SAYS(EVE, "SUBSCRIBE", .branch = "s3", .to = "srv", .cseq = 3);
        IS(STRAY);
        w->burst.now_ns += 100 * SECOND;
        SAYS(ALICE, "SUBSCRIBE", .branch = "s4", .to = "srv", .cseq = 4);
        IS(STRAY);
        /* the same from the inside: strangers may not notify */
        TOLD(BOB, "SUBSCRIBE", .branch = "i", .call = "c2", .from = "pbx");
        SAYS(EVE, "NOTIFY", .branch = "e", .call = "c2", .from = "x", .to = "nobody");
        IS(STRAY);
        SAYS(BOB, "NOTIFY", .branch = "b", .call = "c2", .from = "bob", .to = "pbx");
        IS(IN_DIALOG);
        PASSES();
}

/* ---- proof of address ---- */

#define CHALLENGE "WWW-Authenticate: Digest realm=\"r\", nonce=\"n1\", algorithm=MD5\r\n"
#define CREDENTIALS(nonce)                                                                        \
        "Authorization: Digest username=\"a\", realm=\"r\", nonce=\"" nonce "\", uri=\"sip:h\", " \
        "response=\"0123456789abcdef0123456789abcdef\"\r\n"

static void test_registration(void **state)
{
        struct world *w = *state;

        SAYS(ALICE, "REGISTER");
        assert_int_equal(w->proof_src, 0);
        TOLD(ALICE, "REGISTER", .status = 401, .to = "t", .extra = CHALLENGE);
        assert_int_equal(w->proof_dst, DP_PROOF_CHALLENGED);
        SAYS(EVE, "REGISTER", .branch = "e", .cseq = 2, .extra = CREDENTIALS("n1"));
        assert_int_equal(w->proof_src, 0);
        SAYS(ALICE, "REGISTER", .branch = "w", .cseq = 2, .extra = CREDENTIALS("n2"));
        assert_int_equal(w->proof_src, 0);
        TOLD(ALICE, "REGISTER", .branch = "w", .status = 200, .cseq = 2, .to = "t");
        assert_int_equal(w->proof_dst, 0); /* another nonce than the one that went to it */
        SAYS(ALICE, "REGISTER", .branch = "b", .cseq = 3, .extra = CREDENTIALS("n1"));
        assert_int_equal(w->proof_src, DP_PROOF_NONCE);
        TOLD(ALICE, "REGISTER", .branch = "b", .status = 200, .cseq = 3, .to = "t");
        assert_int_equal(w->proof_dst, DP_PROOF_REGISTERED);
        /* a 200 that goes elsewhere says nothing of that place */
        TOLD(EVE, "REGISTER", .branch = "b", .status = 200, .cseq = 3, .to = "t");
        assert_int_equal(w->proof_dst, 0);
        assert_int_equal(w->counters.dialogs_added, 0);
}

static void test_tables_full(void **state)
{
        struct world *w = *state;
        unsigned n = 0;
        char branch[16];

        do { /* of proven sources, so that nothing is evicted */
                snprintf(branch, sizeof(branch), "k%u", n);
                TOLD(BOB, "OPTIONS", .branch = branch);
                PASSES();
                assert_true(++n < 10000);
        } while (w->counters.transactions_full < 100);
        assert_true(w->counters.transactions_added >= 1000);
        assert_int_equal(w->counters.transactions_evicted, 0);
        for (unsigned i = n = 0; i < 100; i++) {
                snprintf(branch, sizeof(branch), "u%u", i);
                SAYS(EVE, "INVITE", .branch = branch);
                n += w->reason == SHM_REASON_CALLS_FULL;
        }
        assert_true(n > 50);
        w->exceptions[SHM_CLASS_INVITE] = DP_POLICY_PASS;
        SAYS(EVE, "INVITE", .branch = "pass");
        PASSES();
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        const struct CMUnitTest tests[] = {
            T(test_a_call),
            T(test_a_call_from_inside),
            T(test_a_call_that_was_up_before),
            T(test_both_legs_of_a_proxy),
            T(test_forks),
            T(test_lives),
            T(test_subscriptions),
            T(test_registration),
            T(test_tables_full),
        };
#undef T

        return cmocka_run_group_tests(tests, NULL, NULL);
}
