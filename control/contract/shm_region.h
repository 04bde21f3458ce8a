/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shm_region.h - a shared segment: one memfd, one writer, a header and a table of parts.
 *
 *   dataplane creates all of them and outlives control:
 *     STATS       written by the dataplane, one for its life: cnc, one counter page per worker
 *     TO_CONTROL  written by the dataplane, one per attachment: cnc, request and event rings,
 *                 tails of the reply rings
 *     TO_DATAPLANE written by control, one per attachment: cnc, reply rings, tails of the request
 *                 and event rings
 *
 * Seals: F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL on all, and F_SEAL_FUTURE_WRITE where the
 * dataplane is the writer, taken after its own mapping: nobody it passes the fd to can ever map
 * those writable.
 *
 * Header: magic is written last (shm_region_publish) and holds the layout version; attach refuses
 * a wrong magic, ABI, layout hash, size, writer, or any part that is out of range, overlapping or
 * misaligned. After a good attach every part is in range and aligned; its contents stay untrusted.
 */
#ifndef SLUICE_CONTRACT_SHM_REGION_H
#define SLUICE_CONTRACT_SHM_REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_base.h"

/* In memory "Sluice01" on a little-endian machine; the last two digits are the version of struct
 * shm_header itself, which no layout hash can guard. */
#define SHM_MAGIC UINT64_C(0x3130656369756c53)

enum shm_region_kind {
        SHM_REGION_STATS = 1,
        SHM_REGION_TO_CONTROL = 2,
        SHM_REGION_TO_DATAPLANE = 3,
};

enum shm_part_kind {
        SHM_PART_CNC = 1,      /* struct shm_cnc, index 0 */
        SHM_PART_STATS = 2,    /* struct shm_stats_page, index = worker */
        SHM_PART_RING_REQ = 3, /* struct shm_ring_mem, index = worker: requests */
        SHM_PART_RING_EVT = 4, /* events */
        SHM_PART_RING_REP = 5, /* replies and table updates */
        SHM_PART_TAIL_REQ = 6, /* struct shm_ring_tail, index = worker */
        SHM_PART_TAIL_EVT = 7,
        SHM_PART_TAIL_REP = 8,
};

struct shm_part {
        uint16_t kind;  /* enum shm_part_kind */
        uint16_t index; /* worker, 0.. */
        uint32_t reserved;
        uint64_t off; /* from the start of the segment, multiple of SHM_CACHE_LINE */
        uint64_t bytes;
};

#define SHM_PARTS_MAX (1u + 4u * SHM_WORKERS_MAX)

/* Most octets of a segment: keeps every sum of offsets far away from 64 bits. */
#define SHM_REGION_BYTES_MAX (UINT64_C(1) << 36)

/* Sizes of a ring that create accepts: 2 granules to 1 GiB. A record takes half a ring at most
 * (shm_ring.h), so the longest request or event needs SHM_RING_LOG2_FULL. */
#define SHM_RING_LOG2_MIN  1u
#define SHM_RING_LOG2_MAX  24u
#define SHM_RING_LOG2_FULL 12u

struct shm_header {             /* at offset 0 of the segment */
        _Atomic uint64_t magic; /* written last */
        uint16_t abi_major;
        uint16_t abi_minor;
        uint16_t region_kind; /* enum shm_region_kind */
        uint16_t worker_cnt;
        uint64_t layout_hash; /* shm_layout_hash() of the writer of this header */
        uint64_t size;        /* of the segment, octets */
        uint64_t incarnation;
        uint32_t part_cnt;
        uint32_t reserved[5];
        struct shm_part parts[SHM_PARTS_MAX];
};

/* A mapping, in private memory. `header` is a checked private copy: the shared one is not read
 * again after create or attach. */
struct shm_region {
        void *base;
        size_t size;
        int fd; /* owned */
        bool writable;
        struct shm_header header;
};

struct shm_part_want {
        uint16_t kind;
        uint16_t index;
        uint64_t bytes; /* rounded up to cache lines */
};

/* Sizes of the rings of one attachment, in 2^n granules. */
struct shm_ring_sizes {
        uint8_t req_log2;
        uint8_t evt_log2;
        uint8_t rep_log2;
};

/* FNV-1a over the name, offset and size of every field of this contract (shm_layout.def): changes
 * with any layout. */
uint64_t shm_layout_hash(void);

/*
 * Create, size, map and format a segment, all zero but its header without magic.
 * Returns 0, -EINVAL (worker_cnt, kind, or parts that attach would refuse), or a negative errno; on
 * failure nothing is left open and *r is zeroed.
 */
int shm_region_create(struct shm_region *r, enum shm_region_kind kind, uint16_t worker_cnt,
                      uint64_t incarnation, const struct shm_part_want *want, size_t want_cnt);
/* The three layouts of DESIGN 3, ready made over shm_region_create(). */
int shm_region_create_stats(struct shm_region *r, uint16_t worker_cnt);
int shm_region_create_to_control(struct shm_region *r, uint16_t worker_cnt, uint64_t incarnation,
                                 struct shm_ring_sizes sizes);
int shm_region_create_to_dataplane(struct shm_region *r, uint16_t worker_cnt, uint64_t incarnation,
                                   struct shm_ring_sizes sizes);

/* Write the magic, take the seals; the creator that is not the writer (TO_DATAPLANE) turns its own
 * mapping read-only. The base address stays. 0 or a negative errno, after which only detach is
 * left. */
int shm_region_publish(struct shm_region *r);

/*
 * Map a segment that a peer passed. fd is taken over on success and left open on failure.
 * writable: map read-write (only TO_DATAPLANE, only control).
 * Returns 0, -EPROTO (magic, ABI, layout or kind mismatch), -EBADMSG (sizes or parts out of range),
 * -EPERM (seals missing, or write access to a kind that the dataplane writes), or the negative
 * errno of mmap/fstat. On failure *r is zeroed.
 */
int shm_region_attach(struct shm_region *r, int fd, enum shm_region_kind kind, bool writable);

/* A part's address and size, NULL when the segment has none such. */
void *shm_region_part(const struct shm_region *r, enum shm_part_kind kind, uint16_t index,
                      size_t *bytes);

/* Unmap, close and zero; safe on a zeroed struct. */
void shm_region_detach(struct shm_region *r);

#endif
