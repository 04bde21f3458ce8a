/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "dataplane/burst.h"
#include "dataplane/stages/decap_core.h"
#include "dataplane/stages/reply_packet.h"
#include "tests/contract/rng.h"
#include "tests/dataplane/frame.h"
#include "tests/parser/guard.h"

static const char reply[] = "SIP/2.0 403 Forbidden\r\n\r\n";
#define REPLY_LEN (sizeof(reply) - 1)

static void request(struct frame *f, int v6, unsigned tags)
{
        static const unsigned types[] = {0x88a8, 0x8100};

        frame_eth(f, tags > 0 ? types[0] : v6 ? 0x86ddu : 0x0800u);
        for (unsigned i = 0; i < tags; i++)
                frame_tag(f, 0x2005 + i, i + 1 < tags ? types[1] : v6 ? 0x86ddu : 0x0800u);
        if (v6)
                frame_ip6(f, 17);
        else
                frame_ip4(f, 17, 8);
        frame_udp(f, "OPTIONS", 7);
        frame_seal(f, 1);
}

static struct dp_reply_packet of(const struct frame *f)
{
        struct dp_decap_result r;

        assert_int_equal(dp_decap_core(f->b, (uint32_t)f->len, DP_UDP_SUM_KNOWN, &r), SHM_REASON_NONE);
        return (struct dp_reply_packet){
            .frame = f->b,
            .l3_off = r.l3_off,
            .l4_off = r.l4_off,
            .flags = r.flags,
            .payload = (const uint8_t *)reply,
            .payload_len = REPLY_LEN,
        };
}

static void expect_way_back(const struct frame *f, const uint8_t *out, size_t len, size_t payload)
{
        int v6 = out[f->l3] >> 4 == 6;
        size_t l4 = f->l3 + (v6 ? 40 : 20);
        size_t addr = v6 ? 16 : 4;
        const uint8_t *was = f->b + f->l3 + (v6 ? 8 : 12);
        const uint8_t *is = out + f->l3 + (v6 ? 8 : 12);

        assert_int_equal(len, l4 + 8 + payload);
        assert_memory_equal(out, f->b + 6, 6);
        assert_memory_equal(out + 6, f->b, 6);
        assert_memory_equal(out + 12, f->b + 12, f->l3 - 12);
        assert_memory_equal(is, was + addr, addr);
        assert_memory_equal(is + addr, was, addr);
        assert_memory_equal(out + l4, f->b + f->l4 + 2, 2);
        assert_memory_equal(out + l4 + 2, f->b + f->l4, 2);
        assert_int_equal(frame_get16(out + l4 + 4), 8 + payload);
        assert_int_equal(frame_get16(out + l4 + 6), frame_udp_checksum(out, f->l3, l4, len));
        if (v6) {
                assert_int_equal(out[f->l3], 0x60);
                assert_int_equal(frame_get16(out + f->l3 + 4), 8 + payload);
                assert_int_equal(out[f->l3 + 6], 17);
                assert_int_equal(out[f->l3 + 7], 64);
        } else {
                assert_int_equal(out[f->l3], 0x45);
                assert_int_equal(frame_get16(out + f->l3 + 2), 28 + payload);
                assert_int_equal(frame_get16(out + f->l3 + 4), 0);
                assert_int_equal(frame_get16(out + f->l3 + 6), 0x4000);
                assert_int_equal(out[f->l3 + 8], 64);
                assert_int_equal(frame_sum(0, out + f->l3, 20), 0xffff);
        }
}

static void there_and_back(void **state)
{
        (void)state;
        for (int v6 = 0; v6 < 2; v6++) {
                for (unsigned tags = 0; tags < 3; tags++) {
                        struct dp_decap_result r;
                        uint8_t out[FRAME_MAX];
                        struct frame f;
                        size_t len = 0;

                        request(&f, v6, tags);
                        struct dp_reply_packet in = of(&f);

                        assert_int_equal(dp_reply_packet_build(&in, out, sizeof(out), &len), 0);
                        assert_int_equal(len, dp_reply_packet_overhead(&in) + REPLY_LEN);
                        expect_way_back(&f, out, len, REPLY_LEN);
                        assert_memory_equal(out + len - REPLY_LEN, reply, REPLY_LEN);
                        /* and our own decap takes it */
                        assert_int_equal(dp_decap_core(out, (uint32_t)len, DP_UDP_SUM_VERIFY, &r),
                                         SHM_REASON_NONE);
                        assert_int_equal(r.payload_len, REPLY_LEN);
                        assert_int_equal(r.flow.dport, 5061);
                }
        }
}

/* Checksums for payloads of every length and content; among 65536 some come out as zero. */
static void checksums(void **state)
{
        struct rng rng = rng_seeded("reply_packet");
        unsigned ffff = 0;

        (void)state;
        for (unsigned i = 0; i < 65536 * 2; i++) {
                uint8_t payload[64], out[FRAME_MAX];
                struct frame f;
                size_t len;

                request(&f, i & 1, 0);
                struct dp_reply_packet in = of(&f);

                for (size_t k = 0; k < sizeof(payload); k++)
                        payload[k] = (uint8_t)rng_next(&rng);
                payload[0] = (uint8_t)(i >> 9);
                payload[1] = (uint8_t)(i >> 1);
                in.payload = payload;
                in.payload_len = i < 4 ? 0 : 2 + i % 63;
                assert_int_equal(dp_reply_packet_build(&in, out, sizeof(out), &len), 0);
                expect_way_back(&f, out, len, in.payload_len);
                ffff += frame_get16(out + f.l3 + (i & 1 ? 40 : 20) + 6) == 0xffff;
        }
        printf("%u checksums that would have been zero\n", ffff);
}

