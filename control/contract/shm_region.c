/* SPDX-License-Identifier: Apache-2.0 */
#include "control/contract/shm_region.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control/contract/shm_cnc.h"
#include "control/contract/shm_memfd.h"
#include "control/contract/shm_ring.h"
#include "control/contract/shm_stats.h"
#include "control/contract/shm_step.h"

/* Parts stand two lines apart: the processor fetches lines in pairs, and the tails of two workers
 * must not travel together. */
#define PART_ALIGN (2u * SHM_CACHE_LINE)
#define PAGE_BYTES 4096u

#define SEALS_SIZE (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

_Static_assert(SHM_PARTS_MAX >= 1 + 3 * SHM_WORKERS_MAX, "the largest layout fits");

static uint64_t round_up(uint64_t n, uint64_t to)
{
        return (n + to - 1) / to * to;
}

static bool dataplane_writes(unsigned kind)
{
        return kind != SHM_REGION_TO_DATAPLANE;
}

static int seals_of(unsigned kind)
{
        return dataplane_writes(kind) ? SEALS_SIZE | F_SEAL_FUTURE_WRITE : SEALS_SIZE;
}

/* Least octets of a part, 0 for a part that a segment of that kind does not have. */
static uint64_t part_bytes_min(unsigned region_kind, unsigned part_kind)
{
        bool to_control = region_kind == SHM_REGION_TO_CONTROL;
        bool to_dataplane = region_kind == SHM_REGION_TO_DATAPLANE;

        switch (part_kind) {
        case SHM_PART_CNC:
                return sizeof(struct shm_cnc);
        case SHM_PART_STATS:
                return region_kind == SHM_REGION_STATS ? sizeof(struct shm_stats_page) : 0;
        case SHM_PART_RING_REQ:
        case SHM_PART_RING_EVT:
                return to_control ? SHM_RING_BYTES(SHM_RING_LOG2_MIN) : 0;
        case SHM_PART_RING_REP:
                return to_dataplane ? SHM_RING_BYTES(SHM_RING_LOG2_MIN) : 0;
        case SHM_PART_TAIL_REQ:
        case SHM_PART_TAIL_EVT:
                return to_dataplane ? sizeof(struct shm_ring_tail) : 0;
        case SHM_PART_TAIL_REP:
                return to_control ? sizeof(struct shm_ring_tail) : 0;
        default:
                return 0;
        }
}

/*
 * Parts ascend and do not touch: then overlap is a comparison with the end of the part before.
 * Every sum is a subtraction from a size already checked.
 */
static bool parts_ok(const struct shm_header *h)
{
        uint64_t seen[SHM_PART_TAIL_REP + 1] = {0};
        uint64_t end = sizeof(*h);

        for (uint32_t i = 0; i < h->part_cnt; i++) {
                const struct shm_part *p = &h->parts[i];
                uint64_t least = part_bytes_min(h->region_kind, p->kind);
                uint16_t workers = p->kind == SHM_PART_CNC ? 1 : h->worker_cnt;

                if (least == 0 || p->bytes < least || p->reserved != 0)
                        return false;
                if (p->index >= workers || (seen[p->kind] >> p->index & 1))
                        return false;
                seen[p->kind] |= UINT64_C(1) << p->index;
                if (p->off % SHM_CACHE_LINE != 0 || p->off < end || p->off > h->size)
                        return false;
                if (p->bytes > h->size - p->off)
                        return false;
                end = p->off + p->bytes;
        }
        return true;
}

/* Everything that comes after "this is a segment of our version". */
static bool header_ok(const struct shm_header *h, uint64_t size)
{
        for (size_t i = 0; i < sizeof(h->reserved) / sizeof(h->reserved[0]); i++) {
                if (h->reserved[i] != 0)
                        return false;
        }
        if (h->size != size || size < sizeof(*h) || size > SHM_REGION_BYTES_MAX)
                return false;
        if (h->worker_cnt == 0 || h->worker_cnt > SHM_WORKERS_MAX || h->part_cnt > SHM_PARTS_MAX)
                return false;
        return parts_ok(h);
}

static bool version_ok(const struct shm_header *h, unsigned kind)
{
        const uint16_t minor = SHM_ABI_MINOR;

        return h->magic == SHM_MAGIC && h->abi_major == SHM_ABI_MAJOR && h->abi_minor >= minor &&
               h->layout_hash == shm_layout_hash() && h->region_kind == kind;
}

static const char *kind_name(unsigned kind)
{
        switch (kind) {
        case SHM_REGION_STATS:
                return "sluice-stats";
        case SHM_REGION_TO_CONTROL:
                return "sluice-to-control";
        default:
                return "sluice-to-dataplane";
        }
}

