/* SPDX-License-Identifier: Apache-2.0 */
#include "control/identity/users.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/siphash.h"

#define SLOTS_MIN 16u

/* Open addressing, at most half full; `user` entries lie apart so that a probe reads 16 octets. */
struct slot {
        uint64_t hash;
        struct cp_user *user; /* NULL = free */
};

struct cp_users {
        struct cp_siphash_key key;
        struct cp_siphash_key nobody; /* HA1 of those who are not there */
        struct cp_user dummy;
        uint32_t slots; /* a power of two */
        uint32_t count;
        struct slot *slot;
};

struct cp_users *cp_users_create(void)
{
        struct cp_users *u = calloc(1, sizeof(*u));

        if (u == NULL)
                return NULL;
        u->slots = SLOTS_MIN;
        u->slot = calloc(u->slots, sizeof(*u->slot));
        if (u->slot != NULL && cp_siphash_key_random(&u->key) == 0 &&
            cp_siphash_key_random(&u->nobody) == 0)
                return u;
        cp_users_destroy(u);
        return NULL;
}

void cp_users_destroy(struct cp_users *u)
{
        if (u == NULL)
                return;
        for (uint32_t i = 0; u->slot != NULL && i < u->slots; i++)
                free(u->slot[i].user);
        free(u->slot);
        free(u);
}

/* The slot of this name, or the free one where it would go. */
static struct slot *probe(const struct cp_users *u, const char *name, size_t len, uint64_t hash)
{
        uint32_t i = (uint32_t)hash & (u->slots - 1);

        for (;; i = (i + 1) & (u->slots - 1)) {
                struct slot *s = &u->slot[i];

                if (s->user == NULL)
                        return s;
                if (s->hash == hash && strlen(s->user->name) == len &&
                    memcmp(s->user->name, name, len) == 0)
                        return s;
        }
}

static int grow(struct cp_users *u)
{
        struct slot *old = u->slot;
        uint32_t old_slots = u->slots;

        u->slot = calloc((size_t)old_slots * 2, sizeof(*u->slot));
        if (u->slot == NULL) {
                u->slot = old;
                return -ENOMEM;
        }
        u->slots = old_slots * 2;
        for (uint32_t i = 0; i < old_slots; i++) {
                if (old[i].user != NULL)
                        *probe(u, old[i].user->name, strlen(old[i].user->name), old[i].hash) =
                            old[i];
        }
        free(old);
        return 0;
}

int cp_users_put(struct cp_users *u, const struct cp_user *user)
{
        size_t len = strnlen(user->name, sizeof(user->name));
        uint64_t hash = cp_siphash(&u->key, user->name, len);
        struct slot *s;

        if (len == 0 || len == sizeof(user->name) ||
            strnlen(user->aor, sizeof(user->aor)) == sizeof(user->aor) ||
            strnlen(user->forward, sizeof(user->forward)) == sizeof(user->forward))
                return -EINVAL;
        if (u->count * 2 >= u->slots && grow(u) != 0)
                return -ENOMEM;
        s = probe(u, user->name, len, hash);
        if (s->user == NULL) {
                s->user = malloc(sizeof(*s->user));
                if (s->user == NULL)
                        return -ENOMEM;
                s->hash = hash;
                u->count++;
        }
        *s->user = *user;
        return 0;
}

int cp_users_del(struct cp_users *u, const char *name)
{
        struct slot *s = probe(u, name, strlen(name), cp_siphash(&u->key, name, strlen(name)));
        uint32_t hole;

        if (s->user == NULL)
                return -ENOENT;
        free(s->user);
        s->user = NULL;
        u->count--;
        /* What stands behind the hole without a gap moves up, or a probe would stop short of it. */
        hole = (uint32_t)(s - u->slot);
        for (uint32_t i = (hole + 1) & (u->slots - 1); u->slot[i].user != NULL;
             i = (i + 1) & (u->slots - 1)) {
                struct slot moved = u->slot[i];

                u->slot[i].user = NULL;
                *probe(u, moved.user->name, strlen(moved.user->name), moved.hash) = moved;
        }
        return 0;
}

uint32_t cp_users_count(const struct cp_users *u)
{
        return u->count;
}

const struct cp_user *cp_users_next(const struct cp_users *u, uint32_t *at)
{
        while (*at < u->slots) {
                const struct cp_user *user = u->slot[(*at)++].user;

                if (user != NULL)
                        return user;
        }
        return NULL;
}

const struct cp_user *cp_users_get(const struct cp_users *u, const char *name)
{
        return probe(u, name, strlen(name), cp_siphash(&u->key, name, strlen(name)))->user;
}

const struct cp_user *cp_users_find(const struct cp_users *u, const char *name, size_t len,
                                    enum cp_digest_alg alg, uint8_t ha1[CP_DIGEST_BYTES_MAX])
{
        const struct slot *s = probe(u, name, len, cp_siphash(&u->key, name, len));
        const struct cp_user *from = s->user != NULL ? s->user : &u->dummy;
        bool good = (from->algs >> alg & 1u) != 0 && !from->refused;
        uint64_t keep = good ? UINT64_MAX : 0;
        uint64_t word;

        /* Nobody's HA1 is made for everybody and taken by a mask: no branch tells who is there. */
        for (size_t i = 0; i < CP_DIGEST_BYTES_MAX; i += sizeof(word)) {
                uint64_t nobody = cp_siphash_chain(&u->nobody, i, name, len);

                memcpy(&word, from->ha1[alg] + i, sizeof(word));
                word = (word & keep) | (nobody & ~keep);
                memcpy(ha1 + i, &word, sizeof(word));
        }
        return good ? from : NULL;
}
