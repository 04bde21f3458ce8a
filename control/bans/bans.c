/* SPDX-License-Identifier: Apache-2.0 */
#include "control/bans/bans.h"

#include <errno.h>
#include <stdlib.h>

const struct cp_ban *cp_bans_next(const struct cp_bans *b, size_t *i)
{
        while (*i < b->map.cap) {
                const struct cp_ban *ban = b->map.slots[(*i)++].value;

                if (ban != NULL)
                        return ban;
        }
        return NULL;
}

void cp_bans_fini(struct cp_bans *b)
{
        for (size_t i = 0; i < b->map.cap; i++)
                free(b->map.slots[i].value);
        cp_prefix_map_fini(&b->map);
}

int cp_bans_put(struct cp_bans *b, const struct cp_ban *ban)
{
        struct cp_ban *copy;
        void *old;

        if (b->map.cnt >= CP_BANS_MAX && cp_bans_get(b, &ban->prefix) == NULL)
                return -ENOSPC;
        copy = malloc(sizeof(*copy));
        if (copy == NULL)
                return -ENOMEM;
        *copy = *ban;
        if (cp_prefix_map_put(&b->map, &ban->prefix, copy, &old) != 0) {
                free(copy);
                return -ENOMEM;
        }
        free(old);
        return 0;
}

bool cp_bans_del(struct cp_bans *b, const struct cp_prefix *p)
{
        void *old = cp_prefix_map_del(&b->map, p);

        free(old);
        return old != NULL;
}

const struct cp_ban *cp_bans_get(const struct cp_bans *b, const struct cp_prefix *p)
{
        return cp_prefix_map_get(&b->map, p);
}

static bool in_force(const struct cp_ban *ban, uint64_t now_ns)
{
        return ban != NULL && ban->rate == 0 && (ban->expires_ns == 0 || ban->expires_ns > now_ns);
}

const struct cp_ban *cp_bans_find(const struct cp_bans *b, const struct shm_ip *ip, uint16_t port,
                                  uint64_t now_ns)
{
        const struct cp_prefix endpoint = {.ip = *ip, .len = 128, .port = port};
        const struct cp_ban *ban = port != 0 ? cp_bans_get(b, &endpoint) : NULL;
        unsigned len = 129;

        if (in_force(ban, now_ns))
                return ban;
        while ((ban = cp_prefix_map_match(&b->map, ip, &len)) != NULL)
                if (in_force(ban, now_ns))
                        return ban;
        return NULL;
}

size_t cp_bans_count(const struct cp_bans *b)
{
        return b->map.cnt;
}

size_t cp_bans_expired(const struct cp_bans *b, uint64_t now_ns, struct cp_prefix *out, size_t max)
{
        const struct cp_ban *ban;
        size_t i = 0;
        size_t n = 0;

        while (n < max && (ban = cp_bans_next(b, &i)) != NULL) {
                if (ban->expires_ns != 0 && ban->expires_ns <= now_ns)
                        out[n++] = ban->prefix;
        }
        return n;
}
