/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/state/bindings.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <rte_common.h>
#include <rte_prefetch.h>

#include "control/contract/shm_msg.h"
#include "dataplane/state/blocks.h"

#define SET_ENTRIES   8u
#define SET_CROWDED   6u
#define BYTES_A_ENTRY 192u /* of blocks, on average */
#define TAG_SHIFT     48u
#define BLOCK_MASK    UINT64_C(0xffffffff)
/* After a full copy the rest of the table is looked through so many times faster. */
#define HURRY         4u

struct set {
        _Alignas(64) _Atomic uint64_t entry[SET_ENTRIES]; /* tag, block; 0 = free */
};

struct block {
        struct dp_block_head head;
        uint64_t expires_ns;
        struct shm_hop hop;
        uint16_t aor_len;
        uint16_t uri_len;
        uint16_t route_len;
        uint16_t reserved;
        uint32_t sync; /* writer: of the copy that last named it */
        char text[];
};

_Static_assert(sizeof(struct block) + 2 * SHM_URI_BYTES_MAX + SHM_ROUTE_BYTES_MAX <=
                   DP_BLOCK_BYTES_MAX,
               "the longest binding fits the largest block");

struct dp_bindings {
        struct dp_siphash_key key;
        struct set *sets;
        uint32_t set_cnt; /* a power of two */
        uint32_t sync;    /* of the copy that is on its way, or of the last one */
        uint32_t floor;   /* what an older copy named has ended */
        uint32_t hurry;   /* sets still to be looked through because of that */
        uint32_t next;    /* set to be looked at */
        uint64_t cnt;
        uint64_t full;
        struct dp_blocks blocks;
};

/* ---- making one ---- */

struct dp_bindings *dp_bindings_create(uint32_t entries, const struct dp_siphash_key *key)
{
        struct dp_bindings *b;

