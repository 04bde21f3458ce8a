/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_attacks.c - each detection: the attack starts its alert with the right key and ends it; one
 * mark less does not; and what looks like it and is none does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "control/prefix.h"
#include "tests/control/detect/detect_world.h"

static struct world w;

static int begin(void **state)
{
        (void)state;
        world_make(&w, CP_DETECT_MONITOR);
        return 0;
}

static int end(void **state)
{
        (void)state;
        world_free(&w);
        return 0;
}

static void test_scanner_agent(void **state)
{
        (void)state;
        world_say(&w, &(struct said){.method = "OPTIONS"});
        assert_int_equal(world_started(&w, 0), 0);
        world_say(&w, &(struct said){.method = "OPTIONS", .reason = SHM_REASON_SCANNER});
        world_assert_source(&w, CP_DETECTION_SCANNER_AGENT, "198.51.100.7");
        world_assert_one_alert(&w, CP_DETECTION_SCANNER_AGENT);
}

static void scan(unsigned targets, uint8_t lane)
{
        for (unsigned i = 0; i < targets; i++)
                world_say(&w, &(struct said){.method = "OPTIONS",
                                             .user = world_number("x%u", i),
                                             .lane = lane});
}

static void test_scan(void **state)
{
        (void)state;
        for (unsigned i = 0; i < 200; i++) /* one target, again and again: a keep-alive */
                world_say(&w, &(struct said){.method = "OPTIONS"});
        scan(18, 0);
        for (unsigned i = 0; i < 100; i++) /* somebody who is known */
                world_say(&w, &(struct said){.method = "OPTIONS",
                                             .src = "198.51.100.8",
                                             .user = world_number("x%u", i),
                                             .known = SHM_KNOWN_AUTHENTICATED});
        assert_int_equal(world_started(&w, 0), 0);
        scan(24, 0);
        world_assert_source(&w, CP_DETECTION_SCAN, "198.51.100.7");
        world_assert_one_alert(&w, CP_DETECTION_SCAN);
}

static void test_peers_are_left_out(void **state)
{
        (void)state;
        scan(500, SHM_LANE_PEER);
        for (unsigned i = 0; i < 50; i++)
                world_say(&w, &(struct said){.user = world_number("0049891234567%02u", i),
                                             .lane = SHM_LANE_PEER});
        /* an answer to a peer is one, too */
        for (unsigned i = 0; i < 50; i++)
                world_say(&w, &(struct said){.inside = true,
                                             .status = 404,
                                             .user = world_number("x%u", i),
                                             .known = SHM_KNOWN_REFUSED});
        assert_int_equal(world_started(&w, 0), 0);
}

static void test_scan_from_one_network(void **state)
{
        (void)state;
        for (unsigned i = 0; i < 24; i++)
                world_say(&w, &(struct said){.src = world_number("2001:db8::%x", i + 1),
                                             .method = "OPTIONS",
                                             .user = world_number("x%u", i)});
        world_assert_source(&w, CP_DETECTION_SCAN, "2001:db8::");
        assert_true(w.last[CP_DETECTION_SCAN].several);
        world_assert_one_alert(&w, CP_DETECTION_SCAN);
}

static void refused(unsigned status, unsigned users, const char *method, uint16_t port)
{
        for (unsigned i = 0; i < users; i++)
                world_say(&w, &(struct said){.inside = true,
                                             .status = status,
                                             .method = method,
                                             .port = port,
                                             .user = world_number("u%u", i),
                                             .known = SHM_KNOWN_REFUSED});
}

static void test_enumeration(void **state)
{
        (void)state;
        refused(404, 18, "REGISTER", 5060);
        for (unsigned i = 0; i < 100; i++) /* one wrong number, again and again */
                refused(404, 1, "INVITE", 5060);
        assert_int_equal(world_started(&w, 0), 0);
        refused(404, 22, "REGISTER", 5061);
        world_assert_source(&w, CP_DETECTION_ENUMERATION, "198.51.100.7");
        world_assert_one_alert(&w, CP_DETECTION_ENUMERATION);
}

