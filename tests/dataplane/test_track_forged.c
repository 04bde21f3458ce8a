/* SPDX-License-Identifier: Apache-2.0 */
/* test_track_forged.c - what an outsider would make of the calls that are known, or a broken phone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/dataplane/track_world.h"

/* ---- forged ---- */

static void test_a_tag_alone_opens_nothing(void **state)
{
        static const char *const methods[] = {"INVITE", "BYE",    "MESSAGE",
                                              "UPDATE", "NOTIFY", "PRACK"};
        struct world *w = *state;
        char branch[8];

        call_up(w);
        for (unsigned i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
                snprintf(branch, sizeof(branch), "f%u", i);
                SAYS(EVE, methods[i], .branch = branch, .to = "forged");
                IS(STRAY);
                assert_false(w->in_dialog);
                assert_int_equal(w->proof_src, 0);
                PASSES(); /* to be judged like a new one */
        }
        SAYS(EVE, "REGISTER", .branch = "r", .to = "bob");
        IS(NEW);
        SAYS(EVE, "ACK", .branch = "x", .to = "forged");
        IS(STRAY);
        SAYS(EVE, "CANCEL", .branch = "x");
        IS(STRAY);
        assert_false(w->in_dialog);
        /* the tags and Call-ID of a real call, from another address: not within it either */
        SAYS(EVE, "INVITE", .branch = "y", .to = "bob", .cseq = 2);
        IS(STRAY);
        SAYS(EVE, "INVITE", .branch = "z", .from = "bob", .to = "alice", .cseq = 2);
        IS(STRAY);
        assert_int_equal(w->proof_src, 0);
        w->track.unknown_dialogs = DP_STRAYS_DROP;
        SAYS(EVE, "INVITE", .branch = "d", .to = "forged");
        DROPPED(UNKNOWN_DIALOG);
        TOLD(EVE, "INVITE", .branch = "i", .to = "forged");
        PASSES();
        w->lane = SHM_LANE_PEER;
        SAYS(EVE, "INVITE", .branch = "p", .to = "forged");
        PASSES();
        w->lane = SHM_LANE_UNPROVEN;
        w->track.unknown_dialogs = DP_STRAYS_PASS;
        SAYS(EVE, "INVITE", .branch = "q", .to = "forged");
        PASSES();
        assert_true(w->in_dialog);
        assert_int_equal(w->proof_src, 0);
}

static void test_forged_bye(void **state)
{
        struct world *w = *state;

        call_up(w);
        SAYS(EVE, "BYE", .branch = "e1", .to = "bob", .cseq = 2);
        DROPPED(DIALOG_SOURCE);
        SAYS(EVE, "BYE", .branch = "e2", .from = "bob", .to = "alice", .cseq = 2);
        DROPPED(DIALOG_SOURCE);
        SAYS(ALICE, "BYE", .branch = "e3", .to = "bob", .cseq = 1);
        DROPPED(DIALOG_CSEQ);
        SAYS(ALICE, "INFO", .branch = "i", .to = "bob", .cseq = 5);
        IS(IN_DIALOG);
        SAYS(ALICE, "BYE", .branch = "e4", .to = "bob", .cseq = 5);
        DROPPED(DIALOG_CSEQ);
        SAYS(ALICE, "INFO", .branch = "i2", .to = "bob", .cseq = 4);
        IS(STRAY); /* overtaken, or replayed: the server will say */
        PASSES();
        w->lane = SHM_LANE_PEER;
        SAYS(EVE, "BYE", .branch = "e5", .to = "bob", .cseq = 6);
        PASSES();
        w->lane = SHM_LANE_UNPROVEN;
        SAYS(ALICE, "BYE", .branch = "bye", .to = "bob", .cseq = 7);
        PASSES();
        IS(IN_DIALOG);
}

static void test_cancel(void **state)
{
        struct world *w = *state;

        SAYS(ALICE, "INVITE");
        SAYS(EVE, "CANCEL");
        DROPPED(CANCEL_SOURCE);
        SAYS(ALICE, "CANCEL", .cseq = 2);
        DROPPED(CANCEL_SOURCE);
        SAYS(ALICE, "CANCEL", .uri = "sip:carol@pbx");
        DROPPED(CANCEL_SOURCE);
        SAYS(ALICE, "CANCEL", .call = "other");
        DROPPED(CANCEL_SOURCE);
        SAYS(ALICE, "CANCEL");
        PASSES();
        IS(IN_DIALOG);
        assert_true(w->in_dialog);
        SAYS(ALICE, "CANCEL");
        IS(REPEAT);
        PASSES();
        TOLD(ALICE, "CANCEL", .status = 200, .to = "bob");
        IS(RESPONSE);
        TOLD(ALICE, "INVITE", .status = 487, .to = "bob");
        IS(RESPONSE);
        /* the ACK has the branch of its INVITE, and comes from where that did */
        SAYS(EVE, "ACK", .to = "bob");
        IS(STRAY);
        SAYS(ALICE, "ACK", .to = "bob");
        IS(IN_DIALOG);
        assert_true(w->in_dialog);
        assert_int_equal(w->proof_src, 0);
        SAYS(ALICE, "INVITE");
        IS(REPEAT);
}

