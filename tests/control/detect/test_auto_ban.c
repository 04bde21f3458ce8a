/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_auto_ban.c - bans that detections ask for, in an engine with its state on disk: who is
 * banned, who never is, for how long, how many a minute, and what lifting and a restart do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "control/engine.h"
#include "tests/control/detect/detect_world.h"

#define CRACKER "203.0.113.66"
#define AT_PORT CRACKER ":5060" /* the narrowest that is guilty */

static struct cp_engine e;
static struct world w;
static char dir[64];

static const char policy[] = "policy: {allow: [{prefix: 203.0.113.99}]}\n"
                             "detections:\n"
                             "  entries: 4096\n"
                             "  cracking: {mode: enforce}\n"
                             "  toll_fraud: {mode: enforce}\n"
                             "  cracking_aor: {mode: off}\n";

static void start(void)
{
        struct cp_config *config = NULL;
        struct cp_config_error err;
        char text[1024];

        snprintf(text, sizeof(text),
                 "control: {dataplanes: [], eve-file: '', state-dir: %s/state}\n%s", dir, policy);
        assert_int_equal(cp_config_parse(&config, "t", (const uint8_t *)text, strlen(text), &err),
                         0);
        assert_int_equal(cp_engine_init(&e, NULL, config), 0);
        assert_non_null(e.db);
        memset(&w, 0, sizeof(w));
        w.d = e.detect;
        w.now_ns = cp_clock_real_ns();
}

static int begin(void **state)
{
        (void)state;
        strcpy(dir, "/tmp/sluice-auto-ban.XXXXXX");
        assert_non_null(mkdtemp(dir));
        start();
        return 0;
}

static int end(void **state)
{
        char command[128];

        (void)state;
        cp_engine_fini(&e);
        snprintf(command, sizeof(command), "rm -rf %s", dir);
        return system(command);
}

static void restart(void)
{
        cp_engine_fini(&e);
        start();
}

static void attack(const char *src, uint16_t port)
{
        for (unsigned i = 0; i < 25; i++) {
                world_say(&w, &(struct said){.src = src,
                                             .port = port,
                                             .method = "REGISTER",
                                             .credentials = true,
                                             .known = SHM_KNOWN_PROVES});
                world_say(&w, &(struct said){.src = src,
                                             .port = port,
                                             .inside = true,
                                             .status = 401,
                                             .method = "REGISTER",
                                             .known = SHM_KNOWN_REFUSED | SHM_KNOWN_PROVES});
        }
        cp_auto_ban_run(&e);
}

static void a_minute_passes(void)
{
        for (unsigned i = 0; i < CP_BAN_SPENDS_MAX; i++)
                if (e.auto_ban.budget.spend[i].at_ns != 0)
                        e.auto_ban.budget.spend[i].at_ns -= 61 * S;
}

static const struct cp_ban *ban_of(const char *text)
{
        struct cp_prefix p;

        assert_int_equal(cp_endpoint_parse(text, &p), 0);
        return cp_bans_get(&e.bans, &p);
}

static uint64_t ttl_s(const char *text)
{
        const struct cp_ban *b = ban_of(text);

        assert_non_null(b);
        return (b->expires_ns - b->added_ns) / S;
}

static enum cp_alert_ban outcome(const char *address)
{
        struct shm_ip ip = world_ip(address);
        const struct cp_alert *a;
        uint32_t i = 0;

        while ((a = cp_detect_alert_next(e.detect, &i)) != NULL)
                if (a->stop_ns == 0 && memcmp(&a->exact, &ip, sizeof(ip)) == 0)
                        return (enum cp_alert_ban)a->ban;
        return CP_ALERT_BAN_NONE;
}

static void test_it_bites_and_says_why(void **state)
{
        const struct cp_ban *b;

        (void)state;
        attack(CRACKER, 5060);
        b = ban_of(AT_PORT);
        assert_non_null(b);
        assert_int_equal(cp_bans_count(&e.bans), 1);
        assert_string_equal(b->origin, "cracking");
        assert_string_equal(b->reason, "wrong passwords of one source");
        assert_non_null(strstr(b->evidence, "of 20 in 120 s"));
        assert_non_null(strstr(b->evidence, "Call-ID call-"));
        assert_true(b->first_ns != 0 && b->last_ns >= b->first_ns);
        assert_int_equal(ttl_s(AT_PORT), 600);
        assert_int_equal(outcome(CRACKER), CP_ALERT_BAN_DONE);
        world_say(&w, &(struct said){.src = CRACKER, .reason = SHM_REASON_BANNED});
        world_say(&w, &(struct said){.src = CRACKER, .reason = SHM_REASON_BANNED});
        assert_int_equal(cp_auto_ban_hits(&e, &b->prefix), 2);
        cp_auto_ban_run(&e); /* once is enough */
        assert_int_equal(e.auto_ban.banned, 1);
}

