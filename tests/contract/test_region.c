/* SPDX-License-Identifier: Apache-2.0 */
/* test_region.c - good segments, every kind of bad one, and who may write what. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "control/contract/shm_cnc.h"
#include "control/contract/shm_region.h"
#include "control/contract/shm_ring.h"
#include "control/contract/shm_stats.h"

#define WORKERS 3u

static const struct shm_ring_sizes sizes = {4, 5, 6};

static void make(struct shm_region *r, enum shm_region_kind kind)
{
        int err = -1;

        if (kind == SHM_REGION_STATS)
                err = shm_region_create_stats(r, WORKERS);
        else if (kind == SHM_REGION_TO_CONTROL)
                err = shm_region_create_to_control(r, WORKERS, 9, sizes);
        else
                err = shm_region_create_to_dataplane(r, WORKERS, 9, sizes);
        assert_int_equal(err, 0);
}

static void parts_are_there(const struct shm_region *r, enum shm_region_kind kind)
{
        static const struct {
                enum shm_region_kind in;
                enum shm_part_kind kind;
                size_t bytes;
        } want[] = {
            {SHM_REGION_STATS, SHM_PART_STATS, sizeof(struct shm_stats_page)},
            {SHM_REGION_TO_CONTROL, SHM_PART_RING_REQ, SHM_RING_BYTES(4)},
            {SHM_REGION_TO_CONTROL, SHM_PART_RING_EVT, SHM_RING_BYTES(5)},
            {SHM_REGION_TO_CONTROL, SHM_PART_TAIL_REP, sizeof(struct shm_ring_tail)},
            {SHM_REGION_TO_DATAPLANE, SHM_PART_RING_REP, SHM_RING_BYTES(6)},
            {SHM_REGION_TO_DATAPLANE, SHM_PART_TAIL_REQ, sizeof(struct shm_ring_tail)},
            {SHM_REGION_TO_DATAPLANE, SHM_PART_TAIL_EVT, sizeof(struct shm_ring_tail)},
        };
        size_t bytes = 0;

        assert_non_null(shm_region_part(r, SHM_PART_CNC, 0, &bytes));
        assert_int_equal(bytes, sizeof(struct shm_cnc));
        assert_null(shm_region_part(r, SHM_PART_CNC, 1, &bytes));
        for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
                for (uint16_t w = 0; w <= WORKERS; w++) {
                        const char *part = shm_region_part(r, want[i].kind, w, &bytes);

                        if (want[i].in != kind || w == WORKERS) {
                                assert_null(part);
                                continue;
                        }
                        assert_non_null(part);
                        assert_int_equal(bytes, want[i].bytes);
                        assert_int_equal((uintptr_t)part % SHM_CACHE_LINE, 0);
                        assert_true(part > (const char *)r->base);
                        assert_true(part + bytes <= (const char *)r->base + r->size);
                }
        }
}

static void a_good_segment_of_each_kind(void **state)
{
        (void)state;
        for (unsigned k = SHM_REGION_STATS; k <= SHM_REGION_TO_DATAPLANE; k++) {
                enum shm_region_kind kind = (enum shm_region_kind)k;
                bool control_writes = kind == SHM_REGION_TO_DATAPLANE;
                struct shm_region r;
                struct shm_region peer;

                make(&r, kind);
                assert_int_equal(shm_region_publish(&r), 0);
                assert_int_equal(shm_region_publish(&r), -EINVAL); /* once */
                assert_int_equal(r.writable, !control_writes);
                parts_are_there(&r, kind);

                assert_int_equal(shm_region_attach(&peer, dup(r.fd), kind, control_writes), 0);
                parts_are_there(&peer, kind);
                assert_int_equal(peer.header.incarnation, kind == SHM_REGION_STATS ? 0 : 9);
                assert_int_equal(peer.header.worker_cnt, WORKERS);

                /* One memory, two views. */
                shm_cnc_init(shm_region_part(control_writes ? &peer : &r, SHM_PART_CNC, 0, NULL), 9,
                             42, 1);
                struct shm_cnc_view v;
                shm_cnc_read(shm_region_part(control_writes ? &r : &peer, SHM_PART_CNC, 0, NULL),
                             &v);
                assert_int_equal(v.pid, 42);
                shm_region_detach(&peer);
                shm_region_detach(&r);
                assert_null(r.base);
                shm_region_detach(&r); /* zeroed: nothing happens */
        }
}

