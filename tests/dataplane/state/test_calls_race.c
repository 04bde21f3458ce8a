/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_calls_race.c - two and four workers on the same calls in both directions, without a lock.
 *
 * Built with the thread sanitizer where that is to be had, and once more without it, for the widest
 * instructions of this CPU, whose loads it does not know. Each thread goes through the same calls
 * in an order of its own, as caller or as callee. Afterwards each transaction and each dialog is
 * there once, the CSeq is the highest that anybody said, and what the threads counted as added and
 * removed is what the tables hold.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/state/dialogs.h"
#include "dataplane/state/transactions.h"
#include "tests/contract/rng.h"
#include "tests/dataplane/state/calls_race.h"

#define SECOND UINT64_C(1000000000)
#define START  (UINT64_C(1790000000) * SECOND)

#define THREADS_MAX 4u
#define CALLS       2000u
#define BURST       4u
#define ALICE       11u
#define BOB         12u

struct worker {
        pthread_t thread;
        struct dp_calls *calls;
        _Atomic unsigned *ready;
        unsigned threads;
        unsigned index;
        uint64_t seed;
        bool kept;
        struct dp_calls_change tx;
        struct dp_calls_change dialogs;
        uint64_t repeats; /* taken from the budgets */
        uint64_t wrong;
};

static struct dp_trans_id tx_of(uint64_t call)
{
        struct rng r = {.state = call};

        return (struct dp_trans_id){
            .key = {{rng_next(&r), rng_next(&r)}}, .ident = call, .target = call + 1};
}

static struct dp_dialog_id dialog_of(const struct dp_calls *c, uint64_t call, bool reverse)
{
        char tags[2][24];
        struct dp_octets o[2];

        for (unsigned i = 0; i < 2; i++) {
                snprintf(tags[i], sizeof(tags[i]), "%u-%lu", i, (unsigned long)call);
                o[i] = (struct dp_octets){.at = tags[i], .len = (uint16_t)strlen(tags[i])};
        }
        return dp_dialog_id_make(c, call, o[reverse], o[!reverse]);
}

/* A message of a burst: what its worker may have looked at long before its turn comes. */
struct message {
        uint64_t call;
        bool reverse;
        struct dp_trans_id id;
        struct dp_dialog_id dialog;
};

static struct message message_of(struct worker *w, uint64_t call, bool reverse, bool ahead)
{
        struct message m = {
            .call = call,
            .reverse = reverse,
            .id = tx_of(call),
            .dialog = dialog_of(w->calls, call, reverse),
        };

        if (ahead) {
                dp_trans_ahead(w->calls, &m.id, START);
                dp_dialog_ahead(w->calls, &m.dialog, START);
        }
        return m;
}

static void one_call(struct worker *w, const struct message *m)
{
        const uint64_t call = m->call;
        const bool reverse = m->reverse;
        /* what was learnt since is found by a look of its own */
        const struct dp_dialog_id now = dialog_of(w->calls, call, reverse);
        const struct dp_dialog_news news = {
            .state = DP_DIALOG_CONFIRMED,
            .life_ns = 3600 * SECOND,
            .cseq = (uint32_t)(call + w->index),
            .from_addr = reverse ? BOB : ALICE,
            .to_addr = reverse ? ALICE : BOB,
            .kept = w->kept,
        };
        struct dp_transaction tx;
        struct dp_dialog d;

        switch (dp_trans_look(w->calls, &m->id, ALICE, START, &tx)) {
        case DP_TRANS_NEW:
                tx.src = ALICE;
                tx.dst = BOB;
                if (dp_trans_add(w->calls, &m->id, w->kept, START, &tx, &w->tx))
                        w->wrong += tx.src != ALICE || tx.dst != BOB;
                break;
        case DP_TRANS_REPEAT:
                w->wrong += tx.src != ALICE || tx.dst != BOB;
                w->repeats += dp_trans_repeat(w->calls, &tx, START);
                dp_trans_progress(w->calls, &tx, 200, true, START);
                break;
        case DP_TRANS_CONFLICT:
                w->wrong++;
                break;
        }
        (void)dp_dialog_learn(w->calls, &m->dialog, START, &news, &w->dialogs);
        if (dp_dialog_find(w->calls, &now, news.from_addr, START, &d)) {
                w->wrong += !d.known || d.state != DP_DIALOG_CONFIRMED;
                dp_dialog_advance(w->calls, &d, (uint32_t)(call + 100 + w->index));
        }
}

