/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/state/blocks.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define CHUNK_BYTES 65536u
#define CHUNK_UNITS (CHUNK_BYTES / DP_BLOCK_UNIT)
#define BYTES_MAX   (UINT64_C(1) << 38)

static const uint32_t units_of[DP_BLOCK_SIZES] = {1, 2, 4, 8, 18};

_Static_assert(18 * DP_BLOCK_UNIT == DP_BLOCK_BYTES_MAX, "the largest size is the longest block");

int dp_blocks_init(struct dp_blocks *b, uint64_t bytes)
{
        uint64_t chunks = (bytes + CHUNK_BYTES - 1) / CHUNK_BYTES;

        if (bytes == 0 || bytes > BYTES_MAX)
                return -EINVAL;
        memset(b, 0, sizeof(*b));
        b->bytes = chunks * CHUNK_BYTES;
        b->mem = mmap(NULL, b->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (b->mem == MAP_FAILED) {
                b->mem = NULL;
                return -ENOMEM;
        }
        /* Every look-up is a miss of its own: large pages save the second one. */
        (void)madvise(b->mem, b->bytes, MADV_HUGEPAGE);
        memset(b->mem, 0, b->bytes);
        b->chunk_cnt = (uint32_t)chunks;
        return 0;
}

void dp_blocks_fini(struct dp_blocks *b)
{
        if (b->mem != NULL)
                munmap(b->mem, b->bytes);
        b->mem = NULL;
}

/* ---- lists ---- */

static struct dp_block_head *head_of(const struct dp_blocks *b, uint32_t block)
{
        return dp_block_at(b, block);
}

static void list_add(struct dp_blocks *b, struct dp_block_list *l, uint32_t block)
{
        head_of(b, block)->next = 0;
        if (l->last != 0)
                head_of(b, l->last)->next = block;
        else
                l->first = block;
        l->last = block;
        l->cnt++;
}

static void list_join(struct dp_blocks *b, struct dp_block_list *l, struct dp_block_list *more)
{
        if (more->first == 0)
                return;
        if (l->last != 0)
                head_of(b, l->last)->next = more->first;
        else
                l->first = more->first;
        l->last = more->last;
        l->cnt += more->cnt;
        *more = (struct dp_block_list){0};
}

static uint32_t list_take(struct dp_blocks *b, struct dp_block_list *l)
{
        uint32_t block = l->first;

        if (block == 0)
                return 0;
        l->first = head_of(b, block)->next;
        if (l->first == 0)
                l->last = 0;
        l->cnt--;
        return block;
}

/* ---- blocks ---- */

/* The next chunk becomes blocks of this size. */
static void cut_chunk(struct dp_blocks *b, uint32_t size)
{
        uint32_t first = b->chunks_used * CHUNK_UNITS + 1;

        if (b->chunks_used == b->chunk_cnt)
                return;
        b->chunks_used++;
        for (uint32_t at = 0; at + units_of[size] <= CHUNK_UNITS; at += units_of[size]) {
                head_of(b, first + at)->size = size;
                list_add(b, &b->free[size], first + at);
        }
}

uint32_t dp_block_take(struct dp_blocks *b, uint32_t bytes)
{
        uint32_t size = 0;

        while (size < DP_BLOCK_SIZES && units_of[size] * DP_BLOCK_UNIT < bytes)
                size++;
        if (size == DP_BLOCK_SIZES)
                return 0;
        if (b->free[size].first == 0)
                cut_chunk(b, size);
        return list_take(b, &b->free[size]);
}

void dp_block_retire(struct dp_blocks *b, uint32_t block)
{
        list_add(b, &b->retired[head_of(b, block)->size], block);
}

void dp_blocks_reclaim(struct dp_blocks *b)
{
        if (b->qsbr != NULL && b->token != 0 && rte_rcu_qsbr_check(b->qsbr, b->token, false) != 1)
                return;
        for (uint32_t size = 0; size < DP_BLOCK_SIZES; size++) {
                list_join(b, &b->free[size], &b->waiting[size]);
                list_join(b, &b->waiting[size], &b->retired[size]);
        }
        b->token = b->qsbr != NULL ? rte_rcu_qsbr_start(b->qsbr) : 0;
}

uint32_t dp_blocks_retired(const struct dp_blocks *b)
{
        uint32_t cnt = 0;

        for (uint32_t size = 0; size < DP_BLOCK_SIZES; size++)
                cnt += b->retired[size].cnt + b->waiting[size].cnt;
        return cnt;
}
