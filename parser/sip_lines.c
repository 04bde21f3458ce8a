/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header section into lines and headers, RFC 3261 7.3. Each line is visited once, so the time
 * is linear.
 */
#include <string.h>

#include "parser/sip_cur.h"
#include "parser/sip_hname.h"
#include "parser/sip_state.h"

/* Octets looked at a time: first for lines that end among them, then for octets that no header
 * section has. Little of the body is read in vain. */
#define BLOCK_BYTES 64u

enum pending { PENDING_NONE, PENDING_HEADER, PENDING_SKIPPED };

struct walk {
        struct sip_state *s;
        uint32_t line;       /* where the current line starts */
        uint32_t value_from; /* of the pending header */
        uint32_t value_to;
        enum pending pending; /* what a continuation line would continue */
        bool start_done;
        bool crlf_seen;
        bool lf_seen;
        bool cr_before; /* the previous block ended in CR */
        uint8_t pairs;  /* CR LF that lie in the current block */
};

/* The pending header is complete: trim its value, link it, read it. */
static void flush(struct walk *w)
{
        struct sip_msg *m = w->s->m;
        uint8_t idx = (uint8_t)m->hdr_cnt;
        struct sip_hdr *h = &m->hdrs[idx];
        uint32_t from = w->value_from;
        uint32_t to = w->value_to;

        if (w->pending != PENDING_HEADER)
                return;
        w->pending = PENDING_NONE;
        while (from < to && sip_is(m->buf[from], SIP_CT_LWS))
                from++;
        while (to > from && sip_is(m->buf[to - 1], SIP_CT_LWS))
                to--;
        h->value = sip_span_make(from, to);
        h->next_same = SIP_HDR_NONE;
        m->hdr_cnt++;
        if (h->id == SIP_HDR_OTHER)
                return;
        if (m->first[h->id] == SIP_HDR_NONE)
                m->first[h->id] = idx;
        else
                m->hdrs[w->s->last[h->id]].next_same = idx;
        w->s->last[h->id] = idx;
        sip_fields_take(w->s, idx);
}

/* Only names outside the table need this: those in it were compared octet by octet. */
static void check_name(struct sip_state *s, uint32_t from, uint32_t to)
{
        struct sip_cur c = {s->m->buf, from, to, &s->m->anomalies};

        sip_cur_skip(&c, SIP_CT_TOKEN);
        if (c.pos < to || from == to)
                sip_state_note(s->m, SIP_ANOM_HDR_NAME, c.pos);
        else if (to - from > SIP_NAME_BYTES_MAX)
                sip_state_note(s->m, SIP_ANOM_HDR_NAME_TOO_LONG, from);
}

/* The first colon of the line [from, to), or `to`. */
static uint32_t find_colon(const struct sip_state *s, uint32_t from, uint32_t to)
{
        const uint8_t *b = s->m->buf;
        const uint8_t *colon = memchr(b + from, ':', to - from);

        return colon ? (uint32_t)(colon - b) : to;
}

static void open_header(struct walk *w, uint32_t to)
{
        struct sip_msg *m = w->s->m;
        struct sip_hdr *h = &m->hdrs[m->hdr_cnt];
        uint32_t colon = find_colon(w->s, w->line, to);
        uint32_t name_to = colon;

        if (colon == to) {
                sip_state_note(m, SIP_ANOM_HDR_NO_COLON, w->line);
                w->pending = PENDING_SKIPPED;
                return;
        }
        if (m->hdr_cnt == SIP_MSG_HDRS_MAX) {
                sip_state_note(m, SIP_ANOM_HDR_COUNT, w->line);
                w->s->stop = true;
                return;
        }
        while (name_to > w->line && (m->buf[name_to - 1] == ' ' || m->buf[name_to - 1] == '\t'))
                name_to--;
        if (name_to != colon)
                sip_state_note(m, SIP_ANOM_HDR_SPACE_BEFORE_COLON, name_to);
        h->name = sip_span_make(w->line, name_to);
        h->id = (uint8_t)sip_hname_find(m->buf + w->line, h->name.len);
        h->flags = h->name.len == 1 && h->id != SIP_HDR_OTHER ? SIP_HDR_F_COMPACT : 0;
        h->reserved = 0;
        if (h->id == SIP_HDR_OTHER)
                check_name(w->s, w->line, name_to);
        w->value_from = colon + 1;
        w->value_to = to;
        w->pending = PENDING_HEADER;
}

/* A line that begins with white space continues the one before it (RFC 3261 7.3.1). */
static void continuation(struct walk *w, uint32_t to)
{
        struct sip_msg *m = w->s->m;
        uint32_t p = w->line;

        while (p < to && (m->buf[p] == ' ' || m->buf[p] == '\t'))
                p++;
        if (p == to)
                sip_state_note(m, SIP_ANOM_HDR_FOLD_BLANK, w->line);
        if (w->pending == PENDING_NONE) {
                sip_state_note(m, SIP_ANOM_HDR_FIRST_FOLD, w->line);
                w->pending = PENDING_SKIPPED;
        } else if (w->pending == PENDING_HEADER) {
                m->hdrs[m->hdr_cnt].flags |= SIP_HDR_F_FOLDED;
                w->value_to = to;
                sip_state_note(m, SIP_ANOM_HDR_FOLDED, w->line);
        }
}

