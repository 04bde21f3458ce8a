/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_police_rules.c - the operator's rules through a whole worker: each action, the order in
 * which they decide, modes, shares, expiry, thresholds, and what is told of their cost. Every test
 * ends in chain_destroy(), which asserts conservation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "control/rules/image.h"
#include "control/rules/read.h"
#include "dataplane/stages/police_rules.h"
#include "parser/match/match_seal.h"
#include "tests/dataplane/chain.h"

#define GENERATION 7u

static struct dp_config config;
static struct chain *chain;

static int begin(void **state)
{
        (void)state;
        dp_config_free(&config);
        if (dp_config_load(NULL, &config) != 0)
                return -1;
        chain_config_unlimited(&config);
        chain = chain_create(&config, true);
        return 0;
}

static int end(void **state)
{
        (void)state;
        chain_destroy(chain);
        return 0;
}

/* Put these rules in force. */
static void rules(const char *text)
{
        struct cp_rule_errors *e = calloc(1, sizeof(*e));
        struct cp_rule_set set = {0};
        struct cp_image image;
        struct match_head *head;

        assert_non_null(e);
        assert_int_equal(cp_rules_read(&set, "r", text, strlen(text), &cp_rule_default_vars, e), 0);
        assert_int_equal(cp_image_make(&set, MATCH_PLATFORM_HOST, 1, NULL, &image, e), 0);
        head = (void *)image.at;
        head->generation = GENERATION;
        match_seal_set(image.at, image.bytes);
        chain_rules(chain, image.at, image.bytes);
        free(image.at);
        cp_rule_set_fini(&set);
        free(e);
}

#define RULE(action, options) action " sip any any -> any any (" options ")\n"
#define ANY(action, sid)      RULE(action, "pkt.length:>0; sid:" #sid ";")

static unsigned asked; /* how often control was */

/* What becomes of a request of this host; control lets pass what it is asked. */
static struct shm_event judge(uint8_t host, const char *method, const char *uri,
                              const char *call_id)
{
        static unsigned number;
        struct shm_request r;
        struct shm_event ev;
        char text[1024];

        number++;
        snprintf(text, sizeof(text),
                 "%s %s SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.%u;branch=z9hG4bKr%u\r\n"
                 "Max-Forwards: 70\r\nFrom: <sip:alice@example.com>;tag=1\r\n"
                 "To: <sip:bob@example.com>\r\nCall-ID: %s%u\r\nCSeq: 1 %s\r\n"
                 "Contact: <sip:alice@10.0.0.1>\r\nContent-Length: 0\r\n\r\n",
                 method, uri, host, number, call_id, call_id[0] == '_' ? 0 : number, method);
        chain_send(SHM_SIDE_OUTSIDE, host, text);
        chain_turn(chain);
        while (chain_request(chain, &r)) {
                asked++;
                chain_answer(chain, r.id, SHM_ACTION_PASS, SHM_REASON_PASS_POLICY, SHM_SCOPE_ROUTE);
                chain_turn(chain);
        }
        assert_true(chain_event(chain, &ev));
        return ev;
}

static struct shm_event options_of(uint8_t host)
{
        return judge(host, "OPTIONS", "sip:bob@10.0.0.2", "c");
}

static void assert_told(const struct shm_event *ev, unsigned cnt, uint32_t first)
{
        assert_int_equal(ev->rule_cnt, cnt);
        if (cnt != 0)
                assert_int_equal(ev->rules[0], first);
        assert_int_equal(ev->rule_generation, GENERATION);
}

static void assert_ends(const struct shm_event *ev, uint8_t action, uint16_t reason, uint32_t rule)
{
        assert_int_equal(ev->action, action);
        assert_int_equal(ev->reason, reason);
        assert_int_equal(ev->rule, rule);
}

/* ---- actions ---- */

static void alert_and_tag_tell_and_pass(void **state)
{
        struct shm_event ev;

        (void)state;
        rules(ANY("alert", 1) ANY("tag", 2));
        ev = options_of(1);
        assert_int_equal(ev.action, SHM_ACTION_PASS);
        assert_told(&ev, 2, 1);
        assert_int_equal(ev.rules[1], 2);
}

static void drop_drops(void **state)
{
        struct shm_event ev;

        (void)state;
        rules(RULE("drop", "sip.method; content:\"OPTIONS\"; sid:3;"));
        ev = options_of(1);
        assert_ends(&ev, SHM_ACTION_DROP, SHM_REASON_RULE_DROP, 3);
        assert_told(&ev, 1, 3);
        ev = judge(1, "INVITE", "sip:bob@10.0.0.2", "c");
        assert_int_equal(ev.action, SHM_ACTION_PASS);
        assert_told(&ev, 0, 0);
}

