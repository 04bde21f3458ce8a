/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fast_run.h - what the readers of the fast path share: runs of plain octets, found in the masks of
 * the scan, and words of octets. Private: included by scan_ISA.c alone, behind scan_driver.h.
 *
 * A reader takes the place where its field begins, and says where it ended or whether it read all;
 * or it declines, and then the general grammar reads that field. It never decides that something is
 * wrong. Below, value [v, e) is a header value without white space around it; so b[e] is a stop, no
 * run reaches beyond, and the octets of CR LF CR LF at least lie behind e inside the message.
 */
#ifndef SLUICE_PARSER_FAST_FAST_RUN_H
#define SLUICE_PARSER_FAST_FAST_RUN_H

#include <string.h>

#include "parser/sip_cur.h"

struct fast {
        const uint8_t *b;     /* the message */
        uint32_t len;         /* its octets */
        const uint64_t *stop; /* scan_index.stop */
        struct sip_msg *m;
};

/* A word of up to eight octets as fast_load8() reads it. */
#define FAST_WORD(a, b, c, d, e, f, g, h)                                                 \
        ((uint64_t)(a) | (uint64_t)(b) << 8 | (uint64_t)(c) << 16 | (uint64_t)(d) << 24 | \
         (uint64_t)(e) << 32 | (uint64_t)(f) << 40 | (uint64_t)(g) << 48 | (uint64_t)(h) << 56)

/* Two and four octets as fast_load2() and fast_load4() read them. */
#define FAST_WORD2(a, b) (uint16_t)((a) | (b) << 8)
#define FAST_WORD4(a, b, c, d) \
        ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

/* Octets that a reader may load from b + at on, whatever they are. */
static inline bool fast_room(const struct fast *f, uint32_t at, uint32_t octets)
{
        return at + octets <= f->len;
}

static inline uint64_t fast_load8(const uint8_t *p)
{
        uint64_t w;

        memcpy(&w, p, sizeof(w));
        return w;
}

static inline uint32_t fast_load4(const uint8_t *p)
{
        uint32_t w;

        memcpy(&w, p, sizeof(w));
        return w;
}

static inline uint16_t fast_load2(const uint8_t *p)
{
        uint16_t w;

        memcpy(&w, p, sizeof(w));
        return w;
}

/* The n octets before e, 1..8, the first of them lowest. Eight octets before e are in memory. */
static inline uint64_t fast_tail8(const uint8_t *e, uint32_t n)
{
        return fast_load8(e - 8) >> (64 - 8 * n);
}

/* The lowest n octets of a word, all of them where n is 8..31; more are nobody's. */
static inline uint64_t fast_low8(uint64_t word, uint32_t n)
{
#ifdef __BMI2__
        return __builtin_ia32_bzhi_di(word, 8 * n);
#else
        return n < 8 ? word & ((UINT64_C(1) << 8 * n) - 1) : word;
#endif
}

/* A span in one store. */
static inline void fast_span(struct sip_span *s, uint32_t off, uint32_t len)
{
        uint32_t both = off | len << 16;

        memcpy(s, &both, sizeof(both));
}
_Static_assert(offsetof(struct sip_span, off) == 0 && sizeof(struct sip_span) == 4,
               "fast_span() knows how a span lies in memory");

/* The bits of 57 stops or more, from pos on. */
static inline uint64_t fast_bits(const struct fast *f, uint32_t pos)
{
        return fast_load8((const uint8_t *)f->stop + pos / 8) >> (pos & 7);
}

/* The first stop at or behind pos, which must lie in the header section: behind each field there is
 * a CR. Keeping the bits between two calls was tried; it asks each time whether some are left, and
 * that is mispredicted too often. */
static inline uint32_t fast_run(const struct fast *f, uint32_t pos)
{
        uint64_t bits = fast_bits(f, pos);

        while (__builtin_expect(bits == 0, 0)) {
                pos = (pos & ~7u) + 64;
                bits = fast_bits(f, pos);
        }
        return pos + scan_ctz(bits);
}

/* The same if it is among the next 57 octets; else pos + 57 or more. */
static inline uint32_t fast_near(const struct fast *f, uint32_t pos)
{
        return pos + scan_ctz(fast_bits(f, pos));
}

/* The decimal number [v, e) of 1..8 digits; anything else is declined. Eight octets before e are in
 * memory; those that are not ours become leading zeros. */
static inline bool fast_number(const struct fast *f, uint32_t v, uint32_t e, uint32_t *out)
{
        const uint64_t pair = UINT64_C(0x000000ff000000ff);
        uint32_t n = e - v;
        uint64_t t;

        if (n - 1 >= 8)
                return false;
        t = fast_load8(f->b + e - 8) ^ UINT64_C(0x3030303030303030);
        t &= UINT64_MAX << (64 - 8 * n);
        if (((t + UINT64_C(0x7676767676767676)) | t) & UINT64_C(0x8080808080808080))
                return false;
        t = t * 10 + (t >> 8);
        *out = (uint32_t)(((t & pair) * UINT64_C(0x000f424000000064) +
                           (t >> 16 & pair) * UINT64_C(0x0000271000000001)) >>
                          32);
        return true;
}

/* The port behind the ":" at `colon`; returns where it ends, 0 when declined: no digits, 0, more
 * than 65535. (Reading one whether or not there is a ":", so that no branch asks, was tried: it
 * costs more than the branch that nobody can predict.) */
static inline uint32_t fast_port(const struct fast *f, uint32_t colon, uint16_t *port)
{
        uint32_t to = fast_near(f, colon + 1);
        uint32_t v;

        if (!fast_number(f, colon + 1, to, &v) || v - 1 >= 65535)
                return 0;
        *port = (uint16_t)v;
        return to;
}

#endif
