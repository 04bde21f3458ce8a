/* SPDX-License-Identifier: Apache-2.0 */
#include "control/prefix_map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_CAP 64u

static uint64_t mix(uint64_t x)
{
        x ^= x >> 30;
        x *= UINT64_C(0xbf58476d1ce4e5b9);
        x ^= x >> 27;
        x *= UINT64_C(0x94d049bb133111eb);
        return x ^ (x >> 31);
}

static size_t home(const struct cp_prefix_map *m, const struct cp_prefix *p)
{
        uint64_t w[2];

        memcpy(w, p->ip.b, sizeof(w));
        return (size_t)mix(mix(w[0] ^ p->len ^ (uint64_t)p->port << 8) ^ w[1]) & (m->cap - 1);
}

static bool same(const struct cp_prefix *a, const struct cp_prefix *b)
{
        return a->len == b->len && a->port == b->port &&
               memcmp(a->ip.b, b->ip.b, sizeof(a->ip.b)) == 0;
}

/* The slot of p, or the free one where it belongs. The table is never full. */
static struct cp_prefix_slot *probe(const struct cp_prefix_map *m, const struct cp_prefix *p)
{
        size_t i = home(m, p);

        while (m->slots[i].value != NULL && !same(&m->slots[i].prefix, p))
                i = (i + 1) & (m->cap - 1);
        return &m->slots[i];
}

static int grow(struct cp_prefix_map *m)
{
        struct cp_prefix_map bigger = *m;

        bigger.cap = m->cap == 0 ? FIRST_CAP : m->cap * 2;
        bigger.slots = calloc(bigger.cap, sizeof(*bigger.slots));
        if (bigger.slots == NULL)
                return -ENOMEM;
        for (size_t i = 0; i < m->cap; i++) {
                if (m->slots[i].value != NULL)
                        *probe(&bigger, &m->slots[i].prefix) = m->slots[i];
        }
        free(m->slots);
        *m = bigger;
        return 0;
}

void cp_prefix_map_fini(struct cp_prefix_map *m)
{
        free(m->slots);
        memset(m, 0, sizeof(*m));
}

int cp_prefix_map_put(struct cp_prefix_map *m, const struct cp_prefix *p, void *value, void **old)
{
        struct cp_prefix_slot *s;

        if (old != NULL)
                *old = NULL;
        if (m->cnt + 1 > m->cap / 2 && grow(m) != 0)
                return -ENOMEM;
        s = probe(m, p);
        if (s->value == NULL) {
                m->cnt++;
                m->len_cnt[p->len] += p->port == 0;
        } else if (old != NULL) {
                *old = s->value;
        }
        s->prefix = *p;
        s->value = value;
        return 0;
}

void *cp_prefix_map_del(struct cp_prefix_map *m, const struct cp_prefix *p)
{
        struct cp_prefix_slot *s;
        void *value;
        size_t hole;

        if (m->cap == 0)
                return NULL;
        s = probe(m, p);
        value = s->value;
        if (value == NULL)
                return NULL;
        m->cnt--;
        m->len_cnt[p->len] -= p->port == 0;
        s->value = NULL;
        /* Backward shift: an entry behind the hole moves into it when the hole lies between its
         * home and its place; so chains never need tombstones. */
        hole = (size_t)(s - m->slots);
        for (size_t i = (hole + 1) & (m->cap - 1); m->slots[i].value != NULL;
             i = (i + 1) & (m->cap - 1)) {
                size_t from_home = (i - home(m, &m->slots[i].prefix)) & (m->cap - 1);

                if (from_home < ((i - hole) & (m->cap - 1)))
                        continue;
                m->slots[hole] = m->slots[i];
                m->slots[i].value = NULL;
                hole = i;
        }
        return value;
}

void *cp_prefix_map_get(const struct cp_prefix_map *m, const struct cp_prefix *p)
{
        return m->cap == 0 ? NULL : probe(m, p)->value;
}

void *cp_prefix_map_match(const struct cp_prefix_map *m, const struct shm_ip *ip, unsigned *len)
{
        unsigned shortest = cp_ip_is_v4(ip) ? 96 : 0;

        while (*len > shortest) {
                struct cp_prefix p = {.ip = *ip};
                void *value;

                (*len)--;
                if (m->len_cnt[*len] == 0)
                        continue;
                p.len = (uint8_t)*len;
                cp_ip_mask(&p.ip, *len);
                value = cp_prefix_map_get(m, &p);
                if (value != NULL)
                        return value;
        }
        return NULL;
}
