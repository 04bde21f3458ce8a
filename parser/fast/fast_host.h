/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fast_host.h - hosts of up to 30 octets, from a few bits each, without a branch on whether it is a
 * name or an address. sip_host.c is the grammar. Private.
 */
#ifndef SLUICE_PARSER_FAST_FAST_HOST_H
#define SLUICE_PARSER_FAST_FAST_HOST_H

#include "parser/fast/fast_run.h"
#include "parser/fast/fast_tables.h"
#include "parser/scan/scan_tables.h"
#include "parser/sip_host.h"

/* Octets that fast_host_ok() needs behind where a host begins. */
#define FAST_HOST_ROOM 34u

/* The lowest n bits, all of them where n is above 31 but below 64. */
static inline uint32_t fast_low_bits(uint32_t bits, uint32_t n)
{
#ifdef __BMI2__
        return __builtin_ia32_bzhi_si(bits, n);
#else
        return bits & (uint32_t)((UINT64_C(1) << (n & 63)) - 1);
#endif
}

/* Are the n octets at p a host name or an IPv4 address? False where the grammar must look. */
static inline bool fast_host_ok(const uint8_t *p, uint32_t n)
{
        const struct fast_tables *t = &fast_tables;
        scan_vec v = scan_load(p);
        scan_vec kind =
            scan_and(scan_lookup(t->lower, v),
                     scan_lookup(t->upper, scan_and(scan_shift(v), scan_load(scan_tables.half))));
        scan_vec sum =
            scan_add(scan_add(scan_lookup(t->first, v), scan_lookup(t->second, scan_load(p + 1))),
                     scan_lookup(t->third, scan_load(p + 2)));
        uint32_t none = scan_same(kind, scan_tables.zero), alnum = scan_above(kind, t->sep);
        /* Separators, and what is on both sides of the host, are not side by side. */
        uint32_t wrong = (none | (~alnum & (~alnum << 1 | 1)));
        uint32_t seps = fast_low_bits(~alnum, n), dots = fast_low_bits(scan_same(v, t->dot), n);
        uint32_t letters = fast_low_bits(scan_above(kind, t->digit), n);
        uint32_t d = fast_low_bits(alnum, n); /* of an address, its digits */
        uint32_t three = d & d >> 1 & d >> 2;
        uint32_t not_quad = letters | (seps ^ dots) | (three & (scan_bits(sum) | d >> 3)) |
                            ((uint32_t)__builtin_popcount(dots) ^ 3);

        wrong = fast_low_bits(wrong, n) | (seps >> ((n - 1) & 31) & 1);
        /* With a letter behind the last dot it is a name; else it must be an address. */
        not_quad &= 0u - (letters <= dots);
        return (n < 32) & ((wrong | not_quad) == 0);
}

/* The grammar looks at the host [h, h + n). */
static __attribute__((noinline, cold)) bool fast_ask_host(const struct fast *f, uint32_t h,
                                                          uint32_t n)
{
        struct sip_cur c = {f->b, h, h + n, &f->m->anomalies};
        struct sip_span host;

        return sip_host_parse(&c, &host) == SIP_ANOM_NONE && c.pos == c.end;
}

/* All hosts that were found, from `host` on; one after another, because then none waits for what
 * another field has behind it. False when one is wrong. */
static __attribute__((noinline)) bool fast_hosts_ok(const struct fast *f, const uint32_t *host)
{
        for (; host < f->hosts; host++) {
                uint32_t h = *host & 0xffff, n = *host >> 16;

                if (__builtin_expect(
                        !(fast_room(f, h, FAST_HOST_ROOM) && fast_host_ok(f->b + h, n)), 0) &&
                    !fast_ask_host(f, h, n))
                        return false;
        }
        return true;
}

/* "[" IPv6 address "]" at h, of hexadecimal digits and colons alone; returns the octet behind, 0
 * when declined. */
static inline uint32_t fast_ip6(const struct fast *f, uint32_t h)
{
        uint32_t n, in, colons, hex, pair, single, twice, groups;
        scan_vec v;

        if (!fast_room(f, h + 1, 32))
                return 0;
        v = scan_load(f->b + h + 1);
        n = scan_ctz(scan_eq(v, ']') | UINT64_C(1) << 32);
        if (n - 1 >= 31)
                return 0;
        in = (1u << n) - 1;
        colons = scan_eq(v, ':') & in;
        hex = (scan_below(v, ':') & ~scan_below(v, '0')) |
              (scan_below(v, 'G') & ~scan_below(v, 'A')) |
              (scan_below(v, 'g') & ~scan_below(v, 'a'));
        hex &= in;
        pair = colons & colons >> 1;
        single = colons & ~(pair | pair << 1);
        twice = hex & hex >> 1;
        groups = (uint32_t)__builtin_popcount(hex & ~(hex << 1));
        /* Nothing else; at most one "::", no ":::"; no ":" alone at an end; at most four digits. */
        if ((hex | colons) != in || (pair & (pair - 1)) != 0 ||
            (single & (1 | (in ^ in >> 1))) != 0 || (twice & twice >> 2 & hex >> 4) != 0 ||
            (pair != 0 ? groups >= 8 : groups != 8))
                return 0;
        return h + n + 2;
}

/* The IPv6 reference at h; returns the octet behind, 0 when declined. The walk goes on there. */
static __attribute__((noinline)) uint32_t fast_reference(const struct fast *f, uint32_t h,
                                                         struct fast_walk *w)
{
        uint32_t p = f->b[h] == '[' ? fast_ip6(f, h) : 0;

        *w = fast_walk(f, p);
        return p != 0 && fast_next(f, w) == p ? p : 0;
}

/* host [":" port] at h, where the walk is; returns the octet behind, 0 when declined. */
static inline uint32_t fast_host_port(struct fast *f, struct fast_walk *w, uint32_t h,
                                      struct sip_span *host, uint16_t *port)
{
        uint32_t p = fast_next(f, w), from, v;

        if (__builtin_expect(p == h, 0)) {
                struct fast_walk behind;

                p = fast_reference(f, h, &behind);
                if (p == 0)
                        return 0;
                *w = behind;
        } else {
                *f->hosts++ = h | (p - h) << 16;
        }
        fast_span(host, h, p - h);
        if (f->b[p] != ':')
                return p;
        from = p + 1;
        p = fast_next(f, w);
        if (!fast_number(f, from, p, &v) || v - 1 >= 65535)
                return 0;
        *port = (uint16_t)v;
        return p;
}

#endif
