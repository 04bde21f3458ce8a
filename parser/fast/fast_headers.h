/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fast_headers.h - lines to headers: name, identity, trimmed value, and the chains of headers with
 * one identity. Private.
 */
#ifndef SLUICE_PARSER_FAST_FAST_HEADERS_H
#define SLUICE_PARSER_FAST_FAST_HEADERS_H

#include <smmintrin.h>

#include "parser/fast/fast_fold.h"
#include "parser/sip_hname_row.h"
#include "parser/sip_state.h"

/* Octets that are loaded before the end of a name. The start line alone is that long, nearly. */
#define FAST_NAME_ROOM 16u

static inline __m128i fast_load16(const void *p)
{
        return _mm_loadu_si128((const __m128i *)p);
}

/* Do 16 octets and 16 of a row agree in the bits that count? */
static inline bool fast_same16(__m128i wire, const char *row, __m128i care)
{
        return _mm_testz_si128(_mm_xor_si128(wire, fast_load16(row)), care);
}

/* The row of the name of n octets at p, a run; row 0 for one that the table does not have. In a
 * run, octets that differ in bit 0x20 alone are one letter in two cases. */
static inline const struct sip_hname_row *fast_name(const uint8_t *p, uint64_t n)
{
        const uint8_t *end = p + n;
        uint64_t first = fast_low8(fast_load8(p) | UINT64_C(0x2020202020202020), (uint32_t)n);
        uint64_t key = sip_hname_key(first, end[-1] | 0x20u, n);
        const struct sip_hname_row *row = &sip_hname_rows[sip_hname_slots[sip_hname_slot(key)]];

        if (__builtin_expect(row->len != n || !fast_same16(fast_load16(end - 16), row->last,
                                                           fast_load16(row->care)),
                             0))
                return sip_hname_rows;
        if (n > 16 && !fast_same16(_mm_or_si128(fast_load16(p), _mm_set1_epi8(0x20)), row->first,
                                   _mm_set1_epi8((char)0xff)))
                return sip_hname_rows;
        return row;
}

enum fast_took { FAST_TOOK, FAST_DECLINED, FAST_FOLD };

/* Where the value of a header line is that is not just "name: value": v << 32 | e; 0: declined. */
static __attribute__((noinline, cold)) uint64_t fast_odd_value(struct sip_msg *m, uint64_t name_to,
                                                               uint64_t e)
{
        const uint8_t *b = m->buf;
        uint64_t v = name_to;

        while (b[v] == ' ')
                v++;
        if (b[v] != ':')
                return 0;
        if (v != name_to)
                sip_anom_add(&m->anomalies, SIP_ANOM_HDR_SPACE_BEFORE_COLON);
        v++;
        while (v < e && b[v] == ' ')
                v++;
        while (e > v && b[e - 1] == ' ')
                e--;
        return v << 32 | e;
}

/* The two spans of the line [s, e), and the octets of its name; 0: declined. */
static inline uint64_t fast_part(const struct fast *f, uint64_t s, uint64_t e, struct sip_hdr *h)
{
        uint64_t n = scan_ctz(fast_bits(f, (uint32_t)s));
        const uint8_t *p = f->b + s + n;
        uint64_t v = s + n + 2;

        if (__builtin_expect(
                fast_load2(p) != FAST_WORD2(':', ' ') || p[2] == ' ' || f->b[e - 1] == ' ', 0)) {
                uint64_t at = fast_odd_value(f->m, s + n, e);

                if (at == 0)
                        return 0;
                v = at >> 32;
                e = (uint32_t)at;
        }
        fast_span(&h->name, (uint32_t)s, (uint32_t)n);
        fast_span(&h->value, (uint32_t)v, (uint32_t)(e - v));
        return n;
}

/*
 * All headers of a section. From the last line to the first, so that each header finds the next one
 * of its identity in first[], and no branch asks whether there is one.
 */
static __attribute__((noinline)) enum fast_took fast_lines(const struct fast *caller,
                                                           const struct scan_index *ix)
{
        const struct fast here = *caller, *f = &here; /* which no store below can change */
        struct sip_msg *m = f->m;
        uint64_t e = ix->eol[ix->line_cnt - 1u] - 1u;
        uint8_t once = SIP_HDR_NONE; /* as long as nothing single came again */

        for (uint64_t i = ix->line_cnt - 1u; i > 0; i--) {
                struct sip_hdr *h = &m->hdrs[i - 1];
                uint64_t s = ix->eol[i - 1] + 1u;
                uint64_t n = f->b[e] == '\r' ? fast_part(f, s, e, h) : 0;
                const struct sip_hname_row *row;
                uint16_t next;

                if (n == 0)
                        return f->b[s] == ' ' ? FAST_FOLD : FAST_DECLINED;
                e = s - 2;
                row = fast_name(f->b + s, n);
                /* Of a name outside the table it matters that it is not longer than was looked. */
                if (row == sip_hname_rows && n > 56)
                        return FAST_DECLINED;
                h->id = row->id;
                h->flags = row->flags;
                next = m->first[row->id];
                memcpy(&h->next_same, &next, sizeof(next)); /* and `reserved` */
                once &= (uint8_t)(next | row->list);
                m->first[row->id] = (uint8_t)(i - 1);
                m->first[SIP_HDR_OTHER] = SIP_HDR_NONE;
        }
        m->hdr_cnt = (uint16_t)(ix->line_cnt - 1);
        return once == SIP_HDR_NONE ? FAST_TOOK : FAST_DECLINED;
}

static inline bool fast_headers(const struct fast *f, struct scan_index *ix)
{
        enum fast_took took;

        /* fast_name() loads so much before the end of the first name and from the last one on. */
        if (ix->line_cnt < 2 || ix->eol[0] < FAST_NAME_ROOM - 2 ||
            !fast_room(f, ix->eol[ix->line_cnt - 2u] + 1u, 8))
                return false;
        took = fast_lines(f, ix);
        if (__builtin_expect(took == FAST_FOLD, 0)) {
                sip_msg_begin(f->m, f->b, f->len);
                if (!fast_fold_lines(f, ix))
                        return false;
                took = fast_lines(f, ix);
                if (took == FAST_TOOK && !fast_fold_values(f))
                        return false;
        }
        return took == FAST_TOOK;
}

#endif
