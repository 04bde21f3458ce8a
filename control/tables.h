/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tables.h - what the tables of every worker should hold: the whole image, and the changes since.
 *
 * A worker that attaches, or fell too far behind, gets an image (SYNC_BEGIN, ADD..., SYNC_END for
 * each table), then the journal from where the image was taken. Images are shared and counted.
 * Not thread-safe: used behind the gate.
 */
#ifndef SLUICE_CONTROL_TABLES_H
#define SLUICE_CONTROL_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/bans/bans.h"
#include "control/contract/shm_msg.h"

struct cp_policy;

#define CP_JOURNAL_LEN 4096u /* power of two; more changes than this behind: a new image */

struct cp_table_image {
        uint32_t refs;
        uint32_t generation;
        uint64_t epoch;
        uint64_t seq; /* of the journal when taken */
        size_t count;
        struct shm_table_update update[];
};

struct cp_tables {
        uint64_t epoch; /* counts policies: an image of another epoch is void */
        uint64_t seq;   /* changes ever written to the journal */
        struct shm_table_update journal[CP_JOURNAL_LEN];
        struct cp_table_image *image; /* the newest, one reference; may be NULL */
};

/* A zeroed struct is valid. */
void cp_tables_fini(struct cp_tables *t);
/* The policy was replaced: everyone needs a new image. */
void cp_tables_reset(struct cp_tables *t);
/* A ban came, changed or went (DEL falls back to a config entry of the same prefix, if any);
 * `limit`: it is a limit, or was one. */
void cp_tables_ban_changed(struct cp_tables *t, const struct cp_policy *p, const struct cp_bans *b,
                           const struct cp_prefix *prefix, bool limit, uint64_t now_ns);

/* A reference to an image of now; NULL when memory is short. */
struct cp_table_image *cp_tables_image(struct cp_tables *t, const struct cp_policy *p,
                                       const struct cp_bans *b, uint64_t now_ns);
void cp_table_image_put(struct cp_table_image *image);
/* The journal's entry `seq`; NULL when it is too old and an image is needed. seq < t->seq. */
const struct shm_table_update *cp_tables_journal(const struct cp_tables *t, uint64_t seq);

#endif
