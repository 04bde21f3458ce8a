/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_version.c - who may attach to whom, seen from a build whose ABI minor is 3.
 *
 * Control attaches to a dataplane whose minor is not below its own, whatever side is asked.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "control/contract/shm_attach.h"
#include "control/contract/shm_region.h"

_Static_assert(SHM_ABI_MINOR == 3, "this test is built with -DSHM_ABI_MINOR=3u");

static void segments(void **state)
{
        (void)state;
        for (unsigned minor = 0; minor < 6; minor++) {
                struct shm_region peer;
                struct shm_region r;
                int fd;

                assert_int_equal(shm_region_create_stats(&r, 1), 0);
                assert_int_equal(shm_region_publish(&r), 0);
                ((struct shm_header *)r.base)->abi_minor = (uint16_t)minor;
                fd = dup(r.fd);
                assert_int_equal(shm_region_attach(&peer, fd, SHM_REGION_STATS, false),
                                 minor < 3 ? -EPROTO : 0);
                if (minor < 3)
                        close(fd);
                shm_region_detach(&peer);
                shm_region_detach(&r);
        }
}

static void messages(void **state)
{
        static const struct {
                enum shm_attach_type type;
                bool from_control;
        } rows[] = {
            {SHM_ATTACH_HELLO, true},
            {SHM_ATTACH_READY, true},
            {SHM_ATTACH_REFUSE, false},
            {SHM_ATTACH_BLOB_ACK, false},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                for (unsigned minor = 0; minor < 6; minor++) {
                        struct shm_attach_msg m;
                        int fds[SHM_ATTACH_FDS_MAX];
                        size_t fd_cnt = 9;
                        int sock[2];
                        bool good = rows[i].from_control ? minor <= 3 : minor >= 3;

                        assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, sock), 0);
                        shm_attach_msg_init(&m, rows[i].type);
                        assert_int_equal(m.abi_minor, 3);
                        m.abi_minor = (uint16_t)minor;
                        m.status = rows[i].type == SHM_ATTACH_REFUSE ? -EPROTO : 0;
                        if (rows[i].type == SHM_ATTACH_BLOB_ACK)
                                m.blob_kind = SHM_BLOB_RULES;
                        assert_int_equal(shm_attach_send(sock[0], &m, NULL, 0), 0);
                        assert_int_equal(shm_attach_recv(sock[1], &m, fds, &fd_cnt),
                                         good ? 0 : -EPROTO);
                        assert_int_equal(m.abi_minor, minor); /* told either way */
                        assert_int_equal(fd_cnt, 0);
                        close(sock[0]);
                        close(sock[1]);
                }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(segments),
            cmocka_unit_test(messages),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
