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

/* Octets that are loaded before the end of a name and its colon. The start line alone is that long,
 * nearly. */
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

/* Where the name of n octets at p would be in the table. In a run, octets that differ in bit 0x20
 * alone are one letter in two cases. */
static inline const struct sip_hname_row *fast_slot(const uint8_t *p, uint64_t n)
{
        uint64_t first = fast_low8(fast_load8(p) | UINT64_C(0x2020202020202020), (uint32_t)n);
        uint64_t last =
            p[(int64_t)n - 1]; /* of no name it is what stands in front, which no row has */

        return sip_hname_at(first, last | 0x20, n);
}

/* Is it the row's name? end is its last 15 octets and a ":". */
static inline bool fast_same_name(const uint8_t *p, uint64_t n, __m128i end,
                                  const struct sip_hname_row *row)
{
        if (!fast_same16(end, row->last, fast_load16(row->care)))
                return false;
        if (__builtin_expect(n <= 14, 1))
                return true;
        return row->len == n && fast_same16(_mm_or_si128(fast_load16(p), _mm_set1_epi8(0x20)),
                                            row->first, _mm_set1_epi8((char)0xff));
}

enum fast_took { FAST_TOOK, FAST_DECLINED, FAST_FOLD };

/* A header line that is not just "name: value" with a name of the table: the name of n octets at s,
 * the line's end e. Returns where its value is: v << 32 | e; 0: declined. */
static __attribute__((noinline)) uint64_t fast_odd_line(struct sip_msg *m, uint64_t s, uint64_t n,
                                                        uint64_t e,
                                                        const struct sip_hname_row **row)
{
        const uint8_t *b = m->buf;
        uint64_t v = s + n;

        /* Of a name outside the table it matters that it is not longer than was looked. */
        if (n == 0 || n > 56)
                return 0;
        *row = fast_slot(b + s, n);
        if (!fast_same_name(b + s, n, _mm_insert_epi8(fast_load16(b + v - 15), ':', 15), *row))
                *row = sip_hname_table.rows;
        while (b[v] == ' ')
                v++;
        if (b[v] != ':')
                return 0;
        if (v != s + n)
                sip_anom_add(&m->anomalies, SIP_ANOM_HDR_SPACE_BEFORE_COLON);
        v++;
        while (v < e && b[v] == ' ')
                v++;
        while (e > v && b[e - 1] == ' ')
                e--;
        return v << 32 | e;
}

/* The header line [s, e): all of *h but the chain. Returns its name's row, NULL when declined. */
static inline const struct sip_hname_row *fast_line(const struct fast *f, uint64_t s, uint64_t e,
                                                    struct sip_hdr *h)
{
        uint64_t n = scan_ctz(fast_bits(f, (uint32_t)s));
        const uint8_t *p = f->b + s;
        const struct sip_hname_row *row = fast_slot(p, n);
        uint64_t v = s + n + 2;

        if (__builtin_expect(!fast_same_name(p, n, fast_load16(p + n - 15), row) ||
                                 p[n + 1] != ' ' || p[n + 2] == ' ' || f->b[e - 1] == ' ',
                             0)) {
                const struct sip_hname_row *odd;
                uint64_t at = fast_odd_line(f->m, s, n, e, &odd);

                if (at == 0)
                        return NULL;
                row = odd;
                v = at >> 32;
                e = (uint32_t)at;
        }
        fast_span(&h->name, (uint32_t)s, (uint32_t)n);
        fast_span(&h->value, (uint32_t)v, (uint32_t)(e - v));
        return row;
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
        const uint16_t *eol = ix->eol;
        uint64_t e = eol[ix->line_cnt - 1u];
        uint32_t once = SIP_HDR_NONE; /* as long as nothing single came again */

        for (uint64_t i = ix->line_cnt - 1u; i > 0; i--) {
                struct sip_hdr *h = &m->hdrs[i - 1];
                uint64_t s = eol[i - 1] + UINT64_C(2);
                const struct sip_hname_row *row = NULL;
                uint32_t what, next;
                uint8_t *first;

                if (__builtin_expect(fast_load2(f->b + e) == FAST_WORD2('\r', '\n'), 1))
                        row = fast_line(f, s, e, h);
                if (__builtin_expect(row == NULL, 0))
                        return f->b[s] == ' ' ? FAST_FOLD : FAST_DECLINED;
                e = s - 2;
                what = fast_load2(&row->id); /* and flags */
                first = &m->first[what & 0xff];
                next = *first;
                once &= next | row->list;
                what |= next << 16; /* next_same, and `reserved` */
                memcpy(&h->id, &what, sizeof(what));
                *first = (uint8_t)(i - 1);
                m->first[SIP_HDR_OTHER] = SIP_HDR_NONE;
        }
        m->hdr_cnt = (uint16_t)(ix->line_cnt - 1);
        return once == SIP_HDR_NONE ? FAST_TOOK : FAST_DECLINED;
}
_Static_assert(offsetof(struct sip_hname_row, flags) == offsetof(struct sip_hname_row, id) + 1 &&
                   offsetof(struct sip_hdr, flags) == offsetof(struct sip_hdr, id) + 1 &&
                   offsetof(struct sip_hdr, next_same) == offsetof(struct sip_hdr, id) + 2 &&
                   offsetof(struct sip_hdr, reserved) == offsetof(struct sip_hdr, id) + 3,
               "fast_lines() knows how a row and a header lie in memory");

static inline bool fast_headers(const struct fast *f, struct scan_index *ix)
{
        enum fast_took took;

        /* fast_line() loads so much before the end of the first name and from the last one on. */
        if (ix->line_cnt < 2 || ix->eol[0] < FAST_NAME_ROOM - 2 ||
            !fast_room(f, ix->eol[ix->line_cnt - 2u] + 2u, 8))
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
