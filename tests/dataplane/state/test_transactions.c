/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_transactions.c - new, repeated, in conflict; the budget for repetitions; responses, ACK and
 * CANCEL; nonces.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dataplane/state/transactions.h"

#define MS     UINT64_C(1000000)
#define SECOND (1000 * MS)
#define START  (UINT64_C(1790000000) * SECOND)

#define ALICE 11u /* addresses */
#define BOB   12u
#define EVE   13u

static struct dp_calls_change change;

static int setup(void **state)
{
        struct dp_calls *c = NULL;
        int rc = dp_calls_create(&c, 1000, 1000);

        change = (struct dp_calls_change){0};
        *state = c;
        return rc;
}

static int teardown(void **state)
{
        dp_calls_destroy(*state);
        return 0;
}

static struct dp_trans_id id_of(uint64_t branch, uint64_t ident, uint64_t target)
{
        return (struct dp_trans_id){
            .key = {{branch * UINT64_C(0x9e3779b97f4a7c15), branch}},
            .ident = ident,
            .target = target,
        };
}

static bool add(struct dp_calls *c, struct dp_trans_id id, uint64_t now_ns)
{
        struct dp_transaction tx = {.src = ALICE, .dst = BOB, .flags = DP_TRANS_IN_DIALOG};

        return dp_trans_add(c, &id, false, now_ns, &tx, &change);
}

static void test_new_repeat_conflict(void **state)
{
        struct dp_calls *c = *state;
        struct dp_trans_id id = id_of(1, 100, 200);
        struct dp_trans_id other_cseq = id_of(1, 101, 200), other_uri = id_of(1, 100, 201);
        struct dp_trans_id response = id_of(1, 100, 0);
        struct dp_transaction tx;

        assert_int_equal(dp_trans_look(c, &id, ALICE, START, &tx), DP_TRANS_NEW);
        assert_int_equal(tx.state, 0);
        assert_true(add(c, id, START));
        assert_int_equal(dp_trans_look(c, &id, ALICE, START, &tx), DP_TRANS_REPEAT);
        assert_int_equal(tx.src, ALICE);
        assert_int_equal(tx.dst, BOB);
        assert_int_equal(tx.flags, DP_TRANS_IN_DIALOG);
        assert_int_equal(tx.state, DP_TRANS_TRYING);
        assert_int_equal(dp_trans_look(c, &id, EVE, START, &tx), DP_TRANS_CONFLICT);
        assert_int_equal(dp_trans_look(c, &other_cseq, ALICE, START, &tx), DP_TRANS_CONFLICT);
        assert_int_equal(dp_trans_look(c, &other_uri, ALICE, START, &tx), DP_TRANS_CONFLICT);
        /* a response has no Request-URI */
        assert_int_equal(dp_trans_match(c, &response, START, &tx), DP_TRANS_REPEAT);
        assert_int_equal(dp_trans_match(c, &other_cseq, START, &tx), DP_TRANS_CONFLICT);
        /* a phone that uses its branch again for the next request, when the first is answered */
        assert_int_equal(dp_trans_match(c, &response, START, &tx), DP_TRANS_REPEAT);
        dp_trans_progress(c, &tx, 401, true, START);
        assert_int_equal(dp_trans_look(c, &other_cseq, ALICE, START, &tx), DP_TRANS_NEW);
        assert_int_equal(dp_trans_look(c, &other_cseq, EVE, START, &tx), DP_TRANS_CONFLICT);
        assert_int_equal(dp_trans_look(c, &other_cseq, ALICE, START, &tx), DP_TRANS_NEW);
        tx.src = ALICE;
        assert_true(dp_trans_add(c, &other_cseq, false, START, &tx, &change));
        assert_int_equal(dp_trans_look(c, &other_cseq, ALICE, START, &tx), DP_TRANS_REPEAT);
        assert_int_equal(dp_trans_look(c, &id, ALICE, START, &tx), DP_TRANS_CONFLICT);
        assert_int_equal(change.added - change.removed, 1);
}

