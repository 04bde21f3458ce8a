/* SPDX-License-Identifier: Apache-2.0 */
#include "control/location/store.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "control/sqlite_errno.h"

#define SCHEMA_VERSION 2
#define APPLICATION_ID 0x534c4f43 /* "SLOC" */
#define BUSY_MS        2000
#define PATH_BYTES     4300u
#define DIR_BYTES      4200u
/* The log is moved into the file when it has this many pages (4 KiB): 16 MiB. */
#define LOG_PAGES      "4096"

/* The file has one connection, and whose turn it is has it: a batch, or the change of a user. Who
 * changes a user goes before the next batch, so that he waits for one at most. */
struct turn {
        pthread_mutex_t mutex;
        pthread_cond_t wake;
        bool taken;
        unsigned users; /* that wait */
};

struct sqlite_store {
        struct cp_store store;
        sqlite3 *sql;
        struct turn turn;
        sqlite3_stmt *put;
        sqlite3_stmt *del;
        sqlite3_stmt *begin;
        sqlite3_stmt *commit;
        sqlite3_stmt *put_user;
        sqlite3_stmt *del_user;
};

static void take_turn(struct turn *t, bool user)
{
        pthread_mutex_lock(&t->mutex);
        t->users += user;
        while (t->taken || (!user && t->users != 0))
                pthread_cond_wait(&t->wake, &t->mutex);
        t->users -= user;
        t->taken = true;
        pthread_mutex_unlock(&t->mutex);
}

static void give_turn(struct turn *t)
{
        pthread_mutex_lock(&t->mutex);
        t->taken = false;
        pthread_cond_broadcast(&t->wake);
        pthread_mutex_unlock(&t->mutex);
}

static int step(sqlite3_stmt *st)
{
        int rc = sqlite3_step(st);

        sqlite3_reset(st);
        return cp_sqlite_errno(rc);
}

static struct sqlite_store *mine(struct cp_store *s)
{
        return (struct sqlite_store *)s;
}

/* The batch is over, for the good or not. */
static int end_batch(struct sqlite_store *s, int rc)
{
        if (rc != 0 && !sqlite3_get_autocommit(s->sql))
                (void)sqlite3_exec(s->sql, "ROLLBACK", NULL, NULL, NULL);
        give_turn(&s->turn);
        return rc;
}

static int store_begin(struct cp_store *s)
{
        int rc;

        take_turn(&mine(s)->turn, false);
        rc = step(mine(s)->begin);
        return rc != 0 ? end_batch(mine(s), rc) : 0;
}

static int store_commit(struct cp_store *s)
{
        return end_batch(mine(s), step(mine(s)->commit));
}

static void bind(sqlite3_stmt *st, int place, struct cp_store_octets o)
{
        sqlite3_bind_blob64(st, place, o.at, o.len, SQLITE_STATIC);
}

/* row: NULL for statements that take none. */
static int change(sqlite3_stmt *st, struct cp_store_octets name, const struct cp_store_octets *row)
{
        int rc;

        bind(st, 1, name);
        if (row != NULL)
                bind(st, 2, *row);
        rc = step(st);
        sqlite3_clear_bindings(st);
        return rc;
}

static int store_put(struct cp_store *s, struct cp_store_octets aor, struct cp_store_octets row)
{
        int rc = change(mine(s)->put, aor, &row);

        return rc != 0 ? end_batch(mine(s), rc) : 0;
}

static int store_del(struct cp_store *s, struct cp_store_octets aor)
{
        int rc = change(mine(s)->del, aor, NULL);

        return rc != 0 ? end_batch(mine(s), rc) : 0;
}

/* Without BEGIN a statement is a transaction of its own. */
static int change_user(struct sqlite_store *s, sqlite3_stmt *st, struct cp_store_octets name,
                       const struct cp_store_octets *row)
{
        int rc;

        take_turn(&s->turn, true);
        rc = change(st, name, row);
        give_turn(&s->turn);
        return rc;
}

static int store_put_user(struct cp_store *s, struct cp_store_octets name,
                          struct cp_store_octets row)
{
        return change_user(mine(s), mine(s)->put_user, name, &row);
}

static int store_del_user(struct cp_store *s, struct cp_store_octets name)
{
        return change_user(mine(s), mine(s)->del_user, name, NULL);
}

