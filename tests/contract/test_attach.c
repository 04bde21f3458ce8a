/* SPDX-License-Identifier: Apache-2.0 */
/* test_attach.c - the handshake between two ends of a socket pair, and what each end refuses. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "control/contract/shm_attach.h"
#include "control/contract/shm_region.h"

struct ends {
        int dataplane;
        int control;
        unsigned open_before;
};

static unsigned open_fds(void)
{
        DIR *d = opendir("/proc/self/fd");
        unsigned n = 0;

        assert_non_null(d);
        while (readdir(d))
                n++;
        closedir(d);
        return n;
}

static int ends_open(void **state)
{
        static struct ends e;
        int sock[2];

        e.open_before = open_fds();
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, sock))
                return -1;
        e.dataplane = sock[0];
        e.control = sock[1];
        *state = &e;
        return 0;
}

/* Whatever a test received or refused, no descriptor is left behind. */
static int ends_close(void **state)
{
        struct ends *e = *state;

        close(e->dataplane);
        close(e->control);
        return open_fds() == e->open_before ? 0 : -1;
}

static struct shm_attach_msg msg(enum shm_attach_type type)
{
        struct shm_attach_msg m;

        shm_attach_msg_init(&m, type);
        return m;
}

static void expect_recv(int sock, int err)
{
        struct shm_attach_msg m;
        int fds[SHM_ATTACH_FDS_MAX] = {-1, -1, -1};
        size_t fd_cnt = 77;

        assert_int_equal(shm_attach_recv(sock, &m, fds, &fd_cnt), err);
        if (err) {
                assert_int_equal(fd_cnt, 0);
                assert_int_equal(fds[0], -1);
        }
        for (size_t i = 0; i < fd_cnt; i++)
                close(fds[i]);
}

static void handshake(void **state)
{
        struct ends *e = *state;
        struct shm_region own[3];
        struct shm_region peer[3];
        struct shm_attach_msg m = msg(SHM_ATTACH_HELLO);
        const struct shm_ring_sizes sizes = {4, 4, 4};
        int fds[SHM_ATTACH_FDS_MAX];
        size_t fd_cnt = 0;

        expect_recv(e->dataplane, -EAGAIN);
        m.pid = (uint64_t)getpid();
        assert_int_equal(shm_attach_send(e->control, &m, NULL, 0), 0);
        assert_int_equal(shm_attach_recv(e->dataplane, &m, fds, &fd_cnt), 0);
        assert_int_equal(m.type, SHM_ATTACH_HELLO);
        assert_int_equal(m.pid, getpid());
        assert_int_equal(fd_cnt, 0);

        assert_int_equal(shm_region_create_stats(&own[0], 2), 0);
        assert_int_equal(shm_region_create_to_control(&own[1], 2, 5, sizes), 0);
        assert_int_equal(shm_region_create_to_dataplane(&own[2], 2, 5, sizes), 0);
        m = msg(SHM_ATTACH_WELCOME);
        m.incarnation = 5;
        m.worker_cnt = 2;
        for (unsigned i = 0; i < 3; i++) {
                assert_int_equal(shm_region_publish(&own[i]), 0);
                fds[i] = own[i].fd;
        }
        assert_int_equal(shm_attach_send(e->dataplane, &m, fds, 3), 0);
        assert_int_equal(shm_attach_recv(e->control, &m, fds, &fd_cnt), 0);
        assert_int_equal(fd_cnt, 3);
        assert_int_equal(m.incarnation, 5);
        for (unsigned i = 0; i < 3; i++) {
                enum shm_region_kind kind = (enum shm_region_kind)(SHM_REGION_STATS + i);

                assert_true(fcntl(fds[i], F_GETFD) & FD_CLOEXEC);
                assert_int_equal(shm_region_attach(&peer[i], fds[i], kind, i == 2), 0);
        }
        m = msg(SHM_ATTACH_READY);
        m.incarnation = 5;
        assert_int_equal(shm_attach_send(e->control, &m, NULL, 0), 0);
        expect_recv(e->dataplane, 0);
        for (unsigned i = 0; i < 3; i++) {
                shm_region_detach(&own[i]);
                shm_region_detach(&peer[i]);
        }
}