static void reject_answers(void **state)
{
        struct shm_event ev;
        const char *answer;

        (void)state;
        rules(RULE("reject", "pkt.length:>0; reply:486,30; sid:4;"));
        ev = options_of(1);
        assert_ends(&ev, SHM_ACTION_REJECT, SHM_REASON_RULE_REJECT, 4);
        assert_int_equal(ev.code, 486);
        answer = chain_receive_text(chain, SHM_SIDE_OUTSIDE);
        assert_non_null(answer);
        assert_non_null(strstr(answer, "SIP/2.0 486 "));
        assert_non_null(strstr(answer, "Retry-After: 30\r\n"));
}

static void ban_bans_its_source(void **state)
{
        struct shm_event ev;

        (void)state;
        rules(RULE("ban", "sip.method; content:\"OPTIONS\"; ban_for:60; sid:5;"));
        ev = options_of(1);
        assert_ends(&ev, SHM_ACTION_DROP, SHM_REASON_RULE_DROP, 5);
        ev = judge(1, "INVITE", "sip:bob@10.0.0.2", "c");
        assert_int_equal(ev.reason, SHM_REASON_BANNED);
        ev = judge(3, "INVITE", "sip:bob@10.0.0.2", "c");
        assert_int_equal(ev.action, SHM_ACTION_PASS);
        chain_pass_ms(chain, 61000);
        ev = judge(1, "INVITE", "sip:bob@10.0.0.2", "c");
        assert_int_equal(ev.action, SHM_ACTION_PASS);
}

/* No challenges are configured: who is not proven is dropped. */
static void challenge_drops_strangers(void **state)
{
        struct shm_event ev;

        (void)state;
        rules(ANY("challenge", 6));
        ev = options_of(1);
        assert_ends(&ev, SHM_ACTION_DROP, SHM_REASON_RULE_CHALLENGE, 6);
}

static void limit_lets_so_many_through(void **state)
{
        struct shm_event ev;

        (void)state;
        rules(RULE("limit", "pkt.length:>0; rate:track by_src, count 2, seconds 60; sid:7;"));
        for (int i = 0; i < 2; i++) {
                ev = options_of(1);
                assert_int_equal(ev.action, SHM_ACTION_PASS);
        }
        ev = options_of(1);
        assert_ends(&ev, SHM_ACTION_DROP, SHM_REASON_RULE_LIMIT, 7);
        ev = options_of(3);
        assert_int_equal(ev.action, SHM_ACTION_PASS);
        chain_pass_ms(chain, 61000);
        ev = options_of(1);
        assert_int_equal(ev.action, SHM_ACTION_PASS);
}

/* Without the rule the second of two equal requests is answered from the cache. */
static void ask_asks_each_time(void **state)
{
        (void)state;
        asked = 0;
        (void)options_of(1);
        (void)options_of(1);
        assert_int_equal(asked, 1);
        rules(ANY("ask", 8));
        (void)options_of(1);
        (void)options_of(1);
        assert_int_equal(asked, 3);
}

/* ---- which of them decides ---- */

static void the_order_of_actions_decides(void **state)
{
        struct shm_event ev;

        (void)state;
        rules(ANY("alert", 1) ANY("drop", 2) RULE("reject", "pkt.length:>0; reply:403; sid:3;")
                  ANY("pass", 4));
        ev = options_of(1);
        assert_int_equal(ev.action, SHM_ACTION_PASS);
        assert_told(&ev, 4, 1);
        rules(RULE("reject", "pkt.length:>0; reply:403; sid:3;") ANY("drop", 2) ANY("ask", 9));
        ev = options_of(1);
        assert_ends(&ev, SHM_ACTION_DROP, SHM_REASON_RULE_DROP, 2);
        assert_told(&ev, 3, 3);
}

static void emergencies_are_told_of_alone(void **state)
{
        struct shm_event ev;

        (void)state;
        rules(ANY("drop", 1));
        ev = judge(1, "INVITE", "urn:service:sos", "c");
        assert_int_equal(ev.action, SHM_ACTION_PASS);
        assert_told(&ev, 1, 1);
}

/* ---- modes, expiry, thresholds ---- */

static void modes_are_kept(void **state)
{
        struct shm_event ev;

        (void)state;
        rules(RULE("drop", "pkt.length:>0; sid:1; metadata:mode off;")
                  RULE("drop", "pkt.length:>0; sid:2; metadata:mode monitor;"));
        ev = options_of(1);
        assert_int_equal(ev.action, SHM_ACTION_PASS);
        assert_told(&ev, 1, 2);
        rules(RULE("drop", "pkt.length:>0; sid:3; metadata:mode enforce;"));
        ev = options_of(1);
        assert_ends(&ev, SHM_ACTION_DROP, SHM_REASON_RULE_DROP, 3);
}

