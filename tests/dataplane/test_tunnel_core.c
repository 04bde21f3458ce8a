/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_tunnel_core.c - each kind of tunnel with SIP in it, with something else, with a tunnel, with
 * a fragment; cut anywhere, and changed by chance. Frames lie flush against a page that can not be
 * read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <string.h>

#include "dataplane/burst.h"
#include "dataplane/stages/tunnel_core.h"
#include "tests/contract/rng.h"
#include "tests/dataplane/frame.h"
#include "tests/parser/guard.h"

/* A frame is written from its end: each layer goes before what is there. */
struct back {
        size_t at;
        uint8_t b[FRAME_MAX];
};

static void before(struct back *k, const void *data, size_t n)
{
        assert_true(k->at >= n);
        k->at -= n;
        memcpy(k->b + k->at, data, n);
}

static void before16(struct back *k, unsigned v)
{
        const uint8_t b[2] = {(uint8_t)(v >> 8), (uint8_t)v};

        before(k, b, sizeof(b));
}

static size_t have(const struct back *k)
{
        return FRAME_MAX - k->at;
}

static void ip4_before(struct back *k, uint8_t proto, unsigned fragment)
{
        uint8_t h[20] = {0x45, [8] = 64, [9] = proto, [12] = 192, 0, 2, 1, 198, 51, 100, 2};
        unsigned total = (unsigned)have(k) + 20, sum;

        h[2] = (uint8_t)(total >> 8);
        h[3] = (uint8_t)total;
        h[6] = (uint8_t)(fragment >> 8);
        h[7] = (uint8_t)fragment;
        sum = ~frame_sum(0, h, sizeof(h));
        h[10] = (uint8_t)(sum >> 8);
        h[11] = (uint8_t)sum;
        before(k, h, sizeof(h));
}

static void ip6_before(struct back *k, uint8_t proto)
{
        uint8_t h[40] = {0x60, [6] = proto, [7] = 64,    [8] = 0x20,
                         0x01, [23] = 1,    [24] = 0x20, [39] = 2};

        h[4] = (uint8_t)(have(k) >> 8);
        h[5] = (uint8_t)have(k);
        before(k, h, sizeof(h));
}

static void udp_before(struct back *k, unsigned sport, unsigned dport)
{
        size_t n = have(k) + 8;

        before16(k, 0);
        before16(k, (unsigned)n);
        before16(k, dport);
        before16(k, sport);
}

static void eth_before(struct back *k, unsigned type)
{
        static const uint8_t macs[12] = {2, 0, 0, 0, 0, 0xbb, 2, 0, 0, 0, 0, 0xaa};

        before16(k, type);
        before(k, macs, sizeof(macs));
}

#define BEFORE(k, text) before(k, text, sizeof(text) - 1)

/* ---- kinds: each puts its layers before an IP packet, and its outer ones before those ---- */

static void outer_ip4(struct back *k, uint8_t proto)
{
        ip4_before(k, proto, 0);
        eth_before(k, 0x0800);
}

static void outer_udp(struct back *k, unsigned sport, unsigned dport)
{
        udp_before(k, sport, dport);
        outer_ip4(k, 17);
}

static void gre_plain(struct back *k, bool v6)
{
        before16(k, v6 ? 0x86dd : 0x0800);
        BEFORE(k, "\0\0");
        outer_ip4(k, 47);
}

static void gre_full(struct back *k, bool v6)
{
        BEFORE(k, "\0\0\0\0kkkkssss");
        before16(k, v6 ? 0x86dd : 0x0800);
        BEFORE(k, "\xb0\0");
        outer_ip4(k, 47);
}

static void gre_bridge(struct back *k, bool v6)
{
        eth_before(k, v6 ? 0x86dd : 0x0800);
        BEFORE(k, "\0\0\x65\x58");
        outer_ip4(k, 47);
}

static void gre_pptp(struct back *k, bool v6)
{
        before16(k, v6 ? 0x0057 : 0x0021);
        BEFORE(k, "\xff\x03");
        BEFORE(k, "\x30\x81\x88\x0bkkkkssssaaaa");
        outer_ip4(k, 47);
}

static void ip_in_ip(struct back *k, bool v6)
{
        outer_ip4(k, v6 ? 41 : 4);
}

static void ip_in_ip6(struct back *k, bool v6)
{
        ip6_before(k, v6 ? 41 : 4);
        eth_before(k, 0x86dd);
}

static void gtpu(struct back *k, bool v6)
{
        (void)v6;
        BEFORE(k, "\x30\xff\0\0\0\0\0\1");
        outer_udp(k, 2152, 2152);
}

static void gtpu_extended(struct back *k, bool v6)
{
        (void)v6;
        BEFORE(k, "\x34\xff\0\0\0\0\0\1\0\0\0\x85\x01\x10\x09\0");
        outer_udp(k, 33000, 2152);
}

