/* SPDX-License-Identifier: Apache-2.0 */
#include "control/contract/shm_ring.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "control/contract/shm_msg.h"
#include "control/contract/shm_step.h"

#define REC_WORDS (sizeof(struct shm_ring_rec) / sizeof(uint64_t))

_Static_assert(sizeof(struct shm_ring_rec) == 16, "header of a record");
_Static_assert(sizeof(struct shm_ring_mem) == SHM_CACHE_LINE, "head alone on its line");
_Static_assert(sizeof(struct shm_ring_tail) == SHM_CACHE_LINE, "tail alone on its line");
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "a lock in shared memory dies with its holder");

/* Largest power of two of granules in mem_bytes, 0 when that is less than 2. */
static uint32_t capacity_of(size_t mem_bytes)
{
        uint32_t capacity = 1u << 31;

        if (mem_bytes < SHM_RING_BYTES(1))
                return 0;
        while (capacity > (mem_bytes - sizeof(struct shm_ring_mem)) / SHM_GRANULE)
                capacity >>= 1;
        return capacity;
}

static bool aligned(const void *p)
{
        return p && (uintptr_t)p % SHM_CACHE_LINE == 0;
}

int shm_ring_producer_init(struct shm_ring_producer *p, void *mem, size_t mem_bytes,
                           const struct shm_ring_tail *tail_mem)
{
        uint32_t capacity = capacity_of(mem_bytes);

        if (!aligned(mem) || !aligned(tail_mem) || capacity == 0)
                return -EINVAL;
        *p = (struct shm_ring_producer){.mem = mem, .tail_mem = tail_mem, .capacity = capacity};
        return 0;
}

int shm_ring_consumer_init(struct shm_ring_consumer *c, const void *mem, size_t mem_bytes,
                           struct shm_ring_tail *tail_mem)
{
        uint32_t capacity = capacity_of(mem_bytes);

        if (!aligned(mem) || !aligned(tail_mem) || capacity == 0)
                return -EINVAL;
        *c = (struct shm_ring_consumer){.mem = mem, .tail_mem = tail_mem, .capacity = capacity};
        return 0;
}

/* Granules of a record with `bytes` of payload; cannot overflow, bytes has 32 bits. */
static uint64_t granules(uint32_t bytes)
{
        return ((uint64_t)bytes + sizeof(struct shm_ring_rec) + SHM_GRANULE - 1) / SHM_GRANULE;
}

uint32_t shm_ring_bytes_max(uint32_t capacity)
{
        return capacity / 2 * SHM_GRANULE - (uint32_t)sizeof(struct shm_ring_rec);
}

/*
 * Take over the consumer's tail when it lies between the last one and what it can have seen; a lie
 * changes nothing, the ring only looks as full as before. acquire: the slots are written again only
 * after the consumer's copies out of them.
 */
static void tail_refresh(struct shm_ring_producer *p)
{
        uint64_t tail = atomic_load_explicit(&p->tail_mem->tail, memory_order_acquire);

        if (tail - p->tail > p->published - p->tail)
                p->lie_cnt++;
        else
                p->tail = tail;
}

/* The header goes into the ring as two whole words, as the consumer reads it. */
static void rec_store(struct shm_ring_producer *p, uint64_t at, uint32_t bytes, uint16_t type)
{
        struct shm_ring_rec rec = {.seq = p->seq++, .bytes = bytes, .type = type};
        size_t off = (size_t)(at & (p->capacity - 1)) * SHM_GRANULE;
        _Atomic uint64_t *to = (void *)&p->mem->data[off];
        uint64_t word[REC_WORDS];

        memcpy(word, &rec, sizeof(word));
        atomic_store_explicit(&to[0], word[0], memory_order_relaxed);
        SHM_STEP("reserve: half a header");
        atomic_store_explicit(&to[1], word[1], memory_order_relaxed);
}

void *shm_ring_reserve(struct shm_ring_producer *p, uint16_t type, uint32_t bytes)
{
        uint64_t need = granules(bytes);
        uint64_t off = p->head & (p->capacity - 1);
        uint64_t pad = off + need > p->capacity ? p->capacity - off : 0;

        if (need > p->capacity / 2 || type == 0 || type == SHM_REC_PAD)
                return NULL;
        if (p->head - p->tail + pad + need > p->capacity) {
                tail_refresh(p);
                if (p->head - p->tail + pad + need > p->capacity) {
                        p->full_cnt++;
                        return NULL;
                }
        }
        if (pad) {
                rec_store(p, p->head, (uint32_t)(pad * SHM_GRANULE - sizeof(struct shm_ring_rec)),
                          SHM_REC_PAD);
                SHM_STEP("reserve: padded");
                p->head += pad;
                off = 0;
        }
        rec_store(p, p->head, bytes, type);
        SHM_STEP("reserve: header");
        p->head += need;
        return &p->mem->data[off * SHM_GRANULE + sizeof(struct shm_ring_rec)];
}

