/* SPDX-License-Identifier: Apache-2.0 */
#include "control/heavy.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define NOBODY 0xffffu

struct cp_heavy {
        unsigned cnt;     /* entries that there is room for */
        unsigned used;    /* entries in use, the first ones */
        unsigned buckets; /* power of two, at least cnt */
        uint64_t seed[2];
        uint64_t total;
        struct cp_heavy_entry *entries;
        uint16_t *heap;   /* indices of entries, the smallest count first */
        uint16_t *bucket; /* first entry with these bits of hash */
};

struct cp_heavy *cp_heavy_create(unsigned cnt)
{
        struct cp_heavy *h = calloc(1, sizeof(*h));

        if (h == NULL)
                return NULL;
        h->cnt = cnt;
        for (h->buckets = 1; h->buckets < cnt; h->buckets *= 2)
                ;
        h->entries = calloc(cnt, sizeof(h->entries[0]));
        h->heap = calloc(cnt, sizeof(h->heap[0]));
        h->bucket = calloc(h->buckets, sizeof(h->bucket[0]));
        if (h->entries == NULL || h->heap == NULL || h->bucket == NULL ||
            getrandom(h->seed, sizeof(h->seed), 0) != sizeof(h->seed)) {
                cp_heavy_destroy(h);
                return NULL;
        }
        cp_heavy_clear(h);
        return h;
}

void cp_heavy_destroy(struct cp_heavy *h)
{
        if (h == NULL)
                return;
        free(h->entries);
        free(h->heap);
        free(h->bucket);
        free(h);
}

void cp_heavy_clear(struct cp_heavy *h)
{
        h->used = 0;
        h->total = 0;
        memset(h->bucket, 0xff, h->buckets * sizeof(h->bucket[0]));
}

/* Random odd multipliers: who does not know them can not fill one bucket. Keys are compared whole,
 * so a collision costs time and no truth. */
static uint64_t hash_of(const struct cp_heavy *h, const uint8_t *key, size_t len)
{
        uint64_t x = h->seed[0] ^ len;

        for (size_t i = 0; i < len; i += 8) {
                uint64_t word = 0;

                memcpy(&word, key + i, len - i < 8 ? len - i : 8);
                x = (x ^ word) * (h->seed[1] | 1u);
                x ^= x >> 32;
        }
        return x * (h->seed[0] | 1u);
}

static uint16_t *bucket_of(const struct cp_heavy *h, uint64_t hash)
{
        return &h->bucket[(hash >> 40) & (h->buckets - 1)];
}

static struct cp_heavy_entry *find(const struct cp_heavy *h, uint64_t hash, const uint8_t *key,
                                   size_t len)
{
        for (uint16_t i = *bucket_of(h, hash); i != NOBODY; i = h->entries[i].next) {
                struct cp_heavy_entry *e = &h->entries[i];

                if (e->hash == hash && e->key_len == len && memcmp(e->key, key, len) == 0)
                        return e;
        }
        return NULL;
}

static void heap_put(struct cp_heavy *h, unsigned slot, uint16_t entry)
{
        h->heap[slot] = entry;
        h->entries[entry].slot = (uint16_t)slot;
}

static uint64_t heap_count(const struct cp_heavy *h, unsigned slot)
{
        return h->entries[h->heap[slot]].count;
}

static void sink(struct cp_heavy *h, unsigned slot)
{
        uint16_t moving = h->heap[slot];
        uint64_t count = h->entries[moving].count;

        for (;;) {
                unsigned child = 2 * slot + 1;

                if (child + 1 < h->used && heap_count(h, child + 1) < heap_count(h, child))
                        child++;
                if (child >= h->used || heap_count(h, child) >= count)
                        break;
                heap_put(h, slot, h->heap[child]);
                slot = child;
        }
        heap_put(h, slot, moving);
}

/* A new entry has the smallest count there can be: it rises over all that have more. */
static void rise(struct cp_heavy *h, unsigned slot)
{
        uint16_t moving = h->heap[slot];

        while (slot > 0 && heap_count(h, (slot - 1) / 2) > h->entries[moving].count) {
                heap_put(h, slot, h->heap[(slot - 1) / 2]);
                slot = (slot - 1) / 2;
        }
        heap_put(h, slot, moving);
}

static void unlink_entry(struct cp_heavy *h, uint16_t index)
{
        uint16_t *at = bucket_of(h, h->entries[index].hash);

        while (*at != index)
                at = &h->entries[*at].next;
        *at = h->entries[index].next;
}

/* A place for a new key: a free one, or that of the smallest count, which the new one inherits. */
static struct cp_heavy_entry *take_place(struct cp_heavy *h)
{
        struct cp_heavy_entry *e;

        if (h->used < h->cnt) {
                e = &h->entries[h->used];
                e->count = 0;
                heap_put(h, h->used, (uint16_t)h->used);
                h->used++;
                rise(h, h->used - 1);
        } else {
                e = &h->entries[h->heap[0]];
                unlink_entry(h, h->heap[0]);
        }
        e->over = e->count;
        e->marked = 0;
        return e;
}

void cp_heavy_add(struct cp_heavy *h, const void *key, size_t len, bool marked)
{
        if (len > CP_HEAVY_KEY_BYTES)
                len = CP_HEAVY_KEY_BYTES;
        uint64_t hash = hash_of(h, key, len);
        struct cp_heavy_entry *e = find(h, hash, key, len);

        if (e == NULL) {
                uint16_t *bucket = bucket_of(h, hash);

                e = take_place(h);
                e->hash = hash;
                e->key_len = (uint16_t)len;
                memcpy(e->key, key, len);
                e->next = *bucket;
                *bucket = (uint16_t)(e - h->entries);
        }
        h->total++;
        e->count++;
        e->marked += marked;
        sink(h, e->slot);
}

uint64_t cp_heavy_total(const struct cp_heavy *h)
{
        return h->total;
}

const struct cp_heavy_entry *cp_heavy_at(const struct cp_heavy *h, unsigned i)
{
        return i < h->used ? &h->entries[i] : NULL;
}

const struct cp_heavy_entry *cp_heavy_find(const struct cp_heavy *h, const void *key, size_t len)
{
        if (len > CP_HEAVY_KEY_BYTES)
                len = CP_HEAVY_KEY_BYTES;
        return find(h, hash_of(h, key, len), key, len);
}
