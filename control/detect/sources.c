/* SPDX-License-Identifier: Apache-2.0 */
#include "control/detect/sources.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/detect/table.h"

#define WAYS 8u

int cp_sources_init(struct cp_sources *s, uint32_t entries, const struct cp_siphash_key *key)
{
        size_t bytes;

        s->sets = 1;
        while (s->sets * WAYS < entries)
                s->sets *= 2;
        s->key = *key;
        bytes = (size_t)s->sets * WAYS * sizeof(*s->slots);
        s->slots = cp_detect_memory(bytes);
        return s->slots != NULL ? 0 : -ENOMEM;
}

void cp_sources_fini(struct cp_sources *s)
{
        free(s->slots);
        s->slots = NULL;
}

static struct cp_source *set_of(const struct cp_sources *s, const struct shm_ip *ip, uint16_t port)
{
        uint8_t text[18];

        memcpy(text, ip->b, 16);
        memcpy(text + 16, &port, sizeof(port));
        return &s->slots[(cp_siphash(&s->key, text, sizeof(text)) & (s->sets - 1)) * WAYS];
}

static bool is_it(const struct cp_source *x, const struct shm_ip *ip, uint16_t port)
{
        return x->level != CP_SOURCE_UNKNOWN && x->port == port &&
               memcmp(&x->ip, ip, sizeof(*ip)) == 0;
}

static bool recent(const struct cp_source *x, uint64_t now_ns)
{
        return x->level != CP_SOURCE_UNKNOWN && x->seen_ns + CP_SOURCE_RECENT_NS > now_ns;
}

/* An old one is worth nothing; a higher level is worth more than a younger sign of life. */
static bool is_worth_less(const struct cp_source *a, const struct cp_source *b, uint64_t now_ns)
{
        unsigned la = recent(a, now_ns) ? a->level : 0;
        unsigned lb = recent(b, now_ns) ? b->level : 0;

        return la != lb ? la < lb : a->seen_ns < b->seen_ns;
}

void cp_sources_learn(struct cp_sources *s, const struct shm_ip *ip, uint16_t port,
                      enum cp_source_level level, uint64_t now_ns)
{
        struct cp_source *set = set_of(s, ip, port);
        struct cp_source *least = &set[0];

        for (unsigned i = 0; i < WAYS; i++) {
                struct cp_source *x = &set[i];

                if (is_it(x, ip, port)) {
                        if (level >= x->level || !recent(x, now_ns)) {
                                x->level = (uint8_t)level;
                                x->seen_ns = now_ns;
                        }
                        return;
                }
                if (is_worth_less(x, least, now_ns))
                        least = x;
        }
        if (recent(least, now_ns) && least->level > level)
                return; /* strangers never take the place of those who logged in */
        *least =
            (struct cp_source){.ip = *ip, .port = port, .level = (uint8_t)level, .seen_ns = now_ns};
}

enum cp_source_level cp_sources_level(const struct cp_sources *s, const struct shm_ip *ip,
                                      uint16_t port, uint64_t now_ns)
{
        const struct cp_source *set = set_of(s, ip, port);

        for (unsigned i = 0; i < WAYS; i++)
                if (is_it(&set[i], ip, port))
                        return recent(&set[i], now_ns) ? (enum cp_source_level)set[i].level
                                                       : CP_SOURCE_UNKNOWN;
        return CP_SOURCE_UNKNOWN;
}

struct cp_sources_count cp_sources_count(const struct cp_sources *s, const struct cp_prefix *within,
                                         uint64_t port_mask, uint64_t now_ns)
{
        struct cp_sources_count n = {0};

        for (uint32_t i = 0; i < s->sets * WAYS; i++) {
                const struct cp_source *x = &s->slots[i];

                if (!recent(x, now_ns) || x->level == CP_SOURCE_PEER ||
                    (within != NULL && !cp_prefix_match(within, &x->ip)))
                        continue;
                n.proven++;
                if ((port_mask >> (x->port % 64u) & 1u) != 0)
                        continue;
                n.bystanders++;
                n.innocent += x->level == CP_SOURCE_AUTHENTICATED;
        }
        return n;
}