static void test_enumeration_known_dials_wrong(void **state)
{
        (void)state;
        world_say(&w, &(struct said){.method = "ACK",
                                     .to_tag = true,
                                     .known = SHM_KNOWN_PROVES | SHM_KNOWN_CALL});
        refused(404, 100, "INVITE", 5060);
        assert_int_equal(world_started(&w, 0), 0);
        refused(404, 22, "REGISTER", 5060);
        world_assert_one_alert(&w, CP_DETECTION_ENUMERATION);
}

static void test_enumeration_by_verdict(void **state)
{
        (void)state;
        for (unsigned i = 0; i < 22; i++)
                world_say(&w, &(struct said){.method = "REGISTER",
                                             .user = world_number("u%u", i),
                                             .reason = SHM_REASON_REFUSALS_ENDPOINT});
        world_assert_one_alert(&w, CP_DETECTION_ENUMERATION);
}

static void challenged(unsigned users)
{
        for (unsigned i = 0; i < users; i++)
                world_say(&w, &(struct said){.inside = true,
                                             .status = 401,
                                             .method = "REGISTER",
                                             .user = world_number("u%u", i)});
}

static void test_unanswered_challenges(void **state)
{
        (void)state;
        for (unsigned i = 0; i < 100; i++) /* normal challenges are no attack */
                world_log_in(&w, NULL, 5060, world_number("n%u", i));
        world_pass(&w, 30);
        challenged(15);
        world_pass(&w, 30);
        assert_int_equal(world_started(&w, 0), 0);
        world_pass(&w, 60);
        challenged(30);
        assert_int_equal(world_started(&w, 0), 0); /* they have time yet */
        world_pass(&w, 25);
        world_assert_source(&w, CP_DETECTION_UNANSWERED_CHALLENGES, "198.51.100.7");
        world_assert_one_alert(&w, CP_DETECTION_UNANSWERED_CHALLENGES);
}

static void wrong_passwords(const char *src, const char *user, unsigned cnt)
{
        for (unsigned i = 0; i < cnt; i++)
                world_say(&w, &(struct said){.src = src,
                                             .inside = true,
                                             .status = 401,
                                             .method = "REGISTER",
                                             .user = user,
                                             .known = SHM_KNOWN_REFUSED | SHM_KNOWN_PROVES});
}

static void test_cracking(void **state)
{
        (void)state;
        wrong_passwords(NULL, "alice", 3); /* somebody mistypes */
        wrong_passwords(NULL, "bob", 16);
        assert_int_equal(world_started(&w, 0), 0);
        wrong_passwords(NULL, "alice", 1);
        world_assert_source(&w, CP_DETECTION_CRACKING, "198.51.100.7");
        assert_int_equal(w.last[CP_DETECTION_CRACKING].proven, 20);
        assert_int_equal(w.last[CP_DETECTION_CRACKING].ban, CP_ALERT_BAN_MONITOR);
        world_assert_one_alert(&w, CP_DETECTION_CRACKING);
}

/* The same at our own registrar, which no response tells of. */
static void own_answers(const char *user, enum shm_reason reason, uint16_t code, unsigned cnt)
{
        for (unsigned i = 0; i < cnt; i++)
                world_say(&w, &(struct said){.method = "REGISTER",
                                             .user = user,
                                             .credentials = reason != SHM_REASON_AUTHENTICATE,
                                             .known = SHM_KNOWN_PROVES,
                                             .reason = (uint16_t)reason,
                                             .code = code});
}

static void test_cracking_our_registrar(void **state)
{
        (void)state;
        for (unsigned i = 0; i < 50; i++) { /* phones log in, and somebody mistypes */
                const char *user = world_number("n%u", i);

                own_answers(user, SHM_REASON_AUTHENTICATE, 401, 1);
                own_answers(user, SHM_REASON_CREDENTIALS, 401, i < 3 ? 1 : 0);
                own_answers(user, SHM_REASON_REGISTRAR, 200, 1);
        }
        own_answers("bob", SHM_REASON_CREDENTIALS, 401, 16);
        assert_int_equal(world_started(&w, 0), 0);
        own_answers("bob", SHM_REASON_CREDENTIALS, 401, 1);
        world_assert_source(&w, CP_DETECTION_CRACKING, "198.51.100.7");
        assert_int_equal(w.last[CP_DETECTION_CRACKING].proven, 20);
        world_assert_one_alert(&w, CP_DETECTION_CRACKING);
}