void shm_ring_commit(struct shm_ring_producer *p)
{
        if (p->published == p->head)
                return;
        SHM_STEP("commit: unpublished");
        atomic_store_explicit(&p->mem->head, p->head, memory_order_release);
        SHM_STEP("commit: published");
        p->published = p->head;
}

uint32_t shm_ring_free(struct shm_ring_producer *p)
{
        tail_refresh(p);
        return p->capacity - (uint32_t)(p->head - p->tail);
}

static int broken(struct shm_ring_consumer *c)
{
        c->lie_cnt++;
        c->broken = 1;
        return -EBADMSG;
}

/* One load for each word: what is checked is what is used. */
static struct shm_ring_rec rec_load(const struct shm_ring_consumer *c, uint64_t off)
{
        const _Atomic uint64_t *from = (const void *)&c->mem->data[off * SHM_GRANULE];
        uint64_t word[REC_WORDS];
        struct shm_ring_rec rec;

        word[0] = atomic_load_explicit(&from[0], memory_order_relaxed);
        word[1] = atomic_load_explicit(&from[1], memory_order_relaxed);
        memcpy(&rec, word, sizeof(rec));
        return rec;
}

/* Is this the next header, and does the record lie between tail and head without wrapping? */
static bool rec_ok(const struct shm_ring_consumer *c, const struct shm_ring_rec *rec, uint64_t off)
{
        uint64_t need = granules(rec->bytes);

        if (rec->seq != c->seq || rec->type == 0 || rec->reserved != 0)
                return false;
        if (need > c->capacity / 2 || need > c->head - c->tail || off + need > c->capacity)
                return false;
        return rec->type != SHM_REC_PAD || off + need == c->capacity;
}

/*
 * The payload of a live producer stands still: its head was read with acquire, and it writes here
 * again only after our tail. A hostile one may write while we copy; memcpy then delivers a mixture,
 * from and to the checked range all the same, and the caller judges the mixture. The fence keeps
 * the compiler from fetching anything a second time from where the peer can change it.
 */
static void payload_copy(const struct shm_ring_consumer *c, uint64_t off, void *out, size_t bytes)
{
        const uint8_t *from = &c->mem->data[off * SHM_GRANULE + sizeof(struct shm_ring_rec)];

        memcpy(out, from, bytes);
        atomic_signal_fence(memory_order_seq_cst);
}

int shm_ring_read(struct shm_ring_consumer *c, void *out, size_t cap, uint16_t *type,
                  uint32_t *bytes)
{
        if (c->broken)
                return -EBADMSG;
        /* Two turns at most: a pad ends at the end of the ring, and what stands at its start is
         * no pad, as that would be longer than half of it. */
        for (;;) {
                struct shm_ring_rec rec;
                uint64_t off = c->tail & (c->capacity - 1);

                if (c->head == c->tail) {
                        uint64_t head = atomic_load_explicit(&c->mem->head, memory_order_acquire);

                        if (head - c->tail > c->capacity)
                                return broken(c);
                        if (head == c->tail)
                                return 0;
                        c->head = head;
                        SHM_STEP("read: head");
                }
                rec = rec_load(c, off);
                SHM_STEP("read: header");
                if (!rec_ok(c, &rec, off))
                        return broken(c);
                if (rec.type != SHM_REC_PAD && rec.bytes <= cap) {
                        payload_copy(c, off, out, rec.bytes);
                        SHM_STEP("read: payload");
                }
                c->tail += granules(rec.bytes);
                c->seq++;
                if (rec.type == SHM_REC_PAD)
                        continue;
                *type = rec.type;
                *bytes = rec.bytes;
                return rec.bytes <= cap ? 1 : -EMSGSIZE;
        }
}

void shm_ring_release(struct shm_ring_consumer *c)
{
        /* An idle poll must not take the line away from the producer. */
        if (c->released == c->tail)
                return;
        SHM_STEP("release: untold");
        /* release: the copies are done before the producer may write there again. */
        atomic_store_explicit(&c->tail_mem->tail, c->tail, memory_order_release);
        SHM_STEP("release: told");
        c->released = c->tail;
}
