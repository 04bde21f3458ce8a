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

/* Octets that readers of values load before the end of one. The start line alone is that long,
 * nearly. */
#define FAST_VALUE_ROOM 16u

/* Octets that are loaded from where a line begins on. */
#define FAST_LINE_ROOM 32u

enum fast_took { FAST_TOOK, FAST_DECLINED, FAST_FOLD };

/* The row of the name of n octets at p, 1..28, that `wire` begins with, whatever is behind it; row
 * 0 of one that the table does not have. In a run, octets that differ in bit 0x20 alone are one
 * letter in two cases. */
static inline const struct sip_hname_row *fast_name(const uint8_t *p, uint64_t n, scan_vec wire)
{
        uint32_t first = fast_load4(p - 1), last = fast_load4(p + n - 4) >> 8 | (uint32_t)':' << 24;
        const struct sip_hname_row *row;
        uint32_t same;

        if (n == 1)
                first = (first & 0xffff) | (uint32_t)(':' << 16 | ' ' << 24);
        else if (n == 2)
                first = (first & 0xffffff) | (uint32_t)':' << 24;
        row = sip_hname_at(first, last);
        same = scan_both(scan_or(wire, scan_all(0x20)), scan_load(row->name));
        return row->len == n && (~same & ((UINT32_C(1) << n) - 1)) == 0 ? row
                                                                        : sip_hname_table.rows;
}

/* What a line begins with, where FAST_LINE_ROOM octets may not be there: `room` are, 5 at least;
 * the last three may be missing. No branch: whether a body is behind the last line, nobody can
 * foresee. */
static inline scan_vec fast_load_near_end(const uint8_t *p, uint32_t room)
{
        return scan_load_words(p, (room < FAST_LINE_ROOM ? room : FAST_LINE_ROOM) / 4);
}

/* A line that is not just "name: value" with a name of the table. Names and returns its row; NULL
 * when declined. */
static __attribute__((noinline)) const struct sip_hname_row *fast_odd_line(const struct fast *f,
                                                                           uint64_t s, uint64_t e,
                                                                           struct sip_hdr *h)
{
        const uint8_t *b = f->b;
        uint64_t n = scan_zeros(fast_bits(f, s)), v = s + n;

        /* Of a name outside the table it matters that it is not longer than was looked. */
        if (n == 0 || n > 56)
                return NULL;
        while (b[v] == ' ')
                v++;
        if (b[v] != ':')
                return NULL;
        if (v != s + n)
                sip_anom_add(&f->m->anomalies, SIP_ANOM_HDR_SPACE_BEFORE_COLON);
        v++;
        while (v < e && b[v] == ' ')
                v++;
        while (e > v && b[e - 1] == ' ')
                e--;
        fast_span(&h->name, s, s + n);
        fast_span(&h->value, v, e);
        f->m->first[SIP_HDR_OTHER] = SIP_HDR_NONE;
        if (n > SIP_HNAME_ROW_BYTES)
                return sip_hname_row_of(b + s, n);
        return fast_name(b + s, n, fast_load_near_end(b + s, f->len - (uint32_t)s));
}

/* All that fast_lines() has in registers. */
struct fast_at {
        const struct fast *f;
        uint64_t s, e;     /* the line */
        int64_t i;         /* its header */
        struct sip_hdr *h; /* the same */
        uint32_t once;     /* 0xff in bits 16..23, as long as nothing single came again */
};

/* Takes the line that begins with `wire`. Its name ends at the first stop; where 32 octets have
 * none, or another than a colon, no row fits. False when declined. */
static inline __attribute__((always_inline)) bool fast_line(const struct fast *f, scan_vec wire,
                                                            struct fast_at *at)
{
        const uint8_t *b = f->b;
        uint64_t n = scan_zeros32((uint32_t)fast_bits(f, at->s)), colon = at->s + n, v = colon + 2;
        const struct sip_hname_row *row =
            sip_hname_at(fast_load4(b + at->s - 1), fast_load4(b + colon - 3));
        uint32_t what, next;
        uint8_t *first;

        if (__builtin_expect(fast_load2(f->b + at->e) != FAST_WORD2('\r', '\n'), 0))
                return false;
        if (__builtin_expect(scan_fits(wire, row->name, row->care) && f->b[v] != ' ' &&
                                 f->b[at->e - 1] != ' ',
                             1)) {
                fast_span(&at->h->name, at->s, colon);
                fast_span(&at->h->value, v, at->e);
        } else {
                row = fast_odd_line(at->f, at->s, at->e, at->h);
                if (!row)
                        return false;
        }
        what = fast_load4(&row->id); /* and flags, and list */
        first = &f->m->first[what & 0xff];
        next = *first;
        fast_store2(&at->h->id, what);
        fast_store2(&at->h->next_same, next); /* and `reserved` */
        *first = (uint8_t)at->i;
        at->once &= what | next << 16;
        return true;
}

/* On to the line before. False behind the first. */
static inline bool fast_back(const struct fast *f, struct fast_at *at)
{
        at->e = at->s - 2;
        at->h--;
        if (--at->i < 0)
                return false;
        at->s = f->ix->eol[at->i] + UINT64_C(2);
        return true;
}

/*
 * All headers of a section. From the last line to the first, so that each header finds the next one
 * of its identity in first[], and no branch asks whether there is one.
 */
static inline __attribute__((always_inline)) enum fast_took fast_lines(const struct fast *caller)
{
        const struct fast here = *caller, *f = &here; /* which no store below can change */
        int64_t i = f->ix->line_cnt - 2;
        struct fast_at at = {
            caller, f->ix->eol[i] + UINT64_C(2), f->ix->eol[i + 1], i, &f->m->hdrs[i], UINT32_MAX};
        bool more = true, took;

        f->m->hdr_cnt = (uint16_t)(i + 1);
        do {
                took = fast_line(f, fast_load_near_end(f->b + at.s, f->len - (uint32_t)at.s), &at);
        } while (took && (more = fast_back(f, &at)) &&
                 __builtin_expect(f->len - at.s < FAST_LINE_ROOM, 0));
        while (more && took && (took = fast_line(f, scan_load(f->b + at.s), &at)))
                more = fast_back(f, &at);
        if (!took)
                return f->b[at.s] == ' ' ? FAST_FOLD : FAST_DECLINED;
        f->m->first[SIP_HDR_OTHER] = SIP_HDR_NONE;
        return (at.once >> 16 & 0xff) == SIP_HDR_NONE ? FAST_TOOK : FAST_DECLINED;
}
_Static_assert(offsetof(struct sip_hname_row, flags) == offsetof(struct sip_hname_row, id) + 1 &&
                   offsetof(struct sip_hname_row, list) == offsetof(struct sip_hname_row, id) + 2 &&
                   offsetof(struct sip_hdr, flags) == offsetof(struct sip_hdr, id) + 1 &&
                   offsetof(struct sip_hdr, reserved) == offsetof(struct sip_hdr, next_same) + 1,
               "fast_lines() knows how a row and a header lie in memory");

static inline bool fast_headers(const struct fast *f, struct scan_index *ix)
{
        enum fast_took took;

        /* Readers load so much before the end of the first value and from the last line on. */
        if (ix->line_cnt < 2 || ix->eol[0] < FAST_VALUE_ROOM - 2 ||
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
