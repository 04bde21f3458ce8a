/* SPDX-License-Identifier: Apache-2.0 */
/* The handshake with a dataplane that comes, goes, refuses and lies. No threads: the owner's part.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control/link.h"
#include "tests/control/fake_dataplane.h"

static char path[64];

/* Step until something happens; the other side has already done its part. */
static enum cp_link_news settle(struct cp_link *l)
{
        for (int i = 0; i < 1000; i++) {
                enum cp_link_news news = cp_link_step(l);
                struct pollfd p = {.fd = l->sock, .events = POLLIN};

                if (news != CP_LINK_SAME)
                        return news;
                (void)poll(&p, 1, 10);
        }
        return CP_LINK_SAME;
}

static void send_welcome(struct fake_dp *dp, struct shm_attach_msg *m)
{
        const int fds[SHM_ATTACH_FDS_MAX] = {dp->to_dataplane.fd, dp->stats.fd, dp->to_control.fd};

        assert_int_equal(shm_attach_send(dp->conn, m, fds, SHM_ATTACH_FDS_MAX), 0);
}

static void welcome_msg(const struct fake_dp *dp, struct shm_attach_msg *m)
{
        shm_attach_msg_init(m, SHM_ATTACH_WELCOME);
        m->incarnation = dp->to_control.header.incarnation;
        m->worker_cnt = dp->workers;
}

static void test_life(void **state)
{
        struct shm_attach_msg m;
        struct shm_cnc_view view;
        struct fake_dp dp;
        struct cp_link l;

        (void)state;
        fake_dp_make(&dp, 2, 1, 8);
        cp_link_init(&l, path);
        assert_int_equal(cp_link_step(&l), CP_LINK_REFUSED); /* nobody there */
        assert_non_null(strstr(l.error, "cannot connect"));
        fake_dp_listen(&dp, path);
        for (uint64_t incarnation = 1; incarnation <= 20; incarnation++) {
                if (incarnation > 1)
                        fake_dp_renew(&dp, incarnation, 8);
                assert_int_equal(cp_link_step(&l), CP_LINK_SAME);
                assert_int_equal(l.state, CP_LINK_STATE_GREETING);
                fake_dp_greeted(&dp, &m);
                assert_int_equal(m.pid, getpid());
                welcome_msg(&dp, &m);
                send_welcome(&dp, &m); /* the descriptors in another order are as good */
                assert_int_equal(settle(&l), CP_LINK_BOUND);
                assert_int_equal(l.worker_cnt, 2);
                assert_int_equal(l.incarnation, incarnation);
                assert_int_equal(cp_link_ready(&l), 0);
                assert_int_equal(cp_link_step(&l), CP_LINK_SAME);
                assert_true(cp_link_peer(&l, &view));
                assert_int_equal(view.state, SHM_CNC_RUN);
                shm_cnc_read(shm_region_part(&dp.to_dataplane, SHM_PART_CNC, 0, NULL), &view);
                assert_int_equal(view.state, SHM_CNC_RUN);
                assert_int_equal(view.incarnation, incarnation);
                fake_dp_hang_up(&dp);
                assert_int_equal(settle(&l), CP_LINK_LOST);
                cp_link_detach(&l);
                shm_cnc_read(shm_region_part(&dp.to_dataplane, SHM_PART_CNC, 0, NULL), &view);
                assert_int_equal(view.state, SHM_CNC_HALT);
        }
        fake_dp_free(&dp);
}

static void expect_refused(struct cp_link *l, struct fake_dp *dp, const char *words)
{
        assert_int_equal(settle(l), CP_LINK_REFUSED);
        print_message("%s\n", l->error);
        assert_non_null(strstr(l->error, words));
        assert_int_equal(l->state, CP_LINK_STATE_DOWN);
        assert_false(l->told);
        fake_dp_hang_up(dp);
}

static void greet(struct cp_link *l, struct fake_dp *dp, struct shm_attach_msg *m)
{
        assert_int_equal(cp_link_step(l), CP_LINK_SAME);
        fake_dp_greeted(dp, m);
        welcome_msg(dp, m);
}

