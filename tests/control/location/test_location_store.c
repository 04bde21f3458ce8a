/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The store against kills and damage.
 *
 * A child registers, and says after each batch that is safe which one it was; it is killed at the
 * nth thing that SQLite does to a file, for every n. What a new start finds is what was said last,
 * or the batch after it, whole. `--every N`: only each Nth point.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "control/location/location.h"
#include "tests/control/location/killer.h"
#include "tests/control/location/register.h"

static unsigned every = 1;
static char dir[64];

/* ---- the child ---- */

#define BATCHES 12u
#define AORS    5u

static struct cp_location *open_location(uint32_t now_s, char why[512])
{
        struct cp_store *store = NULL;
        struct cp_location *l = NULL;

        if (cp_store_sqlite_open(&store, dir, why, 512) != 0)
                return NULL;
        return cp_location_open(&l, store, now_s, why, 512) == 0 ? l : NULL;
}

/* Batch n sets the CSeq of some AoRs to n and takes others away; a pure function of n. */
static bool has(unsigned n, unsigned aor)
{
        return (n * 7 + aor * 3) % 4 != 0;
}

static void change(struct cp_bindings *b, unsigned n)
{
        static struct cp_register_reply reply;
        char user[8], call_id[16];

        for (unsigned a = 0; a < AORS; a++) {
                snprintf(user, sizeof(user), "a%u", a);
                snprintf(call_id, sizeof(call_id), "%u@%u", n, a);
                const struct reg r = {.user = user,
                                      .call_id = call_id,
                                      .cseq = n,
                                      .contacts = has(n, a) ? "<sip:a@h>;expires=600" : "*",
                                      .expires = has(n, a) ? NULL : "0"};

                if (reg_handle(b, &reg_policy, &r, &reply) != 200)
                        abort();
        }
}

static void child(int say)
{
        char why[512];
        struct cp_location *l = open_location(REG_NOW, why);

        if (l == NULL)
                abort();
        for (unsigned n = 1; n <= BATCHES; n++) {
                uint64_t ticket = cp_location_ticket(l);

                change(cp_location_bindings(l), n);
                while (cp_location_safe(l) < ticket) {
                        (void)cp_location_submit(l);
                        usleep(20);
                }
                if (write(say, &n, sizeof(n)) != sizeof(n))
                        abort();
        }
        cp_location_close(l);
        exit(0);
}

/* ---- what is found ---- */

static bool is_state(struct cp_bindings *b, unsigned n)
{
        for (unsigned a = 0; a < AORS; a++) {
                char user[8], text[64];
                struct cp_aor *aor;
                bool there;

                snprintf(user, sizeof(user), "a%u", a);
                aor = cp_bindings_find(b, reg_aor(user, text));
                there = aor != NULL && aor->first != NULL;
                if (there != (n != 0 && has(n, a)) || (there && aor->first->cseq != n))
                        return false;
        }
        return true;
}

static void clean(void)
{
        char command[128];

        snprintf(command, sizeof(command), "rm -rf %s/*", dir);
        assert_int_equal(system(command), 0);
}

/* True when the child came to its end alive. */
static bool one_kill(unsigned at)
{
        unsigned said;
        char why[512] = "";
        struct cp_location *l;
        bool alive;

        clean();
        alive = killer_fork(at, child, &said);
        l = open_location(REG_NOW + 1, why);
        if (l == NULL)
                fail_msg("killed at %u: %s", at, why);
        if (!is_state(cp_location_bindings(l), said) &&
            !is_state(cp_location_bindings(l), said + 1))
                fail_msg("killed at %u: batch %u was said, and is not there", at, said);
        cp_location_close(l);
        return alive;
}

static void killed_at_every_step(void **state)
{
        unsigned at = 1;

        (void)state;
        while (!one_kill(at))
                at += every;
        printf("killed at %u points of %u: nothing lost that was said\n", (at - 1) / every, at - 1);
        assert_true(at > 50);
}

/* ---- damage ---- */

static void write_some(void)
{
        char why[512];
        struct cp_location *l = open_location(REG_NOW, why);
        static struct cp_register_reply reply;
        char user[16];

        assert_non_null(l);
        for (unsigned i = 0; i < 400; i++) {
                snprintf(user, sizeof(user), "user%u", i);
                assert_int_equal(reg_handle(cp_location_bindings(l), &reg_policy,
                                            &(struct reg){.user = user, .contacts = "<sip:a@h>"},
                                            &reply),
                                 200);
        }
        cp_location_close(l);
}

static void path_of(char out[128], const char *name)
{
        snprintf(out, 128, "%s/%s", dir, name);
}

static void overwrite(off_t at, size_t n)
{
        char path[128], junk[4096];
        int fd;

        path_of(path, "location.db");
        memset(junk, 0xa5, sizeof(junk));
        fd = open(path, O_WRONLY | O_CLOEXEC);
        assert_true(fd >= 0);
        assert_int_equal(pwrite(fd, junk, n, at), n);
        close(fd);
}

static void digest_of(const char *name, char out[65])
{
        char command[256];
        FILE *p;

        snprintf(command, sizeof(command), "sha256sum < %s/%s", dir, name);
        p = popen(command, "r");
        assert_non_null(p);
        assert_int_equal(fread(out, 1, 64, p), 64);
        out[64] = '\0';
        pclose(p);
}

