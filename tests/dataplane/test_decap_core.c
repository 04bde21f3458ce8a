/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ftw.h>

#include "dataplane/capture.h"
#include "dataplane/stages/decap_core.h"
#include "tests/contract/rng.h"
#include "tests/dataplane/decap_rows.h"
#include "tests/parser/guard.h"

/* What decap_core.h promises of every result. */
static void result_holds(const struct dp_decap_result *r, uint32_t len, enum shm_reason reason)
{
        assert_true(reason == SHM_REASON_NONE || strcmp(shm_reason_stage(reason), "decap") == 0);
        assert_true(r->l3_off <= len && (uint32_t)r->l4_off + r->l4_len <= len);
        assert_true((uint32_t)r->payload_off + r->payload_len <= len);
        assert_true((r->flags & (DP_PKT_IP4 | DP_PKT_IP6)) != (DP_PKT_IP4 | DP_PKT_IP6));
        assert_int_equal(r->flow.side, 0);
        if ((r->flags & DP_PKT_UDP) != 0) {
                assert_int_equal(r->payload_off, r->l4_off + 8);
                assert_int_equal(r->payload_len + 8, r->l4_len);
                assert_true((r->flags & (DP_PKT_IP4 | DP_PKT_IP6)) != 0);
                assert_true((r->flags & DP_PKT_FRAGMENT) == 0);
        }
}

static void every_row(void **state)
{
        struct guard g = guard_create(FRAME_MAX);
        struct frame f;

        (void)state;
        for (size_t i = 0; i < ROW_CNT; i++) {
                const struct row *row = &rows[i];
                struct dp_decap_result r;

                row->make(&f);
                enum shm_reason got = dp_decap_core(guard_tail(&g, f.b, f.len), (uint32_t)f.len,
                                                    DP_UDP_SUM_VERIFY, &r);

                if (got != row->reason)
                        fail_msg("%s: got %s, want %s", row->name, shm_reason_name(got),
                                 shm_reason_name(row->reason));
                result_holds(&r, (uint32_t)f.len, got);
                if (got != SHM_REASON_NONE)
                        continue;
                if (r.flags != row->flags || r.l4_off != row->l4_off ||
                    r.payload_len != row->payload_len || r.flow.vlan != row->vlan ||
                    r.flow.dport != row->dport || r.flow.ip_proto != row->proto)
                        fail_msg("%s: flags %x, l4 at %u, payload %u, vlan %u, dport %u, proto %u",
                                 row->name, r.flags, r.l4_off, r.payload_len, r.flow.vlan,
                                 r.flow.dport, r.flow.ip_proto);
                if ((r.flags & DP_PKT_UDP) != 0)
                        assert_memory_equal(f.b + r.payload_off, payload, r.payload_len);
        }
        guard_destroy(&g);
}

static void addresses(void **state)
{
        static const uint8_t src4[16] = {[10] = 0xff, [11] = 0xff, 192, 0, 2, 1};
        static const uint8_t dst4[16] = {[10] = 0xff, [11] = 0xff, 198, 51, 100, 2};
        static const uint8_t src6[16] = {0x20, 1, 0xd, 0xb8, [15] = 1};
        static const uint8_t dst6[16] = {0x20, 1, 0xd, 0xb8, [15] = 2};
        struct dp_decap_result r;
        struct frame f;

        (void)state;
        udp4(&f);
        assert_int_equal(dp_decap_core(f.b, (uint32_t)f.len, DP_UDP_SUM_VERIFY, &r),
                         SHM_REASON_NONE);
        assert_memory_equal(r.flow.src.b, src4, 16);
        assert_memory_equal(r.flow.dst.b, dst4, 16);
        assert_int_equal(r.flow.sport, 5061);
        udp6(&f);
        assert_int_equal(dp_decap_core(f.b, (uint32_t)f.len, DP_UDP_SUM_VERIFY, &r),
                         SHM_REASON_NONE);
        assert_memory_equal(r.flow.src.b, src6, 16);
        assert_memory_equal(r.flow.dst.b, dst6, 16);
}