static void test_enumeration_at_our_registrar(void **state)
{
        (void)state;
        for (unsigned i = 0; i < 30; i++)
                own_answers(world_number("x%u", i), SHM_REASON_AUTHENTICATE, 401, 1);
        assert_int_equal(world_started(&w, 0), 0); /* they have time yet */
        world_pass(&w, 25);
        world_assert_source(&w, CP_DETECTION_UNANSWERED_CHALLENGES, "198.51.100.7");
        for (unsigned i = 0; i < 30; i++)
                world_say(&w, &(struct said){.user = world_number("y%u", i),
                                             .reason = SHM_REASON_LOCATION,
                                             .code = 404});
        world_assert_source(&w, CP_DETECTION_ENUMERATION, "198.51.100.7");
}

static void test_cracking_aor(void **state)
{
        (void)state;
        wrong_passwords("198.51.100.1", "alice", 10); /* one address is no distributed attack */
        for (unsigned i = 0; i < 6; i++)
                wrong_passwords(world_number("198.51.100.%u", i + 1), "alice", 1);
        for (unsigned i = 0; i < 20; i++) /* everybody mistypes once in a while */
                wrong_passwords(world_number("198.51.101.%u", i + 1), world_number("user%u", i), 1);
        assert_int_equal(world_started(&w, 0), 0);
        for (unsigned i = 6; i < 10; i++)
                wrong_passwords(world_number("198.51.100.%u", i + 1), "alice", 1);
        world_assert_text(&w, CP_DETECTION_CRACKING_AOR, "sip:alice@example.com");
        assert_int_equal(w.last[CP_DETECTION_CRACKING_AOR].ban, CP_ALERT_BAN_NONE);
        world_assert_one_alert(&w, CP_DETECTION_CRACKING_AOR);
}

static void dial(const char *user)
{
        world_say(&w, &(struct said){.user = user, .known = SHM_KNOWN_AUTHENTICATED});
}

static void test_toll_fraud(void **state)
{
        static const char *const prefix[] = {"", "00", "9", "900", "+", "011"};

        (void)state;
        for (unsigned i = 0; i < 100; i++) /* different numbers abroad */
                dial(world_number("00442071%u", 230 + 7 * i));
        for (unsigned i = 0; i < 4; i++) {
                char user[64];

                snprintf(user, sizeof(user), "%s44-207-1234567", prefix[i]);
                dial(user);
        }
        for (unsigned i = 0; i < 50; i++)
                dial("0044-207-1234567"); /* the same once more */
        assert_int_equal(world_started(&w, 0), 0);
        dial("0115442071234567");
        world_assert_text(&w, CP_DETECTION_TOLL_FRAUD, "71234567");
        world_assert_source(&w, CP_DETECTION_TOLL_FRAUD, "198.51.100.7");
        assert_int_equal(w.last[CP_DETECTION_TOLL_FRAUD].ban, CP_ALERT_BAN_UNPROVEN);
        world_assert_one_alert(&w, CP_DETECTION_TOLL_FRAUD);
}

static void test_sequential_dialling(void **state)
{
        (void)state;
        for (unsigned i = 0; i < 11; i++)
                dial(world_number("020794600%02u", 10 + i));
        for (unsigned i = 30; i < 90; i += 2) /* every other one */
                dial(world_number("020794600%02u", i));
        for (unsigned i = 0; i < 40; i++)
                dial(world_number("%u", 1000 + 37 * i)); /* an office calls its extensions */
        assert_int_equal(world_started(&w, 0), 0);
        dial("02079460021");
        world_assert_source(&w, CP_DETECTION_SEQUENTIAL_DIALLING, "198.51.100.7");
        world_assert_one_alert(&w, CP_DETECTION_SEQUENTIAL_DIALLING);
}

static void call_up(const char *call, const char *from)
{
        world_say(&w, &(struct said){.inside = true, .status = 200, .call = call, .from = from});
}

static void hang_up(const char *call, const char *from, bool inside)
{
        world_say(&w, &(struct said){.method = "BYE",
                                     .to_tag = true,
                                     .call = call,
                                     .from = inside ? "bob" : from,
                                     .user = inside ? from : "bob",
                                     .inside = inside});
}