        if (entries == 0 || entries > DP_BINDINGS_MAX)
                return NULL;
        b = calloc(1, sizeof(*b));
        if (b == NULL)
                return NULL;
        b->key = *key;
        b->set_cnt = rte_align32pow2(RTE_MAX(entries / (SET_ENTRIES / 2), 2u));
        b->sets = mmap(NULL, b->set_cnt * sizeof(struct set), PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (b->sets == MAP_FAILED ||
            dp_blocks_init(&b->blocks, (uint64_t)entries * BYTES_A_ENTRY) != 0) {
                if (b->sets != MAP_FAILED)
                        munmap(b->sets, b->set_cnt * sizeof(struct set));
                free(b);
                return NULL;
        }
        (void)madvise(b->sets, b->set_cnt * sizeof(struct set), MADV_HUGEPAGE);
        memset((void *)b->sets, 0, b->set_cnt * sizeof(struct set));
        return b;
}

void dp_bindings_destroy(struct dp_bindings *b)
{
        if (b == NULL)
                return;
        dp_blocks_fini(&b->blocks);
        munmap((void *)b->sets, b->set_cnt * sizeof(struct set));
        free(b);
}

void dp_bindings_readers(struct dp_bindings *b, struct rte_rcu_qsbr *qsbr)
{
        b->blocks.qsbr = qsbr;
}

/* ---- looking up ---- */

uint64_t dp_bindings_hash(const struct dp_bindings *b, const void *aor, size_t len)
{
        return dp_siphash13_once(&b->key, aor, len);
}

/* Set 0 is the first choice, 1 the second one; both and the tag from different bits. */
static struct set *set_of(const struct dp_bindings *b, uint64_t hash, unsigned choice)
{
        return &b->sets[(choice == 0 ? hash : hash >> 25) & (b->set_cnt - 1)];
}

static uint64_t tag_of(uint64_t hash)
{
        return hash >> TAG_SHIFT << TAG_SHIFT;
}

static struct block *block_of(const struct dp_bindings *b, uint64_t entry)
{
        return dp_block_at(&b->blocks, (uint32_t)(entry & BLOCK_MASK));
}

void dp_bindings_prefetch(const struct dp_bindings *b, uint64_t hash)
{
        rte_prefetch0(set_of(b, hash, 0));
}

/* The entry of an AoR, or NULL. *seen is what it held. */
static _Atomic uint64_t *entry_find(const struct dp_bindings *b, uint64_t hash, const void *aor,
                                    size_t len, uint64_t *seen)
{
        uint64_t tag = tag_of(hash);

        for (unsigned choice = 0; choice < 2; choice++) {
                struct set *s = set_of(b, hash, choice);

                for (unsigned i = 0; i < SET_ENTRIES; i++) {
                        uint64_t e = atomic_load_explicit(&s->entry[i], memory_order_acquire);
                        const struct block *k;

                        if (e == 0 || (e ^ tag) >> TAG_SHIFT != 0)
                                continue;
                        k = block_of(b, e);
                        if (k->aor_len != len || memcmp(k->text, aor, len) != 0)
                                continue;
                        *seen = e;
                        return &s->entry[i];
                }
        }
        return NULL;
}

bool dp_bindings_find(const struct dp_bindings *b, uint64_t hash, const void *aor, size_t len,
                      uint64_t now_ns, struct dp_binding *out)
{
        const struct block *k;
        uint64_t e;

        if (entry_find(b, hash, aor, len, &e) == NULL)
                return false;
        k = block_of(b, e);
        if (k->expires_ns <= now_ns)
                return false;
        *out = (struct dp_binding){
            .hop = k->hop,
            .expires_ns = k->expires_ns,
            .uri = k->text + k->aor_len,
            .route = k->text + k->aor_len + k->uri_len,
            .uri_len = k->uri_len,
            .route_len = k->route_len,
        };
        return true;
}

/* ---- changes ---- */

static void entry_remove(struct dp_bindings *b, _Atomic uint64_t *entry, uint64_t seen)
{
        atomic_store_explicit(entry, 0, memory_order_release);
        dp_block_retire(&b->blocks, (uint32_t)(seen & BLOCK_MASK));
        b->cnt--;
}

static unsigned set_count(const struct set *s, unsigned *free_entry)
{
        unsigned cnt = 0;

        for (unsigned i = 0; i < SET_ENTRIES; i++) {
                if (atomic_load_explicit(&s->entry[i], memory_order_relaxed) != 0)
                        cnt++;
                else
                        *free_entry = i;
        }
        return cnt;
}

/* The first choice while it has some room, for it is looked at first; else the emptier one. */
static _Atomic uint64_t *entry_free(const struct dp_bindings *b, uint64_t hash)
{
        struct set *first = set_of(b, hash, 0);
        struct set *second = set_of(b, hash, 1);
        unsigned at[2] = {0, 0};
        unsigned cnt = set_count(first, &at[0]);

        if (cnt < SET_CROWDED || cnt <= set_count(second, &at[1]))
                return cnt < SET_ENTRIES ? &first->entry[at[0]] : NULL;
        return &second->entry[at[1]];
}

/* A block with what the record says; 0 without room. */
static uint32_t block_write(struct dp_bindings *b, const struct shm_binding *rec)
{
        size_t text = (size_t)rec->aor_len + rec->uri_len + rec->route_len;
        uint32_t n = dp_block_take(&b->blocks, (uint32_t)(sizeof(struct block) + text));
        struct block *k;

        if (n == 0)
                return 0;
        k = dp_block_at(&b->blocks, n);
        k->expires_ns = rec->expires_ns;
        k->hop = rec->hop;
        k->aor_len = rec->aor_len;
        k->uri_len = rec->uri_len;
        k->route_len = rec->route_len;
        k->sync = b->sync;
        memcpy(k->text, rec + 1, text);
        return n;
}

static int add(struct dp_bindings *b, const struct shm_binding *rec)
{
        uint64_t hash = dp_bindings_hash(b, rec + 1, rec->aor_len);
        uint64_t seen = 0;
        _Atomic uint64_t *entry = entry_find(b, hash, rec + 1, rec->aor_len, &seen);
        _Atomic uint64_t *place = entry != NULL ? entry : entry_free(b, hash);
        uint32_t n = place != NULL ? block_write(b, rec) : 0;

        if (n == 0) {
                if (entry != NULL) /* what it says holds no more */
                        entry_remove(b, entry, seen);
                b->full++;
                return -ENOSPC;
        }
        atomic_store_explicit(place, tag_of(hash) | n, memory_order_release);
        if (entry != NULL)
                dp_block_retire(&b->blocks, (uint32_t)(seen & BLOCK_MASK));
        else
                b->cnt++;
        return 0;
}

int dp_bindings_apply(struct dp_bindings *b, const struct shm_binding *rec)
{
        _Atomic uint64_t *entry;
        uint64_t seen;

        switch (rec->op) {
        case SHM_TABLE_ADD:
                return add(b, rec);
        case SHM_TABLE_DEL:
                entry = entry_find(b, dp_bindings_hash(b, rec + 1, rec->aor_len), rec + 1,
                                   rec->aor_len, &seen);
                if (entry != NULL)
                        entry_remove(b, entry, seen);
                return 0;
        case SHM_TABLE_SYNC_BEGIN:
                b->sync++;
                return 0;
        default: /* SYNC_END: all of this copy is here */
                b->floor = b->sync;
                b->hurry = b->set_cnt;
                return 0;
        }
}

static unsigned set_sweep(struct dp_bindings *b, struct set *s, uint64_t now_ns)
{
        unsigned gone = 0;

        for (unsigned i = 0; i < SET_ENTRIES; i++) {
                uint64_t e = atomic_load_explicit(&s->entry[i], memory_order_relaxed);

                if (e == 0)
                        continue;
                const struct block *k = block_of(b, e);

                if (k->expires_ns > now_ns && (int32_t)(k->sync - b->floor) >= 0)
                        continue;
                entry_remove(b, &s->entry[i], e);
                gone++;
        }
        return gone;
}

unsigned dp_bindings_sweep(struct dp_bindings *b, uint64_t now_ns, unsigned sets)
{
        unsigned todo = b->hurry != 0 ? sets * HURRY : sets;
        unsigned gone = 0;

        for (unsigned i = 0; i < todo && i < b->set_cnt; i++) {
                b->next = (b->next + 1) & (b->set_cnt - 1);
                gone += set_sweep(b, &b->sets[b->next], now_ns);
        }
        b->hurry -= RTE_MIN(b->hurry, todo);
        dp_blocks_reclaim(&b->blocks);
        return gone;
}

void dp_bindings_stats(const struct dp_bindings *b, struct dp_bindings_stats *out)
{
        *out = (struct dp_bindings_stats){
            .bindings = b->cnt,
            .bytes = b->blocks.bytes + b->set_cnt * sizeof(struct set),
            .retired = dp_blocks_retired(&b->blocks),
            .full = b->full,
        };
}
