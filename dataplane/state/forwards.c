/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/state/forwards.h"

#include <stdlib.h>
#include <string.h>

#define WAYS 4u

/* Live when the epoch is the table's; zeroed memory is epoch 0, which never is. */
struct slot {
        struct dp_key key;
        uint64_t epoch;
        uint64_t put; /* counts the puts: the lowest of a set is the oldest */
        _Alignas(8) uint8_t octets[DP_FORWARD_SLOT_BYTES - sizeof(struct dp_key) - 16];
};
_Static_assert(sizeof(struct slot) == DP_FORWARD_SLOT_BYTES, "a slot is what it says");

struct dp_forwards {
        struct slot *slots;
        uint32_t set_mask;
        uint64_t epoch;
        uint64_t puts;
};

void dp_forward_read(struct dp_forward *f, const void *at, uint16_t headers_len)
{
        memcpy(&f->head, at, sizeof(f->head));
        f->headers_len = headers_len;
        f->bytes = (uint16_t)(f->head.hop_cnt * sizeof(struct shm_hop) + f->head.ruri_len +
                              f->head.route_len + headers_len);
        f->reserved = 0;
        memcpy(f->rest, (const uint8_t *)at + sizeof(f->head), f->bytes);
}

struct dp_forwards *dp_forwards_create(uint32_t entries)
{
        struct dp_forwards *t;
        uint32_t sets = 1;

        if (entries == 0 || entries > DP_FORWARD_ENTRIES_MAX)
                return NULL;
        while (sets * WAYS < entries)
                sets *= 2;
        t = calloc(1, sizeof(*t));
        if (t == NULL)
                return NULL;
        t->slots = aligned_alloc(64, (size_t)sets * WAYS * sizeof(struct slot));
        if (t->slots == NULL) {
                free(t);
                return NULL;
        }
        memset(t->slots, 0, (size_t)sets * WAYS * sizeof(struct slot));
        t->set_mask = sets - 1;
        t->epoch = 1;
        return t;
}

void dp_forwards_destroy(struct dp_forwards *t)
{
        if (t == NULL)
                return;
        free(t->slots);
        free(t);
}

static struct slot *set_of(const struct dp_forwards *t, const struct dp_key *key)
{
        return &t->slots[(size_t)((uint32_t)key->w[0] & t->set_mask) * WAYS];
}

static bool is_key(const struct dp_forwards *t, const struct slot *s, const struct dp_key *key)
{
        return s->epoch == t->epoch && s->key.w[0] == key->w[0] && s->key.w[1] == key->w[1];
}

/* The key's own slot, or a dead one, or the oldest. */
static struct slot *victim(const struct dp_forwards *t, const struct dp_key *key)
{
        struct slot *set = set_of(t, key);
        struct slot *best = &set[0];

        for (unsigned i = 0; i < WAYS; i++) {
                if (is_key(t, &set[i], key))
                        return &set[i];
                if (best->epoch == t->epoch && (set[i].epoch != t->epoch || set[i].put < best->put))
                        best = &set[i];
        }
        return best;
}

bool dp_forwards_put(struct dp_forwards *t, const struct dp_key *key, const struct dp_forward *f)
{
        size_t bytes = sizeof(*f) + f->bytes;
        struct slot *s;

        if ((key->w[0] | key->w[1]) == 0)
                return false;
        s = victim(t, key);
        if (bytes > sizeof(s->octets)) {
                if (is_key(t, s, key))
                        s->epoch = 0;
                return false;
        }
        s->key = *key;
        s->epoch = t->epoch;
        s->put = ++t->puts;
        memcpy(s->octets, f, bytes);
        return true;
}

const struct dp_forward *dp_forwards_get(const struct dp_forwards *t, const struct dp_key *key)
{
        const struct slot *set = set_of(t, key);

        if ((key->w[0] | key->w[1]) == 0)
                return NULL;
        for (unsigned i = 0; i < WAYS; i++)
                if (is_key(t, &set[i], key))
                        return (const struct dp_forward *)(const void *)set[i].octets;
        return NULL;
}

void dp_forwards_flush(struct dp_forwards *t)
{
        t->epoch++;
}
