/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ARP, neighbour discovery, echo and UDP frames as octets: what is read and written, each rule of
 * RFC 4861 7.1 broken by one octet, and every length and any octets without a read too far (frames
 * lie flush against a page without access).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <arpa/inet.h>

#include <cmocka.h>

#include "dataplane/edge/arp.h"
#include "dataplane/edge/echo.h"
#include "dataplane/edge/nd.h"
#include "dataplane/edge/net.h"
#include "dataplane/edge/udp_frame.h"
#include "dataplane/burst.h"
#include "dataplane/stages/decap_core.h"
#include "dataplane/stages/inet_sum.h"
#include "tests/parser/guard.h"

static const uint8_t ours[6] = {0x02, 0, 0, 0, 0, 1};
static const uint8_t theirs[6] = {0x02, 0, 0, 0, 0, 9};

static struct shm_ip ip(const char *text)
{
        struct shm_ip a = {{[10] = 0xff, [11] = 0xff}};

        if (inet_pton(AF_INET, text, a.b + 12) != 1)
                assert_int_equal(inet_pton(AF_INET6, text, a.b), 1);
        return a;
}

/* ---- ARP ---- */

static void arp_question_and_answer(void **state)
{
        struct shm_ip us = ip("192.0.2.1"), them = ip("192.0.2.9");
        uint8_t ask[DP_ARP_FRAME_BYTES], reply[DP_ARP_FRAME_BYTES];
        struct dp_arp arp;

        (void)state;
        dp_arp_request(theirs, &them, &us, NULL, ask);
        assert_int_equal(ask[0], 0xff);
        assert_true(dp_arp_read(ask, sizeof(ask), &arp));
        assert_false(arp.is_reply);
        assert_memory_equal(&arp.target, &us, sizeof(us));
        assert_memory_equal(&arp.sender, &them, sizeof(them));
        dp_arp_reply(&arp, ours, reply);
        assert_memory_equal(reply, theirs, 6);
        assert_memory_equal(reply + 6, ours, 6);
        assert_true(dp_arp_read(reply, sizeof(reply), &arp));
        assert_true(arp.is_reply);
        assert_memory_equal(&arp.sender, &us, sizeof(us));
        assert_memory_equal(&arp.target, &them, sizeof(them));
        assert_memory_equal(arp.sender_mac, ours, 6);
        dp_arp_request(ours, &us, &them, theirs, ask);
        assert_memory_equal(ask, theirs, 6);
}

struct spoil {
        const char *what;
        unsigned at;
        uint8_t value;
};

static void arp_bad(void **state)
{
        static const struct spoil rows[] = {
            {"hardware type", 15, 6},
            {"protocol type", 16, 0x86},
            {"hardware length", 18, 8},
            {"protocol length", 19, 16},
            {"no operation", 21, 0},
            {"operation 3", 21, 3},
            {"operation 257", 20, 1},
            {"sender is a group", 22, 1},
            {"sender is not who sent it", 27, 8},
            {"sender is loopback", 28, 127},
            {"sender is multicast", 28, 224},
            {"sender is broadcast", 28, 255},
        };
        struct shm_ip us = ip("192.0.2.1"), them = ip("192.0.2.9"), nobody = ip("0.0.0.0");
        uint8_t good[DP_ARP_FRAME_BYTES], bad[DP_ARP_FRAME_BYTES];
        struct dp_arp arp;

        (void)state;
        dp_arp_request(theirs, &them, &us, NULL, good);
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                print_message("%s\n", rows[i].what);
                memcpy(bad, good, sizeof(bad));
                bad[rows[i].at] = rows[i].value;
                assert_false(dp_arp_read(bad, sizeof(bad), &arp));
        }
        for (size_t len = 0; len < 42; len++)
                assert_false(dp_arp_read(good, len, &arp));
        assert_true(dp_arp_read(good, 42, &arp));
        dp_arp_request(theirs, &nobody, &us, NULL, good); /* a probe */
        assert_true(dp_arp_read(good, sizeof(good), &arp));
        good[21] = 2;
        assert_false(dp_arp_read(good, sizeof(good), &arp));
}

/* ---- neighbour discovery ---- */

static struct dp_nd_packet nd_packet(const uint8_t *frame)
{
        return (struct dp_nd_packet){.frame = frame, .l3_off = 14, .l4_off = 54, .l4_len = 32};
}

static void sum_again(uint8_t *frame, uint16_t bytes)
{
        uint64_t sum = dp_inet_sum_pseudo(frame + 22, frame + 38, 16, IPPROTO_ICMPV6, bytes);
        uint16_t v;

        memset(frame + 56, 0, 2);
        v = (uint16_t)~dp_inet_fold(dp_inet_sum(sum, frame + 54, bytes));
        memcpy(frame + 56, &v, 2);
}

