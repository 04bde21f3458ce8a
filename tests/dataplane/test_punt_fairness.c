/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who gets control's time when more is asked than it answers. Control answers 1000 questions a
 * second, in the order they come; all other classes ask for exactly their share of that; one source
 * asks in its class for a hundred times that class's share. Time is the worker's clock, moved by
 * the test, so that the figures are the same in every run.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/shares.h"
#include "tests/dataplane/chain.h"

#define ANSWERS_PER_S 1000u
#define RUN_MS        4000u
#define AGE_MAX_US    200000u
#define FLOOD_SOURCE  200u
#define PEER_SOURCE   3u

static struct dp_config config;

static int reset(void **state)
{
        (void)state;
        dp_config_free(&config);
        if (dp_config_load(NULL, &config) != 0)
                return -1;
        chain_config_unlimited(&config);
        config.unknown_dialogs = DP_STRAYS_PASS;
        config.events = DP_EVENTS_ALL;
        return 0;
}

static const struct {
        enum shm_class cls;
        const char *method;
        const char *uri; /* a number is put in */
        const char *headers;
} kinds[] = {
    {SHM_CLASS_OTHER, "OPTIONS", "sip:%u@example.com", ""},
    {SHM_CLASS_REGISTER, "REGISTER", "sip:%u.example.com", ""},
    {SHM_CLASS_INVITE, "INVITE", "sip:%u@example.com", ""},
    {SHM_CLASS_PEER, "INVITE", "sip:%u@example.com", ""},
    {SHM_CLASS_IN_DIALOG, "INFO", "sip:%u@example.com", "To: <sip:b@c>;tag=%u\r\n"},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* What became of the messages of one class, the flood's apart. */
struct tally {
        unsigned sent;
        unsigned answered;
        unsigned flood_answered;
        uint32_t oldest_us;
};

static unsigned weights(void)
{
        unsigned sum = 0;

        for (size_t k = 0; k < KINDS; k++)
                sum += dp_share_weight((uint8_t)kinds[k].cls);
        return sum;
}

/* A request that no decision before it answers: its own number, and its own Call-ID. */
static void send_one(size_t k, uint8_t source, unsigned number)
{
        char uri[64], to[64], text[1024], with[1100];
        char *call_id;

        snprintf(uri, sizeof(uri), kinds[k].uri, number);
        snprintf(to, sizeof(to), kinds[k].headers, number);
        chain_request_text(text, sizeof(text), kinds[k].method, uri, to);
        call_id = strstr(text, "Call-ID: ") + strlen("Call-ID: ");
        snprintf(with, sizeof(with), "%.*s%u-%s", (int)(call_id - text), text, number, call_id);
        chain_send(SHM_SIDE_OUTSIDE, source, with);
}

static size_t kind_of(uint8_t cls)
{
        size_t k = 0;

        while (k < KINDS && kinds[k].cls != cls)
                k++;
        return k;
}

static bool is_flood(const struct shm_flow *f)
{
        return f->src.b[15] == FLOOD_SOURCE || f->src.b[15] == FLOOD_SOURCE + 1;
}

static void events_count(struct chain *c, struct tally *tally)
{
        struct shm_event e;

        while (chain_event(c, &e)) {
                size_t k = kind_of(e.cls);

                if (k == KINDS || e.flow.side != SHM_SIDE_OUTSIDE)
                        continue;
                if (e.held_us > tally[k].oldest_us)
                        tally[k].oldest_us = e.held_us;
                if (e.reason != SHM_REASON_PASS_POLICY)
                        continue;
                if (is_flood(&e.flow))
                        tally[k].flood_answered++;
                else
                        tally[k].answered++;
        }
}

static void make_peer(struct chain *c, uint8_t last)
{
        struct shm_table_update u = {.op = SHM_TABLE_ADD,
                                     .table = SHM_TABLE_PEER,
                                     .prefix_len = 128,
                                     .reason = SHM_REASON_PASS_ALLOW};

        memset(u.ip.b + 10, 0xff, 2);
        u.ip.b[12] = 10;
        u.ip.b[15] = last;
        chain_apply_table(c, &u);
}

/* One millisecond: what is due is sent in bursts, one question is answered, and time passes. */
static void millisecond(struct chain *c, unsigned ms, size_t flooded, unsigned times,
                        struct tally *tally, unsigned *number)
{
        struct shm_request r;

        for (size_t k = 0; k < KINDS; k++) {
                /* its share of a thousand answers a second, spread over the second */
                unsigned weight = dp_share_weight((uint8_t)kinds[k].cls), all = weights();
                unsigned due = (ms + 1) * weight / all - ms * weight / all;
                bool peer = kinds[k].cls == SHM_CLASS_PEER;

                for (unsigned n = 0; k == flooded && n < due * times; n++) {
                        send_one(k, peer ? FLOOD_SOURCE + 1 : FLOOD_SOURCE, ++*number);
                        if (n % 32 == 31)
                                chain_turn(c);
                }
                for (unsigned n = 0; k != flooded && n < due; n++) {
                        ++*number;
                        send_one(k, peer ? PEER_SOURCE : (uint8_t)(10 + *number % 100), *number);
                        tally[k].sent++;
                }
        }
        for (unsigned n = 0; n < 8; n++)
                chain_turn(c);
        if (chain_request(c, &r)) {
                chain_answer(c, r.id, SHM_ACTION_PASS, SHM_REASON_PASS_POLICY, 0);
                chain_turn(c);
        }
        events_count(c, tally);
        for (unsigned side = 0; side < SHM_SIDE_CNT; side++)
                while (chain_receive_text(c, side) != NULL)
                        ;
        chain_pass_ms(c, 1);
}

static void run(size_t flooded, unsigned times, struct tally tally[KINDS])
{
        struct chain *c = chain_create(&config, true);
        unsigned number = 0;

        memset(tally, 0, KINDS * sizeof(tally[0]));
        make_peer(c, PEER_SOURCE);
        make_peer(c, FLOOD_SOURCE + 1);
        for (unsigned ms = 0; ms < RUN_MS; ms++)
                millisecond(c, ms, flooded, times, tally, &number);
        for (unsigned ms = 0; ms < 250; ms++) /* what still waits is answered, or given up */
                millisecond(c, 0, KINDS, 0, tally, &number);
        chain_destroy(c);
}

/* One source at a hundred times its share: all others keep theirs, and nothing waits too long. */
static void test_flood_of_each_class(void **state)
{
        (void)state;
        printf("%-10s", "flooded");
        for (size_t k = 0; k < KINDS; k++)
                printf(" %10s", shm_class_name(kinds[k].cls));
        printf(" %10s %8s\n", "flood", "oldest");
        for (size_t flooded = 0; flooded < KINDS; flooded++) {
                struct tally tally[KINDS];
                uint32_t oldest_us = 0;

                run(flooded, 100, tally);
                printf("%-10s", shm_class_name(kinds[flooded].cls));
                for (size_t k = 0; k < KINDS; k++)
                        if (k == flooded)
                                printf(" %10s", "-");
                        else
                                printf(" %9.2f%%", 100.0 * tally[k].answered / tally[k].sent);
                for (size_t k = 0; k < KINDS; k++)
                        if (tally[k].oldest_us > oldest_us)
                                oldest_us = tally[k].oldest_us;
                printf(" %10u %5u ms\n", tally[flooded].flood_answered, oldest_us / 1000);
                for (size_t k = 0; k < KINDS; k++) {
                        assert_true(k == flooded || tally[k].sent > RUN_MS / 16);
                        assert_true(k == flooded || tally[k].answered * 100 >= tally[k].sent * 95);
                }
                /* and the flood gets its own share, no less */
                unsigned share = ANSWERS_PER_S * RUN_MS / 1000 *
                                 dp_share_weight((uint8_t)kinds[flooded].cls) / weights();

                assert_true(tally[flooded].flood_answered * 10 >= share * 9);
                assert_true(oldest_us <= AGE_MAX_US);
        }
}

/* What a class leaves is not wasted: a flood alone gets all of control's time. */
static void test_nothing_is_wasted(void **state)
{
        struct tally tally[KINDS];
        unsigned all = 0;

        (void)state;
        run(0, 100, tally);
        for (size_t k = 0; k < KINDS; k++)
                all += tally[k].answered + tally[k].flood_answered;
        printf("%u of %u answers used\n", all, ANSWERS_PER_S * RUN_MS / 1000);
        assert_true(all * 100 >= ANSWERS_PER_S * RUN_MS / 1000 * 95);
}

/* In one class a source has its own budget in front: others of the class are asked about. */
static void test_source_budget(void **state)
{
        static const struct dp_rate rate = {.interval_ns = 50000000, .burst_ns = 450000000};
        struct chain *c;
        unsigned number = 0;

        (void)state;
        config.limits.rates[SHM_LANE_UNPROVEN][DP_LIMIT_QUESTION][DP_LIMIT_ENDPOINT] = rate;
        c = chain_create(&config, true);
        for (unsigned n = 0; n < 100; n++) {
                send_one(0, FLOOD_SOURCE, ++number);
                chain_turn(c);
        }
        assert_int_equal(chain_counters(c)->held_pending, 10);
        assert_int_equal(chain_counters(c)->dropped[SHM_REASON_QUESTIONS], 90);
        send_one(0, 10, ++number);
        chain_turn(c);
        assert_int_equal(chain_counters(c)->held_pending, 11);
        chain_destroy(c);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup(test_flood_of_each_class, reset),
            cmocka_unit_test_setup(test_nothing_is_wasted, reset),
            cmocka_unit_test_setup(test_source_budget, reset),
        };

        (void)argc;
        chain_eal_start(argv[0]);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
