/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_ctl_server.c - the attach socket from the other side: who gets in, who is thrown out, and
 * when segments go.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "control/contract/shm_attach.h"
#include "control/contract/shm_blocklist.h"
#include "control/contract/shm_cnc.h"
#include "dataplane/clock.h"
#include "dataplane/ctl_server.h"
#include "dataplane/state/blocklist.h"
#include "tests/dataplane/chain.h"

static char dir[] = "/tmp/sluice_ctl_XXXXXX";
static char path[sizeof(dir) + 8];
static struct dp_ctl_server *server;

static int set_up(void **state)
{
        (void)state;
        return dp_ctl_server_create(&server, path, 1);
}

static int tear_down(void **state)
{
        (void)state;
        dp_ctl_server_destroy(server);
        server = NULL;
        return access(path, F_OK) == 0 ? -1 : 0; /* the socket file goes with its server */
}

struct peer {
        int sock;
        struct shm_region to_dataplane;
        struct shm_attach_msg welcome;
};

static int dial(void)
{
        struct sockaddr_un addr = {.sun_family = AF_UNIX};
        int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);

        strcpy(addr.sun_path, path);
        assert_int_equal(connect(sock, (struct sockaddr *)&addr, sizeof(addr)), 0);
        return sock;
}

static void serve(void)
{
        for (int i = 0; i < 4; i++)
                dp_ctl_server_poll(server, 0);
}

static int receive(int sock, struct shm_attach_msg *m, int *fds, size_t *fd_cnt)
{
        int rc;

        do {
                serve();
                rc = shm_attach_recv(sock, m, fds, fd_cnt);
        } while (rc == -EAGAIN);
        return rc;
}

static struct dp_link *published(void)
{
        return atomic_load(&dp_ctl_server_slot(server)->link);
}

/* Say hello, take the segments; READY is left to the test. */
static void hello(struct peer *p)
{
        struct shm_attach_msg m;
        int fds[SHM_ATTACH_FDS_MAX];
        size_t fd_cnt = 0;

        memset(p, 0, sizeof(*p));
        p->sock = dial();
        shm_attach_msg_init(&m, SHM_ATTACH_HELLO);
        assert_int_equal(shm_attach_send(p->sock, &m, NULL, 0), 0);
        assert_int_equal(receive(p->sock, &p->welcome, fds, &fd_cnt), 0);
        assert_int_equal(p->welcome.type, SHM_ATTACH_WELCOME);
        assert_int_equal(p->welcome.worker_cnt, 1);
        assert_int_equal(fd_cnt, 3);
        assert_int_equal(shm_region_attach(&p->to_dataplane, fds[2], SHM_REGION_TO_DATAPLANE, true),
                         0);
        close(fds[0]);
        close(fds[1]);
}

static struct shm_cnc *peer_cnc(struct peer *p)
{
        size_t bytes;

        return shm_region_part(&p->to_dataplane, SHM_PART_CNC, 0, &bytes);
}

static void ready(struct peer *p, uint64_t incarnation)
{
        struct shm_attach_msg m;

        shm_cnc_init(peer_cnc(p), incarnation, (uint64_t)getpid(), dp_clock_monotonic_ns());
        shm_attach_msg_init(&m, SHM_ATTACH_READY);
        m.incarnation = incarnation;
        assert_int_equal(shm_attach_send(p->sock, &m, NULL, 0), 0);
        serve();
}

static void hang_up(struct peer *p)
{
        close(p->sock);
        shm_region_detach(&p->to_dataplane);
        serve();
}

static void test_attach_and_hang_up(void **state)
{
        struct peer p;

        (void)state;
        for (uint64_t i = 1; i <= 25; i++) {
                hello(&p);
                assert_null(published());
                assert_int_equal(p.welcome.incarnation, i);
                ready(&p, i);
                assert_non_null(published());
                assert_int_equal(published()->incarnation, i);
                hang_up(&p);
                assert_null(published());
        }
}

static void test_one_at_a_time(void **state)
{
        struct shm_attach_msg m;
        struct peer p;
        size_t fd_cnt;
        int second;

        (void)state;
        hello(&p);
        ready(&p, 1);
        second = dial();
        assert_int_equal(receive(second, &m, NULL, &fd_cnt), 0);
        assert_int_equal(m.type, SHM_ATTACH_REFUSE);
        assert_int_equal(m.status, -EBUSY);
        assert_non_null(published());
        close(second);
        hang_up(&p);
}

