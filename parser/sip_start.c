/* SPDX-License-Identifier: Apache-2.0 */
/* The start line, RFC 3261 7.1 and 7.2. */
#include <string.h>

#include "parser/sip_cur.h"
#include "parser/sip_method.h"
#include "parser/sip_num.h"
#include "parser/sip_state.h"
#include "parser/sip_uri.h"

static bool blank(uint8_t c)
{
        return c == ' ' || c == '\t';
}

static void check_version(struct sip_msg *m, struct sip_span v)
{
        const uint8_t *p = m->buf + v.off;

        m->version = v;
        if (v.len == 7 && memcmp(p, "SIP/2.0", 7) == 0)
                return;
        if (sip_span_ieq(m->buf, v, "sip/2.0", 7))
                sip_state_note(m, SIP_ANOM_VERSION_CASE, v.off);
        else
                sip_state_note(m, SIP_ANOM_VERSION, v.off);
}

/* SIP-Version SP 3DIGIT SP Reason-Phrase */
static void status_line(struct sip_msg *m, struct sip_cur *c)
{
        uint32_t from = c->pos;
        uint32_t code = 0;
        struct sip_span digits;

        while (c->pos < c->end && !blank(c->buf[c->pos]))
                c->pos++;
        check_version(m, sip_span_make(from, c->pos));
        if (!sip_cur_at(c, ' ')) {
                sip_state_note(m, SIP_ANOM_START_LINE, c->pos);
                return;
        }
        c->pos++;
        if (sip_cur_is(c, SIP_CT_LWS)) {
                sip_state_note(m, SIP_ANOM_START_LINE_SPACE, c->pos);
                sip_cur_lws(c);
        }
        from = c->pos;
        sip_cur_skip(c, SIP_CT_DIGIT);
        digits = sip_span_make(from, c->pos);
        if (digits.len == 0) {
                sip_state_note(m, SIP_ANOM_START_LINE, from);
                return;
        }
        m->kind = SIP_KIND_RESPONSE;
        if (digits.len != 3 || sip_num_parse(c->buf, digits, 699, &code) != SIP_NUM_OK ||
            code < 100)
                sip_state_note(m, SIP_ANOM_STATUS_RANGE, from);
        else
                m->status = (uint16_t)code;
        /* The SP is there even when the phrase is empty (RFC 4475 3.1.1.13). */
        if (!sip_cur_at(c, ' ')) {
                sip_state_note(m, SIP_ANOM_START_LINE, c->pos);
                return;
        }
        m->reason = sip_span_make(c->pos + 1, c->end);
}

static void check_method(struct sip_state *s, struct sip_span name)
{
        struct sip_msg *m = s->m;
        struct sip_cur c = {m->buf, name.off, (uint32_t)name.off + name.len, &m->anomalies};

        m->method_name = name;
        sip_cur_skip(&c, SIP_CT_TOKEN);
        if (c.pos != c.end) {
                sip_state_note(m, SIP_ANOM_METHOD_TOKEN, c.pos);
                return;
        }
        if (name.len > SIP_METHOD_BYTES_MAX)
                sip_state_note(m, SIP_ANOM_METHOD_TOO_LONG, name.off);
        m->method = (uint8_t)sip_method_find(m->buf + name.off, name.len);
        if (m->method != SIP_METHOD_OTHER)
                return;
        sip_state_note(m, SIP_ANOM_METHOD_UNKNOWN, name.off);
        if (sip_method_is_miscased(m->buf + name.off, name.len))
                sip_state_note(m, SIP_ANOM_METHOD_CASE, name.off);
}

static void check_ruri(struct sip_state *s, struct sip_span uri)
{
        struct sip_msg *m = s->m;
        struct sip_cur c = {m->buf, uri.off, (uint32_t)uri.off + uri.len, &m->anomalies};
        struct sip_anom_set before;
        enum sip_anomaly a;

        m->ruri.all = uri;
        if (m->buf[uri.off] == '<') {
                sip_state_note(m, SIP_ANOM_RURI_BRACKETS, uri.off);
                return;
        }
        before = m->anomalies;
        a = sip_uri_parse(&c, &m->ruri);
        /* No URI has a blank in it, so only a bad one is searched; then nothing of it counts. */
        for (uint32_t p = uri.off; a != SIP_ANOM_NONE && p < c.end; p++) {
                if (blank(m->buf[p])) {
                        m->ruri = (struct sip_uri){.all = uri};
                        m->anomalies = before;
                        sip_state_note(m, SIP_ANOM_RURI_SPACE, p);
                        return;
                }
        }
        if (a != SIP_ANOM_NONE) {
                sip_state_note(m, SIP_ANOM_RURI, c.pos);
                sip_state_note(m, a, c.pos);
        } else if (m->ruri.headers.off != 0) {
                sip_state_note(m, SIP_ANOM_RURI_HEADERS, m->ruri.headers.off);
        }
}

/*
 * Method SP Request-URI SP SIP-Version: the method ends at the first blank and the version begins
 * after the last one, so that a damaged line still gives up what it holds.
 */
static void request_line(struct sip_state *s, uint32_t from, uint32_t to)
{
        struct sip_msg *m = s->m;
        const uint8_t *b = m->buf;
        uint32_t end = to;
        uint32_t first = from;
        uint32_t last, uri_from, uri_to;

        while (end > from && blank(b[end - 1]))
                end--;
        while (first < end && !blank(b[first]))
                first++;
        for (last = end; last > first && !blank(b[last - 1]); last--)
                ;
        if (first == from || last <= first + 1) {
                sip_state_note(
                    m, first == from && end > from ? SIP_ANOM_METHOD_TOKEN : SIP_ANOM_START_LINE,
                    from);
                return;
        }
        for (uri_from = first; uri_from < last && blank(b[uri_from]); uri_from++)
                ;
        for (uri_to = last; uri_to > uri_from && blank(b[uri_to - 1]); uri_to--)
                ;
        check_method(s, sip_span_make(from, first));
        if (uri_to == uri_from || end - last < 4 ||
            !sip_span_ieq(b, sip_span_make(last, last + 4), "sip/", 4)) {
                sip_state_note(m, SIP_ANOM_START_LINE, last);
                return;
        }
        m->kind = SIP_KIND_REQUEST;
        if (end != to || uri_from != first + 1 || uri_to + 1 != last || b[first] != ' ' ||
            b[uri_to] != ' ')
                sip_state_note(m, SIP_ANOM_START_LINE_SPACE, end != to ? end : first);
        check_version(m, sip_span_make(last, end));
        check_ruri(s, sip_span_make(uri_from, uri_to));
}

void sip_start_line(struct sip_state *s, uint32_t from, uint32_t to)
{
        struct sip_msg *m = s->m;
        struct sip_cur c = {m->buf, from, to, &m->anomalies};

        m->start_line = sip_span_make(from, to);
        if (to - from >= 4 && sip_span_ieq(m->buf, sip_span_make(from, from + 4), "sip/", 4))
                status_line(m, &c);
        else
                request_line(s, from, to);
}
