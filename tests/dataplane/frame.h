/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame.h - builds frames layer by layer, with right lengths and checksums unless the test spoils
 * them afterwards. Its checksum is written differently from the one under test.
 */
#ifndef SLUICE_TESTS_DATAPLANE_FRAME_H
#define SLUICE_TESTS_DATAPLANE_FRAME_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_MAX 2048u

struct frame {
        size_t len;
        size_t l3; /* where the IP header begins */
        size_t l4;
        uint8_t b[FRAME_MAX];
};

static inline void frame_put(struct frame *f, const void *data, size_t n)
{
        if (n > FRAME_MAX - f->len)
                abort();
        memcpy(f->b + f->len, data, n);
        f->len += n;
}

static inline void frame_put16(struct frame *f, unsigned v)
{
        const uint8_t b[2] = {(uint8_t)(v >> 8), (uint8_t)v};

        frame_put(f, b, sizeof(b));
}

static inline void frame_set16(struct frame *f, size_t at, unsigned v)
{
        f->b[at] = (uint8_t)(v >> 8);
        f->b[at + 1] = (uint8_t)v;
}

static inline unsigned frame_get16(const uint8_t *p)
{
        return (unsigned)(p[0] << 8 | p[1]);
}

/* RFC 1071 by the letter: big-endian pairs, end-around carry after each. */
static inline unsigned frame_sum(unsigned sum, const uint8_t *p, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                sum += i % 2 == 0 ? (unsigned)p[i] << 8 : p[i];
                sum = (sum & 0xffff) + (sum >> 16);
        }
        return sum;
}

/* Ethernet with a type, or the first of the tags that follow. */
static inline void frame_eth(struct frame *f, unsigned type)
{
        static const uint8_t macs[12] = {2, 0, 0, 0, 0, 0xbb, 2, 0, 0, 0, 0, 0xaa};

        f->len = 0;
        frame_put(f, macs, sizeof(macs));
        frame_put16(f, type);
        f->l3 = f->len;
}

static inline void frame_tag(struct frame *f, unsigned tci, unsigned type)
{
        frame_put16(f, tci);
        frame_put16(f, type);
        f->l3 = f->len;
}

/* 192.0.2.1 -> 198.51.100.2; options is a multiple of 4 octets. */
static inline void frame_ip4(struct frame *f, uint8_t proto, size_t options)
{
        static const uint8_t none[40];
        static const uint8_t addrs[8] = {192, 0, 2, 1, 198, 51, 100, 2};

        f->l3 = f->len;
        frame_put16(f, 0x4500u + ((unsigned)(options / 4) << 8));
        frame_put(f, none, 6);
        frame_put16(f, 64u << 8 | proto);
        frame_put16(f, 0);
        frame_put(f, addrs, sizeof(addrs));
        frame_put(f, none, options);
        f->l4 = f->len;
}

/* 2001:db8::1 -> 2001:db8::2 */
static inline void frame_ip6(struct frame *f, uint8_t next)
{
        uint8_t h[40] = {0x60, 0, 0, 0, 0, 0, next, 64, 0x20, 1, 0xd, 0xb8};

        f->l3 = f->len;
        h[23] = 1;
        memcpy(h + 24, h + 8, 4);
        h[39] = 2;
        frame_put(f, h, sizeof(h));
        f->l4 = f->len;
}

/* An IPv6 extension header of `bytes` octets (multiple of 8). */
static inline void frame_ext(struct frame *f, uint8_t next, size_t bytes)
{
        uint8_t h[512] = {next, (uint8_t)(bytes / 8 - 1)};

        frame_put(f, h, bytes);
        f->l4 = f->len;
}

static inline void frame_udp(struct frame *f, const void *payload, size_t n)
{
        f->l4 = f->len;
        frame_put16(f, 5061);
        frame_put16(f, 5060);
        frame_put16(f, (unsigned)(8 + n));
        frame_put16(f, 0);
        frame_put(f, payload, n);
}

/* The UDP checksum that belongs to the packet: pseudo-header from the IP header, field as zero. */
static inline unsigned frame_udp_checksum(const uint8_t *b, size_t l3, size_t l4, size_t len)
{
        int v6 = b[l3] >> 4 == 6;
        unsigned sum = v6 ? frame_sum(0, b + l3 + 8, 32) : frame_sum(0, b + l3 + 12, 8);

        sum = frame_sum(sum + 17 + (unsigned)(len - l4), b + l4, 6);
        sum = frame_sum(sum, b + l4 + 8, len - l4 - 8);
        sum = ~sum & 0xffff;
        return sum == 0 ? 0xffff : sum;
}

static inline void frame_ip4_seal(struct frame *f)
{
        frame_set16(f, f->l3 + 10, 0);
        frame_set16(f, f->l3 + 10, ~frame_sum(0, f->b + f->l3, (f->b[f->l3] & 15u) * 4u) & 0xffff);
}

/* Lengths and checksums of IP and, when it is a whole UDP datagram, of UDP. */
static inline void frame_seal(struct frame *f, int udp)
{
        int v6 = f->b[f->l3] >> 4 == 6;

        if (udp)
                frame_set16(f, f->l4 + 6, frame_udp_checksum(f->b, f->l3, f->l4, f->len));
        if (v6) {
                frame_set16(f, f->l3 + 4, (unsigned)(f->len - f->l3 - 40));
        } else {
                frame_set16(f, f->l3 + 2, (unsigned)(f->len - f->l3));
                frame_ip4_seal(f);
        }
}

#endif