static void a_nic_that_checked(void **state)
{
        struct dp_decap_result r;
        struct frame f;

        (void)state;
        udp4_checksum(&f);
        assert_int_equal(dp_decap_core(f.b, (uint32_t)f.len, DP_UDP_SUM_KNOWN, &r),
                         SHM_REASON_NONE);
        /* what a NIC's word does not cover */
        udp6_no_checksum(&f);
        assert_int_equal(dp_decap_core(f.b, (uint32_t)f.len, DP_UDP_SUM_KNOWN, &r),
                         SHM_REASON_UDP_CHECKSUM_ZERO6);
        udp_length_below(&f);
        assert_int_equal(dp_decap_core(f.b, (uint32_t)f.len, DP_UDP_SUM_KNOWN, &r),
                         SHM_REASON_UDP_HEADER);
        ip4_checksum(&f);
        assert_int_equal(dp_decap_core(f.b, (uint32_t)f.len, DP_UDP_SUM_KNOWN, &r),
                         SHM_REASON_IP4_CHECKSUM);
}

/* The largest that IP can say, and a frame larger than that. */
static void giants(void **state)
{
        static uint8_t b[300000];
        struct dp_decap_result r;
        struct frame f;

        (void)state;
        frame_eth(&f, QINQ);
        frame_tag(&f, 1, VLAN);
        frame_tag(&f, 2, IP4);
        frame_ip4(&f, UDP, 0);
        frame_set16(&f, f.l3 + 2, 65535);
        frame_ip4_seal(&f);
        frame_udp(&f, "", 0);
        frame_set16(&f, f.l4 + 4, 65515);
        memcpy(b, f.b, f.len);
        for (uint32_t len = 22 + 65535; len <= sizeof(b); len += 78000) {
                assert_int_equal(dp_decap_core(b, len, DP_UDP_SUM_VERIFY, &r), SHM_REASON_NONE);
                assert_int_equal(r.payload_len, 65507);
                result_holds(&r, len, SHM_REASON_NONE);
        }
        assert_int_equal(dp_decap_core(b, 22 + 65534, DP_UDP_SUM_VERIFY, &r),
                         SHM_REASON_IP4_HEADER);
}

/* Every good frame cut at every length: no read past the cut, and no UDP payload out of half a
 * packet. */
static void every_cut(void **state)
{
        struct guard g = guard_create(FRAME_MAX);
        struct frame f;

        (void)state;
        for (size_t i = 0; i < ROW_CNT; i++) {
                rows[i].make(&f);
                for (size_t n = 0; n < f.len; n++) {
                        struct dp_decap_result r;
                        enum shm_reason got = dp_decap_core(guard_tail(&g, f.b, n), (uint32_t)n,
                                                            DP_UDP_SUM_VERIFY, &r);

                        result_holds(&r, (uint32_t)n, got);
                        if (got == SHM_REASON_NONE && (r.flags & DP_PKT_UDP) != 0)
                                assert_int_equal(r.payload_len, rows[i].payload_len);
                }
        }
        guard_destroy(&g);
}

/* ---- the short way for plain IPv4 and UDP ---- */

static void same_at(const struct dp_decap_result *a, const struct dp_decap_result *b, uint16_t off)
{
        assert_int_equal(a->l3_off, b->l3_off + off);
        assert_int_equal(a->l4_off, b->l4_off + off);
        assert_int_equal(a->l4_len, b->l4_len);
        assert_int_equal(a->payload_off, b->payload_off != 0 ? b->payload_off + off : 0);
        assert_int_equal(a->payload_len, b->payload_len);
        assert_int_equal(a->sum_dst, b->sum_dst != 0 ? b->sum_dst + off : 0);
        assert_int_equal(a->flags, b->flags);
        assert_memory_equal(&a->flow, &b->flow, sizeof(a->flow));
}