static void test_other_version_is_refused(void **state)
{
        struct shm_attach_msg m;
        size_t fd_cnt;
        int sock;

        (void)state;
        sock = dial();
        shm_attach_msg_init(&m, SHM_ATTACH_HELLO);
        m.abi_major++;
        assert_int_equal(send(sock, &m, sizeof(m), 0), sizeof(m));
        assert_int_equal(receive(sock, &m, NULL, &fd_cnt), 0);
        assert_int_equal(m.type, SHM_ATTACH_REFUSE);
        assert_non_null(strstr(m.text, "version"));
        close(sock);
        serve();
        assert_null(published());
}

static void test_out_of_order(void **state)
{
        struct shm_attach_msg m;
        struct peer p;
        int sock;

        (void)state;
        sock = dial();
        assert_int_equal(send(sock, "what?", 5, 0), 5);
        serve();
        close(sock);
        sock = dial(); /* READY without HELLO */
        shm_attach_msg_init(&m, SHM_ATTACH_READY);
        assert_int_equal(shm_attach_send(sock, &m, NULL, 0), 0);
        serve();
        assert_null(published());
        close(sock);
        hello(&p); /* READY for segments that it was not given */
        ready(&p, 77);
        assert_null(published());
        hang_up(&p);
        hello(&p); /* and the door is still open */
        ready(&p, p.welcome.incarnation);
        assert_non_null(published());
        hang_up(&p);
}

/* Segments that were offered to somebody who then talked nonsense are not in the next one's way. */
static void test_nonsense_after_hello(void **state)
{
        struct peer p, next;

        (void)state;
        hello(&p);
        assert_int_equal(send(p.sock, "what?", 5, 0), 5);
        serve();
        hello(&next);
        ready(&next, next.welcome.incarnation);
        assert_non_null(published());
        hang_up(&next);
        hang_up(&p);
}

static void wait_for_hang_up(int sock)
{
        struct pollfd end = {.fd = sock, .events = POLLIN};

        while (poll(&end, 1, 0) == 0)
                dp_ctl_server_poll(server, 20);
}

/* Stopped before READY, or no control at all: the only seat is free again after a while. */
static void test_silent_client_is_shown_out(void **state)
{
        struct peer half, p;
        int mute;

        (void)state;
        mute = dial();
        wait_for_hang_up(mute);
        hello(&half);
        wait_for_hang_up(half.sock);
        hello(&p);
        ready(&p, p.welcome.incarnation);
        assert_non_null(published());
        hang_up(&p);
        hang_up(&half);
        close(mute);
}

static void test_stopped_heart(void **state)
{
        struct peer p;

        (void)state;
        hello(&p);
        ready(&p, 1);
        assert_non_null(published());
        shm_cnc_beat(peer_cnc(&p), dp_clock_monotonic_ns() - UINT64_C(5000000000));
        while (published() != NULL)
                dp_ctl_server_poll(server, 20);
        hang_up(&p);
}

/* When both stood still, the heart did not stop. */
static void test_stall_of_both(void **state)
{
        const struct timespec stall = {.tv_sec = 1, .tv_nsec = 200000000};
        struct peer p;

        (void)state;
        hello(&p);
        ready(&p, 1);
        shm_cnc_beat(peer_cnc(&p), dp_clock_monotonic_ns());
        nanosleep(&stall, NULL);
        serve();
        assert_non_null(published());
        hang_up(&p);
}

static void test_broken_link_is_given_up(void **state)
{
        struct peer p;

        (void)state;
        hello(&p);
        ready(&p, 1);
        atomic_store(&published()->broken, true);
        serve();
        assert_null(published());
        hang_up(&p);
}

/* A worker that still looks at the old segments keeps them mapped. */
static void test_reclaim_waits_for_workers(void **state)
{
        struct shm_counters counters = {0};
        struct dp_ctl worker;
        struct peer p;

        (void)state;
        dp_ctl_init(&worker, dp_ctl_server_slot(server), 0, &counters);
        hello(&p);
        ready(&p, 1);
        dp_ctl_refresh(&worker);
        const struct shm_ring_mem *mem = worker.me->rep.mem;

        hang_up(&p);
        serve();
        assert_int_equal(atomic_load(&mem->head), 0); /* faults if it was unmapped */
        dp_ctl_quiesce(&worker);
        dp_ctl_refresh(&worker);
        assert_null(worker.me);
        serve();
}