static void test_three_typos_do_not(void **state)
{
        (void)state;
        for (unsigned i = 0; i < 3; i++)
                world_say(&w, &(struct said){.inside = true,
                                             .status = 401,
                                             .method = "REGISTER",
                                             .known = SHM_KNOWN_REFUSED | SHM_KNOWN_PROVES});
        cp_auto_ban_run(&e);
        assert_int_equal(cp_bans_count(&e.bans), 0);
}

/* Passwords to a nonce that others were sent, too: one of them can have tried them. */
static void test_a_shared_nonce_is_no_evidence(void **state)
{
        (void)state;
        for (unsigned i = 0; i < 25; i++) {
                world_say(&w, &(struct said){.src = CRACKER,
                                             .method = "REGISTER",
                                             .credentials = true,
                                             .known = SHM_KNOWN_ECHOED});
                world_say(&w, &(struct said){.src = CRACKER,
                                             .inside = true,
                                             .status = 401,
                                             .method = "REGISTER",
                                             .known = SHM_KNOWN_REFUSED});
        }
        cp_auto_ban_run(&e);
        assert_int_equal(outcome(CRACKER), CP_ALERT_BAN_UNPROVEN);
        assert_int_equal(cp_bans_count(&e.bans), 0);
}

static void test_allow_list_wins(void **state)
{
        (void)state;
        attack("203.0.113.99", 5060);
        assert_int_equal(outcome("203.0.113.99"), CP_ALERT_BAN_ALLOWED);
        assert_int_equal(cp_bans_count(&e.bans), 0);
}

/* Somebody else at the address has logged in: the neighbours behind a NAT do not pay. The port of
 * the attack does; who then goes on from another is spared with his neighbours, as the address is
 * theirs too. */
static void test_neighbours_are_spared(void **state)
{
        struct shm_ip ip = world_ip(CRACKER);

        (void)state;
        world_log_in(&w, CRACKER, 40001, "neighbour");
        attack(CRACKER, 5060);
        assert_int_equal(outcome(CRACKER), CP_ALERT_BAN_DONE);
        assert_int_equal(cp_bans_count(&e.bans), 1);
        assert_non_null(ban_of(AT_PORT));
        assert_non_null(cp_bans_find(&e.bans, &ip, 5060, w.now_ns));
        assert_null(cp_bans_find(&e.bans, &ip, 40001, w.now_ns));
        attack(CRACKER, 5061);
        assert_int_equal(outcome(CRACKER), CP_ALERT_BAN_SHARED);
        assert_int_equal(cp_bans_count(&e.bans), 1);
        a_minute_passes();
        attack("203.0.113.67", 5060); /* elsewhere it is banned */
        assert_int_equal(cp_bans_count(&e.bans), 2);
}

/* Where nobody else lives, another port brings the address down. */
static void test_another_port_widens(void **state)
{
        struct shm_ip ip = world_ip(CRACKER);

        (void)state;
        attack(CRACKER, 5060);
        assert_non_null(ban_of(AT_PORT));
        assert_null(ban_of(CRACKER));
        a_minute_passes();
        attack(CRACKER, 5061);
        assert_non_null(ban_of(CRACKER));
        assert_non_null(cp_bans_find(&e.bans, &ip, 7777, w.now_ns));
}

/* The action limit: what could be forged may slow a source down, and shuts nobody out. */
static void test_limit(void **state)
{
        static const char *const prefix[] = {"", "00", "9", "900", "+", "011"};
        struct cp_prefix key = {.ip = world_ip("198.51.100.7"), .len = 128, .port = 5060};
        const struct cp_ban *b;

        (void)state;
        e.detect->config.rule[CP_DETECTION_TOLL_FRAUD].action = CP_DETECT_LIMIT;
        for (unsigned i = 0; i < 6; i++) {
                char user[32];

                snprintf(user, sizeof(user), "%s442071234567", prefix[i]);
                world_say(&w, &(struct said){.user = user});
        }
        cp_auto_ban_run(&e);
        assert_int_equal(outcome("198.51.100.7"), CP_ALERT_BAN_DONE);
        assert_int_equal(e.auto_ban.banned, 0);
        assert_int_equal(e.auto_ban.limited, 1);
        b = cp_bans_get(&e.bans, &key);
        assert_non_null(b);
        assert_int_equal(b->rate, 6);
        assert_null(cp_bans_find(&e.bans, &key.ip, 5060, w.now_ns)); /* control still answers it */
        restart();
        b = cp_bans_get(&e.bans, &key);
        assert_non_null(b);
        assert_int_equal(b->rate, 6);
        /* lifted by its address alone */
        key.port = 0;
        assert_int_equal(cp_engine_lift(&e, &key), 1);
        assert_int_equal(cp_bans_count(&e.bans), 0);
}