static void create_refuses_what_attach_would(void **state)
{
        static const struct shm_part_want twice[] = {{SHM_PART_CNC, 0, 64}, {SHM_PART_CNC, 0, 64}};
        static const struct shm_part_want small[] = {{SHM_PART_STATS, 0, 64}};
        static const struct shm_part_want alien[] = {{SHM_PART_RING_REQ, 0, 8192}};
        static const struct shm_part_want far[] = {{SHM_PART_STATS, 1, 10000}};
        static const struct shm_part_want huge[] = {{SHM_PART_STATS, 0, UINT64_MAX}};
        static const struct shm_part_want large[] = {{SHM_PART_STATS, 0, SHM_REGION_BYTES_MAX}};
        const struct shm_ring_sizes bad[] = {{0, 4, 4}, {4, 25, 4}, {4, 4, 0}, {255, 255, 255}};
        struct shm_region r;

        (void)state;
        assert_int_equal(shm_region_create(&r, SHM_REGION_STATS, 1, 0, twice, 2), -EINVAL);
        assert_int_equal(shm_region_create(&r, SHM_REGION_STATS, 1, 0, small, 1), -EINVAL);
        assert_int_equal(shm_region_create(&r, SHM_REGION_STATS, 1, 0, alien, 1), -EINVAL);
        assert_int_equal(shm_region_create(&r, SHM_REGION_STATS, 1, 0, far, 1), -EINVAL);
        assert_int_equal(shm_region_create(&r, SHM_REGION_STATS, 1, 0, huge, 1), -EINVAL);
        assert_int_equal(shm_region_create(&r, SHM_REGION_STATS, 1, 0, large, 1), -EINVAL);
        assert_int_equal(shm_region_create(&r, SHM_REGION_STATS, 0, 0, twice, 1), -EINVAL);
        assert_int_equal(shm_region_create(&r, SHM_REGION_STATS, 65, 0, twice, 1), -EINVAL);
        assert_int_equal(shm_region_create(&r, (enum shm_region_kind)0, 1, 0, twice, 1), -EINVAL);
        assert_int_equal(shm_region_create(&r, (enum shm_region_kind)4, 1, 0, twice, 1), -EINVAL);
        assert_int_equal(shm_region_create(&r, SHM_REGION_STATS, 1, 0, twice, SIZE_MAX), -EINVAL);
        assert_int_equal(shm_region_create_stats(&r, 0), -EINVAL);
        assert_int_equal(shm_region_create_stats(&r, SHM_WORKERS_MAX + 1), -EINVAL);
        assert_int_equal(shm_region_create_to_control(&r, 1, 1, bad[0]), -EINVAL);
        assert_int_equal(shm_region_create_to_control(&r, 1, 1, bad[1]), -EINVAL);
        assert_int_equal(shm_region_create_to_dataplane(&r, 1, 1, bad[2]), -EINVAL);
        assert_int_equal(shm_region_create_to_dataplane(&r, 1, 1, bad[3]), -EINVAL);
        assert_null(r.base);
        assert_int_equal(shm_region_create_to_control(&r, SHM_WORKERS_MAX, 1, sizes), 0);
        shm_region_detach(&r);
}

/* Attach to a TO_CONTROL segment whose shared header was changed behind the creator's back. */
static int attach_forged(void (*forge)(struct shm_header *h))
{
        struct shm_region r;
        struct shm_region peer;
        struct shm_header *h;
        int err;
        int fd;

        make(&r, SHM_REGION_TO_CONTROL);
        assert_int_equal(shm_region_publish(&r), 0);
        h = r.base;
        forge(h);
        fd = dup(r.fd);
        err = shm_region_attach(&peer, fd, SHM_REGION_TO_CONTROL, false);
        if (err) {
                assert_null(peer.base);
                assert_int_equal(close(fd), 0); /* left to us */
        } else {
                shm_region_detach(&peer);
        }
        shm_region_detach(&r);
        return err;
}

