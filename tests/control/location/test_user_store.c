/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The users of the store: rows, and what is left of them after kills.
 *
 * A child adds, changes and removes users while batches of bindings are written beside it, and says
 * after each change that was acknowledged which one it was; it is killed at the nth thing that
 * SQLite does to a file, for every n. A new start finds what was said last, or the change after it.
 * `--every N`: only each Nth point.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "control/edge/edge_users.h"
#include "control/identity/user_row.h"
#include "control/location/location.h"
#include "tests/control/location/killer.h"
#include "tests/control/location/register.h"

#define CHANGES 16u
#define NAMES   4u

static unsigned every = 1;
static char dir[64];

static struct cp_user made(unsigned name, unsigned value)
{
        struct cp_user u = {.algs = 1u << CP_DIGEST_SHA_256 | 1u << CP_DIGEST_MD5,
                            .refused = value % 5 == 0,
                            .stored = true,
                            .realm = cp_user_realm("example.com")};

        snprintf(u.name, sizeof(u.name), "user%u", name);
        snprintf(u.aor, sizeof(u.aor), "aor%u", value);
        if (value % 2 == 0)
                snprintf(u.forward, sizeof(u.forward), "sip:to%u@example.net", value);
        memset(u.ha1[CP_DIGEST_SHA_256], (int)value, 32);
        memset(u.ha1[CP_DIGEST_MD5], (int)~value, 16);
        return u;
}

static bool same(const struct cp_user *a, const struct cp_user *b)
{
        return strcmp(a->name, b->name) == 0 && strcmp(a->aor, b->aor) == 0 &&
               strcmp(a->forward, b->forward) == 0 && a->algs == b->algs &&
               a->refused == b->refused && a->stored == b->stored && a->realm == b->realm &&
               memcmp(a->ha1, b->ha1, sizeof(a->ha1)) == 0;
}

/* ---- rows ---- */

static void rows_are_read_as_written(void **state)
{
        uint8_t row[CP_USER_ROW_BYTES_MAX];
        struct cp_user u, back;
        size_t len;

        (void)state;
        for (unsigned i = 0; i < 10; i++) {
                u = made(i, i);
                len = cp_user_row_write(&u, row);
                assert_int_equal(cp_user_row_read(&back, u.name, strlen(u.name), row, len), 0);
                assert_true(same(&u, &back));
        }
        memset(u.aor, 'a', sizeof(u.aor) - 1);
        memset(u.forward, 'f', sizeof(u.forward) - 1);
        u.algs = 7;
        len = cp_user_row_write(&u, row);
        assert_int_equal(cp_user_row_read(&back, u.name, strlen(u.name), row, len), 0);
        assert_true(same(&u, &back));
}

