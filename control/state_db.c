/* SPDX-License-Identifier: Apache-2.0 */
#include "control/state_db.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <sqlite3.h>

#include "control/contract/shm_msg.h"
#include "control/sqlite_errno.h"

#define SCHEMA_VERSION 3
#define BUSY_MS        2000

struct cp_state_db {
        sqlite3 *sql;
        sqlite3_stmt *put;
        sqlite3_stmt *del;
};

static const char schema[] =
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS ban (prefix TEXT PRIMARY KEY, reason TEXT NOT NULL,"
    " added_ns INTEGER NOT NULL, expires_ns INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS offence (prefix TEXT PRIMARY KEY, bans INTEGER NOT NULL,"
    " until_ns INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS policy (one INTEGER PRIMARY KEY CHECK (one = 1),"
    " digest INTEGER NOT NULL, generation INTEGER NOT NULL);"
    "COMMIT;";

/* Version 2: why a ban is there when no operator set it. */
static const char version_2[] = "BEGIN IMMEDIATE;"
                                "ALTER TABLE ban ADD COLUMN origin TEXT NOT NULL DEFAULT '';"
                                "ALTER TABLE ban ADD COLUMN evidence TEXT NOT NULL DEFAULT '';"
                                "ALTER TABLE ban ADD COLUMN first_ns INTEGER NOT NULL DEFAULT 0;"
                                "ALTER TABLE ban ADD COLUMN last_ns INTEGER NOT NULL DEFAULT 0;"
                                "PRAGMA user_version=2;"
                                "COMMIT;";

/* Version 3: limits; and prefixes may name a port, which is no change of the schema. */
static const char version_3[] = "BEGIN IMMEDIATE;"
                                "ALTER TABLE ban ADD COLUMN rate INTEGER NOT NULL DEFAULT 0;"
                                "PRAGMA user_version=3;"
                                "COMMIT;";

/* The one integer that a statement yields; `none` when it yields no row. */
static int query_int(sqlite3 *sql, const char *text, sqlite3_int64 none, sqlite3_int64 *out)
{
        sqlite3_stmt *st = NULL;
        int rc = sqlite3_prepare_v2(sql, text, -1, &st, NULL);

        if (rc == SQLITE_OK) {
                rc = sqlite3_step(st);
                *out = rc == SQLITE_ROW ? sqlite3_column_int64(st, 0) : none;
        }
        sqlite3_finalize(st);
        return cp_sqlite_errno(rc);
}

static int set_up(struct cp_state_db *db)
{
        sqlite3_int64 version = 0;
        int rc;

        sqlite3_busy_timeout(db->sql, BUSY_MS);
        rc = query_int(db->sql, "PRAGMA user_version", 0, &version);
        if (rc == 0 && version > SCHEMA_VERSION)
                rc = -EPROTO; /* written by a later release */
        if (rc == 0)
                rc = cp_sqlite_errno(sqlite3_exec(db->sql, schema, NULL, NULL, NULL));
        if (rc == 0 && version < 2)
                rc = cp_sqlite_errno(sqlite3_exec(db->sql, version_2, NULL, NULL, NULL));
        if (rc == 0 && version < 3)
                rc = cp_sqlite_errno(sqlite3_exec(db->sql, version_3, NULL, NULL, NULL));
        if (rc == 0)
                rc = cp_sqlite_errno(sqlite3_prepare_v2(
                    db->sql, "INSERT OR REPLACE INTO ban VALUES (?,?,?,?,?,?,?,?,?)", -1, &db->put,
                    NULL));
        if (rc == 0)
                rc = cp_sqlite_errno(sqlite3_prepare_v2(db->sql, "DELETE FROM ban WHERE prefix = ?",
                                                        -1, &db->del, NULL));
        return rc;
}

int cp_state_db_open(struct cp_state_db **out, const char *dir, char *why, size_t why_len)
{
        struct cp_state_db *db = calloc(1, sizeof(*db));
        char path[4200];
        int rc;

        if (db == NULL)
                return -ENOMEM;
        (void)mkdir(dir, 0750); /* opening tells if that failed */
        snprintf(path, sizeof(path), "%s/sluice.db", dir);
        rc = cp_sqlite_errno(
            sqlite3_open_v2(path, &db->sql, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL));
        if (rc == 0)
                rc = set_up(db);
        if (rc != 0) {
                snprintf(why, why_len, "%s: %s", path,
                         rc == -EPROTO ? "made by a later version" : sqlite3_errmsg(db->sql));
                cp_state_db_close(db);
                return rc;
        }
        *out = db;
        return 0;
}

void cp_state_db_close(struct cp_state_db *db)
{
        if (db == NULL)
                return;
        sqlite3_finalize(db->put);
        sqlite3_finalize(db->del);
        sqlite3_close(db->sql);
        free(db);
}

static void column_text(sqlite3_stmt *st, int column, char *out, size_t cap)
{
        const char *text = (const char *)sqlite3_column_text(st, column);

        snprintf(out, cap, "%s", text != NULL ? text : "");
}

/* A row as a ban; false when it was damaged. */
static bool read_ban(sqlite3_stmt *st, struct cp_ban *ban)
{
        const char *prefix = (const char *)sqlite3_column_text(st, 0);
        const char *reason = (const char *)sqlite3_column_text(st, 1);

        memset(ban, 0, sizeof(*ban));
        if (prefix == NULL || reason == NULL || cp_endpoint_parse(prefix, &ban->prefix) != 0)
                return false;
        snprintf(ban->reason, sizeof(ban->reason), "%s", reason);
        ban->added_ns = (uint64_t)sqlite3_column_int64(st, 2);
        ban->expires_ns = (uint64_t)sqlite3_column_int64(st, 3);
        column_text(st, 4, ban->origin, sizeof(ban->origin));
        column_text(st, 5, ban->evidence, sizeof(ban->evidence));
        ban->first_ns = (uint64_t)sqlite3_column_int64(st, 6);
        ban->last_ns = (uint64_t)sqlite3_column_int64(st, 7);
        ban->rate = (uint32_t)sqlite3_column_int64(st, 8);
        return ban->rate <= SHM_LIMIT_RATE_MAX;
}

int cp_state_db_load(struct cp_state_db *db, struct cp_bans *bans, uint64_t now_ns)
{
        sqlite3_stmt *st = NULL;
        struct cp_ban ban;
        char text[96];
        int rc;

        snprintf(text, sizeof(text), "DELETE FROM ban WHERE expires_ns <> 0 AND expires_ns <= %llu",
                 (unsigned long long)now_ns);
        rc = sqlite3_exec(db->sql, text, NULL, NULL, NULL);
        if (rc == SQLITE_OK)
                rc = sqlite3_prepare_v2(
                    db->sql,
                    "SELECT prefix, reason, added_ns, expires_ns, origin, evidence, first_ns,"
                    " last_ns, rate FROM ban",
                    -1, &st, NULL);
        while (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
                rc = SQLITE_OK;
                if (read_ban(st, &ban) && cp_bans_put(bans, &ban) != 0)
                        rc = SQLITE_NOMEM;
        }
        sqlite3_finalize(st);
        return cp_sqlite_errno(rc);
}

static int run(sqlite3_stmt *st)
{
        int rc = sqlite3_step(st);

        sqlite3_reset(st);
        sqlite3_clear_bindings(st);
        return cp_sqlite_errno(rc);
}

int cp_state_db_put_ban(struct cp_state_db *db, const struct cp_ban *ban)
{
        char prefix[CP_PREFIX_TEXT_BYTES];

        cp_prefix_print(&ban->prefix, prefix);
        sqlite3_bind_text(db->put, 1, prefix, -1, SQLITE_STATIC);
        sqlite3_bind_text(db->put, 2, ban->reason, -1, SQLITE_STATIC);
        sqlite3_bind_int64(db->put, 3, (sqlite3_int64)ban->added_ns);
        sqlite3_bind_int64(db->put, 4, (sqlite3_int64)ban->expires_ns);
        sqlite3_bind_text(db->put, 5, ban->origin, -1, SQLITE_STATIC);
        sqlite3_bind_text(db->put, 6, ban->evidence, -1, SQLITE_STATIC);
        sqlite3_bind_int64(db->put, 7, (sqlite3_int64)ban->first_ns);
        sqlite3_bind_int64(db->put, 8, (sqlite3_int64)ban->last_ns);
        sqlite3_bind_int64(db->put, 9, (sqlite3_int64)ban->rate);
        return run(db->put);
}

int cp_state_db_del_ban(struct cp_state_db *db, const struct cp_prefix *p)
{
        char prefix[CP_PREFIX_TEXT_BYTES];

        cp_prefix_print(p, prefix);
        sqlite3_bind_text(db->del, 1, prefix, -1, SQLITE_STATIC);
        return run(db->del);
}

int cp_state_db_put_offence(struct cp_state_db *db, const struct cp_prefix *p, uint32_t bans,
                            uint64_t until_ns)
{
        char prefix[CP_PREFIX_TEXT_BYTES];
        char text[192];

        cp_prefix_print(p, prefix);
        if (bans == 0)
                snprintf(text, sizeof(text), "DELETE FROM offence WHERE prefix = '%s'", prefix);
        else
                snprintf(text, sizeof(text),
                         "INSERT OR REPLACE INTO offence VALUES ('%s', %u, %llu)", prefix, bans,
                         (unsigned long long)until_ns);
        return cp_sqlite_errno(sqlite3_exec(db->sql, text, NULL, NULL, NULL));
}

int cp_state_db_load_offences(struct cp_state_db *db, struct cp_offences *o, uint64_t now_ns)
{
        sqlite3_stmt *st = NULL;
        char text[96];
        int rc;

        snprintf(text, sizeof(text), "DELETE FROM offence WHERE until_ns <= %llu",
                 (unsigned long long)now_ns);
        rc = sqlite3_exec(db->sql, text, NULL, NULL, NULL);
        if (rc == SQLITE_OK)
                rc = sqlite3_prepare_v2(db->sql, "SELECT prefix, bans, until_ns FROM offence", -1,
                                        &st, NULL);
        while (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
                char prefix[CP_PREFIX_TEXT_BYTES];
                struct cp_prefix p;

                rc = SQLITE_OK;
                column_text(st, 0, prefix, sizeof(prefix));
                if (cp_endpoint_parse(prefix, &p) == 0)
                        cp_offences_set(o, &p, (uint32_t)sqlite3_column_int64(st, 1),
                                        (uint64_t)sqlite3_column_int64(st, 2));
        }
        sqlite3_finalize(st);
        return cp_sqlite_errno(rc);
}

int cp_state_db_generation(struct cp_state_db *db, uint64_t digest, uint32_t *generation)
{
        sqlite3_int64 last = 0;
        sqlite3_int64 same = 0;
        char text[128];
        int rc;

        snprintf(text, sizeof(text), "SELECT generation FROM policy WHERE digest = %lld",
                 (long long)digest);
        rc = query_int(db->sql, text, 0, &same);
        if (rc == 0)
                rc = query_int(db->sql, "SELECT generation FROM policy", 0, &last);
        if (rc != 0)
                return rc;
        if (same > 0 && same <= UINT32_MAX) {
                *generation = (uint32_t)same;
                return 0;
        }
        *generation = last < 0 || last >= UINT32_MAX ? 1 : (uint32_t)last + 1;
        snprintf(text, sizeof(text), "INSERT OR REPLACE INTO policy VALUES (1, %lld, %u)",
                 (long long)digest, *generation);
        return cp_sqlite_errno(sqlite3_exec(db->sql, text, NULL, NULL, NULL));
}