static void test_concurrent_calls(void **state)
{
        (void)state;
        for (unsigned i = 0; i < 2000; i++) { /* many, but one after the other */
                call_up(world_number("c%u", i), world_number("a%u", i % 50));
                hang_up(world_number("c%u", i), world_number("a%u", i % 50), i % 2 == 0);
                w.now_ns += 50 * MS;
        }
        for (unsigned i = 0; i < 150; i++)
                call_up(world_number("d%u", i), world_number("a%u", i % 50));
        assert_int_equal(world_started(&w, 0), 0);
        for (unsigned i = 150; i < 230; i++)
                call_up(world_number("d%u", i), world_number("a%u", i % 50));
        assert_int_equal(w.started[CP_DETECTION_CONCURRENT_CALLS], 1);
        for (unsigned i = 0; i < 230; i++)
                hang_up(world_number("d%u", i), world_number("a%u", i % 50), true);
        world_pass(&w, 2);
        assert_int_equal(w.stopped[CP_DETECTION_CONCURRENT_CALLS], 1);
}

static void test_concurrent_calls_aor(void **state)
{
        (void)state;
        for (unsigned i = 0; i < 17; i++)
                call_up(world_number("d%u", i), "mallory");
        assert_int_equal(world_started(&w, 0), 0);
        for (unsigned i = 17; i < 24; i++)
                call_up(world_number("d%u", i), "mallory");
        world_assert_text(&w, CP_DETECTION_CONCURRENT_CALLS_AOR, "sip:mallory@example.com");
        world_assert_one_alert(&w, CP_DETECTION_CONCURRENT_CALLS_AOR);
}

static void test_lost_ends_start_nothing(void **state)
{
        struct shm_counters c = {0};

        (void)state;
        cp_detect_tick(w.d, &c, w.now_ns);
        c.events_lost = 7;
        w.now_ns += S;
        cp_detect_tick(w.d, &c, w.now_ns);
        for (unsigned i = 0; i < 100; i++)
                call_up(world_number("d%u", i), "mallory");
        challenged(100);
        world_pass(&w, 30);
        assert_int_equal(world_started(&w, 0), 0);
}

static void test_tdos(void **state)
{
        (void)state;
        for (unsigned i = 0; i < 500; i++)
                world_say(&w, &(struct said){.src = "198.51.100.1"});
        for (unsigned i = 0; i < 44; i++)
                world_say(&w, &(struct said){.src = world_number("198.51.100.%u", i + 1)});
        assert_int_equal(world_started(&w, 0), 0);
        for (unsigned i = 44; i < 60; i++)
                world_say(&w, &(struct said){.src = world_number("198.51.100.%u", i + 1)});
        world_assert_text(&w, CP_DETECTION_TDOS, "sip:bob@example.com");
        world_assert_one_alert(&w, CP_DETECTION_TDOS);
}

static void cancel(unsigned from, unsigned to)
{
        for (unsigned i = from; i < to; i++)
                world_say(&w, &(struct said){.method = "CANCEL",
                                             .user = world_number("%u", 5550000 + 13 * i)});
}

static void test_wangiri(void **state)
{
        (void)state;
        cancel(0, 17);
        for (unsigned i = 0; i < 50; i++) /* one who does not answer */
                cancel(0, 1);
        assert_int_equal(world_started(&w, 0), 0);
        cancel(17, 24);
        world_assert_one_alert(&w, CP_DETECTION_WANGIRI);
}

static void test_digest_leak(void **state)
{
        (void)state;
        /* a carrier challenges what begins */
        world_say(&w, &(struct said){.status = 407, .method = "INVITE"});
        world_say(&w, &(struct said){.status = 401, .method = "REGISTER"});
        world_say(&w, &(struct said){.status = 200, .method = "BYE"});
        world_say(
            &w, &(struct said){
                    .status = 407, .method = "BYE", .lane = SHM_LANE_PEER, .src = "198.51.100.8"});
        assert_int_equal(world_started(&w, 0), 0);
        world_say(&w, &(struct said){.status = 407, .method = "BYE", .known = SHM_KNOWN_PROVES});
        world_assert_source(&w, CP_DETECTION_DIGEST_LEAK, "198.51.100.7");
        assert_int_equal(w.last[CP_DETECTION_DIGEST_LEAK].ban, CP_ALERT_BAN_MONITOR);
        world_assert_one_alert(&w, CP_DETECTION_DIGEST_LEAK);
}