static void vxlan(struct back *k, bool v6)
{
        eth_before(k, v6 ? 0x86dd : 0x0800);
        BEFORE(k, "\x08\0\0\0\0\0\x2a\0");
        outer_udp(k, 50000, 4789);
}

static void vxlan_tagged(struct back *k, bool v6)
{
        before16(k, v6 ? 0x86dd : 0x0800);
        BEFORE(k, "\0\x07");
        eth_before(k, 0x8100);
        BEFORE(k, "\x08\0\0\0\0\0\x2a\0");
        outer_udp(k, 50000, 8472);
}

static void geneve(struct back *k, bool v6)
{
        eth_before(k, v6 ? 0x86dd : 0x0800);
        BEFORE(k, "\x01\0\x65\x58\0\0\x2a\0oooo");
        outer_udp(k, 50000, 6081);
}

static void pppoe(struct back *k, bool v6)
{
        before16(k, v6 ? 0x0057 : 0x0021);
        before16(k, (unsigned)have(k));
        BEFORE(k, "\x11\0\0\x07");
        eth_before(k, 0x8864);
}

static void mpls(struct back *k, bool v6)
{
        (void)v6;
        BEFORE(k, "\0\1\0\x40\0\1\1\x40");
        eth_before(k, 0x8847);
}

static void mpls_wire(struct back *k, bool v6)
{
        eth_before(k, v6 ? 0x86dd : 0x0800);
        BEFORE(k, "\0\1\1\x40\0\0\0\0");
        eth_before(k, 0x8847);
}

static void mpls_udp(struct back *k, bool v6)
{
        (void)v6;
        BEFORE(k, "\0\1\1\x40");
        outer_udp(k, 50000, 6635);
}

static void etherip(struct back *k, bool v6)
{
        eth_before(k, v6 ? 0x86dd : 0x0800);
        BEFORE(k, "\x30\0");
        outer_ip4(k, 97);
}

static void teredo(struct back *k, bool v6)
{
        (void)v6; /* IPv6 alone: asked for nothing else */
        BEFORE(k, "\0\1\0\0nnnnnnnnc\0\0pppppp");
        outer_udp(k, 50000, 3544);
}

