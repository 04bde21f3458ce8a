/* SPDX-License-Identifier: Apache-2.0 */
#include "control/edge/edge_users.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