static void test_conflicts(void **state)
{
        struct world *w = *state;

        SAYS(ALICE, "INVITE");
        SAYS(EVE, "INVITE");
        DROPPED(TX_CONFLICT);
        SAYS(ALICE, "INVITE", .uri = "sip:0900@pbx");
        DROPPED(TX_CONFLICT);
        SAYS(ALICE, "OPTIONS");
        DROPPED(TX_CONFLICT);
        SAYS(ALICE, "INVITE", .cseq = 2);
        DROPPED(TX_CONFLICT);
        /* our own come back: not judged, not taken over */
        TOLD(ALICE, "INVITE");
        PASSES();
        SAYS(ALICE, "INVITE");
        IS(REPEAT);
        /* a phone that never changes its branch can still register and call */
        TOLD(ALICE, "INVITE", .status = 401, .to = "x");
        SAYS(ALICE, "INVITE", .cseq = 2);
        PASSES();
        IS(NEW);
        TOLD(ALICE, "INVITE", .status = 200, .to = "x", .cseq = 2);
        IS(RESPONSE);
}

/* RFC 2543: no cookie, so the branch says nothing. */
static void test_without_cookie(void **state)
{
        struct world *w = *state;

        SAYS(ALICE, "INVITE", .branch = "2543");
        IS(NEW);
        SAYS(ALICE, "INVITE", .branch = "2543");
        IS(REPEAT);
        SAYS(ALICE, "INVITE", .branch = "2543", .cseq = 2);
        PASSES();
        IS(NEW);
        SAYS(BOB, "INVITE", .branch = "2543", .call = "bobs", .from = "b");
        PASSES();
        IS(NEW);
        TOLD(ALICE, "INVITE", .branch = "2543", .status = 486, .to = "bob");
        IS(RESPONSE);
        SAYS(ALICE, "ACK", .branch = "2543", .to = "bob");
        IS(IN_DIALOG);
        SAYS(EVE, "CANCEL", .branch = "2543", .cseq = 2);
        DROPPED(CANCEL_SOURCE);
        SAYS(ALICE, "CANCEL", .branch = "2543", .cseq = 2);
        PASSES();
        /* the cookie and nothing else is no branch either */
        SAYS(ALICE, "OPTIONS", .branch = "2543z9hG4bK");
        PASSES();
}

static void test_repetitions(void **state)
{
        struct world *w = *state;
        unsigned passed = 0;

        for (unsigned i = 0; i < 1000; i++) {
                SAYS(ALICE, "REGISTER");
                passed += w->reason == SHM_REASON_NONE;
        }
        assert_int_equal(passed, 1 + DP_TRANS_REPEATS_SLACK);
        DROPPED(RETRANSMISSIONS);
        TOLD(BOB, "INVITE", .branch = "out");
        for (unsigned i = passed = 0; i < 1000; i++) {
                SAYS(BOB, "INVITE", .status = 200, .branch = "out", .to = "bob");
                passed += w->reason == SHM_REASON_NONE;
        }
        assert_int_equal(passed, DP_TRANS_ANSWERS_SLACK);
        DROPPED(RETRANSMISSIONS);
        /* the inside is not judged */
        for (unsigned i = 0; i < 100; i++) {
                TOLD(BOB, "INVITE", .branch = "out");
                PASSES();
        }
}

