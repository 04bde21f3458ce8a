/* SPDX-License-Identifier: Apache-2.0 */
#include "control/edge/edge_users.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/identity/user_row.h"
#include "control/log.h"

unsigned cp_edge_algs(const struct cp_config_edge *config)
{
        unsigned algs = 0;

        for (uint32_t i = 0; i < config->algorithms_count; i++)
                algs |= config->algorithms[i];
        return algs;
}

/* The configuration has been checked: as many digits as the algorithm has. */
static void read_hex(const char *text, uint8_t *out)
{
        for (; text[0] != '\0'; text += 2) {
                const char pair[3] = {text[0], text[1], '\0'};

                *out++ = (uint8_t)strtoul(pair, NULL, 16);
        }
}

static void fill(struct cp_user *u, const struct cp_config_user *from, const char *realm,
                 struct cp_digest_hash *hash)
{
        const char *given[CP_DIGEST_ALGS] = {
            [CP_DIGEST_SHA_512_256] = from->ha1_sha512_256,
            [CP_DIGEST_SHA_256] = from->ha1_sha256,
            [CP_DIGEST_MD5] = from->ha1_md5,
        };

        memset(u, 0, sizeof(*u));
        snprintf(u->name, sizeof(u->name), "%s", from->name);
        snprintf(u->aor, sizeof(u->aor), "%s", from->aor != NULL ? from->aor : from->name);
        snprintf(u->forward, sizeof(u->forward), "%s", from->forward != NULL ? from->forward : "");
        u->forward_cnt = from->forwards_count;
        u->refused = from->refused != 0;
        for (unsigned i = 0; i < CP_DIGEST_ALGS; i++) {
                bool has = given[i] != NULL;

                if (has)
                        read_hex(given[i], u->ha1[i]);
                else if (from->password != NULL)
                        has = cp_digest_ha1(hash, (enum cp_digest_alg)i, from->name, realm,
                                            from->password, u->ha1[i]);
                u->algs |= (uint8_t)(has ? 1u << i : 0);
        }
}

int cp_edge_users_create(struct cp_users **out, const struct cp_config_edge *config)
{
        struct cp_digest_hash *hash = cp_digest_hash_create(cp_edge_algs(config));
        struct cp_users *users = cp_users_create();
        uint32_t forwards = 0;
        int rc = hash == NULL ? -EINVAL : users == NULL ? -ENOMEM : 0;

        for (uint32_t i = 0; i < config->users_count && rc == 0; i++) {
                struct cp_user u;

                fill(&u, &config->users[i], config->realm, hash);
                u.forward_first = forwards;
                forwards += u.forward_cnt;
                rc = cp_users_put(users, &u);
        }
        cp_digest_hash_destroy(hash);
        if (rc == 0)
                *out = users;
        else
                cp_users_destroy(users);
        return rc;
}

/* ---- of the store ---- */

struct loading {
        struct cp_users *users;
        char *why;
        size_t why_len;
};

static int load_user(void *arg, struct cp_store_octets name, struct cp_store_octets row)
{
        struct loading *to = arg;
        struct cp_user u;
        int rc = cp_user_row_read(&u, name.at, name.len, row.at, row.len);

        if (rc == 0)
                rc = cp_users_put(to->users, &u);
        if (rc != 0)
                snprintf(to->why, to->why_len, "the row of user %.*s: %s", (int)name.len,
                         (const char *)name.at,
                         rc == -EBADMSG  ? "damaged; see sluicectl location repair"
                         : rc == -EPROTO ? "made by a later version"
                                         : strerror(-rc));
        return rc;
}

int cp_edge_users_load(struct cp_users **out, struct cp_store *store, char *why, size_t why_len)
{
        struct loading to = {cp_users_create(), why, why_len};
        int rc = to.users == NULL ? -ENOMEM : 0;

        why[0] = '\0';
        if (rc == 0 && store != NULL)
                rc = store->ops->load_users(store, load_user, &to);
        if (rc == 0) {
                *out = to.users;
                return 0;
        }
        if (why[0] == '\0')
                snprintf(why, why_len, "users of the store: %s", strerror(-rc));
        cp_users_destroy(to.users);
        return rc;
}

int cp_edge_users_merge(struct cp_users *users, const struct cp_users *stored, const char *realm)
{
        uint64_t ours = cp_user_realm(realm);
        unsigned both = 0, foreign = 0;
        const struct cp_user *from;
        uint32_t at = 0;
        int rc = 0;

        while (rc == 0 && (from = cp_users_next(stored, &at)) != NULL) {
                struct cp_user u = *from;

                if (cp_users_get(users, u.name) != NULL) {
                        both++;
                        continue;
                }
                if (u.realm != ours) {
                        u.algs = 0;
                        foreign++;
                }
                rc = cp_users_put(users, &u);
        }
        if (both != 0)
                cp_log(CP_LOG_WARNING,
                       "users: of %u names that the store has, too, those of the configuration "
                       "count",
                       both);
        if (foreign != 0)
                cp_log(CP_LOG_WARNING,
                       "users: %u of the store have passwords of another realm than %s and can not "
                       "log in; see sluicectl users passwd",
                       foreign, realm);
        return rc;
}