static void another_version_is_refused_and_told(void **state)
{
        struct ends *e = *state;
        struct shm_attach_msg m;
        int fds[SHM_ATTACH_FDS_MAX] = {e->control, e->control, e->control};
        size_t fd_cnt = 0;

        for (unsigned what = 0; what < 3; what++) {
                m = msg(SHM_ATTACH_HELLO);
                if (what == 0)
                        m.abi_major++;
                else if (what == 1)
                        m.abi_minor++; /* a control newer than the dataplane */
                else
                        m.layout_hash ^= 1;
                assert_int_equal(shm_attach_send(e->control, &m, NULL, 0), 0);
                memset(&m, 0, sizeof(m));
                assert_int_equal(shm_attach_recv(e->dataplane, &m, fds, &fd_cnt), -EPROTO);
                assert_int_equal(m.type, SHM_ATTACH_HELLO);
                assert_int_equal(m.abi_major, SHM_ABI_MAJOR + (what == 0));
                assert_int_equal(m.abi_minor, SHM_ABI_MINOR + (what == 1));
                assert_int_equal(m.layout_hash != shm_layout_hash(), what == 2);
        }
        m = msg(SHM_ATTACH_WELCOME); /* its descriptors do not stay open */
        m.worker_cnt = 1;
        m.abi_major = 99;
        fds[0] = fds[1] = fds[2] = e->control;
        assert_int_equal(shm_attach_send(e->dataplane, &m, fds, 3), 0);
        assert_int_equal(shm_attach_recv(e->control, &m, fds, &fd_cnt), -EPROTO);
        assert_int_equal(m.abi_major, 99);
        assert_int_equal(fd_cnt, 0);

        m = msg(SHM_ATTACH_REFUSE); /* the answer, with the reason in words */
        m.status = -EPROTO;
        strcpy(m.text, "layout differs");
        assert_int_equal(shm_attach_send(e->dataplane, &m, NULL, 0), 0);
        assert_int_equal(shm_attach_recv(e->control, &m, fds, &fd_cnt), 0);
        assert_int_equal(m.status, -EPROTO);
        assert_string_equal(m.text, "layout differs");
}

static void fields_out_of_range(void **state)
{
        struct ends *e = *state;
        int fd[4] = {e->control, e->control, e->control, e->control};
        struct shm_attach_msg m;

#define REFUSED(t, cnt, change)                                                  \
        do {                                                                     \
                m = msg(t);                                                      \
                m.worker_cnt = 1;                                                \
                m.bytes = 1;                                                     \
                m.blob_kind = SHM_BLOB_RULES;                                    \
                m.status = (t) == SHM_ATTACH_REFUSE ? -1 : 0;                    \
                change;                                                          \
                assert_int_equal(shm_attach_send(e->control, &m, fd, (cnt)), 0); \
                expect_recv(e->dataplane, -EPROTO);                              \
        } while (0)

        REFUSED(SHM_ATTACH_HELLO, 0, m.magic ^= 1);
        REFUSED(SHM_ATTACH_HELLO, 0, m.type = 0);
        REFUSED(SHM_ATTACH_HELLO, 0, m.type = SHM_ATTACH_BLOB_ACK + 1);
        REFUSED(SHM_ATTACH_HELLO, 0, m.reserved = 1);
        REFUSED(SHM_ATTACH_HELLO, 1, (void)0);
        REFUSED(SHM_ATTACH_WELCOME, 2, (void)0);
        REFUSED(SHM_ATTACH_WELCOME, 0, (void)0);
        REFUSED(SHM_ATTACH_WELCOME, 3, m.worker_cnt = 0);
        REFUSED(SHM_ATTACH_WELCOME, 3, m.worker_cnt = SHM_WORKERS_MAX + 1);
        REFUSED(SHM_ATTACH_REFUSE, 0, m.status = 0);
        REFUSED(SHM_ATTACH_REFUSE, 0, m.status = 1);
        REFUSED(SHM_ATTACH_BLOB, 0, (void)0);
        REFUSED(SHM_ATTACH_BLOB, 2, (void)0);
        REFUSED(SHM_ATTACH_BLOB, 1, m.blob_kind = 0);
        REFUSED(SHM_ATTACH_BLOB, 1, m.blob_kind = SHM_BLOB_KINDS);
        REFUSED(SHM_ATTACH_BLOB, 1, m.bytes = 0);
        REFUSED(SHM_ATTACH_BLOB, 1, m.bytes = SHM_BLOB_BYTES_MAX + 1);
        REFUSED(SHM_ATTACH_BLOB, 1, m.bytes = UINT64_MAX);
        REFUSED(SHM_ATTACH_BLOB_ACK, 0, m.status = 1);
        REFUSED(SHM_ATTACH_BLOB_ACK, 0, m.blob_kind = 0);
        REFUSED(SHM_ATTACH_BLOB_ACK, 0, m.blob_kind = SHM_BLOB_KINDS);
#undef REFUSED
        m = msg(SHM_ATTACH_HELLO);
        assert_int_equal(shm_attach_send(e->control, &m, fd, SHM_ATTACH_FDS_MAX + 1), -EINVAL);
}