static void refuse(struct frame *f, int want)
{
        uint8_t out[FRAME_MAX];
        size_t len = 77;
        struct dp_reply_packet in;

        frame_seal(f, 1);
        in = of(f);
        memset(out, 0xcc, sizeof(out));
        assert_int_equal(dp_reply_packet_build(&in, out, sizeof(out), &len), want);
        for (size_t i = 0; want != 0 && i < sizeof(out); i++)
                assert_int_equal(out[i], 0xcc);
}

static void reflections(void **state)
{
        static const struct {
                uint8_t addr[4];
                int want;
        } ip4[] = {
            {{0, 0, 0, 0}, -EPERM},     {{0, 1, 2, 3}, -EPERM},   {{224, 0, 0, 1}, -EPERM},
            {{239, 255, 0, 1}, -EPERM}, {{240, 0, 0, 1}, -EPERM}, {{255, 255, 255, 255}, -EPERM},
            {{223, 255, 255, 255}, 0},  {{127, 0, 0, 1}, -EPERM}, {{1, 2, 3, 4}, 0},
        };
        static const uint8_t multicast6[16] = {0xff, 2, [15] = 1};
        static const uint8_t unspecified6[16];
        static const uint8_t loopback6[16] = {[15] = 1};
        struct frame f;

        (void)state;
        for (size_t i = 0; i < sizeof(ip4) / sizeof(ip4[0]); i++) {
                for (size_t at = 12; at <= 16; at += 4) {
                        request(&f, 0, 0);
                        memcpy(f.b + f.l3 + at, ip4[i].addr, 4);
                        refuse(&f, ip4[i].want);
                }
        }
        for (size_t at = 8; at <= 24; at += 16) {
                request(&f, 1, 0);
                memcpy(f.b + f.l3 + at, multicast6, 16);
                refuse(&f, -EPERM);
                request(&f, 1, 0);
                memcpy(f.b + f.l3 + at, unspecified6, 16);
                refuse(&f, -EPERM);
                request(&f, 1, 0);
                memcpy(f.b + f.l3 + at, loopback6, 16);
                refuse(&f, -EPERM);
        }
        for (size_t at = 0; at <= 6; at += 6) { /* group addresses of the link layer */
                request(&f, 0, 1);
                f.b[at] |= 1;
                refuse(&f, -EPERM);
        }
        request(&f, 0, 0);
        frame_set16(&f, f.l4, 0);
        refuse(&f, -EPERM);
        /* to oneself, by whatever port */
        request(&f, 0, 0);
        memcpy(f.b + f.l3 + 12, f.b + f.l3 + 16, 4);
        refuse(&f, -EPERM);
        frame_set16(&f, f.l4, 5060);
        refuse(&f, -EPERM);
}

static void not_a_datagram(void **state)
{
        uint8_t out[FRAME_MAX];
        struct frame f;
        size_t len;

        (void)state;
        request(&f, 0, 0);
        struct dp_reply_packet in = of(&f);

        in.flags = DP_PKT_IP4;
        assert_int_equal(dp_reply_packet_build(&in, out, sizeof(out), &len), -EINVAL);
        in.flags = DP_PKT_UDP;
        assert_int_equal(dp_reply_packet_build(&in, out, sizeof(out), &len), -EINVAL);
        in.flags = DP_PKT_IP4 | DP_PKT_UDP | DP_PKT_FRAGMENT;
        assert_int_equal(dp_reply_packet_build(&in, out, sizeof(out), &len), -EINVAL);
}

static void every_capacity(void **state)
{
        struct guard g = guard_create(FRAME_MAX);
        struct frame f;
        size_t len;

        (void)state;
        request(&f, 1, 2);
        struct dp_reply_packet in = of(&f);
        size_t need = dp_reply_packet_overhead(&in) + REPLY_LEN;

        for (size_t cap = 0; cap < need + 3; cap++) {
                uint8_t *out = g.start + g.bytes - cap; /* flush against the page behind */

                assert_int_equal(dp_reply_packet_build(&in, out, cap, &len),
                                 cap < need ? -EMSGSIZE : 0);
        }
        guard_destroy(&g);
}

static void largest(void **state)
{
        static uint8_t payload[70000], out[70000];
        struct frame f;
        size_t len;

        (void)state;
        for (int v6 = 0; v6 < 2; v6++) {
                size_t most = 65535u - 8u - (v6 ? 40u : 20u);

                request(&f, v6, 0);
                struct dp_reply_packet in = of(&f);

                in.payload = payload;
                in.payload_len = most;
                assert_int_equal(dp_reply_packet_build(&in, out, sizeof(out), &len), 0);
                expect_way_back(&f, out, len, most);
                in.payload_len = most + 1;
                assert_int_equal(dp_reply_packet_build(&in, out, sizeof(out), &len), -EMSGSIZE);
                in.payload_len = SIZE_MAX;
                assert_int_equal(dp_reply_packet_build(&in, out, sizeof(out), &len), -EMSGSIZE);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(there_and_back), cmocka_unit_test(checksums),
            cmocka_unit_test(reflections),    cmocka_unit_test(not_a_datagram),
            cmocka_unit_test(every_capacity), cmocka_unit_test(largest),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