static void test_lives(void **state)
{
        struct dp_calls *c = *state;
        struct dp_trans_id id = id_of(1, 100, 200), ringing = id_of(2, 1, 1);
        struct dp_transaction tx;

        assert_true(add(c, id, START));
        assert_int_equal(dp_trans_look(c, &id, ALICE, START + 33 * SECOND, &tx), DP_TRANS_REPEAT);
        assert_int_equal(dp_trans_look(c, &id, ALICE, START + 35 * SECOND, &tx), DP_TRANS_NEW);
        assert_true(add(c, ringing, START));
        assert_int_equal(dp_trans_match(c, &ringing, START, &tx), DP_TRANS_REPEAT);
        dp_trans_progress(c, &tx, 180, true, START);
        assert_int_equal(dp_trans_match(c, &ringing, START + 199 * SECOND, &tx), DP_TRANS_REPEAT);
        dp_trans_progress(c, &tx, 486, true, START + 100 * SECOND);
        assert_int_equal(dp_trans_match(c, &ringing, START + 133 * SECOND, &tx), DP_TRANS_REPEAT);
        assert_int_equal(tx.state, DP_TRANS_COMPLETED);
        assert_int_equal(dp_trans_match(c, &ringing, START + 136 * SECOND, &tx), DP_TRANS_NEW);
}

/* RFC 3261 17.1.2.2: 0.5, 1.5, 3.5, 7.5 s, then each 4 s. */
static void test_repetitions_as_the_timers_make_them(void **state)
{
        static const unsigned at_ms[] = {500,   1500,  3500,  7500,  11500,
                                         15500, 19500, 23500, 27500, 31500};
        struct dp_calls *c = *state;
        struct dp_transaction tx;

        /* in time, each packet doubled once on the way at the beginning, and all of them late */
        for (unsigned twice = 0; twice < 4; twice++) {
                struct dp_trans_id id = id_of(10 + twice, 1, 1);

                assert_true(add(c, id, START));
                for (size_t i = 0; i < sizeof(at_ms) / sizeof(at_ms[0]); i++) {
                        uint64_t now_ns = START + at_ms[i] * MS;

                        assert_int_equal(dp_trans_look(c, &id, ALICE, now_ns, &tx),
                                         DP_TRANS_REPEAT);
                        assert_true(dp_trans_repeat(c, &tx, now_ns));
                        if (i < twice)
                                assert_true(dp_trans_repeat(c, &tx, now_ns));
                }
        }
        /* a T1 of 100 ms, as some LAN phones have it */
        struct dp_trans_id fast = id_of(20, 1, 1);

        assert_true(add(c, fast, START));
        assert_int_equal(dp_trans_look(c, &fast, ALICE, START, &tx), DP_TRANS_REPEAT);
        for (uint64_t at = 100, step = 100; at < 12000; step *= 2, at += step)
                assert_true(dp_trans_repeat(c, &tx, START + at * MS));
}

static void test_repetitions_over_the_budget(void **state)
{
        struct dp_calls *c = *state;
        struct dp_trans_id id = id_of(1, 1, 1);
        struct dp_transaction tx;
        unsigned passed = 0, answers = 0;

        assert_true(add(c, id, START));
        assert_int_equal(dp_trans_look(c, &id, ALICE, START, &tx), DP_TRANS_REPEAT);
        for (unsigned i = 0; i < 100; i++)
                passed += dp_trans_repeat(c, &tx, START);
        assert_int_equal(passed, DP_TRANS_REPEATS_SLACK);
        for (uint64_t ms = 0; ms < 33000; ms++)
                passed += dp_trans_repeat(c, &tx, START + ms * MS);
        assert_int_equal(passed, DP_TRANS_REPEATS_MAX + DP_TRANS_REPEATS_SLACK);
        for (uint64_t ms = 0; ms < 33000; ms++)
                answers += dp_trans_answer(c, &tx, START + ms * MS);
        assert_int_equal(answers, DP_TRANS_REPEATS_MAX + DP_TRANS_ANSWERS_SLACK);
        /* a clock of another worker that is a little behind */
        id = id_of(2, 1, 1);
        assert_true(add(c, id, START));
        assert_int_equal(dp_trans_look(c, &id, ALICE, START, &tx), DP_TRANS_REPEAT);
        assert_true(dp_trans_repeat(c, &tx, START - SECOND));
}