/* The attacker has an account himself: his own login is no neighbour. */
static void test_own_login_does_not_protect(void **state)
{
        (void)state;
        world_log_in(&w, CRACKER, 5060, "mallory");
        attack(CRACKER, 5060);
        assert_non_null(ban_of(AT_PORT));
}

static void test_forged_evidence_bans_nobody(void **state)
{
        static const char *const prefix[] = {"", "00", "9", "900", "+", "011"};

        (void)state;
        for (unsigned i = 0; i < 6; i++) {
                char user[32];

                snprintf(user, sizeof(user), "%s442071234567", prefix[i]);
                world_say(&w, &(struct said){.user = user,
                                             .known = SHM_KNOWN_PROVEN | SHM_KNOWN_AUTHENTICATED});
        }
        cp_auto_ban_run(&e);
        assert_int_equal(outcome("198.51.100.7"), CP_ALERT_BAN_UNPROVEN);
        assert_int_equal(cp_bans_count(&e.bans), 0);
}

static void proven_sources(unsigned cnt)
{
        for (unsigned i = 0; i < cnt; i++) {
                char src[32];

                snprintf(src, sizeof(src), "198.18.%u.%u", i / 250, 1 + i % 250);
                world_say(&w, &(struct said){.src = src,
                                             .method = "OPTIONS",
                                             .user = "x",
                                             .known = SHM_KNOWN_PROVEN});
        }
}

static unsigned in_state(enum cp_alert_ban ban)
{
        const struct cp_alert *a;
        unsigned n = 0;
        uint32_t i = 0;

        while ((a = cp_detect_alert_next(e.detect, &i)) != NULL)
                n += a->stop_ns == 0 && a->ban == ban;
        return n;
}

static bool budget_alert(void)
{
        const struct cp_alert *a;
        uint32_t i = 0;

        while ((a = cp_detect_alert_next(e.detect, &i)) != NULL)
                if (a->detection == CP_DETECTION_BAN_BUDGET && a->stop_ns == 0)
                        return true;
        return false;
}

/* 90 proven sources and ten attackers, five percent: five a minute, the others wait. */
static void test_budget(void **state)
{
        (void)state;
        proven_sources(90);
        for (unsigned i = 0; i < 10; i++) {
                char src[32];

                snprintf(src, sizeof(src), "203.0.113.%u", 10 + i);
                attack(src, 5060);
                /* so far i + 1 attackers are proven, too */
                assert_true(cp_bans_count(&e.bans) * 100 <= (90 + i + 1) * 5);
        }
        assert_int_equal(e.auto_ban.proven, 100);
        assert_int_equal(cp_bans_count(&e.bans), 5);
        assert_int_equal(e.auto_ban.waiting, 5);
        assert_int_equal(in_state(CP_ALERT_BAN_WAITING), 5);
        assert_true(budget_alert());
        for (unsigned i = 0; i < 20; i++)
                cp_auto_ban_run(&e);
        assert_int_equal(cp_bans_count(&e.bans), 5);
        a_minute_passes();
        cp_auto_ban_run(&e);
        assert_int_equal(cp_bans_count(&e.bans), 10);
        assert_int_equal(e.auto_ban.waiting, 0);
        cp_detect_tick(e.detect, NULL, cp_clock_real_ns());
        assert_false(budget_alert());
}

static void test_budget_of_small_sites(void **state)
{
        struct cp_ban_budget b = {0};

        (void)state;
        assert_int_equal(cp_ban_budget_allowed(0, 5), 1);
        assert_int_equal(cp_ban_budget_allowed(100000, 0), 0);
        assert_int_equal(cp_ban_budget_allowed(1999, 5), 99);
        assert_true(cp_ban_budget_take(&b, 1, 1, S));
        assert_false(cp_ban_budget_take(&b, 1, 1, 60 * S));
        assert_true(cp_ban_budget_take(&b, 1, 1, 61 * S));
        assert_true(cp_ban_budget_take(&b, CP_BAN_ALWAYS_MAX, 2, 500 * S));
        assert_false(cp_ban_budget_take(&b, 1, 2, 501 * S));
        assert_false(cp_ban_budget_take(&b, CP_BAN_ALWAYS_MAX + 1, 2, 900 * S));
        assert_false(cp_ban_budget_take(&b, 1, 0, 900 * S));
}