static void nd_question_and_answer(void **state)
{
        struct shm_ip us = ip("2001:db8::1"), them = ip("2001:db8::9"),
                      group = ip("ff02::1:ff00:1");
        struct shm_ip all = ip("ff02::1");
        uint8_t ask[DP_ND_FRAME_BYTES], reply[DP_ND_FRAME_BYTES];
        struct dp_nd_packet in = nd_packet(ask), back = nd_packet(reply);
        static const uint8_t group_mac[6] = {0x33, 0x33, 0xff, 0, 0, 1};
        static const uint8_t all_mac[6] = {0x33, 0x33, 0, 0, 0, 1};
        struct dp_nd nd;

        (void)state;
        dp_nd_solicit(theirs, &them, &us, NULL, ask);
        assert_memory_equal(ask, group_mac, 6);
        assert_true(dp_nd_is(&in));
        assert_true(dp_nd_read(&in, &nd));
        assert_int_equal(nd.type, DP_ND_SOLICIT);
        assert_memory_equal(&nd.dst, &group, sizeof(group));
        assert_memory_equal(&nd.target, &us, sizeof(us));
        dp_nd_advert(&nd, ours, reply);
        assert_memory_equal(reply, theirs, 6);
        assert_true(dp_nd_read(&back, &nd));
        assert_int_equal(nd.type, DP_ND_ADVERT);
        assert_true(nd.solicited);
        assert_memory_equal(&nd.dst, &them, sizeof(them));
        assert_memory_equal(&nd.target, &us, sizeof(us));
        assert_memory_equal(nd.mac, ours, 6);
        dp_nd_announce(ours, &us, reply);
        assert_memory_equal(reply, all_mac, 6);
        assert_true(dp_nd_read(&back, &nd));
        assert_false(nd.solicited);
        assert_memory_equal(&nd.dst, &all, sizeof(all));
}

/* Who looks for a duplicate gets his answer by way of all nodes. */
static void nd_duplicate(void **state)
{
        struct shm_ip us = ip("2001:db8::1"), nobody = ip("::"), all = ip("ff02::1");
        uint8_t ask[DP_ND_FRAME_BYTES], reply[DP_ND_FRAME_BYTES];
        struct dp_nd_packet in = nd_packet(ask), back = nd_packet(reply);
        struct dp_nd nd;

        (void)state;
        dp_nd_solicit(theirs, &nobody, &us, NULL, ask);
        assert_false(dp_nd_read(&in, &nd)); /* nobody has no address to say */
        in.l4_len = 24;
        ask[19] = 24;
        sum_again(ask, 24);
        assert_true(dp_nd_read(&in, &nd));
        dp_nd_advert(&nd, ours, reply);
        assert_true(dp_nd_read(&back, &nd));
        assert_false(nd.solicited);
        assert_memory_equal(&nd.dst, &all, sizeof(all));
        memcpy(ask + 38, us.b, 16); /* not to the group */
        sum_again(ask, 24);
        assert_false(dp_nd_read(&in, &nd));
}

static void nd_bad(void **state)
{
        static const struct spoil rows[] = {
            {"hop limit 254", 21, 254},      {"code 1", 55, 1},
            {"target is a group", 62, 0xff}, {"source is a group", 22, 0xff},
            {"option of no length", 79, 0},  {"option beyond the end", 79, 2},
            {"option names another", 85, 7}, {"frame is of a group", 6, 0x03},
        };
        struct shm_ip us = ip("2001:db8::1"), them = ip("2001:db8::9");
        uint8_t good[DP_ND_FRAME_BYTES], bad[DP_ND_FRAME_BYTES];
        struct dp_nd_packet in = nd_packet(bad);
        struct dp_nd nd;

        (void)state;
        dp_nd_solicit(theirs, &them, &us, NULL, good);
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                print_message("%s\n", rows[i].what);
                memcpy(bad, good, sizeof(bad));
                bad[rows[i].at] = rows[i].value;
                sum_again(bad, 32);
                assert_false(dp_nd_read(&in, &nd));
        }
        memcpy(bad, good, sizeof(bad));
        bad[57] ^= 1;
        assert_false(dp_nd_read(&in, &nd)); /* checksum */
        memcpy(bad, good, sizeof(bad));
        for (uint16_t len = 0; len < 32; len++) {
                in.l4_len = len;
                assert_false(len != 24 && dp_nd_read(&in, &nd));
        }
        in.l4_len = 32;
        in.l4_off = 62; /* behind an extension header */
        assert_false(dp_nd_read(&in, &nd));
}

/* ---- echo ---- */

