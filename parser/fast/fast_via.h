/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fast_via.h - one Via value, SIP/2.0/TRANSPORT host[:port];parameters, all of plain octets. The
 * rest is left to sip_via.c. Private.
 */
#ifndef SLUICE_PARSER_FAST_FAST_VIA_H
#define SLUICE_PARSER_FAST_FAST_VIA_H

#include "parser/fast/fast_host.h"
#include "parser/sip_via.h"

/* Parameters by the slot of their names, for a multiplier that was found by trying. */
#define FAST_VIA_MULT       UINT64_C(0xbd66a9cfabe4d285)
#define FAST_VIA_SLOT(word) ((word)*FAST_VIA_MULT >> 61)

enum fast_via_param {
        FAST_VIA_OTHER = 0, /* an extension */
        FAST_VIA_BRANCH = FAST_VIA_SLOT(FAST_WORD('b', 'r', 'a', 'n', 'c', 'h', 0, 0)),
        FAST_VIA_RPORT = FAST_VIA_SLOT(FAST_WORD('r', 'p', 'o', 'r', 't', 0, 0, 0)),
        FAST_VIA_RECEIVED = FAST_VIA_SLOT(FAST_WORD('r', 'e', 'c', 'e', 'i', 'v', 'e', 'd')),
        FAST_VIA_MADDR = FAST_VIA_SLOT(FAST_WORD('m', 'a', 'd', 'd', 'r', 0, 0, 0)),
        FAST_VIA_TTL = FAST_VIA_SLOT(FAST_WORD('t', 't', 'l', 0, 0, 0, 0, 0)),
        FAST_VIA_SLOTS = 8,
};

/* Two names in one slot would be an initializer that compilers complain about. */
static const uint64_t fast_via_words[FAST_VIA_SLOTS] = {
    [FAST_VIA_OTHER] = 0,
    [FAST_VIA_BRANCH] = FAST_WORD('b', 'r', 'a', 'n', 'c', 'h', 0, 0),
    [FAST_VIA_RPORT] = FAST_WORD('r', 'p', 'o', 'r', 't', 0, 0, 0),
    [FAST_VIA_RECEIVED] = FAST_WORD('r', 'e', 'c', 'e', 'i', 'v', 'e', 'd'),
    [FAST_VIA_MADDR] = FAST_WORD('m', 'a', 'd', 'd', 'r', 0, 0, 0),
    [FAST_VIA_TTL] = FAST_WORD('t', 't', 'l', 0, 0, 0, 0, 0),
};

/* Which parameter the name of n octets at p is; eight octets at p are in memory. */
static inline unsigned fast_via_param(const uint8_t *p, uint32_t n)
{
        /* A longer one is none of these, even if its first eight octets are. */
        uint64_t w = fast_low8(fast_load8(p) | UINT64_C(0x2020202020202020), n < 9 ? n : 0);
        uint64_t slot = FAST_VIA_SLOT(w);

        return (unsigned)slot & (0u - (fast_via_words[slot] == w));
}

/* What the parameters say, collected without asking which came: seen has bit k for kind k. */
static inline bool fast_via_take(const struct fast *f, unsigned seen,
                                 const struct sip_span got[FAST_VIA_SLOTS], struct sip_via *out)
{
        struct sip_span branch = got[FAST_VIA_BRANCH], rport = got[FAST_VIA_RPORT];
        struct sip_span received = got[FAST_VIA_RECEIVED];
        uint32_t v = 0;

        if (seen & (1u << FAST_VIA_MADDR | 1u << FAST_VIA_TTL))
                return false;
        if (seen & 1u << FAST_VIA_BRANCH) {
                uint64_t w = fast_load8(f->b + branch.off) | UINT64_C(0x0020200020200020);

                if (branch.len == 0 || branch.len > SIP_BRANCH_BYTES_MAX)
                        return false;
                out->branch = branch;
                out->cookie =
                    branch.len >= 7 && w << 8 == FAST_WORD(0, 'z', '9', 'h', 'g', '4', 'b', 'k');
        }
        if (rport.len != 0 &&
            (!fast_number(f, rport.off, (uint32_t)rport.off + rport.len, &v) || v - 1 >= 65535))
                return false;
        out->rport = (uint16_t)v;
        out->has_rport = (seen & 1u << FAST_VIA_RPORT) != 0;
        if (seen & 1u << FAST_VIA_RECEIVED) {
                if (!fast_room(f, received.off, 32) ||
                    !fast_host_ok(f->b + received.off, received.len))
                        return false;
                out->received = received;
        }
        return true;
}

/* ;name[=value]... from p to the end of the value. */
static inline bool fast_via_params(const struct fast *f, uint32_t p, uint32_t e,
                                   struct sip_via *out)
{
        struct sip_span got[FAST_VIA_SLOTS] = {{0, 0}};
        unsigned seen = 0, again = 0;

        while (f->b[p] == ';') {
                uint32_t start = p + 1;
                uint32_t from;
                unsigned k;

                from = p = fast_run(f, start);
                if (p == start)
                        return false;
                k = fast_via_param(f->b + start, p - start);
                if (f->b[p] == '=') {
                        from = p + 1;
                        p = fast_run(f, from);
                        if (p == from)
                                return false;
                }
                fast_span(&got[k], from, p - from);
                again |= seen & 1u << k;
                seen |= 1u << k;
        }
        return p == e && (again >> 1) == 0 && fast_via_take(f, seen, got, out);
}

/* All of the value as one Via; *out is zero before. */
static inline bool fast_via(const struct fast *f, struct sip_span value, struct sip_via *out)
{
        const uint8_t *b = f->b;
        uint32_t v = value.off, e = v + value.len;
        uint32_t p, host;

        /* Shorter, there is no host; and names are loaded eight octets at a time. */
        if (value.len < 12 || !fast_room(f, e, 8) ||
            fast_load8(b + v) != FAST_WORD('S', 'I', 'P', '/', '2', '.', '0', '/'))
                return false;
        p = fast_run(f, v + 8);
        if (p == v + 8 || b[p] != ' ')
                return false;
        out->transport = sip_span_make(v + 8, p);
        host = p + 1;
        p = fast_host(f, host, fast_near(f, host));
        if (p == 0)
                return false;
        out->host = sip_span_make(host, p);
        if (b[p] == ':')
                p = fast_port(f, p, &out->port);
        out->all = value;
        return p != 0 && fast_via_params(f, p, e, out);
}

#endif