static void test_restart_keeps_bans_and_terms(void **state)
{
        const struct cp_prefix prefix = {.ip = world_ip(CRACKER), .len = 128, .port = 5060};

        (void)state;
        attack(CRACKER, 5060);
        restart();
        assert_non_null(ban_of(AT_PORT));
        assert_string_equal(ban_of(AT_PORT)->origin, "cracking");
        assert_non_null(strstr(ban_of(AT_PORT)->evidence, "of 20"));
        assert_int_equal(ttl_s(AT_PORT), 600);
        /* it runs out, and the source comes back: longer each time, up to a day */
        for (uint64_t want = 1200; want <= 2400; want *= 2) {
                assert_int_equal(cp_engine_unban(&e, &prefix), 1);
                restart();
                attack(CRACKER, 5060);
                assert_int_equal(ttl_s(AT_PORT), want);
        }
        assert_int_equal(cp_ban_ttl_s(&e.policy->config->detections.bans, 1000000), 86400);
}

static void test_lift(void **state)
{
        const struct cp_prefix prefix = {.ip = world_ip(CRACKER), .len = 128};

        (void)state;
        attack(CRACKER, 5060);
        assert_int_equal(cp_engine_lift(&e, &prefix), 1);
        assert_null(ban_of(AT_PORT));
        for (unsigned i = 0; i < 10; i++) { /* old evidence is gone */
                w.now_ns += S;
                cp_detect_tick(e.detect, NULL, w.now_ns);
                cp_auto_ban_run(&e);
        }
        assert_null(ban_of(AT_PORT));
        for (unsigned i = 0; i < 3; i++)
                world_say(&w, &(struct said){.src = CRACKER,
                                             .inside = true,
                                             .status = 401,
                                             .method = "REGISTER",
                                             .known = SHM_KNOWN_REFUSED | SHM_KNOWN_PROVES});
        cp_auto_ban_run(&e);
        assert_null(ban_of(AT_PORT));
        a_minute_passes();
        attack(CRACKER, 5060); /* a new attack is one, and the first again */
        assert_int_equal(ttl_s(AT_PORT), 600);
}

/* A state file of the version before. */
static void test_old_state(void **state)
{
        static const char old[] =
            "CREATE TABLE ban (prefix TEXT PRIMARY KEY, reason TEXT NOT NULL,"
            " added_ns INTEGER NOT NULL, expires_ns INTEGER NOT NULL) WITHOUT ROWID;"
            "INSERT INTO ban VALUES ('192.0.2.7', 'by hand', 1, 0);"
            "CREATE TABLE policy (one INTEGER PRIMARY KEY CHECK (one = 1),"
            " digest INTEGER NOT NULL, generation INTEGER NOT NULL);"
            "PRAGMA user_version=1;";
        char path[128];
        sqlite3 *sql;

        (void)state;
        cp_engine_fini(&e);
        snprintf(path, sizeof(path), "%s/state/sluice.db", dir);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(sqlite3_open(path, &sql), SQLITE_OK);
        assert_int_equal(sqlite3_exec(sql, old, NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(sql);
        for (unsigned i = 0; i < 2; i++) {
                start();
                assert_non_null(ban_of("192.0.2.7"));
                assert_string_equal(ban_of("192.0.2.7")->origin, "");
                assert_string_equal(ban_of("192.0.2.7")->reason, "by hand");
                if (i == 0)
                        cp_engine_fini(&e);
        }
        attack(CRACKER, 5060);
        restart();
        assert_int_equal(cp_bans_count(&e.bans), 2);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
        const struct CMUnitTest tests[] = {
            T(test_it_bites_and_says_why),
            T(test_three_typos_do_not),
            T(test_a_shared_nonce_is_no_evidence),
            T(test_allow_list_wins),
            T(test_neighbours_are_spared),
            T(test_another_port_widens),
            T(test_limit),
            T(test_own_login_does_not_protect),
            T(test_forged_evidence_bans_nobody),
            T(test_budget),
            T(test_budget_of_small_sites),
            T(test_restart_keeps_bans_and_terms),
            T(test_lift),
            T(test_old_state),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
