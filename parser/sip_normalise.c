/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_normalise.h"

#include "parser/sip_addr.h"
#include "parser/sip_edit_list.h"
#include "parser/sip_params.h"
#include "parser/sip_via.h"

static const struct sip_text nothing = {"", 0};

/* Line ends are put right from front to back. */
struct work {
        struct sip_edit *e;
        const struct sip_msg *m;
        uint32_t done; /* line ends before are done */
        bool all;      /* every line end is looked at; else only those of folded headers */
        bool spaces;   /* before colons */
        bool addrs;    /* something inside addresses */
        bool vias;     /* something inside Vias */
        bool params;   /* empty header parameters */
};

static bool has(const struct work *w, enum sip_anomaly a)
{
        return sip_anom_has(&w->m->anomalies, a);
}

static bool blank(uint8_t c)
{
        return c == ' ' || c == '\t';
}

/* The line end at lf, LF or CRLF, is followed by white space: both go. */
static void unfold(struct work *w, uint32_t lf, bool in_uri)
{
        const uint8_t *b = w->m->buf;
        uint32_t from = lf > 0 && b[lf - 1] == '\r' ? lf - 1 : lf;
        uint32_t to = lf + 1;

        while (to < w->m->header_end && blank(b[to]))
                to++;
        (void)sip_edit_splice(w->e, from, to - from, in_uri ? nothing : sip_text_of(" "));
        w->done = to;
}

/* All line ends before `to` that are not done yet. */
static void line_ends(struct work *w, uint32_t to, bool in_uri)
{
        const uint8_t *b = w->m->buf;

        while (w->done < to) {
                const uint8_t *at = memchr(b + w->done, '\n', to - w->done);
                uint32_t lf = at ? (uint32_t)(at - b) : to;

                if (at == NULL)
                        break;
                w->done = lf + 1;
                if (lf + 1 < w->m->header_end && blank(b[lf + 1]))
                        unfold(w, lf, in_uri);
                else if (lf == 0 || b[lf - 1] != '\r')
                        (void)sip_edit_splice(w->e, lf, 0, sip_text_of("\r"));
        }
        if (w->done < to)
                w->done = to;
}

static void cut(struct work *w, uint32_t at, uint32_t octets)
{
        (void)sip_edit_splice(w->e, at, octets, nothing);
}

static uint32_t span_end(struct sip_span s)
{
        return (uint32_t)s.off + s.len;
}

/* ":::" becomes "::" (RFC 5118 4.10). */
static void three_colons(struct work *w, struct sip_span host)
{
        for (uint32_t p = host.off; p + 3 <= span_end(host); p++) {
                if (memcmp(w->m->buf + p, ":::", 3) == 0) {
                        cut(w, p, 1);
                        return;
                }
        }
}

static struct sip_cur cursor(const struct work *w, struct sip_span v, struct sip_anom_set *notes)
{
        return (struct sip_cur){.buf = w->m->buf, .pos = v.off, .end = span_end(v), .notes = notes};
}

/* To the next element of a list; false at the end. A comma behind the last one goes. */
static bool next_element(struct work *w, struct sip_cur *c)
{
        uint32_t comma = c->pos;

        if (!sip_cur_at(c, ','))
                return false;
        c->pos++;
        sip_cur_lws(c);
        if (c->pos == c->end)
                cut(w, comma, 1);
        return c->pos < c->end;
}

/* Empty parameters among those of [from, to): of semicolons with nothing between them the last one
 * stays. What lies between them goes, and line ends with it. */
static void empty_params(struct work *w, uint32_t from, uint32_t to)
{
        struct sip_anom_set notes = {{0}};
        struct sip_cur c = {.buf = w->m->buf, .pos = from, .end = to, .notes = &notes};
        struct sip_span quoted;

        while (c.pos < to) {
                uint32_t semicolon = c.pos;

                if (sip_cur_at(&c, '"')) {
                        (void)sip_quoted_parse(&c, &quoted);
                        continue;
                }
                c.pos++;
                if (w->m->buf[semicolon] != ';')
                        continue;
                sip_cur_lws(&c);
                if (sip_cur_at(&c, ';')) {
                        line_ends(w, semicolon, false);
                        cut(w, semicolon, c.pos - semicolon);
                        w->done = c.pos;
                }
        }
}

