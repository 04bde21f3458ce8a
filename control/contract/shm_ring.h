/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shm_ring.h - single-producer single-consumer ring of variable records between two processes.
 *
 * Memory. The producer's segment holds `struct shm_ring_mem`: the published head and the data, a
 * power of two of 64-octet granules. The consumer's segment holds `struct shm_ring_tail`: how far
 * it has read. Each side maps the other's segment read-only. head and tail count granules, run
 * freely over 64 bits and are masked on use.
 *
 * Record. A header of 16 octets {seq, bytes, type}, then the payload, padded to granules. A record
 * never wraps: SHM_REC_PAD fills the end. A record takes half the ring at most, so that an empty
 * ring has room for it and its pad wherever the head stands. seq counts records from 0, pads
 * included; a consumer that finds another number, a length beyond the head or an impossible shape
 * (type 0, reserved not 0, a pad that does not end at the end) has found a broken producer. Types
 * other than 0 and SHM_REC_PAD are the caller's affair.
 *
 * Reader law (DESIGN 3): load the index once; refuse a distance above the capacity; copy the record
 * out; check every field of the copy; use the copy. Both sides keep private copies of the capacity
 * and of their own index, so nothing that the peer writes can move them.
 *
 * Progress: every call is wait-free. Full and empty are normal returns. A live pair delivers each
 * committed record exactly once and in order. A dead or hostile peer can make a ring look full,
 * empty or broken, and nothing else.
 *
 * Threads: one thread owns a producer, one a consumer.
 */
#ifndef SLUICE_CONTRACT_SHM_RING_H
#define SLUICE_CONTRACT_SHM_RING_H

#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_base.h"

struct shm_ring_rec { /* header of a record, in the ring */
        uint64_t seq;
        uint32_t bytes; /* payload octets, without this header */
        uint16_t type;  /* enum shm_rec_type */
        uint16_t reserved;
};

struct shm_ring_mem {
        _Alignas(SHM_CACHE_LINE) _Atomic uint64_t head; /* granules published */
        uint8_t pad[SHM_CACHE_LINE - sizeof(uint64_t)];
        uint8_t data[]; /* capacity granules */
};

struct shm_ring_tail {
        _Alignas(SHM_CACHE_LINE) _Atomic uint64_t tail; /* granules consumed */
        uint8_t pad[SHM_CACHE_LINE - sizeof(uint64_t)];
};

/* Octets that a ring of 2^granules_log2 granules takes in the producer's segment. */
#define SHM_RING_BYTES(granules_log2) \
        (sizeof(struct shm_ring_mem) + ((size_t)SHM_GRANULE << (granules_log2)))

struct shm_ring_producer { /* private memory of the producer */
        struct shm_ring_mem *mem;
        const struct shm_ring_tail *tail_mem;
        uint64_t head;      /* next granule to write, uncommitted records included */
        uint64_t published; /* head as the consumer may see it */
        uint64_t tail;      /* last plausible tail of the consumer */
        uint64_t seq;
        uint32_t capacity; /* granules */
        uint32_t reserved;
        uint64_t full_cnt; /* reservations refused for want of space */
        uint64_t lie_cnt;  /* tails refused: behind the last one, or ahead of the head */
};

struct shm_ring_consumer { /* private memory of the consumer */
        const struct shm_ring_mem *mem;
        struct shm_ring_tail *tail_mem;
        uint64_t tail;     /* next granule to read */
        uint64_t released; /* tail as the producer may see it */
        uint64_t head;     /* last plausible head of the producer */
        uint64_t seq;
        uint32_t capacity;
        uint32_t broken;  /* 1 once the producer was caught lying */
        uint64_t lie_cnt; /* heads, lengths and sequence numbers refused */
};

/* Bind to zeroed memory of a fresh segment. mem_bytes is the octets available at mem; the capacity
 * is the largest power of two of granules that fits. Returns 0, -EINVAL when mem or tail_mem is
 * NULL or not cache-line aligned, or mem_bytes is less than a ring of 2 granules. */
int shm_ring_producer_init(struct shm_ring_producer *p, void *mem, size_t mem_bytes,
                           const struct shm_ring_tail *tail_mem);
int shm_ring_consumer_init(struct shm_ring_consumer *c, const void *mem, size_t mem_bytes,
                           struct shm_ring_tail *tail_mem);

/* Longest payload that a ring of `capacity` granules ever carries. */
uint32_t shm_ring_bytes_max(uint32_t capacity);

/*
 * Space for one record of `bytes` payload octets, 16-octet aligned, written by the caller; NULL
 * when the ring has less free space (full_cnt counts), or the record could never fit or its type is
 * 0 or SHM_REC_PAD. Reserved records become visible, in order, with the next shm_ring_commit(); the
 * caller writes all `bytes` before that, for what it leaves out shows older records.
 */
void *shm_ring_reserve(struct shm_ring_producer *p, uint16_t type, uint32_t bytes);
void shm_ring_commit(struct shm_ring_producer *p);

/* Free granules, as far as the consumer has told. For admission by class (guaranteed shares). */
uint32_t shm_ring_free(struct shm_ring_producer *p);

/*
 * Copy the next record's payload to `out`.
 * Returns 1 and sets *type, *bytes; 0 when the ring is empty; -EMSGSIZE when it is longer than cap
 * (the record is skipped, *type and *bytes tell what it was); -EBADMSG when the producer broke the
 * protocol (lie_cnt counts): the ring is then unusable for this incarnation, and further calls
 * return -EBADMSG again.
 */
int shm_ring_read(struct shm_ring_consumer *c, void *out, size_t cap, uint16_t *type,
                  uint32_t *bytes);
/* Tell the producer what has been read so far. Call once per burst; costs nothing when nothing was.
 */
void shm_ring_release(struct shm_ring_consumer *c);

#endif