static size_t echo_request(bool v4, uint8_t *frame, size_t data)
{
        size_t l3 = v4 ? 20 : 40, icmp_bytes = 8 + data;
        uint8_t *h = frame + 14, *icmp = h + l3;
        uint64_t sum = 0;
        uint16_t v;

        memset(frame, 0, 14 + l3 + icmp_bytes);
        memcpy(frame, ours, 6);
        memcpy(frame + 6, theirs, 6);
        frame[12] = v4 ? 0x08 : 0x86;
        frame[13] = v4 ? 0x00 : 0xdd;
        h[0] = v4 ? 0x45 : 0x60;
        h[v4 ? 3 : 5] = (uint8_t)(v4 ? l3 + icmp_bytes : icmp_bytes);
        if (v4) {
                struct shm_ip a = ip("192.0.2.9"), b = ip("192.0.2.1");

                h[8] = 3;
                h[9] = IPPROTO_ICMP;
                memcpy(h + 12, a.b + 12, 4);
                memcpy(h + 16, b.b + 12, 4);
                v = (uint16_t)~dp_inet_fold(dp_inet_sum(0, h, 20));
                memcpy(h + 10, &v, 2);
        } else {
                struct shm_ip a = ip("2001:db8::9"), b = ip("2001:db8::1");

                h[6] = IPPROTO_ICMPV6;
                h[7] = 3;
                memcpy(h + 8, a.b, 16);
                memcpy(h + 24, b.b, 16);
                sum = dp_inet_sum_pseudo(a.b, b.b, 16, IPPROTO_ICMPV6, (uint16_t)icmp_bytes);
        }
        icmp[0] = v4 ? 8 : 128;
        icmp[5] = 7; /* id */
        for (size_t i = 0; i < data; i++)
                icmp[8 + i] = (uint8_t)i;
        v = (uint16_t)~dp_inet_fold(dp_inet_sum(sum, icmp, icmp_bytes));
        memcpy(icmp + 2, &v, 2);
        return 14 + l3 + icmp_bytes;
}

static struct dp_echo echo_of(bool v4, const uint8_t *frame, size_t data)
{
        return (struct dp_echo){
            .frame = frame,
            .l3_off = 14,
            .l4_off = v4 ? 34 : 54,
            .l4_len = (uint16_t)(8 + data),
            .v4 = v4,
            .ip_proto = v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6,
        };
}

static void echo_both(void **state)
{
        (void)state;
        for (unsigned v4 = 0; v4 < 2; v4++)
                for (size_t data = 0; data < 60; data++) {
                        uint8_t frame[200], out[200];
                        size_t len = echo_request(v4 != 0, frame, data);
                        struct dp_echo in = echo_of(v4 != 0, frame, data);
                        size_t l4 = in.l4_off;
                        struct dp_decap_result r;

                        assert_true(dp_echo_is(&in));
                        assert_int_equal(dp_echo_reply(&in, out, sizeof(out)), len);
                        assert_memory_equal(out, theirs, 6);
                        assert_memory_equal(out + 6, ours, 6);
                        assert_int_equal(out[l4], v4 != 0 ? 0 : 129);
                        assert_memory_equal(out + l4 + 4, frame + l4 + 4, 4 + data);
                        assert_int_equal(dp_decap_core(out, (uint32_t)len, false, &r),
                                         SHM_REASON_NONE);
                        /* what answers is asked back: the checksum is right for that too */
                        out[l4] = frame[l4];
                        assert_int_equal(dp_echo_reply(&in, out, len - 1), 0);
                        frame[l4 + 1] = 1;
                        assert_int_equal(dp_echo_reply(&in, out, sizeof(out)), 0);
                        frame[l4 + 1] = 0;
                        frame[l4 + 5] ^= 1;
                        assert_int_equal(dp_echo_reply(&in, out, sizeof(out)), 0);
                        frame[l4 + 5] ^= 1;
                        frame[6] |= 1;
                        assert_int_equal(dp_echo_reply(&in, out, sizeof(out)), 0);
                        frame[6] &= 0xfe;
                        frame[0] |= 1;
                        assert_int_equal(dp_echo_reply(&in, out, sizeof(out)), 0);
                }
}

/* From whom there is no answer; ICMPv4 has no pseudo-header, so nothing else is wrong with these.
 */
static void echo_nobody(void **state)
{
        static const char *const from[] = {"0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255",
                                           "192.0.2.1"};
        uint8_t frame[200], out[200];
        struct dp_echo in = echo_of(true, frame, 4);

        (void)state;
        for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++) {
                struct shm_ip a = ip(from[i]);

                (void)echo_request(true, frame, 4);
                memcpy(frame + 26, a.b + 12, 4);
                assert_int_equal(dp_echo_reply(&in, out, sizeof(out)), 0);
        }
        (void)echo_request(true, frame, 4);
        in.l4_len = 7;
        assert_int_equal(dp_echo_reply(&in, out, sizeof(out)), 0);
}