/* Send `bytes` octets and fd_cnt descriptors, as no honest peer would. */
static void raw_send(int sock, const void *data, size_t bytes, size_t fd_cnt)
{
        _Alignas(struct cmsghdr) char room[CMSG_SPACE(250 * sizeof(int))];
        char copy[1024] = {0};
        struct iovec iov = {.iov_base = copy, .iov_len = bytes};
        struct msghdr h = {.msg_iov = &iov, .msg_iovlen = 1};

        if (data)
                memcpy(copy, data,
                       bytes < sizeof(struct shm_attach_msg) ? bytes
                                                             : sizeof(struct shm_attach_msg));
        memset(room, 0, sizeof(room));
        if (fd_cnt) {
                struct cmsghdr *c;

                h.msg_control = room;
                h.msg_controllen = CMSG_SPACE(fd_cnt * sizeof(int));
                c = CMSG_FIRSTHDR(&h);
                c->cmsg_level = SOL_SOCKET;
                c->cmsg_type = SCM_RIGHTS;
                c->cmsg_len = CMSG_LEN(fd_cnt * sizeof(int));
                for (size_t i = 0; i < fd_cnt; i++)
                        memcpy(CMSG_DATA(c) + i * sizeof(int), &sock, sizeof(int));
        }
        assert_true(sendmsg(sock, &h, MSG_NOSIGNAL) >= 0);
}

static void sizes_and_too_many_descriptors(void **state)
{
        static const size_t fd_cnts[] = {4, 15, 16, 17, 100, 250};
        struct ends *e = *state;
        struct shm_attach_msg m = msg(SHM_ATTACH_WELCOME);

        m.worker_cnt = 1;
        for (size_t i = 0; i < sizeof(fd_cnts) / sizeof(fd_cnts[0]); i++) {
                raw_send(e->dataplane, &m, sizeof(m), fd_cnts[i]);
                expect_recv(e->control, -EPROTO);
        }
        raw_send(e->dataplane, &m, sizeof(m) - 1, 3);
        expect_recv(e->control, -EPROTO);
        raw_send(e->dataplane, &m, sizeof(m) + 1, 3);
        expect_recv(e->control, -EPROTO);
        raw_send(e->dataplane, &m, 1, 0);
        expect_recv(e->control, -EPROTO);
        raw_send(e->dataplane, NULL, 0, 2);
        expect_recv(e->control, -ECONNRESET);
        raw_send(e->dataplane, &m, sizeof(m), 3); /* and a good one still goes through */
        expect_recv(e->control, 0);
}

static void text_is_fit_for_a_log(void **state)
{
        struct ends *e = *state;
        struct shm_attach_msg m = msg(SHM_ATTACH_REFUSE);
        int fds[SHM_ATTACH_FDS_MAX];
        size_t fd_cnt = 0;

        m.status = -1;
        memset(m.text, 'a', sizeof(m.text)); /* no end */
        memcpy(m.text, "x\n\033[2J\x80\x7f", 8);
        assert_int_equal(shm_attach_send(e->dataplane, &m, NULL, 0), 0);
        assert_int_equal(shm_attach_recv(e->control, &m, fds, &fd_cnt), 0);
        assert_int_equal(strnlen(m.text, sizeof(m.text)), sizeof(m.text) - 1);
        assert_memory_equal(m.text, "x??[2J??aaa", 11);
}

