/* SPDX-License-Identifier: Apache-2.0 */
/*
 * users.h - who may log in: names of one realm with HA1 for each algorithm (RFC 8760 2.4: a user
 * can have one per algorithm, and no password is kept).
 *
 * A look-up that finds nobody, or somebody who is refused, takes the path of one that finds a user,
 * and gives an HA1 that nobody can answer to. Changed by its owner while nobody looks up; otherwise
 * any thread may read.
 */
#ifndef SLUICE_CONTROL_IDENTITY_USERS_H
#define SLUICE_CONTROL_IDENTITY_USERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/identity/digest_hash.h"

#define CP_USER_NAME_BYTES 128u

struct cp_user {
        char name[CP_USER_NAME_BYTES]; /* as in `username`, terminated */
        char aor[CP_USER_NAME_BYTES];  /* user part that it may register and call as; "" = name */
        char forward[CP_USER_NAME_BYTES]; /* URI where its calls go; "" = none */
        uint32_t forward_first;           /* for the owner: rules of its calls */
        uint32_t forward_cnt;
        uint8_t algs;   /* bits 1 << enum cp_digest_alg: which HA1 are there */
        bool refused;   /* kept, but not let in */
        bool stored;    /* from the store, not from the configuration */
        uint64_t realm; /* of a stored one's HA1s: cp_user_realm() */
        uint8_t ha1[CP_DIGEST_ALGS][CP_DIGEST_BYTES_MAX];
};

struct cp_users;

/* NULL without memory or randomness. */
struct cp_users *cp_users_create(void);
void cp_users_destroy(struct cp_users *u);

/* Add, or replace the one of that name. 0, -EINVAL (no name, or one without an end), -ENOMEM. */
int cp_users_put(struct cp_users *u, const struct cp_user *user);
/* 0 or -ENOENT. */
int cp_users_del(struct cp_users *u, const char *name);
uint32_t cp_users_count(const struct cp_users *u);
/* For lists: the user in slot *at or behind it, *at one further; NULL at the end. Start at 0. */
const struct cp_user *cp_users_next(const struct cp_users *u, uint32_t *at);
/* The user, refused ones included; NULL when there is none. For the operator: not for log-ins. */
const struct cp_user *cp_users_get(const struct cp_users *u, const char *name);

/*
 * HA1 of a name for an algorithm, and the user; NULL and an HA1 of nobody's when the name is not
 * known, refused or has none for this algorithm. The name need not be terminated.
 */
const struct cp_user *cp_users_find(const struct cp_users *u, const char *name, size_t len,
                                    enum cp_digest_alg alg, uint8_t ha1[CP_DIGEST_BYTES_MAX]);

#endif