static struct cp_store_octets column(sqlite3_stmt *st, int place)
{
        struct cp_store_octets o = {sqlite3_column_blob(st, place), 0};

        o.len = (size_t)sqlite3_column_bytes(st, place);
        return o;
}

/* How to read a table, by name and from the end. */
static const char *const read_bindings[] = {"SELECT aor, row FROM location ORDER BY aor",
                                            "SELECT aor, row FROM location ORDER BY aor DESC"};
static const char *const read_users[] = {"SELECT name, row FROM users ORDER BY name",
                                         "SELECT name, row FROM users ORDER BY name DESC"};

/* Every row that this text selects to `row`. *end is what SQLite said last. */
static int each_row(sqlite3 *sql, const char *text, cp_store_row *row, void *arg, int *end)
{
        sqlite3_stmt *st = NULL;
        int rc = 0;

        *end = sqlite3_prepare_v2(sql, text, -1, &st, NULL);
        if (*end == SQLITE_OK) {
                while (rc == 0 && (*end = sqlite3_step(st)) == SQLITE_ROW)
                        rc = row(arg, column(st, 0), column(st, 1));
        }
        sqlite3_finalize(st);
        return rc;
}

static int load(struct cp_store *s, const char *text, cp_store_row *row, void *arg)
{
        int end;
        int rc = each_row(mine(s)->sql, text, row, arg, &end);

        return rc != 0 ? rc : cp_sqlite_errno(end);
}

static int store_load(struct cp_store *s, cp_store_row *row, void *arg)
{
        return load(s, read_bindings[0], row, arg);
}

static int store_load_users(struct cp_store *s, cp_store_row *row, void *arg)
{
        int rc;

        take_turn(&mine(s)->turn, true);
        rc = load(s, read_users[0], row, arg);
        give_turn(&mine(s)->turn);
        return rc;
}

static void store_close(struct cp_store *s)
{
        struct sqlite_store *q = mine(s);

        sqlite3_finalize(q->put);
        sqlite3_finalize(q->del);
        sqlite3_finalize(q->begin);
        sqlite3_finalize(q->commit);
        sqlite3_finalize(q->put_user);
        sqlite3_finalize(q->del_user);
        sqlite3_close(q->sql);
        pthread_cond_destroy(&q->turn.wake);
        pthread_mutex_destroy(&q->turn.mutex);
        free(q);
}

static const struct cp_store_ops ops = {
    .name = "sqlite",
    .load = store_load,
    .begin = store_begin,
    .put = store_put,
    .del = store_del,
    .commit = store_commit,
    .load_users = store_load_users,
    .put_user = store_put_user,
    .del_user = store_del_user,
    .close = store_close,
};

static int query_int(sqlite3 *sql, const char *text, int *out)
{
        sqlite3_stmt *st = NULL;
        int rc = sqlite3_prepare_v2(sql, text, -1, &st, NULL);

        if (rc == SQLITE_OK) {
                rc = sqlite3_step(st);
                if (rc == SQLITE_ROW)
                        *out = sqlite3_column_int(st, 0);
        }
        sqlite3_finalize(st);
        return cp_sqlite_errno(rc);
}

/* -EBADMSG with the first finding when the file's structure is not sound. */
static int check_file(sqlite3 *sql, char *why, size_t why_len)
{
        sqlite3_stmt *st = NULL;
        const char *said;
        int rc = sqlite3_prepare_v2(sql, "PRAGMA integrity_check(1)", -1, &st, NULL);

        if (rc == SQLITE_OK)
                rc = sqlite3_step(st);
        said = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(st, 0) : sqlite3_errmsg(sql);
        rc = rc == SQLITE_ROW ? 0 : cp_sqlite_errno(rc);
        if (rc == 0 && (said == NULL || strcmp(said, "ok") != 0))
                rc = -EBADMSG;
        if (rc != 0)
                snprintf(why, why_len, "%.200s", said != NULL ? said : "?");
        for (char *p = why; rc != 0 && *p != '\0'; p++) {
                if (*p == '\n')
                        *p = ' ';
        }
        sqlite3_finalize(st);
        return rc;
}

static const char settings[] = "PRAGMA journal_mode=WAL;"
                               "PRAGMA synchronous=FULL;"
                               "PRAGMA wal_autocheckpoint=" LOG_PAGES ";";