static void test_versions_and_refusals(void **state)
{
        struct shm_attach_msg m;
        struct fake_dp dp;
        struct cp_link l;

        (void)state;
        fake_dp_make(&dp, 1, 1, 8);
        fake_dp_listen(&dp, path);
        cp_link_init(&l, path);

        greet(&l, &dp, &m);
        m.abi_major++;
        send_welcome(&dp, &m);
        expect_refused(&l, &dp, "ABI 2.0");

        greet(&l, &dp, &m);
        m.layout_hash++;
        send_welcome(&dp, &m);
        expect_refused(&l, &dp, "does not fit");

        greet(&l, &dp, &m);
        shm_attach_msg_init(&m, SHM_ATTACH_REFUSE);
        m.abi_minor++;
        m.abi_major++;
        m.status = -EPROTO;
        assert_int_equal(shm_attach_send(dp.conn, &m, NULL, 0), 0);
        expect_refused(&l, &dp, "ABI 2.1");

        greet(&l, &dp, &m);
        shm_attach_msg_init(&m, SHM_ATTACH_REFUSE);
        m.status = -EBUSY;
        snprintf(m.text, sizeof(m.text), "control 17 is attached");
        assert_int_equal(shm_attach_send(dp.conn, &m, NULL, 0), 0);
        expect_refused(&l, &dp, "control 17 is attached");
        fake_dp_free(&dp);
}

static void test_bad_welcomes(void **state)
{
        const int one[1] = {0};
        struct shm_attach_msg m;
        struct fake_dp dp;
        struct fake_dp other;
        struct cp_link l;

        (void)state;
        fake_dp_make(&dp, 1, 1, 8);
        fake_dp_make(&other, 2, 1, 8);
        fake_dp_listen(&dp, path);
        cp_link_init(&l, path);

        greet(&l, &dp, &m);
        assert_int_equal(shm_attach_send(dp.conn, &m, one, 1), 0);
        expect_refused(&l, &dp, "handshake broken off");

        greet(&l, &dp, &m);
        m.incarnation = 99;
        send_welcome(&dp, &m);
        expect_refused(&l, &dp, "not usable");

        greet(&l, &dp, &m); /* segments that do not belong together */
        {
                const int fds[3] = {dp.stats.fd, dp.to_control.fd, other.to_dataplane.fd};

                assert_int_equal(shm_attach_send(dp.conn, &m, fds, 3), 0);
        }
        expect_refused(&l, &dp, "not usable");

        greet(&l, &dp, &m); /* one of them twice */
        {
                const int fds[3] = {dp.stats.fd, dp.to_control.fd, dp.to_control.fd};

                assert_int_equal(shm_attach_send(dp.conn, &m, fds, 3), 0);
        }
        expect_refused(&l, &dp, "not usable");

        greet(&l, &dp, &m);
        assert_int_equal(send(dp.conn, "garbage", 7, 0), 7);
        expect_refused(&l, &dp, "handshake broken off");

        greet(&l, &dp, &m);
        fake_dp_hang_up(&dp);
        expect_refused(&l, &dp, "handshake broken off");

        /* And after all that it still attaches. */
        greet(&l, &dp, &m);
        send_welcome(&dp, &m);
        assert_int_equal(settle(&l), CP_LINK_BOUND);
        assert_int_equal(cp_link_ready(&l), 0);
        assert_string_equal(l.error, "");
        cp_link_detach(&l);
        fake_dp_free(&other);
        fake_dp_free(&dp);
}

/* The same failure is told once, another one again. */
static void test_no_log_spam(void **state)
{
        struct cp_link l;

        (void)state;
        cp_link_init(&l, "/nonexistent/d.sock");
        assert_int_equal(cp_link_step(&l), CP_LINK_REFUSED);
        assert_false(l.told);
        l.told = true;
        for (int i = 0; i < 10; i++)
                assert_int_equal(cp_link_step(&l), CP_LINK_REFUSED);
        assert_true(l.told);
        snprintf(l.path, sizeof(l.path), "/dev/null");
        assert_int_equal(cp_link_step(&l), CP_LINK_REFUSED);
        assert_false(l.told);
}

static void test_broken_ring_detaches(void **state)
{
        struct shm_attach_msg m;
        struct fake_dp dp;
        struct cp_link l;

        (void)state;
        fake_dp_make(&dp, 1, 1, 8);
        fake_dp_listen(&dp, path);
        cp_link_init(&l, path);
        greet(&l, &dp, &m);
        send_welcome(&dp, &m);
        assert_int_equal(settle(&l), CP_LINK_BOUND);
        assert_int_equal(cp_link_ready(&l), 0);
        atomic_store(&l.broken, true);
        assert_int_equal(cp_link_step(&l), CP_LINK_LOST);
        cp_link_detach(&l);
        assert_false(atomic_load(&l.broken));
        fake_dp_free(&dp);
}

static int tear_down(void **state)
{
        (void)state;
        unlink(path);
        return 0;
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_life),
            cmocka_unit_test(test_versions_and_refusals),
            cmocka_unit_test(test_bad_welcomes),
            cmocka_unit_test(test_no_log_spam),
            cmocka_unit_test(test_broken_ring_detaches),
        };

        snprintf(path, sizeof(path), "/tmp/sluice-link-%d.sock", (int)getpid());
        return cmocka_run_group_tests(tests, NULL, tear_down);
}