/* Place the parts one after the other; header_ok() judges the result as it would a peer's. */
static int header_plan(struct shm_header *h, const struct shm_part_want *want, size_t want_cnt)
{
        uint64_t at = round_up(sizeof(*h), PART_ALIGN);

        if (want_cnt > SHM_PARTS_MAX)
                return -EINVAL;
        for (size_t i = 0; i < want_cnt; i++) {
                if (want[i].bytes > SHM_REGION_BYTES_MAX)
                        return -EINVAL;
                h->parts[i] = (struct shm_part){
                    .kind = want[i].kind,
                    .index = want[i].index,
                    .off = at,
                    .bytes = round_up(want[i].bytes, SHM_CACHE_LINE),
                };
                at = round_up(at + h->parts[i].bytes, PART_ALIGN);
        }
        h->part_cnt = (uint32_t)want_cnt;
        h->size = round_up(at, PAGE_BYTES);
        return header_ok(h, h->size) ? 0 : -EINVAL;
}

/* A segment of its own for r->header. Pages are taken now, not at the first packet. */
static int segment_make(struct shm_region *r)
{
        size_t size = (size_t)r->header.size;
        void *base;
        int err;

        r->fd = shm_memfd_open(kind_name(r->header.region_kind));
        if (r->fd < 0)
                return r->fd;
        if (ftruncate(r->fd, (off_t)size) != 0) {
                err = -errno;
                close(r->fd);
                return err;
        }
        base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, r->fd, 0);
        if (base == MAP_FAILED) {
                err = -errno;
                close(r->fd);
                return err;
        }
        r->base = base;
        r->size = size;
        r->writable = true;
        return 0;
}

int shm_region_create(struct shm_region *r, enum shm_region_kind kind, uint16_t worker_cnt,
                      uint64_t incarnation, const struct shm_part_want *want, size_t want_cnt)
{
        int err;

        memset(r, 0, sizeof(*r));
        if (kind < SHM_REGION_STATS || kind > SHM_REGION_TO_DATAPLANE)
                return -EINVAL;
        r->header.abi_major = SHM_ABI_MAJOR;
        r->header.abi_minor = SHM_ABI_MINOR;
        r->header.region_kind = (uint16_t)kind;
        r->header.worker_cnt = worker_cnt;
        r->header.layout_hash = shm_layout_hash();
        r->header.incarnation = incarnation;
        err = header_plan(&r->header, want, want_cnt);
        if (!err)
                err = segment_make(r);
        if (err) {
                memset(r, 0, sizeof(*r));
                return err;
        }
        SHM_STEP("create: mapped");
        memcpy(r->base, &r->header, sizeof(r->header));
        SHM_STEP("create: formatted");
        return 0;
}

/* Parts of one kind, one for each worker. */
static size_t want_all(struct shm_part_want *want, enum shm_part_kind kind, uint16_t worker_cnt,
                       uint64_t bytes)
{
        for (uint16_t i = 0; i < worker_cnt; i++)
                want[i] = (struct shm_part_want){(uint16_t)kind, i, bytes};
        return worker_cnt;
}

static bool log2_ok(uint8_t log2)
{
        return log2 >= SHM_RING_LOG2_MIN && log2 <= SHM_RING_LOG2_MAX;
}

int shm_region_create_stats(struct shm_region *r, uint16_t worker_cnt)
{
        struct shm_part_want want[SHM_PARTS_MAX];
        size_t n = 0;

        memset(r, 0, sizeof(*r));
        if (worker_cnt > SHM_WORKERS_MAX)
                return -EINVAL;
        n += want_all(&want[n], SHM_PART_CNC, 1, sizeof(struct shm_cnc));
        n += want_all(&want[n], SHM_PART_STATS, worker_cnt, sizeof(struct shm_stats_page));
        return shm_region_create(r, SHM_REGION_STATS, worker_cnt, 0, want, n);
}

int shm_region_create_to_control(struct shm_region *r, uint16_t worker_cnt, uint64_t incarnation,
                                 struct shm_ring_sizes sizes)
{
        struct shm_part_want want[SHM_PARTS_MAX];
        size_t n = 0;

        memset(r, 0, sizeof(*r));
        if (worker_cnt > SHM_WORKERS_MAX || !log2_ok(sizes.req_log2) || !log2_ok(sizes.evt_log2))
                return -EINVAL;
        n += want_all(&want[n], SHM_PART_CNC, 1, sizeof(struct shm_cnc));
        n += want_all(&want[n], SHM_PART_TAIL_REP, worker_cnt, sizeof(struct shm_ring_tail));
        n += want_all(&want[n], SHM_PART_RING_REQ, worker_cnt, SHM_RING_BYTES(sizes.req_log2));
        n += want_all(&want[n], SHM_PART_RING_EVT, worker_cnt, SHM_RING_BYTES(sizes.evt_log2));
        return shm_region_create(r, SHM_REGION_TO_CONTROL, worker_cnt, incarnation, want, n);
}