/* From no file, and from one without users, to the present one. */
static const char schema[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS location (aor BLOB PRIMARY KEY, row BLOB NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS users (name BLOB PRIMARY KEY, row BLOB NOT NULL) WITHOUT ROWID;"
    "PRAGMA application_id=0x534c4f43;"
    "PRAGMA user_version=2;"
    "COMMIT;";

static int set_up(struct sqlite_store *q, char *why, size_t why_len)
{
        const struct {
                sqlite3_stmt **to;
                const char *text;
        } statements[] = {
            {&q->put, "INSERT OR REPLACE INTO location VALUES (?, ?)"},
            {&q->del, "DELETE FROM location WHERE aor = ?"},
            {&q->begin, "BEGIN IMMEDIATE"},
            {&q->commit, "COMMIT"},
            {&q->put_user, "INSERT OR REPLACE INTO users VALUES (?, ?)"},
            {&q->del_user, "DELETE FROM users WHERE name = ?"},
        };
        int version = 0;
        int id = 0;
        int rc;

        sqlite3_busy_timeout(q->sql, BUSY_MS);
        rc = query_int(q->sql, "PRAGMA user_version", &version);
        if (rc == 0)
                rc = query_int(q->sql, "PRAGMA application_id", &id);
        if (rc == 0 && version > SCHEMA_VERSION)
                rc = -EPROTO;
        if (rc == 0 && version != 0 && id != APPLICATION_ID)
                rc = -EBADMSG;
        if (rc == 0)
                rc = check_file(q->sql, why, why_len);
        if (rc == 0)
                rc = cp_sqlite_errno(sqlite3_exec(q->sql, settings, NULL, NULL, NULL));
        if (rc == 0 &&
            version < SCHEMA_VERSION) /* after the check: a damaged file stays as it is */
                rc = cp_sqlite_errno(sqlite3_exec(q->sql, schema, NULL, NULL, NULL));
        for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]) && rc == 0; i++)
                rc = cp_sqlite_errno(sqlite3_prepare_v3(q->sql, statements[i].text, -1,
                                                        SQLITE_PREPARE_PERSISTENT, statements[i].to,
                                                        NULL));
        return rc;
}

int cp_store_sqlite_open(struct cp_store **out, const char *dir, char *why, size_t why_len)
{
        struct sqlite_store *q = calloc(1, sizeof(*q));
        char path[PATH_BYTES];
        char found[256] = "";
        int rc;

        if (q == NULL)
                return -ENOMEM;
        q->store.ops = &ops;
        pthread_mutex_init(&q->turn.mutex, NULL);
        pthread_cond_init(&q->turn.wake, NULL);
        (void)mkdir(dir, 0750); /* opening tells if that failed */
        snprintf(path, sizeof(path), "%s/location.db", dir);
        rc = cp_sqlite_errno(
            sqlite3_open_v2(path, &q->sql, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL));
        if (rc == 0)
                rc = set_up(q, found, sizeof(found));
        if (rc == 0) {
                *out = &q->store;
                return 0;
        }
        if (rc == -EBADMSG)
                snprintf(why, why_len,
                         "%s is damaged (%s); nothing in it was changed. What can be read of it is "
                         "saved by: sluicectl location repair %s",
                         path, found[0] != '\0' ? found : sqlite3_errmsg(q->sql), dir);
        else
                snprintf(why, why_len, "%s: %s", path,
                         rc == -EPROTO ? "made by a later version" : sqlite3_errmsg(q->sql));
        store_close(&q->store);
        return rc;
}

/* ---- repair ---- */

/* Rows are read from both ends, so that one bad page costs no more than itself. */
struct copy {
        struct cp_store_repair *r;
        struct cp_store *to;
        cp_store_row *sound;
        int (*put)(struct cp_store *s, struct cp_store_octets name, struct cp_store_octets row);
        uint64_t *kept;
        uint64_t *lost;
        bool from_end;
        size_t last_len; /* greatest name that was reached from the beginning */
        uint8_t last[CP_STORE_AOR_BYTES];
};

static bool is_after(const struct copy *c, struct cp_store_octets aor)
{
        size_t shorter = aor.len < c->last_len ? aor.len : c->last_len;
        int order = memcmp(aor.at, c->last, shorter);

        return order > 0 || (order == 0 && aor.len > c->last_len);
}