static void test_unsolicited_responses(void **state)
{
        struct world *w = *state;

        w->track.learning_ns = 10 * SECOND;
        SAYS(EVE, "INVITE", .status = 200, .branch = "none", .to = "x");
        IS(UNSOLICITED);
        PASSES();
        w->burst.now_ns += 10 * SECOND;
        SAYS(EVE, "INVITE", .status = 200, .branch = "none", .to = "x");
        DROPPED(UNSOLICITED_RESPONSE);
        TOLD(BOB, "INVITE", .branch = "out");
        SAYS(EVE, "INVITE", .status = 200, .branch = "out", .to = "x");
        DROPPED(UNSOLICITED_RESPONSE); /* it went to Bob */
        SAYS(BOB, "INVITE", .status = 200, .branch = "out", .to = "x", .call = "other");
        DROPPED(UNSOLICITED_RESPONSE);
        SAYS(BOB, "INVITE", .status = 200, .branch = "out", .to = "x", .cseq = 2);
        DROPPED(UNSOLICITED_RESPONSE);
        SAYS(BOB, "BYE", .status = 200, .branch = "out", .to = "x");
        DROPPED(UNSOLICITED_RESPONSE);
        SAYS(BOB, "INVITE", .status = 200, .branch = "out", .to = "x");
        PASSES();
        TOLD(EVE, "INVITE", .status = 200, .branch = "none", .to = "x");
        PASSES();
        w->lane = SHM_LANE_PEER;
        SAYS(EVE, "INVITE", .status = 200, .branch = "none", .to = "x");
        PASSES();
        w->lane = SHM_LANE_UNPROVEN;
        w->track.unsolicited = DP_POLICY_PASS;
        SAYS(EVE, "INVITE", .status = 200, .branch = "none", .to = "x");
        PASSES();
        assert_true(w->in_dialog);
        assert_int_equal(w->proof_src, 0);
        assert_int_equal(w->counters.responses_unsolicited, 9);
}

/* ---- what is known, taken further than it goes ---- */

/* Eve subscribes in her own name, or another's: what she sends herself is no notification of it. */
static void test_nobody_notifies_himself(void **state)
{
        static const char *const methods[] = {"SUBSCRIBE", "REFER"};
        struct world *w = *state;
        char branch[8];

        for (unsigned i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
                snprintf(branch, sizeof(branch), "s%u", i);
                SAYS(EVE, methods[i], .branch = branch, .call = methods[i], .from = "eve");
                PASSES();
                snprintf(branch, sizeof(branch), "n%u", i);
                SAYS(EVE, "NOTIFY", .branch = branch, .call = methods[i], .from = "x", .to = "eve");
                IS(STRAY);
                assert_false(w->in_dialog);
                snprintf(branch, sizeof(branch), "o%u", i);
                SAYS(BOB, "NOTIFY", .branch = branch, .call = methods[i], .from = "x", .to = "eve");
                IS(STRAY);
                assert_false(w->in_dialog);
        }
        /* a known peer may ask, as the inside may */
        w->lane = SHM_LANE_PEER;
        SAYS(ALICE, "SUBSCRIBE", .branch = "p", .call = "peer");
        w->lane = SHM_LANE_UNPROVEN;
        SAYS(BOB, "NOTIFY", .branch = "n", .call = "peer", .from = "x", .to = "alice");
        IS(IN_DIALOG);
}

/* An ACK settles each final response once: it is no way to send as much as one likes. */
static void test_acks_have_a_budget(void **state)
{
        struct world *w = *state;
        unsigned passed = 0;

        SAYS(ALICE, "INVITE");
        TOLD(ALICE, "INVITE", .status = 486, .to = "bob");
        for (unsigned i = 0; i < 1000; i++) {
                SAYS(ALICE, "ACK", .to = "bob");
                passed += w->reason == SHM_REASON_NONE;
        }
        assert_int_equal(passed, DP_TRANS_ANSWERS_SLACK);
        DROPPED(RETRANSMISSIONS);
        /* a server repeats its response ten times within 32 s, and each has its ACK */
        SAYS(ALICE, "INVITE", .branch = "b", .call = "c2");
        for (unsigned i = 0; i < 10; i++) {
                TOLD(ALICE, "INVITE", .branch = "b", .call = "c2", .status = 486, .to = "bob");
                SAYS(ALICE, "ACK", .branch = "b", .call = "c2", .to = "bob");
                PASSES();
                IS(IN_DIALOG);
                w->burst.now_ns += 3 * SECOND;
        }
        /* another URI than its INVITE's has an ACK for a 2xx alone, and that its dialog */
        SAYS(ALICE, "ACK", .branch = "b", .call = "c2", .to = "bob", .uri = "sip:bob@10.0.0.99");
        IS(STRAY);
}

/* Eve has a call of her own, and speaks in it in Alice's name: the answer goes to Alice, but the
 * tag that the next one shows did not come from there. */