static const struct kind {
        const char *name;
        void (*wrap)(struct back *k, bool v6);
        bool only_v6;
} kinds[] = {
#define KIND(name, only_v6)          \
        {                            \
#name, name, only_v6 \
        }
    KIND(gre_plain, false),     KIND(gre_full, false),  KIND(gre_bridge, false),
    KIND(gre_pptp, false),      KIND(ip_in_ip, false),  KIND(ip_in_ip6, false),
    KIND(gtpu, false),          KIND(vxlan, false),     KIND(vxlan_tagged, false),
    KIND(gtpu_extended, false), KIND(geneve, false),    KIND(pppoe, false),
    KIND(mpls, false),          KIND(mpls_wire, false), KIND(mpls_udp, false),
    KIND(etherip, false),       KIND(teredo, true),
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static struct guard guard;

struct found {
        enum dp_tunnel tunnel;
        uint32_t base;
        uint32_t len;
        struct dp_decap_result inner;
};

static struct found look(const uint8_t *frame, size_t len)
{
        const uint8_t *at = guard_tail(&guard, frame, len);
        struct found f = {.len = (uint32_t)len};
        struct dp_decap_result outer;

        f.tunnel = DP_TUNNEL_NONE;
        if (dp_decap_core(at, (uint32_t)len, DP_UDP_SUM_KNOWN, &outer) != SHM_REASON_NONE)
                return f;
        f.tunnel = dp_tunnel_look(at, (uint32_t)len, &outer, &f.base, &f.inner);
        if (!dp_tunnel_may_be(&outer))
                assert_int_equal(f.tunnel, DP_TUNNEL_NONE);
        if (f.tunnel == DP_TUNNEL_INNER)
                assert_true(f.base + f.inner.payload_off + f.inner.payload_len <= len);
        return f;
}

static struct back packet(bool v6, unsigned dport)
{
        struct back k = {.at = FRAME_MAX};

        BEFORE(&k, "OPTIONS sip:a@b SIP/2.0\r\n\r\n");
        udp_before(&k, 40000, dport);
        if (v6)
                k.b[k.at + 6] = 1; /* of zero there would be no checksum */
        if (v6)
                ip6_before(&k, 17);
        else
                ip4_before(&k, 17, 0);
        return k;
}

static void test_every_kind(void **state)
{
        (void)state;
        for (size_t i = 0; i < KINDS; i++) {
                for (unsigned v6 = kinds[i].only_v6; v6 < 2; v6++) {
                        struct back k = packet(v6 != 0, 5060);
                        struct found f;

                        kinds[i].wrap(&k, v6 != 0);
                        f = look(k.b + k.at, have(&k));
                        if (f.tunnel != DP_TUNNEL_INNER || f.inner.flow.dport != 5060 ||
                            f.inner.payload_len != 27 ||
                            memcmp(k.b + k.at + f.base + f.inner.payload_off, "OPTIONS", 7) != 0)
                                fail_msg("%s, IPv%c: %d, port %u, %u octets", kinds[i].name,
                                         v6 ? '6' : '4', f.tunnel, f.inner.flow.dport,
                                         f.inner.payload_len);
                }
        }
}

/* Any kind in any other; only what Teredo can not carry is left out. */
static void test_depth(void **state)
{
        (void)state;
        for (size_t in = 0; in < KINDS; in++) {
                for (size_t out = 0; out < KINDS; out++) {
                        struct back k = packet(true, 5060);
                        bool inner_v6;

                        kinds[in].wrap(&k, true);
                        inner_v6 = (k.b[k.at + 12] << 8 | k.b[k.at + 13]) == 0x86dd;
                        if ((k.b[k.at + 12] << 8 | k.b[k.at + 13]) != 0x0800 && !inner_v6)
                                continue; /* not over IP */
                        if (kinds[out].only_v6 && !inner_v6)
                                continue;
                        k.at += 14;
                        kinds[out].wrap(&k, inner_v6);
                        struct found f = look(k.b + k.at, have(&k));

                        if (f.tunnel != DP_TUNNEL_DEPTH)
                                fail_msg("%s in %s: %d", kinds[in].name, kinds[out].name, f.tunnel);
                }
        }
}

static void test_fragment_inside(void **state)
{
        (void)state;
        for (size_t i = 0; i < KINDS; i++) {
                struct back k = {.at = FRAME_MAX};

                if (kinds[i].only_v6)
                        continue;
                BEFORE(&k, "OPTIONS sip:a@b SIP/2.0\r\n\r\n");
                ip4_before(&k, 17, 0x2000);
                kinds[i].wrap(&k, false);
                assert_int_equal(look(k.b + k.at, have(&k)).tunnel, DP_TUNNEL_OPAQUE);
        }
}

/* What is no tunnel, and what only speaks to its other end. */
static void test_none(void **state)
{
        static const struct {
                const char *octets;
                size_t len;
                unsigned dport;
        } rows[] = {
#define ROW(octets, dport) {octets, sizeof(octets) - 1, dport}
            ROW("OPTIONS sip:a@b SIP/2.0\r\n\r\n", 5060), /* no tunnel's port */
            ROW("\x32\x01\0\4\0\0\0\0\0\0\0\0", 2152),    /* GTP echo */
            ROW("hello, world", 4789),                    /* not VXLAN */
            ROW("\0\1\0\0nnnnnnnnc", 3544),               /* Teredo bubble without a packet */
            ROW("abc", 6081),
        };
        struct back k = {.at = FRAME_MAX};

        (void)state;
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
                k.at = FRAME_MAX;
                before(&k, rows[i].octets, rows[i].len);
                outer_udp(&k, 40000, rows[i].dport);
                assert_int_equal(look(k.b + k.at, have(&k)).tunnel, DP_TUNNEL_NONE);
        }
        k.at = FRAME_MAX;
        BEFORE(&k, "\x11\0\0\x07\0\x04\xc0\x21\x09\x01"); /* LCP */
        eth_before(&k, 0x8864);
        assert_int_equal(look(k.b + k.at, have(&k)).tunnel, DP_TUNNEL_NONE);
        k.at = FRAME_MAX;
        BEFORE(&k, "\0\0\x20\x01nhrp");
        outer_ip4(&k, 47);
        assert_int_equal(look(k.b + k.at, have(&k)).tunnel, DP_TUNNEL_OPAQUE);
}

/* Cut at every octet and changed by chance: no octet beyond the frame is read. */
static void test_any_octets(void **state)
{
        struct rng rng = rng_seeded("tunnels");

        (void)state;
        for (unsigned n = 0; n < 20000; n++) {
                const struct kind *kind = &kinds[rng_next(&rng) % KINDS];
                bool v6 = kind->only_v6 || rng_next(&rng) % 2 == 0;
                struct back k = packet(v6, 5060);
                size_t len;

                kind->wrap(&k, v6);
                len = have(&k);
                if (n % 2 == 0)
                        len = rng_next(&rng) % (len + 1);
                for (unsigned i = n % 4; i > 0; i--)
                        k.b[k.at + rng_next(&rng) % have(&k)] = (uint8_t)rng_next(&rng);
                (void)look(k.b + k.at, len);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
            cmocka_unit_test(test_every_kind),      cmocka_unit_test(test_depth),
            cmocka_unit_test(test_fragment_inside), cmocka_unit_test(test_none),
            cmocka_unit_test(test_any_octets),
        };

        guard = guard_create(FRAME_MAX);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
