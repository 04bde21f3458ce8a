/* SPDX-License-Identifier: Apache-2.0 */
/*
 * user_row.h - a user as octets, for stores.
 *
 *   version 1 | algorithms 1 | refused 1 | lengths of two texts 1 + 1 | check 4 | realm 8 |
 *   AoR's user part | forward | HA1 of each algorithm, 32 each
 *
 * Numbers big endian. The check is over all but itself and over the name, so that a damaged row and
 * one that stands under another name are known. No password is in it. Pure.
 */
#ifndef SLUICE_CONTROL_IDENTITY_USER_ROW_H
#define SLUICE_CONTROL_IDENTITY_USER_ROW_H

#include <stddef.h>
#include <stdint.h>

#include "control/identity/users.h"

#define CP_USER_ROW_VERSION    1u
#define CP_USER_ROW_HEAD_BYTES 17u
#define CP_USER_ROW_BYTES_MAX \
        (CP_USER_ROW_HEAD_BYTES + 2u * CP_USER_NAME_BYTES + CP_DIGEST_ALGS * CP_DIGEST_BYTES_MAX)

/* Octets of the row of a user that cp_users_put() would take. Of his forwarding only `forward` is
 * in it. */
size_t cp_user_row_write(const struct cp_user *u, uint8_t out[CP_USER_ROW_BYTES_MAX]);

/* 0 and *u, with `stored` set; -EBADMSG when the row is damaged, -EPROTO when a later version wrote
 * it. */
int cp_user_row_read(struct cp_user *u, const void *name, size_t name_len, const uint8_t *row,
                     size_t len);

/* What stands for a realm in rows and users: HA1s are of one realm alone. */
uint64_t cp_user_realm(const char *realm);

#endif