static int copy_row(void *arg, struct cp_store_octets aor, struct cp_store_octets row)
{
        struct copy *c = arg;

        if (c->from_end && !is_after(c, aor))
                return 1; /* met in the middle */
        if (aor.len == 0 || aor.len > sizeof(c->last) || row.len == 0 ||
            c->sound(c->r->arg, aor, row) != 0) {
                (*c->lost)++;
                return 0;
        }
        if (!c->from_end) {
                memcpy(c->last, aor.at, aor.len);
                c->last_len = aor.len;
        }
        (*c->kept)++;
        return c->put(c->to, aor, row);
}

/* With the turn and the transaction that the batch has. */
static int batch_put_user(struct cp_store *s, struct cp_store_octets name,
                          struct cp_store_octets row)
{
        return change(mine(s)->put_user, name, &row);
}

/* A table too broken to be read to its end gives what came before, and behind. */
static int copy_table(struct copy *c, sqlite3 *from, const char *const select[2])
{
        int end = SQLITE_DONE;
        int rc = each_row(from, select[0], copy_row, c, &end);

        if (rc == 0 && end != SQLITE_DONE) {
                c->from_end = true;
                rc = each_row(from, select[1], copy_row, c, &end);
                rc = rc == 1 ? 0 : rc;
        }
        return rc;
}

/* The readable rows of the file at `path` into a new store in `dir`, as one batch. */
static int copy_all(struct cp_store_repair *r, const char *path, const char *dir, char *why,
                    size_t why_len)
{
        struct cp_store *to = NULL;
        sqlite3 *from = NULL;
        int rc = cp_store_sqlite_open(&to, dir, why, why_len);
        bool opened;

        if (rc != 0)
                return rc;
        opened = sqlite3_open_v2(path, &from, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK;
        rc = to->ops->begin(to);
        if (rc == 0 && opened) {
                struct copy bindings = {.r = r,
                                        .to = to,
                                        .sound = r->sound,
                                        .put = to->ops->put,
                                        .kept = &r->kept,
                                        .lost = &r->lost};

                rc = copy_table(&bindings, from, read_bindings);
        }
        if (rc == 0 && opened) {
                struct copy users = {.r = r,
                                     .to = to,
                                     .sound = r->sound_user,
                                     .put = batch_put_user,
                                     .kept = &r->users_kept,
                                     .lost = &r->users_lost};

                rc = copy_table(&users, from, read_users);
        }
        if (rc == 0)
                rc = to->ops->commit(to);
        if (rc != 0)
                snprintf(why, why_len, "%s: %s", dir, strerror(-rc));
        sqlite3_close(from);
        to->ops->close(to);
        return rc;
}

static void file_name(char out[PATH_BYTES], const char *dir, const char *name)
{
        snprintf(out, PATH_BYTES, "%.*s/%s", (int)DIR_BYTES, dir, name);
}

int cp_store_sqlite_repair(struct cp_store_repair *r, const char *dir, char *why, size_t why_len)
{
        char old[PATH_BYTES], kept[PATH_BYTES], made[PATH_BYTES], work[PATH_BYTES];
        int rc;

        r->kept = r->lost = r->users_kept = r->users_lost = 0;
        file_name(old, dir, "location.db");
        file_name(kept, dir, "location.db.damaged");
        file_name(work, dir, "repair");
        file_name(made, work, "location.db");
        if (access(old, R_OK | W_OK) != 0) {
                rc = -errno;
                snprintf(why, why_len, "%s: %s", old, strerror(-rc));
                return rc;
        }
        (void)unlink(made); /* of a repair that was broken off */
        rc = copy_all(r, old, work, why, why_len);
        /* The log of the old file goes with it; closing the new one has emptied its own. */
        if (rc == 0 && (rename(old, kept) != 0 || rename(made, old) != 0)) {
                rc = -errno;
                snprintf(why, why_len, "%s: %s", old, strerror(-rc));
        }
        if (rc == 0) {
                char log[PATH_BYTES], log_kept[PATH_BYTES];

                file_name(log, dir, "location.db-wal");
                file_name(log_kept, dir, "location.db.damaged-wal");
                (void)rename(log, log_kept);
                file_name(log, dir, "location.db-shm");
                (void)unlink(log);
        }
        (void)unlink(made);
        (void)rmdir(work);
        return rc;
}