#define FORGE(name, change)                            \
        static void forge_##name(struct shm_header *h) \
        {                                              \
                change;                                \
        }

FORGE(nothing, (void)h)
FORGE(no_magic, atomic_store(&h->magic, 0))
FORGE(magic, atomic_fetch_xor(&h->magic, UINT64_C(1) << 63))
FORGE(major_up, h->abi_major++)
FORGE(major_down, h->abi_major--)
FORGE(minor_up, h->abi_minor++)
FORGE(layout, h->layout_hash ^= 1)
FORGE(kind_stats, h->region_kind = SHM_REGION_STATS)
FORGE(kind_alien, h->region_kind = 77)
FORGE(size_less, h->size -= 4096)
FORGE(size_more, h->size += 4096)
FORGE(size_most, h->size = UINT64_MAX)
FORGE(workers_none, h->worker_cnt = 0)
FORGE(workers_many, h->worker_cnt = SHM_WORKERS_MAX + 1)
FORGE(workers_fewer, h->worker_cnt = WORKERS - 1)
FORGE(reserved, h->reserved[4] = 1)
FORGE(parts_many, h->part_cnt = SHM_PARTS_MAX + 1)
FORGE(parts_most, h->part_cnt = UINT32_MAX)
FORGE(parts_empty, h->part_cnt++)
FORGE(parts_fewer, h->part_cnt--)
FORGE(part_kind, h->parts[1].kind = SHM_PART_STATS)
FORGE(part_kind_none, h->parts[1].kind = 0)
FORGE(part_kind_alien, h->parts[1].kind = UINT16_MAX)
FORGE(part_index, h->parts[1].index = WORKERS)
FORGE(part_index_most, h->parts[1].index = UINT16_MAX)
FORGE(part_twice, h->parts[2].index = h->parts[1].index)
FORGE(part_reserved, h->parts[2].reserved = 1)
FORGE(part_in_header, h->parts[0].off = 64)
FORGE(part_misaligned, h->parts[1].off += 8)
FORGE(part_overlap, h->parts[2].off = h->parts[1].off)
FORGE(part_swallows, h->parts[1].bytes = h->parts[2].off - h->parts[1].off + 64)
FORGE(part_small, h->parts[1].bytes = 63)
FORGE(part_empty, h->parts[1].bytes = 0)
FORGE(part_beyond, h->parts[h->part_cnt - 1].off = h->size)
FORGE(part_far, h->parts[h->part_cnt - 1].off = UINT64_MAX - 63)
FORGE(part_end, h->parts[h->part_cnt - 1].bytes = h->size)
FORGE(part_end_wrap, h->parts[h->part_cnt - 1].bytes = UINT64_MAX)
FORGE(part_end_wrap2, h->parts[h->part_cnt - 1].bytes = -h->parts[h->part_cnt - 1].off + 4096)

static void every_forgery_is_refused(void **state)
{
        static const struct {
                const char *name;
                void (*forge)(struct shm_header *h);
                int err;
        } rows[] = {
#define ROW(name, err) {#name, forge_##name, err}
            ROW(nothing, 0),
            ROW(no_magic, -EPROTO),
            ROW(magic, -EPROTO),
            ROW(major_up, -EPROTO),
            ROW(major_down, -EPROTO),
            ROW(minor_up, 0),
            ROW(layout, -EPROTO),
            ROW(kind_stats, -EPROTO),
            ROW(kind_alien, -EPROTO),
            ROW(size_less, -EBADMSG),
            ROW(size_more, -EBADMSG),
            ROW(size_most, -EBADMSG),
            ROW(workers_none, -EBADMSG),
            ROW(workers_many, -EBADMSG),
            ROW(workers_fewer, -EBADMSG),
            ROW(reserved, -EBADMSG),
            ROW(parts_many, -EBADMSG),
            ROW(parts_most, -EBADMSG),
            ROW(parts_empty, -EBADMSG),
            ROW(parts_fewer, 0),
            ROW(part_kind, -EBADMSG),
            ROW(part_kind_none, -EBADMSG),
            ROW(part_kind_alien, -EBADMSG),
            ROW(part_index, -EBADMSG),
            ROW(part_index_most, -EBADMSG),
            ROW(part_twice, -EBADMSG),
            ROW(part_reserved, -EBADMSG),
            ROW(part_in_header, -EBADMSG),
            ROW(part_misaligned, -EBADMSG),
            ROW(part_overlap, -EBADMSG),
            ROW(part_swallows, -EBADMSG),
            ROW(part_small, -EBADMSG),
            ROW(part_empty, -EBADMSG),
            ROW(part_beyond, -EBADMSG),
            ROW(part_far, -EBADMSG),
            ROW(part_end, -EBADMSG),
            ROW(part_end_wrap, -EBADMSG),
            ROW(part_end_wrap2, -EBADMSG),
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                int err = attach_forged(rows[i].forge);

                if (err != rows[i].err)
                        fail_msg("%s: %d, %d expected", rows[i].name, err, rows[i].err);
        }
}