/* A packet without its link layer always goes the long way: it must say the same. */
static void both_ways(void **state)
{
        struct guard g = guard_create(FRAME_MAX);
        struct rng rng = rng_seeded("both_ways");
        unsigned good = 0;

        (void)state;
        for (unsigned n = 0; n < 200000; n++) {
                enum dp_udp_sum udp_sum = (enum dp_udp_sum)(n % 3);
                struct dp_decap_result whole, packet;
                struct frame f;

                (n % 2 == 0 ? udp4 : udp4_checksum)(&f);
                uint32_t len = (uint32_t)f.len;
                if (n % 5 == 4)
                        len = 15 + (uint32_t)rng_below(&rng, len - 15);
                uint8_t *b = guard_tail(&g, f.b, len);

                for (unsigned k = (unsigned)rng_below(&rng, 3); k > 0; k--) {
                        uint32_t at = 14 + (uint32_t)rng_below(&rng, 28);

                        if (at < len)
                                b[at] = (uint8_t)rng_next(&rng);
                        /* the version of the packet stands for the type of the frame */
                        b[14] = (uint8_t)(0x40 | (b[14] & 15));
                }
                if (n % 4 == 1 && len >= f.l4) { /* damage that the sum does not tell */
                        memcpy(f.b, b, len);
                        frame_ip4_seal(&f);
                        memcpy(b, f.b, len);
                }
                enum shm_reason got = dp_decap_core(b, len, udp_sum, &whole);

                assert_int_equal(got, dp_decap_ip(b + 14, len - 14, udp_sum, &packet));
                if (got != SHM_REASON_NONE)
                        continue;
                same_at(&whole, &packet, 14);
                good++;
        }
        assert_true(good > 20000);
        guard_destroy(&g);
}

/* ---- captures, whole and damaged ---- */

#define MUTANTS 40u

static struct rng capture_rng;
static unsigned captures, capture_frames;
static struct guard capture_guard;

static void mutants(const struct dp_capture_frame *frame)
{
        struct dp_decap_result r;
        uint32_t len = frame->len < 70000 ? frame->len : 70000;

        for (unsigned i = 0; i <= MUTANTS; i++) {
                uint8_t *p = guard_tail(&capture_guard, frame->data, len);
                uint32_t n = len;

                for (unsigned k = 0; i > 0 && n > 0 && k <= rng_below(&capture_rng, 4); k++) {
                        /* headers are in front: most of the damage goes there */
                        uint32_t span = n > 80 && rng_below(&capture_rng, 8) != 0 ? 80 : n;

                        p[rng_below(&capture_rng, span)] = (uint8_t)rng_next(&capture_rng);
                }
                if (i % 4 == 3 && n > 0) {
                        n = (uint32_t)rng_below(&capture_rng, n);
                        p = memmove(p + len - n, p, n);
                }
                enum shm_reason got =
                    dp_decap_core(p, n, i % 2 == 0 ? DP_UDP_SUM_KNOWN : DP_UDP_SUM_VERIFY, &r);

                result_holds(&r, n, got);
        }
}

static int one_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
        char error[DP_CAPTURE_ERROR_BYTES];
        struct dp_capture_frame frame;
        struct dp_capture *c;

        (void)st;
        (void)ftw;
        if (type != FTW_F || dp_capture_open(&c, path, error) != 0)
                return 0;
        captures++;
        for (unsigned n = 0; n < 200 && dp_capture_next(c, &frame) == 1; n++) {
                capture_frames++;
                mutants(&frame);
        }
        dp_capture_close(c);
        return 0;
}

static void corpus_mutants(void **state)
{
        const char *given = getenv("SLUICE_CORPUS");
        const char *root = getenv("SLUICE_SOURCE_ROOT");
        char path[4096];

        (void)state;
        snprintf(path, sizeof(path), "%s%s/pcap",
                 given != NULL  ? given
                 : root != NULL ? root
                                : ".",
                 given != NULL ? "" : "/../shared/corpus");
        capture_rng = rng_seeded("decap");
        capture_guard = guard_create(70000);
        if (nftw(path, one_file, 16, FTW_PHYS) != 0 || captures == 0) {
                printf("SKIPPED: no captures at %s (SLUICE_CORPUS says where they are)\n", path);
                guard_destroy(&capture_guard);
                skip();
        }
        printf("%u captures, %u frames, %u mutants of each\n", captures, capture_frames, MUTANTS);
        guard_destroy(&capture_guard);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(every_row),          cmocka_unit_test(addresses),
            cmocka_unit_test(a_nic_that_checked), cmocka_unit_test(giants),
            cmocka_unit_test(every_cut),          cmocka_unit_test(both_ways),
            cmocka_unit_test(corpus_mutants),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
