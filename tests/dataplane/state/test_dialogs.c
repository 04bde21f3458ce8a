/* SPDX-License-Identifier: Apache-2.0 */
/* test_dialogs.c - one key for both directions, forks, states, CSeq, and who may speak for a tag.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/state/dialogs.h"

#define SECOND UINT64_C(1000000000)
#define HOUR   (3600 * SECOND)
#define START  (UINT64_C(1790000000) * SECOND)

#define ALICE 11u /* addresses */
#define BOB   12u
#define EVE   13u
#define MOVED 14u

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

static struct dp_octets text(const char *s)
{
        return (struct dp_octets){.at = s, .len = (uint16_t)strlen(s)};
}

static struct dp_dialog_id id_of(const struct dp_calls *c, const char *call_id, const char *from,
                                 const char *to)
{
        return dp_dialog_id_make(c, dp_calls_hash(c, text(call_id)), text(from), text(to));
}

static bool learn(struct dp_calls *c, struct dp_dialog_id id, uint8_t state, uint32_t cseq,
                  uint64_t now_ns)
{
        const struct dp_dialog_news news = {
            .state = state,
            .life_ns = state == DP_DIALOG_EARLY ? DP_DIALOG_EARLY_NS : HOUR,
            .cseq = cseq,
            .from_addr = ALICE,
            .to_addr = BOB,
            .kept = state >= DP_DIALOG_CONFIRMED,
        };

        return dp_dialog_learn(c, &id, now_ns, &news, &change);
}

static void test_directions(void **state)
{
        struct dp_calls *c = *state;
        struct dp_dialog_id ab = id_of(c, "call", "a", "b"), ba = id_of(c, "call", "b", "a");
        struct dp_dialog d;

        assert_memory_equal(&ab.key, &ba.key, sizeof(ab.key));
        assert_false(dp_dialog_find(c, &ab, ALICE, START, &d));
        assert_int_equal(d.state, DP_DIALOG_NONE);
        assert_true(learn(c, ab, DP_DIALOG_CONFIRMED, 7, START));
        assert_true(dp_dialog_find(c, &ab, ALICE, START, &d));
        assert_true(d.known && !d.reverse && d.has_cseq);
        assert_int_equal(d.cseq, 7);
        assert_true(dp_dialog_find(c, &ba, BOB, START, &d));
        assert_true(d.known && d.reverse && !d.has_cseq);
        /* who is right for one tag is not for the other, and who is in no call for none */
        assert_true(dp_dialog_find(c, &ab, BOB, START, &d));
        assert_false(d.known);
        assert_true(dp_dialog_find(c, &ba, ALICE, START, &d));
        assert_false(d.known);
        assert_true(dp_dialog_find(c, &ab, EVE, START, &d));
        assert_false(d.known);
        assert_true(dp_dialog_find(c, &ab, DP_ADDR_NONE, START, &d));
        assert_false(d.known);
        /* what sounds alike is another dialog */
        static const char *const others[][3] = {
            {"call", "a", "c"}, {"call", "ab", ""}, {"calla", "", "b"},
            {"Call", "a", "b"}, {"call", "A", "b"}, {"cal", "la", "b"},
        };

        for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
                struct dp_dialog_id other = id_of(c, others[i][0], others[i][1], others[i][2]);

                assert_false(dp_dialog_find(c, &other, ALICE, START, &d));
        }
}

static void test_cseq(void **state)
{
        struct dp_calls *c = *state;
        struct dp_dialog_id ab = id_of(c, "call", "a", "b"), ba = id_of(c, "call", "b", "a");
        struct dp_dialog d;

        assert_true(learn(c, ab, DP_DIALOG_CONFIRMED, 7, START));
        assert_true(dp_dialog_find(c, &ba, BOB, START, &d));
        dp_dialog_advance(c, &d, 0);
        assert_true(dp_dialog_find(c, &ba, BOB, START, &d));
        assert_true(d.has_cseq);
        assert_int_equal(d.cseq, 0);
        assert_true(dp_dialog_find(c, &ab, ALICE, START, &d));
        dp_dialog_advance(c, &d, 2147483647);
        dp_dialog_advance(c, &d, 9); /* late */
        assert_true(dp_dialog_find(c, &ab, ALICE, START, &d));
        assert_int_equal(d.cseq, 2147483647);
        assert_true(dp_dialog_find(c, &ba, BOB, START, &d));
        assert_int_equal(d.cseq, 0);
}

/* One INVITE, three phones ring, one is answered. */
static void test_forks(void **state)
{
        static const char *const tags[] = {"f1", "f2", "f3"};
        struct dp_calls *c = *state;
        struct dp_dialog_id id;
        struct dp_dialog d;

        for (unsigned i = 0; i < 3; i++)
                assert_true(learn(c, id_of(c, "call", "a", tags[i]), DP_DIALOG_EARLY, 1, START));
        assert_int_equal(change.added, 3);
        assert_true(learn(c, id_of(c, "call", "a", "f2"), DP_DIALOG_CONFIRMED, 1, START));
        assert_int_equal(change.added, 3);
        for (unsigned i = 0; i < 3; i++) {
                id = id_of(c, "call", "a", tags[i]);
                assert_true(dp_dialog_find(c, &id, ALICE, START, &d));
                assert_int_equal(d.state, i == 1 ? DP_DIALOG_CONFIRMED : DP_DIALOG_EARLY);
        }
        /* a provisional response that was overtaken makes it no younger */
        assert_true(learn(c, id_of(c, "call", "a", "f2"), DP_DIALOG_EARLY, 1, START));
        for (unsigned i = 0; i < 3; i++) {
                id = id_of(c, "call", tags[i], "a");
                assert_int_equal(dp_dialog_find(c, &id, BOB, START + 201 * SECOND, &d), i == 1);
        }
}

