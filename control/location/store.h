/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store.h - where the location table and the users that are no configuration's survive their
 * process: rows of octets by AoR, and by name.
 *
 * A store knows nothing of SIP. Bindings are written in batches: begin, any number of put and del,
 * commit; what commit returned 0 for is there after a crash of the process or of the machine, and a
 * batch that was not committed leaves no trace. One thread at a time. Functions return 0 or a
 * negative errno; after a failure of begin, put or del the batch is over, and rolled back.
 *
 * Users are written one by one, by another thread if need be: it waits for the batch under way, and
 * the next batch for it. What returned 0 is there after a crash.
 */
#ifndef SLUICE_CONTROL_LOCATION_STORE_H
#define SLUICE_CONTROL_LOCATION_STORE_H

#include <stddef.h>
#include <stdint.h>

#define CP_STORE_AOR_BYTES 512u /* longest name of a row */

struct cp_store_octets {
        const void *at;
        size_t len;
};

/* Takes a row; another result than 0 ends the reading and is what load returns. */
typedef int cp_store_row(void *arg, struct cp_store_octets aor, struct cp_store_octets row);

struct cp_store;

struct cp_store_ops {
        const char *name;
        int (*load)(struct cp_store *s, cp_store_row *row, void *arg);
        int (*begin)(struct cp_store *s);
        int (*put)(struct cp_store *s, struct cp_store_octets aor, struct cp_store_octets row);
        int (*del)(struct cp_store *s, struct cp_store_octets aor); /* 0 also when there is none */
        int (*commit)(struct cp_store *s);
        int (*load_users)(struct cp_store *s, cp_store_row *row, void *arg);
        int (*put_user)(struct cp_store *s, struct cp_store_octets name,
                        struct cp_store_octets row);
        int (*del_user)(struct cp_store *s, struct cp_store_octets name); /* 0 also when no such */
        void (*close)(struct cp_store *s);
};

/* First member of every store. */
struct cp_store {
        const struct cp_store_ops *ops;
};

/*
 * The embedded default: <dir>/location.db, SQLite with write-ahead log, one fsync each commit.
 * The directory is made if its parent is there. The whole file is checked first.
 *
 * Returns 0 and *out; or a negative errno and one line in `why`: -EBADMSG when the file is damaged
 * (nothing in it was changed, and the line names the repair), -EPROTO when a later version made it.
 */
int cp_store_sqlite_open(struct cp_store **out, const char *dir, char *why, size_t why_len);

/*
 * Make a sound file of what can be read of a damaged one: rows that `sound` (of users:
 * `sound_user`) returns 0 for are copied, from both ends of the table up to the first damage; the
 * damaged file stays beside it as location.db.damaged. kept and lost count rows; lost are those
 * that were refused (pages that can not be read are not counted). 0, or a negative errno and a line
 * in `why`; then the file is as it was.
 */
struct cp_store_repair {
        uint64_t kept;
        uint64_t lost;
        uint64_t users_kept;
        uint64_t users_lost;
        cp_store_row *sound;
        cp_store_row *sound_user;
        void *arg;
};
int cp_store_sqlite_repair(struct cp_store_repair *r, const char *dir, char *why, size_t why_len);

#endif
