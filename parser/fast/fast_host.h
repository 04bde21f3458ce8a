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

/* Are the n octets at p, a run, a host name or an IPv4 address? False where the grammar must look.
 */
static inline bool fast_host_ok(const uint8_t *p, uint32_t n)
{
        const struct fast_tables *t = &fast_tables;
        scan_vec v = scan_load(p);
        scan_vec sum =
            scan_add(scan_add(scan_lookup(t->first, v), scan_lookup(t->second, scan_load(p + 1))),
                     scan_lookup(t->third, scan_load(p + 2)));
        uint32_t other = fast_low_bits(scan_both(v, scan_lookup(t->other, v)), n);
        uint32_t letters = fast_low_bits(scan_above(v, t->nine), n);
        uint32_t seps = fast_low_bits(scan_under(v, t->zero), n);
        uint32_t dots = fast_low_bits(scan_same(v, t->dot), n);
        /* Separators are not side by side, not first and not last. */
        uint32_t ends = seps | UINT32_C(1) << (n & 31);
        uint32_t wrong = (ends & (2 * ends + 1)) | other;
        uint32_t digits = fast_low_bits(~seps, n), two = digits & digits >> 1;
        uint32_t three = two & digits >> 2;
        uint32_t no_quad = letters | (seps ^ dots) | (three & (scan_bits(sum) | digits >> 3)) |
                           ((uint32_t)__builtin_popcount(dots) ^ 3);

        /* With a letter behind the last dot it is a name; else it must be an address. */
        no_quad &= ~(uint32_t)((int32_t)(dots - letters) >> 31);
        return n < 32 && (wrong | no_quad) == 0;
}

/* The grammar looks at the host [h, h + n). */
static __attribute__((noinline, cold)) bool fast_ask_host(const struct fast *f, uint32_t h,
                                                          uint32_t n)
{
        struct sip_cur c = {f->b, h, h + n, &f->m->anomalies};
        struct sip_span host;

        return sip_host_parse(&c, &host) == SIP_ANOM_NONE && c.pos == c.end;
}

/* All hosts that were found; one after another, because then none waits for what another field has
 * behind it. False when one is wrong. */
static __attribute__((noinline)) bool fast_hosts_ok(const struct fast *f, const uint32_t *host,
                                                    const uint32_t *end)
{
        for (; host < end; host++) {
                uint32_t h = *host & 0xffff, n = *host >> 16;

                if (__builtin_expect(
                        !(fast_room(f, h, FAST_HOST_ROOM) && fast_host_ok(f->b + h, n)), 0) &&
                    !fast_ask_host(f, h, n))
                        return false;
        }
        return true;
}

/* "[" IPv6 address "]" at h in a message of len octets at b, of hexadecimal digits and colons
 * alone; returns the octet behind, 0 when declined. */
static __attribute__((noinline)) uint32_t fast_ip6(const uint8_t *b, uint32_t len, uint32_t h)
{
        const struct fast_tables *t = &fast_tables;
        uint32_t n, in, colons, hex, pair, single, twice, groups;
        scan_vec v, kind;

        if (b[h] != '[' || h + 33 > len)
                return 0;
        v = scan_load(b + h + 1);
        n = (uint32_t)scan_zeros32(scan_same(v, t->close));
        if (n - 1 >= 31)
                return 0;
        in = (1u << n) - 1;
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
static inline bool fast_host_port(const struct fast *f, struct fast_walk *w, uint32_t h,
                                  uint32_t *p, struct fast_host *out)
{
        uint32_t from, v;

        if (__builtin_expect(*p == h, 0)) {
                uint32_t end = fast_ip6(f->b, f->len, h);

                fast_walk_to(f, w, end);
                if (end == 0 || fast_next(f, w) != end)
                        return false;
                *p = end;
        } else {
                *w->hosts++ = h | (*p - h) << 16;
        }
        fast_span(out->host, h, *p - h);
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