static void *run(void *arg)
{
        struct worker *w = arg;
        struct rng r = {.state = w->seed};

        atomic_fetch_add(w->ready, 1);
        while (atomic_load(w->ready) < w->threads)
                ;
        /* near enough for two threads to meet at one call all the time */
        for (unsigned n = 0; n < 4 * CALLS; n += BURST) {
                struct message burst[BURST];
                bool ahead = (rng_next(&r) & 1u) != 0;

                for (unsigned i = 0; i < BURST; i++) {
                        uint64_t call = 1 + ((n + i) / 4 + rng_below(&r, 8)) % CALLS;

                        burst[i] = message_of(w, call, (rng_next(&r) & 1u) != 0, ahead);
                }
                for (unsigned i = 0; i < BURST; i++)
                        one_call(w, &burst[i]);
        }
        return NULL;
}

static void race(unsigned threads, uint32_t entries, bool kept, struct dp_calls **calls,
                 struct worker *sum)
{
        static struct worker w[THREADS_MAX];
        struct rng r = rng_seeded("race");
        _Atomic unsigned ready = 0;

        assert_int_equal(dp_calls_create(calls, entries, entries), 0);
        calls_race_prepare(*calls);
        for (unsigned i = 0; i < threads; i++) {
                w[i] = (struct worker){.calls = *calls,
                                       .ready = &ready,
                                       .threads = threads,
                                       .index = i,
                                       .seed = rng_next(&r),
                                       .kept = kept};
                assert_int_equal(pthread_create(&w[i].thread, NULL, run, &w[i]), 0);
        }
        *sum = (struct worker){0};
        for (unsigned i = 0; i < threads; i++) {
                assert_int_equal(pthread_join(w[i].thread, NULL), 0);
                sum->tx.added += w[i].tx.added;
                sum->tx.removed += w[i].tx.removed;
                sum->tx.evicted += w[i].tx.evicted;
                sum->dialogs.added += w[i].dialogs.added;
                sum->dialogs.removed += w[i].dialogs.removed;
                sum->repeats += w[i].repeats;
                sum->wrong += w[i].wrong;
        }
}

static uint32_t held(struct dp_records *t)
{
        return dp_rec_sweep(t, START + 20 * 3600 * SECOND, UINT32_C(1) << 20);
}

/* Room for all: each is there, once, and complete. */
static void all_there(unsigned threads)
{
        struct dp_calls *c;
        struct worker sum;
        uint64_t found = 0, dialogs = 0;

        race(threads, 2 * CALLS, true, &c, &sum);
        assert_int_equal(sum.wrong, 0);
        for (uint64_t call = 1; call < 1 + CALLS; call++) {
                struct dp_trans_id id = tx_of(call);
                struct dp_transaction tx;
                struct dp_dialog d;

                found += dp_trans_look(c, &id, ALICE, START, &tx) == DP_TRANS_REPEAT;
                for (unsigned reverse = 0; reverse < 2; reverse++) {
                        struct dp_dialog_id dialog = dialog_of(c, call, reverse != 0);

                        if (!dp_dialog_find(c, &dialog, reverse != 0 ? BOB : ALICE, START, &d))
                                continue;
                        dialogs++;
                        assert_true(!d.has_cseq || d.known);
                        assert_true(!d.has_cseq ||
                                    (d.cseq >= call + 100 && d.cseq < call + 100 + threads));
                }
        }
        assert_int_equal(dialogs, 2 * (sum.dialogs.added - sum.dialogs.removed));
        assert_int_equal(found, sum.tx.added - sum.tx.removed);
        assert_true(found > CALLS * 9 / 10);
        /* two that put one transaction at once may spend from both, until one of them is gone */
        assert_true(sum.repeats <= found * DP_TRANS_REPEATS_SLACK + found / 10);
        assert_int_equal(held(c->transactions), sum.tx.added - sum.tx.removed);
        assert_int_equal(held(c->dialogs), sum.dialogs.added - sum.dialogs.removed);
        assert_int_equal(held(c->transactions) + held(c->dialogs), 0);
        dp_calls_destroy(c);
}

static void test_two(void **state)
{
        (void)state;
        all_there(2);
}

static void test_four(void **state)
{
        (void)state;
        all_there(4);
}

/* Far too little room: entries come and go under everybody's hands, and the count still holds. */
static void test_four_without_room(void **state)
{
        struct dp_calls *c;
        struct worker sum;

        (void)state;
        race(4, 64, false, &c, &sum);
        assert_int_equal(sum.wrong, 0);
        assert_true(sum.tx.evicted > 1000);
        assert_int_equal(held(c->transactions), sum.tx.added - sum.tx.removed);
        assert_int_equal(held(c->dialogs), sum.dialogs.added - sum.dialogs.removed);
        dp_calls_destroy(c);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_two),
            cmocka_unit_test(test_four),
            cmocka_unit_test(test_four_without_room),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