/* One address. Of a faulty one what was read, too: a stray bracket is found behind it. */
static bool address(struct work *w, struct sip_cur *c, struct sip_addr *a)
{
        enum sip_anomaly fault = sip_addr_parse(c, a);

        if (fault == SIP_ANOM_ADDR_PARAM && has(w, SIP_ANOM_ADDR_STRAY_BRACKET) &&
            c->pos + 1 == c->end && sip_cur_at(c, '>')) {
                cut(w, c->pos, 1);
                return true;
        }
        return fault == SIP_ANOM_NONE;
}

static void addresses(struct work *w, struct sip_span value)
{
        struct sip_anom_set notes = {{0}};
        struct sip_cur c = cursor(w, value, &notes);
        struct sip_addr a;

        do {
                if (!address(w, &c, &a))
                        return;
                if (a.display.len != 0 && w->m->buf[span_end(a.display)] == '<') {
                        line_ends(w, span_end(a.display), false);
                        (void)sip_edit_splice(w->e, span_end(a.display), 0, sip_text_of(" "));
                }
                if (a.uri.all.len != 0) {
                        line_ends(w, a.uri.all.off, false);
                        three_colons(w, a.uri.host);
                        line_ends(w, span_end(a.uri.all), true);
                }
                if (w->params)
                        empty_params(w, span_end(a.uri.all), c.pos);
        } while (next_element(w, &c));
}

static void vias(struct work *w, struct sip_span value)
{
        struct sip_anom_set notes = {{0}};
        struct sip_cur c = cursor(w, value, &notes);
        struct sip_via v;

        do {
                if (sip_via_parse(&c, &v) != SIP_ANOM_NONE)
                        return;
                three_colons(w, v.host);
                three_colons(w, v.maddr);
                three_colons(w, v.received);
                if (v.received.len != 0 && w->m->buf[v.received.off] == '[') {
                        cut(w, v.received.off, 1);
                        cut(w, span_end(v.received) - 1, 1);
                }
                if (w->params)
                        empty_params(w, span_end(v.host), c.pos);
        } while (next_element(w, &c));
}

/* What stands between two elements of the start line, or behind the last, becomes `text`. */
static void between(struct work *w, uint32_t from, uint32_t to, const char *text)
{
        struct sip_text t = sip_text_of(text);

        if (to - from != t.len || memcmp(w->m->buf + from, t.at, t.len) != 0)
                (void)sip_edit_splice(w->e, from, to - from, t);
}

/* One SP between the elements, nothing behind the version of a request. */
static void start_line_space(struct work *w)
{
        const struct sip_msg *m = w->m;
        uint32_t end = span_end(m->start_line);
        uint32_t code = span_end(m->version);

        if (m->kind == SIP_KIND_REQUEST) {
                between(w, span_end(m->method_name), m->ruri.all.off, " ");
                between(w, span_end(m->ruri.all), m->version.off, " ");
                between(w, span_end(m->version), end, "");
        } else if (m->kind == SIP_KIND_RESPONSE) {
                while (code < end && blank(m->buf[code]))
                        code++;
                between(w, span_end(m->version), code, " ");
        }
}

static void start_line(struct work *w)
{
        const struct sip_msg *m = w->m;

        if (has(w, SIP_ANOM_START_LINE_SPACE))
                start_line_space(w);
        three_colons(w, m->ruri.host);
        if (has(w, SIP_ANOM_VERSION_CASE))
                (void)sip_edit_splice(w->e, m->version.off, m->version.len, sip_text_of("SIP/2.0"));
}

/* White space between a name and its colon. */
static void colon(struct work *w, const struct sip_hdr *h)
{
        uint32_t from = span_end(h->name);
        uint32_t to = from;

        while (to < w->m->len && blank(w->m->buf[to]))
                to++;
        if (to != from)
                cut(w, from, to - from);
}