/* ---- tables that come as a whole ---- */

/* What the dataplane says to a blob. `claim` is what the message says of it. */
static int offer_blob(struct peer *p, enum shm_blob_kind kind, int blob,
                      const struct shm_attach_msg *claim)
{
        struct shm_attach_msg m;
        size_t fd_cnt;

        shm_attach_msg_init(&m, SHM_ATTACH_BLOB);
        m.blob_kind = (uint16_t)kind;
        m.generation = 9;
        m.bytes = claim->bytes;
        memcpy(m.digest, claim->digest, sizeof(m.digest));
        assert_int_equal(shm_attach_send(p->sock, &m, &blob, 1), 0);
        assert_int_equal(receive(p->sock, &m, NULL, &fd_cnt), 0);
        assert_int_equal(m.type, SHM_ATTACH_BLOB_ACK);
        assert_int_equal(m.generation, 9);
        close(blob);
        return m.status;
}

static struct shm_attach_msg claim_of(const void *data, size_t bytes)
{
        struct shm_attach_msg m = {.bytes = bytes};

        assert_int_equal(EVP_Digest(data, bytes, m.digest, NULL, EVP_sha256(), NULL), 1);
        return m;
}

static void test_rules_that_are_none(void **state)
{
        struct shm_attach_msg claim = claim_of("x", 1);
        struct peer p;

        (void)state;
        hello(&p);
        ready(&p, 1);
        assert_int_equal(offer_blob(&p, SHM_BLOB_RULES, shm_blob_create("rules", "x", 1), &claim),
                         -EBADMSG);
        hang_up(&p);
}

struct list_blob {
        struct shm_blocklist_head head;
        struct shm_blocklist_prefix prefix;
};

/* 192.0.2.0/24 on list 3. */
static struct list_blob list_blob(void)
{
        return (struct list_blob){
            .head = {.magic = SHM_BLOCKLIST_MAGIC, .count = 1},
            .prefix = {.ip = {{[10] = 0xff, 0xff, 192, 0, 2}}, .prefix_len = 120, .list = 3},
        };
}

static int offer_list(struct peer *p, const struct list_blob *b)
{
        struct shm_attach_msg claim = claim_of(b, sizeof(*b));

        return offer_blob(p, SHM_BLOB_BLOCKLIST, shm_blob_create("list", b, sizeof(*b)), &claim);
}

static uint16_t list_in_force(void)
{
        const struct dp_blocklist *list = dp_swap_now(&dp_ctl_server_slot(server)->blocklist);
        const struct shm_ip ip = {{[10] = 0xff, 0xff, 192, 0, 2, 200}};
        const struct shm_ip *at = &ip;
        uint16_t hit;

        if (list == NULL)
                return 0;
        dp_blocklist_lookup(list, &at, 1, &hit);
        return hit;
}

static void test_blocklist_is_taken_and_stays(void **state)
{
        struct list_blob b = list_blob();
        struct peer p;

        (void)state;
        assert_int_equal(list_in_force(), 0);
        hello(&p);
        ready(&p, 1);
        assert_int_equal(offer_list(&p, &b), 0);
        assert_int_equal(list_in_force(), 3);
        b.prefix.list = 4;
        assert_int_equal(offer_list(&p, &b), 0);
        assert_int_equal(list_in_force(), 4);
        hang_up(&p);
        serve();
        assert_int_equal(list_in_force(), 4); /* control is gone, the list is not */
        hello(&p);
        ready(&p, 2);
        b.head.count = 0;
        struct shm_attach_msg claim = claim_of(&b, sizeof(b.head));
        assert_int_equal(
            offer_blob(&p, SHM_BLOB_BLOCKLIST, shm_blob_create("list", &b, sizeof(b.head)), &claim),
            0);
        assert_null(dp_swap_now(&dp_ctl_server_slot(server)->blocklist));
        hang_up(&p);
}