static void test_nonces(void **state)
{
        struct dp_calls *c = *state;
        struct dp_nonce_id sent = {{{1, 2}}, {{7, 1}}, ALICE}, forged = {{{1, 3}}, {{7, 2}}, EVE};
        struct dp_nonce_id port = {{{3, 2}}, {{7, 1}}, ALICE}, again = {{{2, 2}}, {{7, 1}}, EVE};

        assert_int_equal(dp_trans_nonce_echoed(c, &sent, START), DP_NONCE_UNKNOWN);
        dp_trans_nonce_sent(c, &sent, false, START, &change);
        dp_trans_nonce_sent(c, &sent, false, START, &change); /* the challenge is repeated */
        assert_int_equal(dp_trans_nonce_echoed(c, &sent, START + 63 * SECOND), DP_NONCE_SOLE);
        assert_int_equal(dp_trans_nonce_echoed(c, &forged, START), DP_NONCE_UNKNOWN);
        /* whoever has shown it once goes on with it */
        assert_int_equal(dp_trans_nonce_echoed(c, &sent, START + 3600 * SECOND), DP_NONCE_SOLE);
        assert_int_equal(dp_trans_nonce_echoed(c, &sent, START + 7100 * SECOND), DP_NONCE_SOLE);
        dp_trans_nonce_sent(c, &forged, false, START, &change);
        assert_int_equal(dp_trans_nonce_echoed(c, &forged, START + 66 * SECOND), DP_NONCE_UNKNOWN);
        /* another port of the same address is nobody else */
        dp_trans_nonce_sent(c, &port, false, START + 7100 * SECOND, &change);
        assert_int_equal(dp_trans_nonce_echoed(c, &port, START + 7100 * SECOND), DP_NONCE_SOLE);
        /* somebody else gets it: from then on it says nothing of either */
        assert_int_equal(dp_trans_nonce_echoed(c, &again, START + 7100 * SECOND), DP_NONCE_UNKNOWN);
        dp_trans_nonce_sent(c, &again, false, START + 7100 * SECOND, &change);
        assert_int_equal(dp_trans_nonce_echoed(c, &sent, START + 7101 * SECOND), DP_NONCE_SHARED);
        assert_int_equal(dp_trans_nonce_echoed(c, &again, START + 7101 * SECOND), DP_NONCE_SHARED);
        assert_int_equal(dp_trans_nonce_echoed(c, &sent, START + 10700 * SECOND), DP_NONCE_SHARED);
}

static void test_full(void **state)
{
        struct dp_calls *c = *state;
        struct dp_transaction tx;
        uint64_t kept = 0, refused = 0;

        for (uint64_t n = 1; n < 20000; n++) {
                struct dp_trans_id id = id_of(n, 1, 1);

                tx = (struct dp_transaction){.src = BOB};
                if (dp_trans_add(c, &id, true, START, &tx, &change))
                        kept++;
                else
                        refused++;
        }
        assert_true(kept >= 1000 && refused != 0);
        assert_int_equal(change.evicted, 0);
        assert_int_equal(change.added, kept);
        /* a flood of strangers finds no way to those that are kept */
        for (uint64_t n = 20000; n < 60000; n++)
                (void)add(c, id_of(n, 1, 1), START);
        for (uint64_t n = 1; n < 20000; n++) {
                struct dp_trans_id id = id_of(n, 1, 1);

                kept -= dp_trans_look(c, &id, BOB, START, &tx) == DP_TRANS_REPEAT;
        }
        assert_int_equal(kept, 0);
        assert_int_equal(dp_calls_create(&c, 0, 1), -22);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(test_new_repeat_conflict, setup, teardown),
            cmocka_unit_test_setup_teardown(test_lives, setup, teardown),
            cmocka_unit_test_setup_teardown(test_repetitions_as_the_timers_make_them, setup,
                                            teardown),
            cmocka_unit_test_setup_teardown(test_repetitions_over_the_budget, setup, teardown),
            cmocka_unit_test_setup_teardown(test_nonces, setup, teardown),
            cmocka_unit_test_setup_teardown(test_full, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