static void a_kind_must_be_the_one_asked_for(void **state)
{
        struct shm_region r;
        struct shm_region peer;

        (void)state;
        make(&r, SHM_REGION_TO_CONTROL);
        assert_int_equal(shm_region_publish(&r), 0);
        assert_int_equal(shm_region_attach(&peer, r.fd, SHM_REGION_STATS, false), -EPROTO);
        assert_int_equal(shm_region_attach(&peer, r.fd, SHM_REGION_TO_DATAPLANE, false), -EPROTO);
        assert_int_equal(shm_region_attach(&peer, r.fd, (enum shm_region_kind)0, false), -EINVAL);
        assert_int_equal(shm_region_attach(&peer, r.fd, SHM_REGION_TO_CONTROL, true), -EPERM);
        assert_int_equal(shm_region_attach(&peer, -1, SHM_REGION_TO_CONTROL, false), -EBADF);
        shm_region_detach(&r);
}

static int raw_memfd(const void *data, size_t bytes, off_t size, int seals)
{
        int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

        assert_true(fd >= 0);
        assert_int_equal(ftruncate(fd, size), 0);
        if (bytes)
                assert_int_equal(pwrite(fd, data, bytes, 0), bytes);
        if (seals)
                assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
        return fd;
}

static void seals_and_true_size_are_demanded(void **state)
{
        static const int all[] = {F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_FUTURE_WRITE, F_SEAL_SEAL};
        struct shm_region r;
        struct shm_region peer;
        int seals = 0;
        int pipe_fd[2];
        int fd;

        (void)state;
        make(&r, SHM_REGION_TO_CONTROL);
        assert_int_equal(shm_region_attach(&peer, r.fd, SHM_REGION_TO_CONTROL, false), -EPERM);
        assert_int_equal(shm_region_publish(&r), 0);
        for (unsigned left_out = 0; left_out <= 4; left_out++) {
                seals = 0;
                for (unsigned i = 0; i < 4; i++)
                        seals |= i == left_out ? 0 : all[i];
                fd = raw_memfd(r.base, r.size, (off_t)r.size, seals);
                assert_int_equal(shm_region_attach(&peer, fd, SHM_REGION_TO_CONTROL, false),
                                 left_out < 4 ? -EPERM : 0);
                if (left_out < 4)
                        close(fd);
                else
                        shm_region_detach(&peer);
        }
        fd = raw_memfd(r.base, r.size - 4096, (off_t)r.size - 4096, seals); /* truncated */
        assert_int_equal(shm_region_attach(&peer, fd, SHM_REGION_TO_CONTROL, false), -EBADMSG);
        close(fd);
        fd = raw_memfd(r.base, 4096, 4096, seals); /* not even a header */
        assert_int_equal(shm_region_attach(&peer, fd, SHM_REGION_TO_CONTROL, false), -EBADMSG);
        close(fd);
        fd = raw_memfd(NULL, 0, 0, seals);
        assert_int_equal(shm_region_attach(&peer, fd, SHM_REGION_TO_CONTROL, false), -EBADMSG);
        close(fd);
        assert_int_equal(pipe(pipe_fd), 0); /* no memfd at all */
        assert_int_equal(shm_region_attach(&peer, pipe_fd[0], SHM_REGION_TO_CONTROL, false),
                         -EPERM);
        close(pipe_fd[0]);
        close(pipe_fd[1]);
        shm_region_detach(&r);
}

