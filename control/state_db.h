/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state_db.h - what must survive control's death: bans and the policy's generation, in SQLite.
 *
 * A call that returns 0 is on disk (WAL, synchronous = FULL), so a kill at any moment loses nothing
 * that was answered. Main thread only.
 */
#ifndef SLUICE_CONTROL_STATE_DB_H
#define SLUICE_CONTROL_STATE_DB_H

#include <stddef.h>
#include <stdint.h>

#include "control/bans/bans.h"
#include "control/detect/ban_terms.h"

struct cp_state_db;

/* Open or create <dir>/sluice.db; the directory is made if its parent is there. Returns 0, or a
 * negative errno with one line in `why`. */
int cp_state_db_open(struct cp_state_db **out, const char *dir, char *why, size_t why_len);
void cp_state_db_close(struct cp_state_db *db);

/* Read every ban that has not expired; forget the expired ones. 0 or a negative errno. */
int cp_state_db_load(struct cp_state_db *db, struct cp_bans *bans, uint64_t now_ns);
int cp_state_db_put_ban(struct cp_state_db *db, const struct cp_ban *ban);
int cp_state_db_del_ban(struct cp_state_db *db, const struct cp_prefix *p);

/* Earlier automatic bans of a prefix: `bans` of them (0 = forget), remembered until until_ns. */
int cp_state_db_put_offence(struct cp_state_db *db, const struct cp_prefix *p, uint32_t bans,
                            uint64_t until_ns);
int cp_state_db_load_offences(struct cp_state_db *db, struct cp_offences *o, uint64_t now_ns);

/* The generation of the policy with this digest: the stored one if the digest is the stored one,
 * else the next number, which is stored. 0 or a negative errno. */
int cp_state_db_generation(struct cp_state_db *db, uint64_t digest, uint32_t *generation);

#endif
