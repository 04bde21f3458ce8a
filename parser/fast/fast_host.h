/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fast_host.h - hosts of up to 31 octets, from the bits of one comparison each, without a branch on
 * what kind of host it is. sip_host.c is the grammar. Private.
 */
#ifndef SLUICE_PARSER_FAST_FAST_HOST_H
#define SLUICE_PARSER_FAST_FAST_HOST_H

#include "parser/fast/fast_run.h"

/*
 * Are digits and dots a dotted quad? v holds the octets, `in` the bits that count, none of them
 * other than a digit or a dot; dots are not first, last or side by side.
 */
static inline bool fast_quad(scan_vec v, uint32_t in, uint32_t dots)
{
        uint32_t d = in & ~dots;
        uint32_t three = d & d >> 1 & d >> 2; /* three digits begin here */
        uint32_t above2 = ~scan_below(v, '3'), is2 = scan_eq(v, '2');
        uint32_t above5 = ~scan_below(v, '6'), is5 = scan_eq(v, '5');
        uint32_t above55 = above5 >> 1 | (is5 >> 1 & above5 >> 2);
        uint32_t wrong = (three & d >> 3) | (three & (above2 | (is2 & above55)));

        return (__builtin_popcount(dots) == 3) & (wrong == 0);
}

/* Is the run of n octets at p a host name or an IPv4 address? 32 octets at p are in memory. */
static inline bool fast_host_ok(const uint8_t *p, uint32_t n)
{
        scan_vec v = scan_load(p);
        uint32_t in = (1u << (n & 31)) - 1;
        uint32_t dots = scan_eq(v, '.') & in;
        uint32_t dashes = scan_eq(v, '-') & in;
        uint32_t sep = dots | dashes;
        uint32_t edges = 1 | (in ^ in >> 1);
        /* ! ' * + _ ~ are in runs and in no host name. */
        uint32_t odd = (scan_below(v, '-') | scan_eq(v, '_') | scan_eq(v, '~')) & in;
        uint32_t letters = in & ~scan_below(v, ':');
        uint32_t wrong = odd | (sep & sep << 1) | (sep & edges);
        /* With a letter or dash behind the last dot it is a name; else it must be an address. */
        bool name = (letters | dashes) > dots;
        bool quad = ((letters | dashes) == 0) & fast_quad(v, in, dots);

        return (n - 1 < 31) & (wrong == 0) & (name | quad);
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

/* The host at h, which the stop e would end; returns the octet behind it, 0 when declined. */
static inline uint32_t fast_host(const struct fast *f, uint32_t h, uint32_t e)
{
        if (e == h)
                return f->b[h] == '[' ? fast_ip6(f, h) : 0;
        return fast_room(f, h, 32) && fast_host_ok(f->b + h, e - h) ? e : 0;
}

#endif