/* What a process that got the descriptor can do to a segment of the dataplane: look at it. */
static int try_to_write(int fd, size_t size)
{
        char path[64];
        void *p;
        int fd2;

        p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (p != MAP_FAILED || (errno != EPERM && errno != EACCES))
                return 1;
        p = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
        if (p == MAP_FAILED)
                return 2;
        if (mprotect(p, size, PROT_READ | PROT_WRITE) == 0)
                return 3;
        if (pwrite(fd, "x", 1, 0) != -1)
                return 4;
        if (ftruncate(fd, 0) == 0 || ftruncate(fd, (off_t)size * 2) == 0)
                return 5;
        if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096) == 0)
                return 6;
        if (fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) == 0)
                return 7;
        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd); /* by another door */
        fd2 = open(path, O_RDWR | O_CLOEXEC);
        if (fd2 >= 0 && mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd2, 0) != MAP_FAILED)
                return 8;
        return 0;
}

static void a_peer_cannot_write_what_the_dataplane_writes(void **state)
{
        (void)state;
        for (unsigned k = SHM_REGION_STATS; k <= SHM_REGION_TO_CONTROL; k++) {
                struct shm_region r;
                int status = 0;
                pid_t pid;

                make(&r, (enum shm_region_kind)k);
                assert_int_equal(shm_region_publish(&r), 0);
                pid = fork();
                assert_true(pid >= 0);
                if (pid == 0) {
                        int fd = r.fd;
                        size_t size = r.size;

                        munmap(r.base, r.size); /* as a process that only got the fd */
                        _exit(try_to_write(fd, size));
                }
                assert_int_equal(waitpid(pid, &status, 0), pid);
                assert_true(WIFEXITED(status));
                assert_int_equal(WEXITSTATUS(status), 0);
                ((volatile char *)r.base)[r.size - 1] = 1; /* while the writer still can */
                shm_region_detach(&r);
        }
}

/* The dataplane's own view of what control writes, and control's of what the dataplane writes, end
 * a stray store by a fault. */
static void stores_to_the_others_segment_fault(void **state)
{
        (void)state;
        for (unsigned who = 0; who < 2; who++) {
                struct shm_region r;
                struct shm_region peer;
                int status = 0;
                pid_t pid;

                make(&r, who ? SHM_REGION_TO_CONTROL : SHM_REGION_TO_DATAPLANE);
                assert_int_equal(shm_region_publish(&r), 0);
                pid = fork();
                assert_true(pid >= 0);
                if (pid == 0) {
                        volatile char *p = r.base;

                        signal(SIGSEGV, SIG_DFL);
                        if (who) {
                                if (shm_region_attach(&peer, dup(r.fd), SHM_REGION_TO_CONTROL,
                                                      false))
                                        _exit(1);
                                p = peer.base;
                        }
                        p[0] = 1;
                        _exit(0);
                }
                assert_int_equal(waitpid(pid, &status, 0), pid);
                assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
                shm_region_detach(&r);
        }
}

/* The size cannot be taken away from under a reader, even by the side that writes. */
static void control_cannot_shrink_its_own_segment(void **state)
{
        struct shm_region r;

        (void)state;
        make(&r, SHM_REGION_TO_DATAPLANE);
        assert_int_equal(shm_region_publish(&r), 0);
        assert_int_equal(ftruncate(r.fd, 0), -1);
        assert_int_equal(ftruncate(r.fd, (off_t)r.size + 4096), -1);
        assert_int_equal(fcntl(r.fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
        assert_int_equal(fcntl(r.fd, F_GET_SEALS) & F_SEAL_FUTURE_WRITE, 0);
        shm_region_detach(&r);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(a_good_segment_of_each_kind),
            cmocka_unit_test(create_refuses_what_attach_would),
            cmocka_unit_test(every_forgery_is_refused),
            cmocka_unit_test(a_kind_must_be_the_one_asked_for),
            cmocka_unit_test(seals_and_true_size_are_demanded),
            cmocka_unit_test(a_peer_cannot_write_what_the_dataplane_writes),
            cmocka_unit_test(stores_to_the_others_segment_fault),
            cmocka_unit_test(control_cannot_shrink_its_own_segment),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