/* Each bit turned, each octet less, another name. */
static void damaged_rows_are_known(void **state)
{
        uint8_t row[CP_USER_ROW_BYTES_MAX + 1] = {0};
        struct cp_user u = made(1, 2), back;
        size_t len = cp_user_row_write(&u, row);

        (void)state;
        for (size_t bit = 0; bit < len * 8; bit++) {
                int rc;

                row[bit / 8] ^= (uint8_t)(1u << bit % 8);
                rc = cp_user_row_read(&back, u.name, strlen(u.name), row, len);
                assert_true(rc == -EBADMSG || (rc == -EPROTO && bit < 8));
                row[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        for (size_t n = 0; n < len; n++)
                assert_int_equal(cp_user_row_read(&back, u.name, strlen(u.name), row, n), -EBADMSG);
        assert_int_equal(cp_user_row_read(&back, u.name, strlen(u.name), row, len + 1), -EBADMSG);
        assert_int_equal(cp_user_row_read(&back, "user2", 5, row, len), -EBADMSG);
        assert_int_equal(cp_user_row_read(&back, u.name, strlen(u.name), row, len), 0);
}

/* ---- kills ---- */

static struct cp_store_octets octets(const char *text)
{
        return (struct cp_store_octets){text, strlen(text)};
}

/* Change n: user n % NAMES goes, when n % 7 is 3, or gets the value n. */
static bool removes(unsigned n)
{
        return n % 7 == 3;
}

static int change(struct cp_store *s, unsigned n)
{
        struct cp_user u = made(n % NAMES, n);
        uint8_t row[CP_USER_ROW_BYTES_MAX];

        if (removes(n))
                return s->ops->del_user(s, octets(u.name));
        return s->ops->put_user(s, octets(u.name),
                                (struct cp_store_octets){row, cp_user_row_write(&u, row)});
}

/* Which of a name's changes up to n counts: 0 = none, or it is gone. */
static unsigned value_of(unsigned name, unsigned n)
{
        for (; n != 0; n--) {
                if (n % NAMES == name)
                        return removes(n) ? 0 : n;
        }
        return 0;
}

static bool is_state(const struct cp_users *users, unsigned n)
{
        for (unsigned i = 0; i < NAMES; i++) {
                unsigned value = value_of(i, n);
                struct cp_user want = made(i, value);
                const struct cp_user *u = cp_users_get(users, want.name);

                if ((u != NULL) != (value != 0) || (u != NULL && !same(u, &want)))
                        return false;
        }
        return true;
}

static struct cp_store *open_store(char why[512])
{
        struct cp_store *s = NULL;

        return cp_store_sqlite_open(&s, dir, why, 512) == 0 ? s : NULL;
}

/* Batches beside it: what a registrar does all the time. */
static void *registrations(void *arg)
{
        static struct cp_register_reply reply;
        struct cp_location *l = arg;
        const struct reg r = {.user = "beside", .contacts = "<sip:a@h>;expires=600"};

        for (unsigned i = 0; i < 3; i++) {
                uint64_t ticket = cp_location_ticket(l);

                struct reg n = r;

                n.cseq = i + 1;
                if (reg_handle(cp_location_bindings(l), &reg_policy, &n, &reply) != 200)
                        abort();
                while (cp_location_safe(l) < ticket) {
                        (void)cp_location_submit(l);
                        usleep(20);
                }
        }
        return NULL;
}

static void child(int say)
{
        struct cp_location *l = NULL;
        pthread_t beside;
        char why[512];
        struct cp_store *s = open_store(why);

        if (s == NULL || cp_location_open(&l, s, REG_NOW, why, sizeof(why)) != 0 ||
            pthread_create(&beside, NULL, registrations, l) != 0)
                abort();
        for (unsigned n = 1; n <= CHANGES; n++) {
                if (change(s, n) != 0 || write(say, &n, sizeof(n)) != sizeof(n))
                        abort();
        }
        pthread_join(beside, NULL);
        cp_location_close(l);
        exit(0);
}

static void clean(void)
{
        char command[128];

        snprintf(command, sizeof(command), "rm -rf %s/*", dir);
        assert_int_equal(system(command), 0);
}

static void check_after_kill(unsigned at, unsigned said)
{
        struct cp_users *users = NULL;
        char why[512] = "";
        struct cp_store *s = open_store(why);

        if (s == NULL || cp_edge_users_load(&users, s, why, sizeof(why)) != 0)
                fail_msg("killed at %u: %s", at, why);
        if (!is_state(users, said) && !is_state(users, said + 1))
                fail_msg("killed at %u: change %u was said, and is not there", at, said);
        cp_users_destroy(users);
        s->ops->close(s);
}

/* True when the child came to its end alive. */
static bool one_kill(unsigned at)
{
        unsigned said;
        bool alive;

        clean();
        alive = killer_fork(at, child, &said);
        check_after_kill(at, said);
        return alive;
}

static void killed_at_every_step(void **state)
{
        unsigned at = 1;

        (void)state;
        while (!one_kill(at))
                at += every;
        printf("killed at %u points of %u: no change lost that was said\n", (at - 1) / every,
               at - 1);
        assert_true(at > 50);
}

/* ---- a file of the version before ---- */

static void make_old(void)
{
        char path[128], why[512];
        struct cp_location *l = NULL;
        struct cp_store *s;
        sqlite3 *sql = NULL;

        clean();
        s = open_store(why);
        assert_non_null(s);
        assert_int_equal(cp_location_open(&l, s, REG_NOW, why, sizeof(why)), 0);
        registrations(l);
        cp_location_close(l);
        snprintf(path, sizeof(path), "%s/location.db", dir);
        assert_int_equal(sqlite3_open(path, &sql), SQLITE_OK);
        assert_int_equal(
            sqlite3_exec(sql, "DROP TABLE users; PRAGMA user_version=1", NULL, NULL, NULL),
            SQLITE_OK);
        sqlite3_close(sql);
}

static void old_files_are_taken_over(void **state)
{
        bool alive = false;

        (void)state;
        for (unsigned at = 1; !alive; at++) {
                char why[512] = "";
                struct cp_location *l = NULL;
                struct cp_store *s;
                int status;
                pid_t pid;

                make_old();
                fflush(NULL);
                pid = fork();
                assert_true(pid >= 0);
                if (pid == 0) {
                        killer_arm(at);
                        s = open_store(why);
                        if (s == NULL || change(s, 1) != 0)
                                abort();
                        s->ops->close(s);
                        exit(0);
                }
                assert_int_equal(waitpid(pid, &status, 0), pid);
                alive = WIFEXITED(status);
                check_after_kill(at, 0);
                s = open_store(why);
                assert_int_equal(cp_location_open(&l, s, REG_NOW, why, sizeof(why)), 0);
                assert_int_equal(cp_bindings_count(cp_location_bindings(l)), 1);
                cp_location_close(l);
                assert_true(alive || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
        }
}

/* ---- repair ---- */

static int damage(const char *sql_text)
{
        char path[128];
        sqlite3 *sql = NULL;
        int rc;

        snprintf(path, sizeof(path), "%s/location.db", dir);
        assert_int_equal(sqlite3_open(path, &sql), SQLITE_OK);
        rc = sqlite3_exec(sql, sql_text, NULL, NULL, NULL);
        sqlite3_close(sql);
        return rc;
}

static void a_damaged_user_is_refused_and_left_out(void **state)
{
        struct cp_store_repair r = {.sound = cp_location_row_sound,
                                    .sound_user = cp_location_user_sound};
        struct cp_users *users = NULL;
        char why[512] = "";
        struct cp_store *s;

        (void)state;
        clean();
        s = open_store(why);
        assert_non_null(s);
        for (unsigned n = 4; n < 8; n++)
                assert_int_equal(change(s, n), 0);
        s->ops->close(s);
        assert_int_equal(
            damage("UPDATE users SET row = CAST(row || x'00' AS BLOB) WHERE name = x'7573657232'"),
            SQLITE_OK);
        s = open_store(why);
        assert_non_null(s);
        assert_int_equal(cp_edge_users_load(&users, s, why, sizeof(why)), -EBADMSG);
        assert_non_null(strstr(why, "user2"));
        assert_non_null(strstr(why, "sluicectl location repair"));
        s->ops->close(s);
        assert_int_equal(cp_store_sqlite_repair(&r, dir, why, sizeof(why)), 0);
        assert_int_equal(r.users_kept, 3);
        assert_int_equal(r.users_lost, 1);
        s = open_store(why);
        assert_int_equal(cp_edge_users_load(&users, s, why, sizeof(why)), 0);
        assert_int_equal(cp_users_count(users), 3);
        assert_null(cp_users_get(users, "user2"));
        cp_users_destroy(users);
        s->ops->close(s);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(rows_are_read_as_written),
            cmocka_unit_test(damaged_rows_are_known),
            cmocka_unit_test(killed_at_every_step),
            cmocka_unit_test(old_files_are_taken_over),
            cmocka_unit_test(a_damaged_user_is_refused_and_left_out),
        };
        char command[128];
        int rc;

        if (argc == 3 && strcmp(argv[1], "--every") == 0)
                every = (unsigned)strtoul(argv[2], NULL, 10);
        snprintf(dir, sizeof(dir), "/tmp/sluice-users-XXXXXX");
        if (mkdtemp(dir) == NULL)
                return 1;
        killer_install();
        rc = cmocka_run_group_tests(tests, NULL, NULL);
        snprintf(command, sizeof(command), "rm -rf %s", dir);
        return system(command) != 0 ? 1 : rc;
}