static void test_ends(void **state)
{
        struct dp_calls *c = *state;
        struct dp_dialog_id id = id_of(c, "call", "a", "b");
        struct dp_dialog d;

        dp_dialog_end(c, &id, DP_DIALOG_CLOSING, START);
        assert_true(learn(c, id, DP_DIALOG_CONFIRMED, 1, START));
        /* the refusal of a re-INVITE ends nothing */
        dp_dialog_end(c, &id, DP_DIALOG_SUBSCRIBED, START);
        assert_true(dp_dialog_find(c, &id, ALICE, START + HOUR, &d));
        assert_int_equal(d.state, DP_DIALOG_CONFIRMED);
        assert_false(dp_dialog_find(c, &id, ALICE, START + HOUR + SECOND, &d));
        /* a refresh prolongs it; the end of it is the end */
        assert_true(learn(c, id, DP_DIALOG_CONFIRMED, 2, START));
        assert_true(learn(c, id, DP_DIALOG_CONFIRMED, 2, START + HOUR / 2));
        assert_true(dp_dialog_find(c, &id, ALICE, START + HOUR + SECOND, &d));
        dp_dialog_end(c, &id, DP_DIALOG_CLOSING, START);
        assert_true(dp_dialog_find(c, &id, ALICE, START + 63 * SECOND, &d));
        assert_int_equal(d.state, DP_DIALOG_CLOSING);
        assert_true(learn(c, id, DP_DIALOG_CONFIRMED, 2, START));
        assert_false(dp_dialog_find(c, &id, ALICE, START + 66 * SECOND, &d));
}

/* A party that moves is believed when the other side has answered it there. */
static void test_moves(void **state)
{
        struct dp_calls *c = *state;
        struct dp_dialog_id id = id_of(c, "call", "a", "b");
        struct dp_dialog_news news = {
            .state = DP_DIALOG_CONFIRMED, .life_ns = HOUR, .cseq = 2, .from_addr = MOVED};
        struct dp_dialog d;

        assert_true(learn(c, id, DP_DIALOG_CONFIRMED, 1, START));
        assert_true(dp_dialog_find(c, &id, MOVED, START, &d));
        assert_false(d.known);
        assert_true(dp_dialog_learn(c, &id, START, &news, &change));
        assert_true(dp_dialog_find(c, &id, MOVED, START, &d));
        assert_true(d.known && !d.moved);
        assert_true(dp_dialog_find(c, &id, ALICE, START, &d));
        assert_true(d.known); /* on its way */
        news.from_knew = true;
        assert_true(dp_dialog_learn(c, &id, START, &news, &change));
        assert_true(dp_dialog_find(c, &id, MOVED, START, &d));
        assert_true(d.known && !d.moved); /* it was there before */
        news.from_addr = EVE;
        assert_true(dp_dialog_learn(c, &id, START, &news, &change));
        dp_dialog_advance(c, &d, 9);
        assert_true(dp_dialog_find(c, &id, EVE, START, &d));
        assert_true(d.known && d.moved);
        assert_int_equal(d.cseq, 9);
        assert_true(dp_dialog_find(c, &id, ALICE, START, &d));
        assert_false(d.known);
        assert_true(dp_dialog_find(c, &id, MOVED, START, &d));
        assert_true(d.known);
}

static void test_full(void **state)
{
        struct dp_calls *c = *state;
        unsigned confirmed = 0;
        char call[16];

        for (unsigned i = 0; i < 1000; i++) {
                snprintf(call, sizeof(call), "up-%u", i);
                confirmed += learn(c, id_of(c, call, "a", "b"), DP_DIALOG_CONFIRMED, 1, START);
        }
        for (unsigned i = 0; i < 50000; i++) {
                snprintf(call, sizeof(call), "ring-%u", i);
                (void)learn(c, id_of(c, call, "a", "b"), DP_DIALOG_EARLY, 1, START);
        }
        assert_true(change.evicted > 0);
        for (unsigned i = 0; i < 1000; i++) {
                struct dp_dialog_id id;
                struct dp_dialog d;

                snprintf(call, sizeof(call), "up-%u", i);
                id = id_of(c, call, "a", "b");
                confirmed -= dp_dialog_find(c, &id, ALICE, START, &d);
        }
        assert_int_equal(confirmed, 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(test_directions, setup, teardown),
            cmocka_unit_test_setup_teardown(test_cseq, setup, teardown),
            cmocka_unit_test_setup_teardown(test_forks, setup, teardown),
            cmocka_unit_test_setup_teardown(test_ends, setup, teardown),
            cmocka_unit_test_setup_teardown(test_moves, setup, teardown),
            cmocka_unit_test_setup_teardown(test_full, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
