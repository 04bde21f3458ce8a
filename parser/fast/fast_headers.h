/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fast_headers.h - lines to headers: name, identity, trimmed value, and the chains of headers with
 * one identity. Private.
 */
#ifndef SLUICE_PARSER_FAST_FAST_HEADERS_H
#define SLUICE_PARSER_FAST_FAST_HEADERS_H

#include "parser/fast/fast_fold.h"
#include "parser/fast/fast_number.h"
#include "parser/sip_hname_row.h"
#include "parser/sip_state.h"

/* Octets that are loaded before the end of a name and its colon. The start line alone is that long,
 * nearly. */
#define FAST_NAME_ROOM 16u

/* Do 16 octets and 16 of a row agree in the bits that count? */
static inline bool fast_same16(__m128i wire, const char *row, __m128i care)
{
        return _mm_testz_si128(_mm_xor_si128(wire, fast_load16(row)), care);
}

/* Where the name of n octets at p would be in the table. */
static inline const struct sip_hname_row *fast_slot(const uint8_t *p, uint64_t n)
{
        return sip_hname_at(fast_load4(p - 1), fast_load4(p + n - 3));
}

/* Are the octets up to v those of the row: its name's last ones, ":" and SP? */
static inline bool fast_same_last(__m128i wire, const struct sip_hname_row *row)
{
        return fast_same16(wire, row->last, fast_load16(row->care));
}

enum fast_took { FAST_TOOK, FAST_DECLINED, FAST_FOLD };

/* The row of the name of n octets at p, whatever is behind it; row 0 of one that the table does not
 * have. In a run, octets that differ in bit 0x20 alone are one letter in two cases. */
static inline const struct sip_hname_row *fast_name(const uint8_t *p, uint64_t n)
{
        const uint8_t *colon = p + n;
        uint32_t first = fast_load4(p - 1), last = fast_load4(colon - 4) >> 8 | (uint32_t)':' << 24;
        __m128i end = _mm_insert_epi16(fast_load16(colon - 14), ':' | ' ' << 8, 7);
        const struct sip_hname_row *row;

        if (n == 1)
                first = (first & 0xffff) | (uint32_t)(':' << 16 | ' ' << 24);
        else if (n == 2)
                first = (first & 0xffffff) | (uint32_t)':' << 24;
        row = sip_hname_at(first, last);
        if (row->len != n || !fast_same_last(end, row) ||
            (n > SIP_HNAME_LAST && !fast_same16(_mm_or_si128(fast_load16(p), _mm_set1_epi8(0x20)),
                                                row->first, _mm_set1_epi8((char)0xff))))
                return sip_hname_table.rows;
        return row;
}

/* A header line that is not just "name: value" with a short name of the table: the name of n octets
 * at s, the line's end e. Returns where its value is: v << 32 | e; 0: declined. */
static __attribute__((noinline)) uint64_t fast_odd_line(struct sip_msg *m, uint64_t s, uint64_t n,
                                                        uint64_t e,
                                                        const struct sip_hname_row **row)
{
        const uint8_t *b = m->buf;
        uint64_t v = s + n;

        /* Of a name outside the table it matters that it is not longer than was looked. */
        if (n == 0 || n > 56)
                return 0;
        *row = fast_name(b + s, n);
        m->first[SIP_HDR_OTHER] = SIP_HDR_NONE;
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
        uint64_t n = scan_zeros(fast_bits(f, s));
        const uint8_t *p = f->b + s;
        const struct sip_hname_row *row = fast_slot(p, n);
        uint64_t v = s + n + 2;

        if (__builtin_expect(!fast_same_last(fast_load16(p + n - 14), row) ||
                                 row->len_last != (uint8_t)n || p[n + 2] == ' ' ||
                                 f->b[e - 1] == ' ',
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
static __attribute__((noinline)) enum fast_took fast_lines(const struct fast *caller)
{
        const struct fast here = *caller, *f = &here; /* which no store below can change */
        struct sip_msg *m = f->m;
        const uint16_t *eol = f->ix->eol;
        int64_t i = f->ix->line_cnt - 1;
        uint64_t e = eol[i];
        struct sip_hdr *h = &m->hdrs[i];
        uint32_t once = UINT32_MAX; /* in bits 16..23, as long as nothing single came again */

        m->hdr_cnt = (uint16_t)i;
        while (--i >= 0) {
                const struct sip_hname_row *row = NULL;
                uint64_t s = eol[i] + UINT64_C(2);
                uint32_t what, next;
                uint8_t *first;

                h--;
                if (__builtin_expect(fast_load2(f->b + e) == FAST_WORD2('\r', '\n'), 1))
                        row = fast_line(f, s, e, h);
                if (__builtin_expect(row == NULL, 0))
                        return f->b[s] == ' ' ? FAST_FOLD : FAST_DECLINED;
                e = s - 2;
                what = fast_load4(&row->id); /* and flags, and list */
                first = &m->first[what & 0xff];
                next = *first;
                fast_store2(&h->id, what);
                fast_store2(&h->next_same, next); /* and `reserved` */
                *first = (uint8_t)i;
                once &= what | next << 16;
        }
        m->first[SIP_HDR_OTHER] = SIP_HDR_NONE;
        return (once >> 16 & 0xff) == SIP_HDR_NONE ? FAST_TOOK : FAST_DECLINED;
}
_Static_assert(offsetof(struct sip_hname_row, flags) == offsetof(struct sip_hname_row, id) + 1 &&
                   offsetof(struct sip_hname_row, list) == offsetof(struct sip_hname_row, id) + 2 &&
                   offsetof(struct sip_hdr, flags) == offsetof(struct sip_hdr, id) + 1 &&
                   offsetof(struct sip_hdr, reserved) == offsetof(struct sip_hdr, next_same) + 1,
               "fast_lines() knows how a row and a header lie in memory");

static inline bool fast_headers(const struct fast *f, struct scan_index *ix)
{
        enum fast_took took;

        /* fast_line() loads so much before the end of the first name and from the last one on. */
        if (ix->line_cnt < 2 || ix->eol[0] < FAST_NAME_ROOM - 2 ||
            !fast_room(f, ix->eol[ix->line_cnt - 2u] + 2u, 8))
                return false;
        took = fast_lines(f);
        if (__builtin_expect(took == FAST_FOLD, 0)) {
                sip_msg_begin(f->m, f->b, f->len);
                if (!fast_fold_lines(f, ix))
                        return false;
                took = fast_lines(f);
                if (took == FAST_TOOK && !fast_fold_values(f))
                        return false;
        }
        return took == FAST_TOOK;
}

#endif
