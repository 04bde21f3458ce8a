/* SPDX-License-Identifier: Apache-2.0 */
#include "control/identity/user_row.h"

#include <errno.h>
#include <string.h>

#include "control/siphash.h"

#define CHECK_OFF   5u
#define CHECK_BYTES 4u
#define REALM_OFF   9u

/* No secret: it finds damage, not malice. */
static const struct cp_siphash_key key = {{CP_USER_ROW_VERSION, 1}};

uint64_t cp_user_realm(const char *realm)
{
        return cp_siphash(&key, realm, strlen(realm));
}

static void put(uint8_t *at, uint64_t v, unsigned bytes)
{
        while (bytes-- != 0)
                *at++ = (uint8_t)(v >> (8 * bytes));
}

static uint64_t get(const uint8_t *at, unsigned bytes)
{
        uint64_t v = 0;

        while (bytes-- != 0)
                v = v << 8 | *at++;
        return v;
}

static uint32_t check_of(const void *name, size_t name_len, const uint8_t *row, size_t len)
{
        uint64_t h = cp_siphash_chain(&key, 0, name, name_len);

        h = cp_siphash_chain(&key, h, row, CHECK_OFF);
        return (uint32_t)cp_siphash_chain(&key, h, row + REALM_OFF, len - REALM_OFF);
}

size_t cp_user_row_write(const struct cp_user *u, uint8_t out[CP_USER_ROW_BYTES_MAX])
{
        size_t aor = strlen(u->aor), forward = strlen(u->forward);
        uint8_t *to = out + CP_USER_ROW_HEAD_BYTES;
        size_t len;

        out[0] = CP_USER_ROW_VERSION;
        out[1] = u->algs;
        out[2] = u->refused;
        out[3] = (uint8_t)aor;
        out[4] = (uint8_t)forward;
        put(out + REALM_OFF, u->realm, 8);
        memcpy(to, u->aor, aor);
        memcpy(to + aor, u->forward, forward);
        to += aor + forward;
        for (unsigned i = 0; i < CP_DIGEST_ALGS; i++) {
                if (((unsigned)u->algs >> i & 1u) == 0)
                        continue;
                memcpy(to, u->ha1[i], CP_DIGEST_BYTES_MAX);
                to += CP_DIGEST_BYTES_MAX;
        }
        len = (size_t)(to - out);
        put(out + CHECK_OFF, check_of(u->name, strlen(u->name), out, len), CHECK_BYTES);
        return len;
}

static size_t wanted_bytes(const uint8_t *row)
{
        size_t bytes = CP_USER_ROW_HEAD_BYTES + (size_t)row[3] + row[4];

        for (unsigned i = 0; i < CP_DIGEST_ALGS; i++)
                bytes += ((unsigned)row[1] >> i & 1u) != 0 ? CP_DIGEST_BYTES_MAX : 0;
        return bytes;
}

int cp_user_row_read(struct cp_user *u, const void *name, size_t name_len, const uint8_t *row,
                     size_t len)
{
        const uint8_t *at = row + CP_USER_ROW_HEAD_BYTES;

        if (len < CP_USER_ROW_HEAD_BYTES)
                return -EBADMSG;
        if (row[0] > CP_USER_ROW_VERSION)
                return -EPROTO;
        if (row[0] != CP_USER_ROW_VERSION || row[1] >> CP_DIGEST_ALGS != 0 || row[2] > 1 ||
            row[3] >= CP_USER_NAME_BYTES || row[4] >= CP_USER_NAME_BYTES || name_len == 0 ||
            name_len >= CP_USER_NAME_BYTES || memchr(name, '\0', name_len) != NULL ||
            len != wanted_bytes(row) ||
            get(row + CHECK_OFF, CHECK_BYTES) != check_of(name, name_len, row, len))
                return -EBADMSG;
        memset(u, 0, sizeof(*u));
        memcpy(u->name, name, name_len);
        u->algs = row[1];
        u->refused = row[2] != 0;
        u->stored = true;
        u->realm = get(row + REALM_OFF, 8);
        memcpy(u->aor, at, row[3]);
        memcpy(u->forward, at + row[3], row[4]);
        at += row[3] + row[4];
        for (unsigned i = 0; i < CP_DIGEST_ALGS; i++) {
                if (((unsigned)u->algs >> i & 1u) == 0)
                        continue;
                memcpy(u->ha1[i], at, CP_DIGEST_BYTES_MAX);
                at += CP_DIGEST_BYTES_MAX;
        }
        return 0;
}
