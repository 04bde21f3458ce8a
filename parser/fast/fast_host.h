/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fast_host.h - hosts of up to 30 octets, from a few bits each, without a branch on whether it is a
 * name or an address. sip_host.c is the grammar. Private.
 */
#ifndef SLUICE_PARSER_FAST_FAST_HOST_H
#define SLUICE_PARSER_FAST_FAST_HOST_H

#include "parser/fast/fast_number.h"
#include "parser/fast/fast_run.h"
#include "parser/fast/fast_tables.h"
#include "parser/scan/scan_tables.h"
#include "parser/sip_host.h"

/* Where a host and its port go. */
struct fast_host {
        struct sip_span *host;
        uint16_t *port;
};

/* Octets that fast_host_ok() loads from where a host begins on, besides the two before. */
#define FAST_HOST_ROOM 32u

/* As many ones, less than 32. */
static inline uint32_t fast_ones(uint32_t n)
{
#ifdef __BMI2__
        return __builtin_ia32_bzhi_si(UINT32_MAX, n);
#else
        return (UINT32_C(1) << n) - 1;
#endif
}

/* Are the n octets at p, a run of less than 32, a host name or an IPv4 address? False where the
 * grammar must look. */
static inline bool fast_host_ok(const uint8_t *p, uint32_t n)
{
        const struct fast_tables *t = &fast_tables;
        scan_vec v = scan_and(scan_load(p), scan_load(scan_tables.words + 32 - n));
        scan_vec sum = scan_add(scan_add(scan_lookup(t->first, scan_load(p - 2)),
                                         scan_lookup(t->second, scan_load(p - 1))),
                                scan_lookup(t->third, v));
        uint32_t other = scan_both(v, scan_lookup(t->other, v));
        uint32_t letters = scan_above(v, t->nine), dots = scan_same(v, t->dot);
        uint32_t alnum = scan_above(v, t->slash), all = fast_ones(n);
        /* Separators are not side by side, not first and not last. */
        uint32_t wrong = ((alnum | 2 * alnum) ^ (2 * all + 1)) | other;
        uint32_t three = alnum & 2 * alnum & 4 * alnum;
        uint32_t no_quad = letters | ((alnum | dots) ^ all) |
                           (three & (scan_bits(sum) | 8 * alnum)) |
                           ((uint32_t)scan_popcnt(dots) ^ 3);

        /* With a letter behind the last dot it is a name; else it must be an address. */
        no_quad &= ~(uint32_t)((int32_t)(dots - letters) >> 31);
        return (wrong | no_quad) == 0;
}

/* The grammar looks at the host [h, h + n). */
static __attribute__((noinline, cold)) bool fast_ask_host(const struct fast *f, uint64_t h,
                                                          uint64_t n)
{
        struct sip_cur c = {f->b, (uint32_t)h, (uint32_t)(h + n), &f->m->anomalies};
        struct sip_span host;

        return sip_host_parse(&c, &host) == SIP_ANOM_NONE && c.pos == c.end;
}

/* All hosts that were found; one after another, because then none waits for what another field has
 * behind it. False when one is wrong. */
static inline __attribute__((always_inline)) bool fast_hosts_ok(const struct fast *f,
                                                                const uint32_t *host,
                                                                const uint32_t *end)
{
        const uint8_t *b = f->b;
        uint64_t room = f->len - FAST_HOST_ROOM;

        for (; host < end; host++) {
                uint64_t h = *host & 0xffff;
                uint32_t n = *host >> 16;

                if (__builtin_expect(h > room || n >= 32 || !fast_host_ok(b + h, n), 0) &&
                    !fast_ask_host(f, h, n))
                        return false;
        }
        return true;
}

/* "[" IPv6 address "]" at h in a message of len octets at b, of hexadecimal digits and colons
 * alone; returns the octet behind, 0 when declined. */
static __attribute__((noinline)) uint64_t fast_ip6(const uint8_t *b, uint32_t len, uint64_t h)
{
        const struct fast_tables *t = &fast_tables;
        uint64_t n;
        uint32_t in, colons, hex, pair, single, twice, groups;
        scan_vec v, kind;

        if (b[h] != '[' || h + 33 > len)
                return 0;
        v = scan_load(b + h + 1);
        n = scan_zeros32(scan_same(v, t->close));
        if (n - 1 >= 31)
                return 0;
        in = (UINT32_C(1) << n) - 1;
        colons = scan_same(v, t->colon) & in;
        kind =
            scan_and(scan_lookup(t->lower, v),
                     scan_lookup(t->upper, scan_and(scan_shift(v), scan_load(scan_tables.half))));
        hex = ~scan_same(kind, scan_tables.zero) & in;
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

/* host [":" port] at h, up to the stop *p where the walk is; *p becomes the octet behind. False
 * when declined. */
static inline bool fast_host_port(const struct fast *f, struct fast_walk *w, uint64_t h,
                                  uint64_t *p, struct fast_host *out)
{
        uint64_t from;
        uint32_t v;

        if (__builtin_expect(*p == h, 0)) {
                uint64_t end = fast_ip6(f->b, f->len, h);

                fast_walk_to(f, w, end);
                if (end == 0 || fast_next(f, w) != end)
                        return false;
                *p = end;
        } else {
                *w->hosts++ = fast_both(h, *p);
        }
        fast_span(out->host, h, *p);
        if (f->b[*p] != ':')
                return true;
        from = *p + 1;
        *p = fast_next(f, w);
        if (!fast_number(f, from, *p, &v) || v - 1 >= 65535)
                return false;
        *out->port = (uint16_t)v;
        return true;
}

#endif