static void test_blocklist_that_is_none(void **state)
{
        struct list_blob good = list_blob();
        struct list_blob bad = good;
        struct shm_attach_msg claim = claim_of(&good, sizeof(good));
        int unsealed = memfd_create("list", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        struct peer p;

        (void)state;
        hello(&p);
        ready(&p, 1);
        assert_int_equal(offer_list(&p, &good), 0);

        assert_int_equal(write(unsealed, &good, sizeof(good)), sizeof(good));
        assert_int_equal(offer_blob(&p, SHM_BLOB_BLOCKLIST, unsealed, &claim), -EPERM);

        claim.bytes--;
        assert_int_equal(offer_blob(&p, SHM_BLOB_BLOCKLIST,
                                    shm_blob_create("list", &good, sizeof(good)), &claim),
                         -EBADMSG);
        claim.bytes++;
        claim.digest[31] ^= 1;
        assert_int_equal(offer_blob(&p, SHM_BLOB_BLOCKLIST,
                                    shm_blob_create("list", &good, sizeof(good)), &claim),
                         -EBADMSG);

        bad.head.count = 2;
        assert_int_equal(offer_list(&p, &bad), -EBADMSG);
        bad = good;
        bad.prefix.prefix_len = 129;
        assert_int_equal(offer_list(&p, &bad), -EINVAL);

        assert_int_equal(list_in_force(), 3); /* none of them took its place */
        hang_up(&p);
}

/* An old list is freed once the worker that may be reading it has ended its turn. */
static void test_blocklist_waits_for_workers(void **state)
{
        struct shm_counters counters = {0};
        struct list_blob b = list_blob();
        const struct dp_blocklist *old;
        struct dp_ctl worker;
        struct peer p;

        (void)state;
        dp_ctl_init(&worker, dp_ctl_server_slot(server), 0, &counters);
        hello(&p);
        ready(&p, 1);
        assert_int_equal(offer_list(&p, &b), 0);
        old = dp_swap_now(&dp_ctl_server_slot(server)->blocklist);
        assert_int_equal(offer_list(&p, &b), 0);
        serve();
        assert_int_not_equal(dp_blocklist_boundaries(old),
                             0); /* a sanitizer says if it was freed */
        assert_non_null(dp_ctl_server_slot(server)->blocklist.retired);
        dp_ctl_quiesce(&worker);
        serve();
        assert_null(dp_ctl_server_slot(server)->blocklist.retired);
        hang_up(&p);
}

static void test_socket_file(void **state)
{
        struct dp_ctl_server *other = NULL;
        struct stat st;

        (void)state;
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0660);
        assert_int_equal(dp_ctl_server_create(&other, path, 1), -EADDRINUSE);
        assert_null(other);
        assert_int_equal(access(path, F_OK), 0);
}

/* A killed dataplane leaves its socket file behind: the next one takes the place. */
static void test_stale_socket(void **state)
{
        struct sockaddr_un addr = {.sun_family = AF_UNIX};
        int sock = socket(AF_UNIX, SOCK_SEQPACKET, 0);

        (void)state;
        strcpy(addr.sun_path, path);
        assert_int_equal(bind(sock, (struct sockaddr *)&addr, sizeof(addr)), 0);
        close(sock);
        assert_int_equal(dp_ctl_server_create(&server, path, 1), 0);
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_setup_teardown(test_attach_and_hang_up, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_one_at_a_time, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_other_version_is_refused, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_out_of_order, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_nonsense_after_hello, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_silent_client_is_shown_out, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_stopped_heart, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_stall_of_both, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_broken_link_is_given_up, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_reclaim_waits_for_workers, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_rules_that_are_none, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_blocklist_is_taken_and_stays, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_blocklist_that_is_none, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_blocklist_waits_for_workers, set_up, tear_down),
            cmocka_unit_test_setup_teardown(test_socket_file, set_up, tear_down),
            cmocka_unit_test_teardown(test_stale_socket, tear_down),
        };
        int rc;

        (void)argc;
        chain_eal_start(argv[0]);
        if (mkdtemp(dir) == NULL)
                return 1;
        snprintf(path, sizeof(path), "%s/s", dir);
        rc = cmocka_run_group_tests(tests, NULL, NULL);
        rmdir(dir);
        return rc;
}
