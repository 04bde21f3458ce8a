/* SPDX-License-Identifier: Apache-2.0 */
/* What must survive: bans and generation, over kill -9 at any moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control/state_db.h"

#define NOW UINT64_C(1700000000000000000)

static char dir[64];

static int set_up(void **state)
{
        char cmd[96];

        (void)state;
        snprintf(dir, sizeof(dir), "/tmp/sluice-test-state-%d", (int)getpid());
        snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
        return system(cmd);
}

static struct cp_state_db *open_db(void)
{
        struct cp_state_db *db = NULL;
        char why[256] = "";

        if (cp_state_db_open(&db, dir, why, sizeof(why)) != 0)
                print_message("%s\n", why);
        assert_non_null(db);
        return db;
}

static struct cp_ban ban(unsigned n, uint64_t expires_ns)
{
        struct cp_ban b = {.added_ns = NOW, .expires_ns = expires_ns};
        char text[32];

        snprintf(text, sizeof(text), "10.0.%u.%u", n >> 8, n & 255);
        assert_int_equal(cp_prefix_parse(text, &b.prefix), 0);
        snprintf(b.reason, sizeof(b.reason), "reason '%u' \xc3\xa9", n);
        return b;
}

static void test_round_trip(void **state)
{
        struct cp_state_db *db = open_db();
        struct cp_ban a = ban(1, 0);
        struct cp_ban b = ban(2, NOW + 5);
        struct cp_ban c = ban(3, NOW + 50);
        struct cp_bans bans = {0};

        (void)state;
        assert_int_equal(cp_state_db_put_ban(db, &a), 0);
        assert_int_equal(cp_state_db_put_ban(db, &b), 0);
        assert_int_equal(cp_state_db_put_ban(db, &c), 0);
        snprintf(c.reason, sizeof(c.reason), "another");
        assert_int_equal(cp_state_db_put_ban(db, &c), 0);
        cp_state_db_close(db);
        db = open_db();
        assert_int_equal(cp_state_db_load(db, &bans, NOW + 5), 0);
        assert_int_equal(cp_bans_count(&bans), 2); /* b has expired */
        assert_string_equal(cp_bans_get(&bans, &a.prefix)->reason, a.reason);
        assert_string_equal(cp_bans_get(&bans, &c.prefix)->reason, "another");
        assert_int_equal(cp_bans_get(&bans, &c.prefix)->expires_ns, NOW + 50);
        assert_int_equal(cp_state_db_del_ban(db, &a.prefix), 0);
        assert_int_equal(cp_state_db_del_ban(db, &c.prefix), 0);
        cp_bans_fini(&bans);
        assert_int_equal(cp_state_db_load(db, &bans, NOW), 0);
        assert_int_equal(cp_bans_count(&bans), 0);
        cp_state_db_close(db);
}

static void test_generation(void **state)
{
        struct cp_state_db *db = open_db();
        uint32_t g = 0;

        (void)state;
        assert_int_equal(cp_state_db_generation(db, UINT64_C(0xffffffffffff0001), &g), 0);
        assert_int_equal(g, 1);
        assert_int_equal(cp_state_db_generation(db, UINT64_C(0xffffffffffff0001), &g), 0);
        assert_int_equal(g, 1);
        assert_int_equal(cp_state_db_generation(db, 2, &g), 0);
        assert_int_equal(g, 2);
        cp_state_db_close(db);
        db = open_db();
        assert_int_equal(cp_state_db_generation(db, 2, &g), 0);
        assert_int_equal(g, 2);
        assert_int_equal(cp_state_db_generation(db, UINT64_C(0xffffffffffff0001), &g), 0);
        assert_int_equal(g, 3);
        cp_state_db_close(db);
}

/* A child bans and tells each number once it is stored; it is killed in the middle. */
static void test_kill(void **state)
{
        (void)state;
        for (unsigned round = 0; round < 8; round++) {
                struct cp_bans bans = {0};
                struct cp_state_db *db;
                unsigned told = 0;
                unsigned n;
                int fd[2];
                pid_t pid;

                assert_int_equal(pipe(fd), 0);
                pid = fork();
                assert_true(pid >= 0);
                if (pid == 0) {
                        db = open_db();
                        for (n = 0; n < 60000; n++) {
                                struct cp_ban b = ban(n, 0);

                                if (cp_state_db_put_ban(db, &b) != 0 ||
                                    write(fd[1], &n, sizeof(n)) != sizeof(n))
                                        _exit(1);
                        }
                        _exit(0);
                }
                close(fd[1]);
                for (unsigned k = 0; k < 3 + round; k++)
                        assert_int_equal(read(fd[0], &n, sizeof(n)), sizeof(n));
                kill(pid, SIGKILL);
                while (read(fd[0], &n, sizeof(n)) == sizeof(n))
                        told = n;
                told = told < 2 + round ? 2 + round : told;
                close(fd[0]);
                waitpid(pid, NULL, 0);
                db = open_db();
                assert_int_equal(cp_state_db_load(db, &bans, NOW), 0);
                for (n = 0; n <= told; n++) {
                        struct cp_ban b = ban(n, 0);

                        assert_non_null(cp_bans_get(&bans, &b.prefix));
                        assert_int_equal(cp_state_db_del_ban(db, &b.prefix), 0);
                }
                print_message("round %u: %u bans told, %zu there\n", round, told + 1,
                              cp_bans_count(&bans));
                cp_bans_fini(&bans);
                cp_state_db_close(db);
        }
}

static void test_no_directory(void **state)
{
        struct cp_state_db *db = NULL;
        char why[256] = "";

        (void)state;
        assert_true(cp_state_db_open(&db, "/nonexistent/a/b", why, sizeof(why)) < 0);
        assert_null(db);
        assert_true(strlen(why) > 0);
}

static int tear_down(void **state)
{
        return set_up(state);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_round_trip),
            cmocka_unit_test(test_generation),
            cmocka_unit_test(test_kill),
            cmocka_unit_test(test_no_directory),
        };

        return cmocka_run_group_tests(tests, set_up, tear_down);
}