/* Where the nth occurrence of a text begins in the file. */
static off_t place_of(const char *text, unsigned nth)
{
        static char all[1 << 20];
        char path[128];
        FILE *f;
        size_t n;

        clean();
        write_some();
        path_of(path, "location.db");
        f = fopen(path, "rb");
        assert_non_null(f);
        n = fread(all, 1, sizeof(all), f);
        fclose(f);
        for (size_t i = 0; i + strlen(text) < n; i++) {
                if (memcmp(all + i, text, strlen(text)) == 0 && nth-- == 0)
                        return (off_t)i;
        }
        fail_msg("no %s in the file", text);
        return 0;
}

static void refused_and_repaired(off_t at, size_t n, uint64_t least)
{
        struct cp_store_repair r = {.sound = cp_location_row_sound,
                                    .sound_user = cp_location_user_sound};
        char why[512] = "", before[65], after[65];
        struct cp_location *l;

        clean();
        write_some();
        overwrite(at, n);
        digest_of("location.db", before);
        assert_null(open_location(REG_NOW, why));
        printf("%s\n", why);
        assert_non_null(strstr(why, "sluicectl location repair"));
        assert_non_null(strstr(why, "damaged"));
        digest_of("location.db", after);
        assert_string_equal(before, after);
        assert_int_equal(cp_store_sqlite_repair(&r, dir, why, sizeof(why)), 0);
        printf("repaired: %llu kept, %llu lost\n", (unsigned long long)r.kept,
               (unsigned long long)r.lost);
        assert_true(r.kept >= least && r.kept + r.lost <= 400);
        digest_of("location.db.damaged", after);
        assert_string_equal(before, after);
        l = open_location(REG_NOW, why);
        assert_non_null(l);
        assert_int_equal(cp_bindings_count(cp_location_bindings(l)), r.kept);
        cp_location_close(l);
}

static void damage_is_refused_and_repaired(void **state)
{
        char path[128], why[512] = "";
        struct cp_store_repair r = {.sound = cp_location_row_sound,
                                    .sound_user = cp_location_user_sound};

        (void)state;
        refused_and_repaired(0, 100, 0);                       /* the file's own head */
        refused_and_repaired(4096 * 3, 64, 1);                 /* a page */
        refused_and_repaired(place_of("sip:a@h", 50), 1, 399); /* only the row's check tells */
        clean();
        assert_int_not_equal(cp_store_sqlite_repair(&r, dir, why, sizeof(why)), 0);
        path_of(path, "location.db");
        write_some();
        sqlite3 *sql;

        assert_int_equal(sqlite3_open(path, &sql), SQLITE_OK);
        assert_int_equal(sqlite3_exec(sql, "PRAGMA user_version=3", NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(sql);
        assert_null(open_location(REG_NOW, why));
        assert_non_null(strstr(why, "later version"));
}

/* ---- a disk that fails for a while ---- */

static int (*sqlite_commit)(struct cp_store *);
static unsigned refusals;

static int commit_or_not(struct cp_store *s)
{
        if (refusals != 0) {
                refusals--;
                (void)sqlite_commit; /* the batch is tried again from its beginning */
                return -ENOSPC;
        }
        return sqlite_commit(s);
}

static int begin_again(struct cp_store *s)
{
        (void)s;
        return 0;
}

static void tried_again_until_it_is_there(void **state)
{
        struct cp_store *store = NULL;
        struct cp_location *l = NULL;
        struct cp_store_ops ops;
        struct cp_location_stats stats;
        char why[512];
        uint64_t ticket;

        (void)state;
        clean();
        assert_int_equal(cp_store_sqlite_open(&store, dir, why, sizeof(why)), 0);
        ops = *store->ops;
        sqlite_commit = ops.commit;
        ops.commit = commit_or_not;
        store->ops = &ops;
        assert_int_equal(store->ops->begin(store), 0);
        ops.begin = begin_again; /* the refused commit leaves its transaction open */
        refusals = 3;
        assert_int_equal(cp_location_open(&l, store, REG_NOW, why, sizeof(why)), 0);
        ticket = cp_location_ticket(l);
        change(cp_location_bindings(l), 1);
        while (cp_location_safe(l) < ticket) {
                (void)cp_location_submit(l);
                usleep(1000);
        }
        cp_location_stats(l, &stats);
        assert_int_equal(stats.failures, 3);
        assert_int_equal(stats.batches, 1);
        cp_location_close(l);
        l = open_location(REG_NOW, why);
        assert_true(is_state(cp_location_bindings(l), 1));
        cp_location_close(l);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(killed_at_every_step),
            cmocka_unit_test(damage_is_refused_and_repaired),
            cmocka_unit_test(tried_again_until_it_is_there),
        };
        char command[128];
        int rc;

        if (argc == 3 && strcmp(argv[1], "--every") == 0)
                every = (unsigned)strtoul(argv[2], NULL, 10);
        snprintf(dir, sizeof(dir), "/tmp/sluice-store-XXXXXX");
        if (mkdtemp(dir) == NULL)
                return 1;
        killer_install();
        rc = cmocka_run_group_tests(tests, NULL, NULL);
        snprintf(command, sizeof(command), "rm -rf %s", dir);
        return system(command) != 0 ? 1 : rc;
}