/* ---- UDP frames ---- */

static void udp_frames(void **state)
{
        static uint8_t payload[1500], out[1600];

        (void)state;
        for (size_t i = 0; i < sizeof(payload); i++)
                payload[i] = (uint8_t)(i * 7);
        for (unsigned v4 = 0; v4 < 2; v4++)
                for (size_t len = 0; len <= sizeof(payload); len += len < 40 ? 1 : 131) {
                        const struct dp_udp_frame in = {
                            .from_mac = ours,
                            .from = ip(v4 != 0 ? "192.0.2.1" : "2001:db8::1"),
                            .to = ip(v4 != 0 ? "192.0.2.9" : "2001:db8::9"),
                            .from_port = 5060,
                            .to_port = 65535,
                            .payload = payload,
                            .payload_len = len,
                        };
                        size_t bytes = dp_udp_frame_build(&in, out, sizeof(out));
                        struct dp_decap_result r;

                        assert_int_equal(bytes, 14 + dp_udp_frame_ip_bytes(&in));
                        assert_int_equal(dp_decap_core(out, (uint32_t)bytes, false, &r),
                                         SHM_REASON_NONE);
                        assert_int_equal(r.payload_len, len);
                        assert_memory_equal(out + r.payload_off, payload, len);
                        assert_memory_equal(&r.flow.src, &in.from, 16);
                        assert_memory_equal(&r.flow.dst, &in.to, 16);
                        assert_int_equal(r.flow.sport, 5060);
                        assert_int_equal(r.flow.dport, 65535);
                        assert_int_equal(dp_udp_frame_build(&in, out, bytes - 1), 0);
                }
}

/* ---- any octets ---- */

static void any(const uint8_t *frame, size_t len)
{
        uint8_t out[2048];
        struct dp_decap_result r;
        struct dp_arp arp;
        struct dp_nd nd;

        if (len >= 14 && dp_arp_read(frame, len, &arp) && !arp.is_reply)
                dp_arp_reply(&arp, ours, out);
        if (dp_decap_core(frame, (uint32_t)len, false, &r) != SHM_REASON_NONE ||
            (r.flags & DP_PKT_FRAGMENT) != 0 || (r.flags & (DP_PKT_IP4 | DP_PKT_IP6)) == 0)
                return;
        const struct dp_nd_packet in = {
            .frame = frame, .l3_off = r.l3_off, .l4_off = r.l4_off, .l4_len = r.l4_len};
        const struct dp_echo echo = {
            .frame = frame,
            .l3_off = r.l3_off,
            .l4_off = r.l4_off,
            .l4_len = r.l4_len,
            .v4 = (r.flags & DP_PKT_IP4) != 0,
            .ip_proto = r.flow.ip_proto,
        };

        if (!echo.v4 && dp_nd_is(&in) && dp_nd_read(&in, &nd))
                dp_nd_advert(&nd, ours, out);
        if (dp_echo_is(&echo))
                (void)dp_echo_reply(&echo, out, sizeof(out));
}

static void any_octets(void **state)
{
        struct shm_ip us = ip("2001:db8::1"), them = ip("2001:db8::9"), us4 = ip("192.0.2.1");
        struct shm_ip them4 = ip("192.0.2.9");
        struct guard g = guard_create(256);
        unsigned seed = (unsigned)time(NULL);

        (void)state;
        print_message("seed %u\n", seed);
        srandom(seed);
        for (unsigned n = 0; n < 300000; n++) {
                uint8_t frame[200];
                size_t len;

                switch (n % 4) {
                case 0:
                        dp_nd_solicit(theirs, &them, &us, NULL, frame);
                        len = DP_ND_FRAME_BYTES;
                        break;
                case 1:
                        dp_arp_request(theirs, &them4, &us4, NULL, frame);
                        len = DP_ARP_FRAME_BYTES;
                        break;
                default:
                        len = echo_request(n % 4 == 2, frame, (size_t)random() % 40);
                }
                for (unsigned k = (unsigned)random() % 4; k != 0; k--)
                        frame[(size_t)random() % len] = (uint8_t)random();
                if (n % 3 == 0)
                        len = (size_t)random() % (len + 1);
                if (n % 2 == 0 && len >= 86 && frame[12] == 0x86)
                        sum_again(frame, 32);
                any(guard_tail(&g, frame, len), len);
        }
        guard_destroy(&g);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(arp_question_and_answer),
            cmocka_unit_test(arp_bad),
            cmocka_unit_test(nd_question_and_answer),
            cmocka_unit_test(nd_duplicate),
            cmocka_unit_test(nd_bad),
            cmocka_unit_test(echo_both),
            cmocka_unit_test(echo_nobody),
            cmocka_unit_test(udp_frames),
            cmocka_unit_test(any_octets),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