static void value(struct work *w, const struct sip_hdr *h)
{
        uint32_t from;

        switch (h->id) {
        case SIP_HDR_VIA:
                if (w->vias)
                        vias(w, h->value);
                break;
        case SIP_HDR_FROM:
        case SIP_HDR_TO:
        case SIP_HDR_CONTACT:
        case SIP_HDR_ROUTE:
        case SIP_HDR_RECORD_ROUTE:
                if (w->addrs)
                        addresses(w, h->value);
                break;
        case SIP_HDR_CONTENT_LENGTH:
                if (!has(w, SIP_ANOM_CONTENT_LENGTH_STALE))
                        break;
                from = w->e->text_len;
                sip_edit_put_number(w->e, w->m->body_len);
                (void)sip_edit_commit(w->e, h->value.off, h->value.len, from);
                break;
        default:
                break;
        }
}

static void headers(struct work *w)
{
        const struct sip_msg *m = w->m;

        for (unsigned i = 0; i < m->hdr_cnt; i++) {
                const struct sip_hdr *h = &m->hdrs[i];

                if (w->all)
                        line_ends(w, h->name.off, false);
                else
                        w->done = h->name.off;
                if (w->spaces)
                        colon(w, h);
                value(w, h);
                if ((h->flags & SIP_HDR_F_FOLDED) != 0)
                        line_ends(w, i + 1u < m->hdr_cnt ? h[1].name.off : m->header_end, false);
        }
        if (w->all)
                line_ends(w, m->header_end, false);
}

static void end_of_message(struct work *w)
{
        const struct sip_msg *m = w->m;
        uint32_t end = (uint32_t)m->body_off + m->body_len;

        if (has(w, SIP_ANOM_HDR_END_IMPLIED))
                (void)sip_edit_splice(w->e, m->len, 0, sip_text_of("\r\n"));
        if (m->header_end != 0 && end < m->len)
                cut(w, end, m->len - end);
}

/* Everything that this file puts right. */
static bool nothing_to_do(const struct sip_msg *m)
{
        static const enum sip_anomaly cured[] = {
            SIP_ANOM_HDR_LF_ONLY,       SIP_ANOM_HDR_BARE_LF,
            SIP_ANOM_HDR_END_IMPLIED,   SIP_ANOM_HDR_SPACE_BEFORE_COLON,
            SIP_ANOM_HDR_FOLDED,        SIP_ANOM_SECOND_MESSAGE,
            SIP_ANOM_BODY_TRAILING,     SIP_ANOM_CONTENT_LENGTH_STALE,
            SIP_ANOM_URI_FOLDED,        SIP_ANOM_VERSION_CASE,
            SIP_ANOM_ADDR_NO_LWS,       SIP_ANOM_VIA_RECEIVED_BRACKETS,
            SIP_ANOM_IPV6_THREE_COLONS, SIP_ANOM_PARAM_EMPTY,
            SIP_ANOM_LIST_EMPTY_LAST,   SIP_ANOM_ADDR_STRAY_BRACKET,
            SIP_ANOM_START_LINE_SPACE};

        if (sip_anom_empty(&m->anomalies))
                return true;
        for (size_t i = 0; i < sizeof(cured) / sizeof(cured[0]); i++) {
                if (sip_anom_has(&m->anomalies, cured[i]))
                        return false;
        }
        return true;
}

enum sip_edit_status sip_normalise(struct sip_edit *e)
{
        struct work w = {.e = e, .m = e->msg};

        if (nothing_to_do(e->msg))
                return (enum sip_edit_status)e->status;
        w.all = has(&w, SIP_ANOM_HDR_LF_ONLY) || has(&w, SIP_ANOM_HDR_BARE_LF);
        w.spaces = has(&w, SIP_ANOM_HDR_SPACE_BEFORE_COLON);
        w.params = has(&w, SIP_ANOM_PARAM_EMPTY);
        w.vias = w.params || has(&w, SIP_ANOM_VIA_RECEIVED_BRACKETS) ||
                 has(&w, SIP_ANOM_IPV6_THREE_COLONS);
        w.addrs = w.params || has(&w, SIP_ANOM_URI_FOLDED) || has(&w, SIP_ANOM_ADDR_NO_LWS) ||
                  has(&w, SIP_ANOM_IPV6_THREE_COLONS) || has(&w, SIP_ANOM_LIST_EMPTY_LAST) ||
                  has(&w, SIP_ANOM_ADDR_STRAY_BRACKET);
        start_line(&w);
        headers(&w);
        end_of_message(&w);
        return (enum sip_edit_status)e->status;
}
