/* SPDX-License-Identifier: Apache-2.0 */
/*
 * blocks.h - fixed memory in blocks of a few sizes, which one thread writes and gives back while
 * others may still read: a block that is retired comes back only after all of them have passed a
 * quiescent state (RCU).
 *
 * The memory is cut in chunks of 64 KiB; a chunk gets its block size when it is first needed, and
 * keeps it. Memory is mapped and touched at creation. Thread: one owner for all but dp_block_at().
 */
#ifndef SLUICE_DATAPLANE_STATE_BLOCKS_H
#define SLUICE_DATAPLANE_STATE_BLOCKS_H

#include <stdint.h>

#include <rte_rcu_qsbr.h>

#define DP_BLOCK_UNIT      128u /* octets; a block begins at a multiple of it */
#define DP_BLOCK_BYTES_MAX 2304u
#define DP_BLOCK_SIZES     5u /* 128, 256, 512, 1,024 and 2,304 octets */

/* What every block begins with; the owner of the blocks alone reads and writes it. */
struct dp_block_head {
        uint32_t next; /* of a list of blocks that are not in use */
        uint32_t size; /* 0..DP_BLOCK_SIZES-1 */
};

/* Numbers of blocks, the first of them 1; 0 = none. */
struct dp_block_list {
        uint32_t first;
        uint32_t last;
        uint32_t cnt;
};

struct dp_blocks {
        uint8_t *mem;
        uint32_t chunk_cnt;
        uint32_t chunks_used;
        uint64_t bytes;
        struct rte_rcu_qsbr
            *qsbr;      /* borrowed; NULL: each dp_blocks_reclaim() is a quiescent state */
        uint64_t token; /* of `waiting` */
        struct dp_block_list free[DP_BLOCK_SIZES];
        struct dp_block_list retired[DP_BLOCK_SIZES]; /* since the last token */
        struct dp_block_list waiting[DP_BLOCK_SIZES]; /* for the readers of that token */
};

/* `bytes` are rounded up to chunks, 1..2^38. 0, -EINVAL, -ENOMEM. Start-up only. */
int dp_blocks_init(struct dp_blocks *b, uint64_t bytes);
void dp_blocks_fini(struct dp_blocks *b);

/* A block of at least `bytes` octets (1..DP_BLOCK_BYTES_MAX), its head filled; 0 without room. */
uint32_t dp_block_take(struct dp_blocks *b, uint32_t bytes);
/* Nobody finds it any more; who has found it may read on until its quiescent state. */
void dp_block_retire(struct dp_blocks *b, uint32_t block);
/* Take back what nobody can be reading any more. Now and then; constant time; never waits. */
void dp_blocks_reclaim(struct dp_blocks *b);
/* Retired blocks that have not come back. */
uint32_t dp_blocks_retired(const struct dp_blocks *b);

static inline void *dp_block_at(const struct dp_blocks *b, uint32_t block)
{
        return b->mem + (uint64_t)(block - 1) * DP_BLOCK_UNIT;
}

#endif
