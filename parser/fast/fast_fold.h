/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fast_fold.h - folded header values (RFC 3261 7.3.1). One message in a hundred has one, so all of
 * this stands aside. Private.
 */
#ifndef SLUICE_PARSER_FAST_FAST_FOLD_H
#define SLUICE_PARSER_FAST_FAST_FOLD_H

#include "parser/fast/fast_run.h"
#include "parser/scan/scan.h"

/* Takes the line ends inside values out of the index. False when a line should not be folded: the
 * grammar finds what is wrong with it. */
static __attribute__((noinline, cold)) bool fast_fold_lines(const struct fast *f,
                                                            struct scan_index *ix)
{
        const uint8_t *b = f->b;
        uint16_t kept = 1; /* lines, the start line first */

        for (uint32_t i = 1; i < ix->line_cnt; i++) {
                uint32_t p = ix->eol[i - 1] + 2u;
                uint32_t e = ix->eol[i];

                if (b[p] != ' ') {
                        ix->eol[kept++] = ix->eol[i];
                        continue;
                }
                while (b[p] == ' ')
                        p++;
                if (p == e || fast_load2(b + e) != FAST_WORD2('\r', '\n') ||
                    fast_load2(b + ix->eol[i - 1]) != FAST_WORD2('\r', '\n') || kept == 1)
                        return false;
                ix->eol[kept - 1] = ix->eol[i];
                sip_anom_add(&f->m->anomalies, SIP_ANOM_HDR_FOLDED);
        }
        ix->line_cnt = kept;
        return true;
}

/* Marks the headers that are folded; a fold in front of a value is no part of it. False when there
 * is one that must not be folded. */
static __attribute__((noinline, cold)) bool fast_fold_values(const struct fast *f)
{
        struct sip_msg *m = f->m;

        for (unsigned i = 0; i < m->hdr_cnt; i++) {
                struct sip_hdr *h = &m->hdrs[i];
                uint32_t from = (uint32_t)h->name.off + h->name.len;
                uint32_t v = h->value.off, e = v + h->value.len;

                if (!memchr(f->b + from, '\n', e - from))
                        continue;
                while (v < e && sip_is(f->b[v], SIP_CT_LWS))
                        v++;
                h->value = sip_span_make(v, e);
                h->flags |= SIP_HDR_F_FOLDED;
                if (h->id == SIP_HDR_CONTENT_LENGTH)
                        return false;
        }
        return true;
}

#endif