static void a_share_is_of_calls(void **state)
{
        unsigned dropped = 0;

        (void)state;
        rules(RULE("drop", "pkt.length:>0; sid:1; metadata:mode enforce 30%;"));
        for (unsigned i = 0; i < 400; i++) {
                char call_id[32];
                struct shm_event first, second;

                snprintf(call_id, sizeof(call_id), "_%u-", i);
                first = judge(1, "OPTIONS", "sip:bob@10.0.0.2", call_id);
                second = judge(3, "OPTIONS", "sip:bob@10.0.0.2", call_id);
                assert_int_equal(first.action, second.action);
                assert_told(&first, 1, 1);
                dropped += first.action == SHM_ACTION_DROP;
        }
        /* 120 expected, standard deviation 9.2: six of them */
        assert_in_range(dropped, 65, 175);
}

/* The chain's clock begins on 2023-11-14. */
static void an_expired_rule_does_nothing(void **state)
{
        struct shm_event ev;

        (void)state;
        rules(RULE("drop", "pkt.length:>0; sid:1; metadata:expires 2023-11-16;")
                  RULE("drop", "pkt.length:>0; sid:2; metadata:expires 2023-11-01;"));
        ev = options_of(1);
        assert_ends(&ev, SHM_ACTION_DROP, SHM_REASON_RULE_DROP, 1);
        assert_told(&ev, 1, 1);
        chain_pass_ms(chain, 2 * 86400 * UINT64_C(1000));
        ev = options_of(1);
        assert_int_equal(ev.action, SHM_ACTION_PASS);
        assert_told(&ev, 0, 0);
}

static void thresholds_are_kept(void **state)
{
        struct shm_event ev;

        (void)state;
        rules(RULE("drop", "pkt.length:>0; detection_filter:track by_src, count 2, seconds 60; "
                           "sid:1;")
                  RULE("alert", "pkt.length:>0; threshold:type limit, track by_src, count 1, "
                                "seconds 60; sid:2;"));
        ev = options_of(1);
        assert_int_equal(ev.action, SHM_ACTION_PASS);
        assert_told(&ev, 1, 2);
        ev = options_of(1);
        assert_int_equal(ev.action, SHM_ACTION_PASS);
        assert_told(&ev, 0, 0);
        ev = options_of(1);
        assert_ends(&ev, SHM_ACTION_DROP, SHM_REASON_RULE_DROP, 1);
        assert_told(&ev, 1, 1);
}

/* ---- what rules cost ---- */

/* The first message and then one in DP_RULE_SAMPLE, whose rules are told of with their cycles. */
static void costs_are_sampled(void **state)
{
        struct shm_rule_costs costs;
        unsigned samples;

        (void)state;
        rules(ANY("drop", 1) RULE("alert", "sip.method; content:\"NOTIFY\"; sid:2;")
                  RULE("alert", "sip.method; content:\"OPTIONS\"; sip.from; exists; sid:3;"));
        for (unsigned i = 0; i < 8 * DP_RULE_SAMPLE; i++)
                (void)options_of(1);
        samples = chain_costs(chain, &costs);
        assert_in_range(samples, 3, 32);
        assert_int_equal(costs.generation, GENERATION);
        assert_int_equal(costs.cnt, 2); /* nothing suggests that the second may hold */
        assert_int_equal(costs.rule[0].sid, 1);
        assert_int_equal(costs.rule[1].sid, 3);
        for (unsigned i = 0; i < costs.cnt; i++)
                assert_in_range(costs.rule[i].cycles, 1, 100000000);
}

#define RULES_TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            RULES_TEST(alert_and_tag_tell_and_pass),
            RULES_TEST(drop_drops),
            RULES_TEST(reject_answers),
            RULES_TEST(ban_bans_its_source),
            RULES_TEST(challenge_drops_strangers),
            RULES_TEST(limit_lets_so_many_through),
            RULES_TEST(ask_asks_each_time),
            RULES_TEST(the_order_of_actions_decides),
            RULES_TEST(emergencies_are_told_of_alone),
            RULES_TEST(modes_are_kept),
            RULES_TEST(a_share_is_of_calls),
            RULES_TEST(an_expired_rule_does_nothing),
            RULES_TEST(thresholds_are_kept),
            RULES_TEST(costs_are_sampled),
        };

        (void)argc;
        chain_eal_start(argv[0]);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
