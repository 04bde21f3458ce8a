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

#include "parser/scan/scan.h"
#include "parser/sip_cur.h"

struct fast {
        const uint8_t *b; /* the message */
        uint32_t len;     /* its octets */
        const struct scan_index *ix;
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
static inline bool fast_room(const struct fast *f, uint64_t at, uint32_t octets)
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

static inline void fast_store2(void *p, uint32_t w)
{
        uint16_t low = (uint16_t)w;

        memcpy(p, &low, sizeof(low));
}

/* The n octets before e, 1..8, the first of them lowest. Eight octets before e are in memory. */
static inline uint64_t fast_tail8(const uint8_t *e, uint64_t n)
{
        return fast_load8(e - 8) >> (64 - 8 * n);
}

/* The lowest n octets of a word, all of them where n is 8..31; more are nobody's. */
static inline uint64_t fast_low8(uint64_t word, uint64_t n)
{
#ifdef __BMI2__
        return __builtin_ia32_bzhi_di(word, 8 * n);
#else
        return n < 8 ? word & ((UINT64_C(1) << 8 * n) - 1) : word;
#endif
}

/* The span [off, end) as it lies in memory. */
static inline uint32_t fast_both(uint64_t off, uint64_t end)
{
        return (uint32_t)off | ((uint32_t)end - (uint32_t)off) << 16;
}

/* The span [off, end) in one store. */
static inline void fast_span(struct sip_span *s, uint64_t off, uint64_t end)
{
        uint32_t both = fast_both(off, end);

        memcpy(s, &both, sizeof(both));
}

/* Where a span begins and ends, in one load. */
static inline uint64_t fast_ends(const struct sip_span *s, uint64_t *end)
{
        uint32_t both = fast_load4((const uint8_t *)s);
        uint64_t off = both & 0xffff;

        *end = off + (both >> 16);
        return off;
}
_Static_assert(offsetof(struct sip_span, off) == 0 && sizeof(struct sip_span) == 4,
               "fast_span() knows how a span lies in memory");

/* The bits of 57 stops or more, from pos on. */
static inline uint64_t fast_bits(const struct fast *f, uint64_t pos)
{
        return fast_load8((const uint8_t *)f->ix->stop + pos / 8) >> (pos & 7);
}

/* The first stop at or behind pos, which must lie in the header section: behind each field there is
 * a CR. Keeping the bits between two calls was tried; it asks each time whether some are left, and
 * that is mispredicted too often. */
static inline uint64_t fast_run(const struct fast *f, uint64_t pos)
{
        uint64_t bits = fast_bits(f, pos);

        while (__builtin_expect(bits == 0, 0)) {
                pos = (pos & ~UINT64_C(7)) + 64;
                bits = fast_bits(f, pos);
        }
        return pos + scan_zeros(bits);
}

/* Stops one after another. Only where so few octets are between them that the bits last. */
struct fast_walk {
        uint64_t bits; /* of those ahead, from base on */
        uint64_t base;
        /* Host names and IPv4 addresses that were found go here, each as a span lies in memory;
         * they are looked at all together at the end (fast_host.h). */
        uint32_t *hosts;
};

static inline void fast_walk_to(const struct fast *f, struct fast_walk *w, uint64_t from)
{
        w->bits = fast_bits(f, from);
        w->base = from;
}

/* The next one, where there is one in the header section. */
static inline uint64_t fast_next(const struct fast *f, struct fast_walk *w)
{
        uint64_t p;

        while (__builtin_expect(w->bits == 0, 0)) {
                w->base = (w->base & ~UINT64_C(7)) + 64;
                w->bits = fast_bits(f, w->base);
        }
        p = w->base + scan_zeros(w->bits);
        w->bits &= w->bits - 1;
        return p;
}

/* name ["=" value]: where the value begins, or the octet behind the name without one. */
struct fast_param {
        uint64_t name_len, value;
        uint64_t end; /* the octet behind */
};

/* The one at `from`; false when name or value is empty. Both are in one window of stops, nearly
 * always. */
static inline bool fast_param(const struct fast *f, uint64_t from, struct fast_param *out)
{
        uint64_t bits = fast_bits(f, from);
        uint64_t n = __builtin_expect(bits != 0, 1) ? scan_zeros(bits) : fast_run(f, from) - from;

        out->name_len = n;
        out->value = out->end = from + n;
        if (n == 0)
                return false;
        if (f->b[out->end] != '=')
                return true;
        bits &= bits - 1;
        out->value++;
        out->end =
            __builtin_expect(bits != 0, 1) ? from + scan_zeros(bits) : fast_run(f, out->value);
        return out->end != out->value;
}

#endif