int shm_region_create_to_dataplane(struct shm_region *r, uint16_t worker_cnt, uint64_t incarnation,
                                   struct shm_ring_sizes sizes)
{
        struct shm_part_want want[SHM_PARTS_MAX];
        size_t n = 0;

        memset(r, 0, sizeof(*r));
        if (worker_cnt > SHM_WORKERS_MAX || !log2_ok(sizes.rep_log2))
                return -EINVAL;
        n += want_all(&want[n], SHM_PART_CNC, 1, sizeof(struct shm_cnc));
        n += want_all(&want[n], SHM_PART_TAIL_REQ, worker_cnt, sizeof(struct shm_ring_tail));
        n += want_all(&want[n], SHM_PART_TAIL_EVT, worker_cnt, sizeof(struct shm_ring_tail));
        n += want_all(&want[n], SHM_PART_RING_REP, worker_cnt, SHM_RING_BYTES(sizes.rep_log2));
        return shm_region_create(r, SHM_REGION_TO_DATAPLANE, worker_cnt, incarnation, want, n);
}

int shm_region_publish(struct shm_region *r)
{
        unsigned kind = r->header.region_kind;
        struct shm_header *shared = r->base;

        if (!r->base || !r->writable || r->header.magic != 0)
                return -EINVAL;
        atomic_store_explicit(&shared->magic, SHM_MAGIC, memory_order_release);
        SHM_STEP("publish: magic");
        r->header.magic = SHM_MAGIC;
        if (!dataplane_writes(kind)) {
                if (mprotect(r->base, r->size, PROT_READ) != 0)
                        return -errno;
                r->writable = false;
        }
        /* The mapping that stands keeps its right to write; no later one ever has it. */
        if (fcntl(r->fd, F_ADD_SEALS, seals_of(kind)) != 0)
                return -errno;
        SHM_STEP("publish: sealed");
        return 0;
}

/* The size may be believed once it is sealed, and not before. */
static int sealed_size(int fd, unsigned kind, uint64_t *size)
{
        struct stat st;
        int seals = fcntl(fd, F_GET_SEALS);

        if (seals < 0)
                return errno == EBADF ? -EBADF : -EPERM; /* no memfd, so no seals */
        if ((seals & seals_of(kind)) != seals_of(kind))
                return -EPERM;
        if (fstat(fd, &st) != 0)
                return -errno;
        if (st.st_size < (off_t)sizeof(struct shm_header) ||
            (uint64_t)st.st_size > SHM_REGION_BYTES_MAX)
                return -EBADMSG;
        *size = (uint64_t)st.st_size;
        return 0;
}

/* Copy the header once, then look only at the copy. */
static int header_take(struct shm_region *r, unsigned kind)
{
        const struct shm_header *shared = r->base;
        uint64_t magic = atomic_load_explicit(&shared->magic, memory_order_acquire);

        memcpy(&r->header, shared, sizeof(r->header));
        atomic_signal_fence(memory_order_seq_cst);
        r->header.magic = magic;
        if (!version_ok(&r->header, kind))
                return -EPROTO;
        return header_ok(&r->header, r->size) ? 0 : -EBADMSG;
}

int shm_region_attach(struct shm_region *r, int fd, enum shm_region_kind kind, bool writable)
{
        uint64_t size = 0;
        void *base;
        int err;

        memset(r, 0, sizeof(*r));
        if (kind < SHM_REGION_STATS || kind > SHM_REGION_TO_DATAPLANE)
                return -EINVAL;
        if (writable && dataplane_writes(kind))
                return -EPERM;
        err = sealed_size(fd, kind, &size);
        if (err)
                return err;
        base = mmap(NULL, (size_t)size, writable ? PROT_READ | PROT_WRITE : PROT_READ,
                    MAP_SHARED | MAP_POPULATE, fd, 0);
        if (base == MAP_FAILED)
                return -errno;
        r->base = base;
        r->size = (size_t)size;
        r->fd = fd;
        r->writable = writable;
        SHM_STEP("attach: mapped");
        err = header_take(r, kind);
        if (err) {
                munmap(base, (size_t)size);
                memset(r, 0, sizeof(*r));
        }
        return err;
}

void *shm_region_part(const struct shm_region *r, enum shm_part_kind kind, uint16_t index,
                      size_t *bytes)
{
        for (uint32_t i = 0; r->base && i < r->header.part_cnt; i++) {
                const struct shm_part *p = &r->header.parts[i];

                if (p->kind != kind || p->index != index)
                        continue;
                if (bytes)
                        *bytes = (size_t)p->bytes;
                return (char *)r->base + p->off;
        }
        return NULL;
}

void shm_region_detach(struct shm_region *r)
{
        if (r->base) {
                munmap(r->base, r->size);
                close(r->fd);
        }
        memset(r, 0, sizeof(*r));
}