static void the_end_is_noticed(void **state)
{
        struct ends *e = *state;
        struct shm_attach_msg m = msg(SHM_ATTACH_HELLO);
        int err;

        assert_int_equal(shm_attach_send(e->control, &m, NULL, 0), 0);
        close(e->control);
        e->control = open("/dev/null", O_RDONLY); /* for ends_close() */
        expect_recv(e->dataplane, 0);             /* said before it died */
        expect_recv(e->dataplane, -ECONNRESET);
        err = shm_attach_send(e->dataplane, &m, NULL, 0);
        assert_true(err == -EPIPE || err == -ECONNRESET);
}

static void a_deaf_peer_does_not_block(void **state)
{
        struct ends *e = *state;
        struct shm_attach_msg m = msg(SHM_ATTACH_HELLO);
        int err = 0;

        for (unsigned i = 0; i < 100000 && !err; i++)
                err = shm_attach_send(e->control, &m, NULL, 0);
        assert_int_equal(err, -EAGAIN);
}

static void blob(void **state)
{
        static char data[10000];
        const void *got = NULL;
        int fd;

        (void)state;
        memset(data, 'r', sizeof(data));
        assert_int_equal(shm_blob_create("rules", data, 0), -EINVAL);
        assert_int_equal(shm_blob_create("rules", data, SHM_BLOB_BYTES_MAX + 1), -EINVAL);
        fd = shm_blob_create("rules", data, sizeof(data));
        assert_true(fd >= 0);
        assert_int_equal(shm_blob_map(fd, sizeof(data), &got), 0);
        assert_memory_equal(got, data, sizeof(data));
        munmap((void *)(uintptr_t)got, sizeof(data));

        assert_int_equal(shm_blob_map(fd, sizeof(data) - 1, &got), -EBADMSG);
        assert_int_equal(shm_blob_map(fd, sizeof(data) + 1, &got), -EBADMSG);
        assert_int_equal(shm_blob_map(fd, 0, &got), -EBADMSG);
        assert_int_equal(shm_blob_map(fd, UINT64_MAX, &got), -EBADMSG);
        assert_int_equal(shm_blob_map(-1, 1, &got), -EBADF);
        assert_int_equal(pwrite(fd, "x", 1, 0), -1);
        assert_int_equal(ftruncate(fd, 1), -1);
        assert_int_equal(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096), -1);
        assert_ptr_equal(mmap(NULL, sizeof(data), PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
        close(fd);
}

static void a_blob_without_all_seals_is_refused(void **state)
{
        static const int all[] = {F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE, F_SEAL_SEAL};
        const void *got = NULL;

        (void)state;
        for (unsigned left_out = 0; left_out <= 4; left_out++) {
                int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

                assert_int_equal(ftruncate(fd, 100), 0);
                for (unsigned i = 0; i < 4; i++) {
                        if (i != left_out)
                                assert_int_equal(fcntl(fd, F_ADD_SEALS, all[i]), 0);
                }
                assert_int_equal(shm_blob_map(fd, 100, &got), left_out < 4 ? -EPERM : 0);
                if (left_out == 4)
                        munmap((void *)(uintptr_t)got, 100);
                close(fd);
        }
        int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
        assert_int_equal(shm_blob_map(null, 1, &got), -EPERM);
        close(null);
}

#define WITH_ENDS(f) cmocka_unit_test_setup_teardown(f, ends_open, ends_close)

int main(void)
{
        const struct CMUnitTest tests[] = {
            WITH_ENDS(handshake),
            WITH_ENDS(another_version_is_refused_and_told),
            WITH_ENDS(fields_out_of_range),
            WITH_ENDS(sizes_and_too_many_descriptors),
            WITH_ENDS(text_is_fit_for_a_log),
            WITH_ENDS(the_end_is_noticed),
            WITH_ENDS(a_deaf_peer_does_not_block),
            WITH_ENDS(blob),
            WITH_ENDS(a_blob_without_all_seals_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