static void test_unauthenticated(void **state)
{
        (void)state;
        for (unsigned i = 0; i < 100; i++) /* challenged, and then with credentials */
                for (unsigned k = 0; k < 2; k++)
                        world_say(&w, &(struct said){.method = "MESSAGE", .credentials = k == 1});
        for (unsigned i = 0; i < 19; i++)
                world_say(&w, &(struct said){.method = "MESSAGE"});
        for (unsigned i = 0; i < 100; i++)
                world_say(&w, &(struct said){.method = "SUBSCRIBE",
                                             .known = SHM_KNOWN_AUTHENTICATED,
                                             .src = "198.51.100.8"});
        world_pass(&w, 5);
        assert_int_equal(world_started(&w, 0), 0);
        world_say(&w, &(struct said){.method = "MESSAGE"});
        world_pass(&w, 5);
        world_assert_text(&w, CP_DETECTION_UNAUTHENTICATED, "MESSAGE");
        world_assert_one_alert(&w, CP_DETECTION_UNAUTHENTICATED);
}

static void test_spoofed_teardown(void **state)
{
        (void)state;
        world_say(
            &w, &(struct said){.method = "BYE", .to_tag = true, .reason = SHM_REASON_DIALOG_CSEQ});
        world_say(&w, &(struct said){
                          .method = "BYE", .to_tag = true, .reason = SHM_REASON_DIALOG_SOURCE});
        assert_int_equal(world_started(&w, 0), 0);
        world_say(&w, &(struct said){.method = "CANCEL", .reason = SHM_REASON_CANCEL_SOURCE});
        world_assert_source(&w, CP_DETECTION_SPOOFED_TEARDOWN, "198.51.100.7");
        assert_int_equal(w.last[CP_DETECTION_SPOOFED_TEARDOWN].ban, CP_ALERT_BAN_NONE);
        world_assert_one_alert(&w, CP_DETECTION_SPOOFED_TEARDOWN);
}

static void test_aor_moves_and_agent_change(void **state)
{
        (void)state;
        for (unsigned i = 0; i < 4; i++) {
                world_log_in(&w, world_number("198.51.100.%u", i + 1), 5060, "roamer");
                world_log_in(&w, "198.51.100.1", 5060, "stable");
        }
        assert_int_equal(world_started(&w, 0), 0);
        world_log_in(&w, "198.51.100.77", 5060, "roamer");
        assert_int_equal(w.started[CP_DETECTION_AOR_MOVES], 1);
        world_assert_text(&w, CP_DETECTION_AOR_MOVES, "sip:roamer@example.com");
        for (unsigned i = 0; i < 4; i++)
                world_say(&w, &(struct said){.method = "REGISTER",
                                             .credentials = true,
                                             .known = SHM_KNOWN_PROVES,
                                             .agent = world_number("phone/%u", i)});
        assert_int_equal(w.started[CP_DETECTION_AGENT_CHANGE], 1);
}

/* What is banned already is not held against anybody again. */
static void test_banned_traffic_counts_for_nothing(void **state)
{
        (void)state;
        for (unsigned i = 0; i < 100; i++)
                world_say(&w, &(struct said){.method = "OPTIONS",
                                             .user = world_number("x%u", i),
                                             .reason = SHM_REASON_BANNED});
        assert_int_equal(w.d->stats.marks, 0);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
        const struct CMUnitTest tests[] = {
            T(test_scanner_agent),
            T(test_scan),
            T(test_peers_are_left_out),
            T(test_scan_from_one_network),
            T(test_enumeration),
            T(test_enumeration_known_dials_wrong),
            T(test_enumeration_by_verdict),
            T(test_unanswered_challenges),
            T(test_cracking),
            T(test_cracking_our_registrar),
            T(test_enumeration_at_our_registrar),
            T(test_cracking_aor),
            T(test_toll_fraud),
            T(test_sequential_dialling),
            T(test_concurrent_calls),
            T(test_concurrent_calls_aor),
            T(test_lost_ends_start_nothing),
            T(test_tdos),
            T(test_wangiri),
            T(test_digest_leak),
            T(test_unauthenticated),
            T(test_spoofed_teardown),
            T(test_aor_moves_and_agent_change),
            T(test_banned_traffic_counts_for_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
