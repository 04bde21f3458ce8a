/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_trim_packet.c - every length that a payload can be cut to, judged by decap's own checks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "dataplane/burst.h"
#include "dataplane/stages/decap_core.h"
#include "dataplane/stages/trim_packet.h"
#include "tests/contract/rng.h"
#include "tests/dataplane/frame.h"

#define PAYLOAD 61u

static void build(struct frame *f, int v6, uint64_t seed)
{
        struct rng rng = {seed};
        char payload[PAYLOAD];

        for (size_t i = 0; i < sizeof(payload); i++)
                payload[i] = (char)rng_next(&rng);
        frame_eth(f, v6 ? 0x86ddu : 0x0800u);
        if (v6)
                frame_ip6(f, 17);
        else
                frame_ip4(f, 17, 8);
        frame_udp(f, payload, sizeof(payload));
        frame_seal(f, 1);
}

static void cut_and_judge(int v6, uint16_t keep, uint64_t seed)
{
        struct dp_decap_result before, after;
        struct frame f;

        build(&f, v6, seed);
        assert_int_equal(dp_decap_core(f.b, (uint32_t)f.len, false, &before), SHM_REASON_NONE);
        const struct dp_trim_packet t = {
            .l3_off = before.l3_off,
            .l4_off = before.l4_off,
            .payload_off = before.payload_off,
            .payload_len = before.payload_len,
            .keep_len = keep,
            .flags = before.flags,
        };
        uint32_t len = dp_trim_packet(f.b, &t);

        assert_int_equal(len, f.len - (PAYLOAD - keep));
        /* decap checks lengths against each other, and both checksums */
        assert_int_equal(dp_decap_core(f.b, len, false, &after), SHM_REASON_NONE);
        assert_int_equal(after.payload_len, keep);
        assert_int_equal(after.payload_off, before.payload_off);
}

static void test_every_length(void **state)
{
        (void)state;
        for (uint64_t seed = 1; seed <= 200; seed++)
                for (uint16_t keep = 1; keep <= PAYLOAD; keep++) {
                        cut_and_judge(0, keep, seed);
                        cut_and_judge(1, keep, seed);
                }
}

static void test_no_checksum_stays_none(void **state)
{
        struct dp_decap_result r;
        struct frame f;

        (void)state;
        build(&f, 0, 1);
        memset(f.b + f.l4 + 6, 0, 2);
        const struct dp_trim_packet t = {
            .l3_off = (uint16_t)f.l3,
            .l4_off = (uint16_t)f.l4,
            .payload_off = (uint16_t)(f.l4 + 8),
            .payload_len = PAYLOAD,
            .keep_len = 7,
            .flags = DP_PKT_IP4 | DP_PKT_UDP,
        };
        uint32_t len = dp_trim_packet(f.b, &t);

        assert_int_equal(frame_get16(f.b + f.l4 + 6), 0);
        assert_int_equal(dp_decap_core(f.b, len, false, &r), SHM_REASON_NONE);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_every_length),
            cmocka_unit_test(test_no_checksum_stays_none),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
