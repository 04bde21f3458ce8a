/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fast_headers.h - lines to headers: name, identity, trimmed value, and the chains of headers with
 * one identity. Private.
 */
#ifndef SLUICE_PARSER_FAST_FAST_HEADERS_H
#define SLUICE_PARSER_FAST_FAST_HEADERS_H

#include <smmintrin.h>

#include "parser/fast/fast_run.h"
#include "parser/sip_hname_row.h"
#include "parser/sip_state.h"

/* Octets that are loaded before a colon. No header's colon is nearer to the start of a message. */
#define FAST_NAME_ROOM 16u

static inline __m128i fast_load16(const void *p)
{
        return _mm_loadu_si128((const __m128i *)p);
}

/* A mask of the last n of 16 octets lies at 16 - n ... */
static const uint8_t fast_last_n[32] = {[16] = 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                        0xff,        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

/* The row of the name [s, to), a run of plain octets; row 0 for one that the table does not have.
 * In a run, octets that differ in bit 0x20 alone are one letter in two cases. */
static inline const struct sip_hname_row *fast_name(const struct fast *f, uint32_t s, uint32_t to)
{
        const __m128i lower = _mm_set1_epi8(0x20);
        const uint8_t *end = f->b + to;
        uint32_t n = to - s;
        uint32_t few = n < 8 ? n : 8;
        uint64_t last = fast_tail8(end, few) | (UINT64_C(0x2020202020202020) >> (64 - 8 * few));
        uint64_t key = sip_hname_key(last, f->b[s] | 0x20, n);
        const struct sip_hname_row *row =
            &sip_hname_rows[sip_hname_slots[key * sip_hname_mult >> sip_hname_shift]];
        __m128i wire, mask;

        if (row->len != n)
                return sip_hname_rows;
        wire = _mm_or_si128(fast_load16(end - 16), lower);
        mask = fast_load16(fast_last_n + (n < 16 ? n : 16));
        if (!_mm_testz_si128(_mm_xor_si128(wire, fast_load16(row->last)), mask))
                return sip_hname_rows;
        if (n <= 16)
                return row;
        wire = _mm_or_si128(fast_load16(f->b + s), lower);
        if (!_mm_testz_si128(_mm_xor_si128(wire, fast_load16(row->first)),
                             _mm_set1_epi8((char)0xff)))
                return sip_hname_rows;
        return row;
}

static inline bool fast_blank(uint8_t c)
{
        return c == ' ' || c == '\t';
}

/* The line [s, e) as header idx; its chain is linked by the caller. NULL: declined. */
static inline const struct sip_hname_row *fast_header(const struct fast *f, uint32_t s, uint32_t e,
                                                      struct sip_hdr *h)
{
        const uint8_t *b = f->b;
        uint32_t name_to = fast_run(f, s);
        uint32_t colon = name_to;
        uint32_t v;

        while (b[colon] == ' ')
                colon++;
        if (b[colon] != ':' || name_to == s || name_to < FAST_NAME_ROOM ||
            name_to - s > SIP_NAME_BYTES_MAX || b[e] != '\r')
                return NULL;
        if (colon != name_to)
                sip_anom_add(&f->m->anomalies, SIP_ANOM_HDR_SPACE_BEFORE_COLON);
        v = colon + 1;
        v += b[v] == ' ';
        /* More blanks than the usual one, before or behind. */
        while (v < e && b[v] == ' ')
                v++;
        while (e > v && b[e - 1] == ' ')
                e--;
        h->name = sip_span_make(s, name_to);
        h->value = sip_span_make(v, e);
        return fast_name(f, s, name_to);
}

/*
 * All headers of a section. From the last line to the first, so that each header finds the next one
 * of its identity in first[], and no branch asks whether there is one.
 */
static inline bool fast_headers(const struct fast *f, const struct scan_index *ix)
{
        struct sip_msg *m = f->m;
        uint32_t again = 0;

        for (uint32_t i = ix->line_cnt - 1u; i > 0; i--) {
                struct sip_hdr *h = &m->hdrs[i - 1];
                const struct sip_hname_row *row =
                    fast_header(f, ix->eol[i - 1] + 1u, ix->eol[i] - 1u, h);

                if (!row)
                        return false;
                h->id = row->id;
                h->flags = row->flags;
                h->next_same = m->first[row->id];
                h->reserved = 0;
                again |= (uint32_t)(h->next_same != SIP_HDR_NONE) & row->single;
                m->first[row->id] = (uint8_t)(i - 1);
                m->first[SIP_HDR_OTHER] = SIP_HDR_NONE;
        }
        m->hdr_cnt = (uint16_t)(ix->line_cnt - 1);
        return again == 0;
}

#endif
