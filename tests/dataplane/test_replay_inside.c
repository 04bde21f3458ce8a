/* SPDX-License-Identifier: Apache-2.0 */
/* Prefixes of the inside as text, and the side of frames. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataplane/replay_inside.h"
#include "tests/dataplane/frame.h"

static void text(void **state)
{
        static const struct {
                const char *text;
                unsigned len; /* 0: refused */
        } rows[] = {
            {"192.0.2.7", 128},
            {"192.0.2.0/24", 120},
            {"0.0.0.0/0", 96},
            {"2001:db8::/32", 32},
            {"2001:db8::1", 128},
            {"::/0", 0x1000},
            {"192.0.2.0/33", 0},
            {"192.0.2.0/", 0},
            {"192.0.2.0/2x", 0},
            {"192.0.2.0/-1", 0},
            {"192.0.2", 0},
            {"", 0},
            {"2001:db8::/129", 0},
            {"host.example", 0},
            {"/8", 0},
            {"2001:db8:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0:0/32", 0},
        };

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                struct dp_replay_inside in = {0};
                int rc = dp_replay_inside_add(&in, rows[i].text);

                if (rows[i].len == 0) {
                        assert_int_equal(rc, -EINVAL);
                        assert_int_equal(in.cnt, 0);
                        continue;
                }
                assert_int_equal(rc, 0);
                assert_int_equal(in.prefix[0].len, rows[i].len == 0x1000 ? 0 : rows[i].len);
        }
        struct dp_replay_inside full = {0};

        for (unsigned i = 0; i < DP_REPLAY_INSIDE_MAX; i++)
                assert_int_equal(dp_replay_inside_add(&full, "192.0.2.7"), 0);
        assert_int_equal(dp_replay_inside_add(&full, "192.0.2.7"), -ENOSPC);
}

static enum shm_side side4(const struct dp_replay_inside *in, uint8_t last)
{
        struct frame f = {0};

        frame_eth(&f, 0x0800);
        frame_ip4(&f, 17, 0);
        f.b[f.l3 + 15] = last;
        frame_udp(&f, "x", 1);
        frame_seal(&f, 1);
        return dp_replay_inside_side(in, f.b, (uint32_t)f.len);
}

static void sides(void **state)
{
        struct dp_replay_inside in = {0};
        struct frame f = {0};
        char text[64];

        (void)state;
        frame_eth(&f, 0x0800);
        frame_ip4(&f, 17, 0);
        snprintf(text, sizeof(text), "%u.%u.%u.64/26", f.b[f.l3 + 12], f.b[f.l3 + 13],
                 f.b[f.l3 + 14]);
        assert_int_equal(side4(&in, 64), SHM_SIDE_OUTSIDE); /* no prefix: all are outside */
        assert_int_equal(dp_replay_inside_add(&in, "::/0"), 0);
        assert_int_equal(side4(&in, 64), SHM_SIDE_OUTSIDE);
        assert_int_equal(dp_replay_inside_add(&in, text), 0);
        assert_int_equal(side4(&in, 63), SHM_SIDE_OUTSIDE);
        assert_int_equal(side4(&in, 64), SHM_SIDE_INSIDE);
        assert_int_equal(side4(&in, 127), SHM_SIDE_INSIDE);
        assert_int_equal(side4(&in, 128), SHM_SIDE_OUTSIDE);

        f = (struct frame){0};
        frame_eth(&f, 0x86dd);
        frame_ip6(&f, 17);
        frame_udp(&f, "x", 1);
        frame_seal(&f, 1);
        assert_int_equal(dp_replay_inside_side(&in, f.b, (uint32_t)f.len), SHM_SIDE_INSIDE);
        f = (struct frame){0};
        frame_eth(&f, 0x0806);
        frame_put(&f, text, sizeof(text));
        assert_int_equal(dp_replay_inside_side(&in, f.b, (uint32_t)f.len), SHM_SIDE_OUTSIDE);
        for (uint32_t n = 0; n < 14; n++)
                assert_int_equal(dp_replay_inside_side(&in, f.b, n), SHM_SIDE_OUTSIDE);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(text),
            cmocka_unit_test(sides),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