static void test_a_tag_shown_before_proves_nothing(void **state)
{
        struct world *w = *state;

        SAYS(EVE, "INVITE", .from = "eve");
        TOLD(EVE, "INVITE", .status = 200, .from = "eve", .to = "bob");
        SAYS(EVE, "ACK", .branch = "ack", .from = "eve", .to = "bob");
        assert_int_equal(w->proof_src, DP_PROOF_TO_TAG | DP_PROOF_CALL);
        SAYS(ALICE, "INVITE", .branch = "b2", .from = "eve", .to = "bob", .cseq = 2);
        IS(STRAY);
        TOLD(ALICE, "INVITE", .branch = "b2", .from = "eve", .to = "bob", .cseq = 2, .status = 200);
        SAYS(ALICE, "ACK", .branch = "ack2", .from = "eve", .to = "bob", .cseq = 2);
        IS(IN_DIALOG); /* a phone that has moved goes on */
        assert_int_equal(w->proof_src, 0);
        SAYS(ALICE, "INFO", .branch = "i", .from = "eve", .to = "bob", .cseq = 3);
        IS(IN_DIALOG);
        assert_int_equal(w->proof_src, 0);
        /* nor does one of a call that was not seen to begin */
        SAYS(ALICE, "INFO", .branch = "u1", .call = "up", .to = "bob", .cseq = 5);
        TOLD(ALICE, "INFO", .branch = "u1", .call = "up", .to = "bob", .cseq = 5, .status = 200);
        SAYS(ALICE, "INFO", .branch = "u2", .call = "up", .to = "bob", .cseq = 6);
        IS(IN_DIALOG);
        assert_int_equal(w->proof_src, 0);
}

#define CHALLENGE "WWW-Authenticate: Digest realm=\"r\", nonce=\"n1\", algorithm=MD5\r\n"
#define CREDENTIALS                                                                        \
        "Authorization: Digest username=\"a\", realm=\"r\", nonce=\"n1\", uri=\"sip:h\", " \
        "response=\"0123456789abcdef0123456789abcdef\"\r\n"

/* A server gives the same nonce to all who ask within a second. So Eve, who asks for herself and in
 * Alice's name, can show it in Alice's name: that a log-in is refused is counted, and proves
 * nothing. */
static void test_a_nonce_that_others_have(void **state)
{
        struct world *w = *state;

        SAYS(ALICE, "REGISTER", .branch = "a1", .call = "a");
        TOLD(ALICE, "REGISTER", .status = 401, .branch = "a1", .call = "a", .extra = CHALLENGE);
        SAYS(ALICE, "REGISTER", .branch = "a2", .call = "a", .cseq = 2, .extra = CREDENTIALS);
        assert_int_equal(w->proof_src, DP_PROOF_NONCE);
        TOLD(ALICE, "REGISTER", .status = 401, .branch = "a2", .call = "a", .cseq = 2,
             .extra = CHALLENGE);
        assert_int_equal(w->proof_dst, DP_PROOF_CHALLENGED | DP_PROOF_REFUSED | DP_PROOF_NONCE);
        SAYS(EVE, "REGISTER", .branch = "e1", .call = "e");
        TOLD(EVE, "REGISTER", .status = 401, .branch = "e1", .call = "e", .extra = CHALLENGE);
        SAYS(ALICE, "REGISTER", .branch = "a3", .call = "a", .cseq = 3, .extra = CREDENTIALS);
        assert_int_equal(w->proof_src, DP_PROOF_ECHOED);
        TOLD(ALICE, "REGISTER", .status = 401, .branch = "a3", .call = "a", .cseq = 3);
        assert_int_equal(w->proof_dst, DP_PROOF_REFUSED);
        /* the right password has no need of it */
        SAYS(ALICE, "REGISTER", .branch = "a4", .call = "a", .cseq = 4, .extra = CREDENTIALS);
        TOLD(ALICE, "REGISTER", .status = 200, .branch = "a4", .call = "a", .cseq = 4);
        assert_int_equal(w->proof_dst, DP_PROOF_REGISTERED);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
        const struct CMUnitTest tests[] = {
            T(test_a_tag_alone_opens_nothing),
            T(test_forged_bye),
            T(test_cancel),
            T(test_conflicts),
            T(test_without_cookie),
            T(test_repetitions),
            T(test_unsolicited_responses),
            T(test_nobody_notifies_himself),
            T(test_acks_have_a_budget),
            T(test_a_tag_shown_before_proves_nothing),
            T(test_a_nonce_that_others_have),
        };
#undef T

        return cmocka_run_group_tests(tests, NULL, NULL);
}