/* The line [w->line, to) without its line end. True when it is the empty one that ends the section.
 */
static bool take_line(struct walk *w, uint32_t to)
{
        uint8_t first;

        if (to == w->line) {
                flush(w);
                if (!w->start_done) { /* more leading line ends than may be skipped */
                        sip_state_note(w->s->m, SIP_ANOM_START_LINE, to);
                        w->s->stop = true;
                }
                return true;
        }
        first = w->s->m->buf[w->line];
        if (!w->start_done) {
                w->start_done = true;
                sip_start_line(w->s, w->line, to);
        } else if (first == ' ' || first == '\t') {
                continuation(w, to);
        } else {
                flush(w);
                open_header(w, to);
        }
        return w->s->stop;
}

/* The lines that end in [base, end). True when the section has ended. */
static bool take_block(struct walk *w, uint32_t base, uint32_t end)
{
        struct sip_msg *m = w->s->m;
        const uint32_t block = base;
        const uint8_t *lf;

        w->pairs = 0;
        while ((lf = memchr(m->buf + base, '\n', end - base))) {
                uint32_t eol = (uint32_t)(lf - m->buf);
                uint32_t to = eol;

                if (to > w->line && m->buf[to - 1] == '\r') {
                        to--;
                        w->crlf_seen = true;
                        w->pairs = (uint8_t)(w->pairs + (to >= block));
                } else {
                        w->lf_seen = true;
                }
                if (take_line(w, to)) {
                        m->header_end = (uint16_t)(w->s->stop ? 0 : eol + 1);
                        return true;
                }
                base = w->line = eol + 1;
        }
        return false;
}

/* Does [base, end) hold control characters other than HT, CR, LF, or octets above 0x7e? By
 * counting, which compilers turn into comparisons of many octets at once. */
static bool has_odd(const uint8_t *b, uint32_t base, uint32_t end)
{
        uint8_t out = 0, known = 0; /* a block has fewer octets than would wrap these */

        for (uint32_t p = base; p < end; p++) {
                out = (uint8_t)(out + ((uint8_t)(b[p] - 0x20) > 0x5e));
                known = (uint8_t)(known + (b[p] == '\t') + (b[p] == '\r') + (b[p] == '\n'));
        }
        return out != known;
}

/* How many CR are in [base, end); likewise. */
static uint8_t count_cr(const uint8_t *b, uint32_t base, uint32_t end)
{
        uint8_t n = 0;

        for (uint32_t p = base; p < end; p++)
                n = (uint8_t)(n + (b[p] == '\r'));
        return n;
}

/* Octets of the block [base, end) that header sections do not have. */
static void check_odd(struct walk *w, uint32_t base, uint32_t end)
{
        struct sip_msg *m = w->s->m;
        const uint8_t *cr = m->buf + base;
        const uint8_t *last = m->buf + base + BLOCK_BYTES - 1;

        w->s->odd |= has_odd(m->buf, base, end);
        /* A CR must have its LF right behind it; the last one of a block is left to the next. */
        if (w->cr_before && m->buf[base] != '\n')
                sip_state_note(m, SIP_ANOM_HDR_BARE_CR, base - 1);
        w->cr_before = false;
        if (count_cr(m->buf, base, end) == w->pairs)
                return;
        for (; (cr = memchr(cr, '\r', (size_t)(m->buf + end - cr))); cr++) {
                if (cr == last) {
                        w->cr_before = true;
                } else if (cr + 1 == m->buf + m->len || cr[1] != '\n') {
                        sip_state_note(m, SIP_ANOM_HDR_BARE_CR, (uint32_t)(cr - m->buf));
                        return;
                }
        }
}

/* The datagram ended before an empty line did. */
static void end_missing(struct walk *w)
{
        struct sip_msg *m = w->s->m;

        if (w->cr_before)
                sip_state_note(m, SIP_ANOM_HDR_BARE_CR, m->len - 1);
        if (w->line < m->len) {
                sip_state_note(m, SIP_ANOM_HDR_END_MISSING, w->line);
                take_line(w, m->len);
                flush(w);
                return;
        }
        /* The last line is whole: what is left out can only be the empty line (RFC 5118's files).
         */
        flush(w);
        sip_state_note(m, SIP_ANOM_HDR_END_IMPLIED, m->len);
        m->header_end = (uint16_t)m->len;
}

void sip_lines_split(struct sip_state *s)
{
        struct walk w = {.s = s};
        struct sip_msg *m = s->m;
        bool ended = false;

        for (uint32_t base = 0; base < m->len && !ended; base += BLOCK_BYTES) {
                uint32_t end = m->len - base < BLOCK_BYTES ? m->len : base + BLOCK_BYTES;

                ended = take_block(&w, base, end);
                if (ended && !s->stop)
                        end = m->header_end;
                check_odd(&w, base, end);
        }
        if (!ended)
                end_missing(&w);
        if (w.lf_seen)
                sip_state_note(m, w.crlf_seen ? SIP_ANOM_HDR_BARE_LF : SIP_ANOM_HDR_LF_ONLY, 0);
}
