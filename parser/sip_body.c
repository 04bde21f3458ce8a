/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_body.h"

#include "parser/sip_hname.h"

static bool is(const uint8_t *buf, struct sip_span s, const char *word)
{
        return sip_span_ieq(buf, s, word, strlen(word));
}

static enum sip_body_kind kind_of(const uint8_t *buf, const struct sip_body_type *t)
{
        if (is(buf, t->type, "multipart"))
                return SIP_BODY_MULTIPART;
        if (is(buf, t->type, "application") && is(buf, t->subtype, "sdp"))
                return SIP_BODY_SDP;
        if (is(buf, t->type, "message") && is(buf, t->subtype, "sipfrag"))
                return SIP_BODY_SIPFRAG;
        if (is(buf, t->type, "message") && is(buf, t->subtype, "sip"))
                return SIP_BODY_SIP;
        return SIP_BODY_OTHER;
}

/* boundary := 0*69<bchars> bcharsnospace */
static bool boundary_ok(const uint8_t *buf, struct sip_span b)
{
        for (uint32_t i = 0; i < b.len; i++) {
                uint8_t c = buf[b.off + i];

                if (!sip_is(c, SIP_CT_ALPHA | SIP_CT_DIGIT) && !memchr("'()+_,-./:=? ", c, 13))
                        return false;
        }
        return b.len > 0 && b.len <= SIP_BODY_BOUNDARY_MAX && buf[b.off + b.len - 1] != ' ';
}

enum sip_value sip_body_type_parse(struct sip_cur *c, struct sip_body_type *out)
{
        enum sip_params_step step;
        struct sip_param p;

        memset(out, 0, sizeof(*out));
        sip_cur_lws(c);
        out->type = sip_value_token(c);
        sip_cur_lws(c);
        if (out->type.len == 0 || !sip_cur_at(c, '/'))
                return SIP_VALUE_SYNTAX;
        c->pos++;
        sip_cur_lws(c);
        out->subtype = sip_value_token(c);
        if (out->subtype.len == 0)
                return SIP_VALUE_SYNTAX;
        out->kind = (uint8_t)kind_of(c->buf, out);
        while ((step = sip_params_next(c, &p)) == SIP_PARAMS_ONE) {
                if (!sip_param_is(c->buf, &p, "boundary"))
                        continue;
                if (out->boundary.off != 0)
                        return SIP_VALUE_DUP;
                if (!boundary_ok(c->buf, p.value))
                        return SIP_VALUE_PARAM;
                out->boundary = p.value;
        }
        return step == SIP_PARAMS_END && c->pos == c->end ? SIP_VALUE_OK : SIP_VALUE_SYNTAX;
}

/* A delimiter line. */
struct mark {
        uint32_t from; /* where the line end in front of it begins, which belongs to it */
        uint32_t next; /* first octet behind its own line */
        bool last;     /* the closing one */
};

/* Is the line [from, to), without its LF, a delimiter of this boundary? */
static bool is_mark(const uint8_t *buf, uint32_t from, uint32_t to, struct sip_span b, bool *last)
{
        uint32_t at = from + 2u + b.len;

        if (to < at || buf[from] != '-' || buf[from + 1] != '-' ||
            memcmp(buf + from + 2, buf + b.off, b.len) != 0)
                return false;
        *last = to - at >= 2 && buf[at] == '-' && buf[at + 1] == '-';
        if (*last)
                at += 2;
        /* Only white space may follow; otherwise it is another, longer boundary. */
        while (at < to && sip_is(buf[at], SIP_CT_LWS))
                at++;
        return at == to;
}

/* The first delimiter line at or behind `from`, which begins a line. */
static bool find_mark(const uint8_t *buf, uint32_t from, uint32_t end, struct sip_span b,
                      struct mark *out)
{
        uint32_t start = from;

        while (from < end) {
                const uint8_t *lf = memchr(buf + from, '\n', end - from);
                uint32_t to = lf ? (uint32_t)(lf - buf) : end;

                if (is_mark(buf, from, to, b, &out->last)) {
                        out->from = from > start ? from - 1 : from;
                        if (out->from > start && buf[out->from - 1] == '\r')
                                out->from--;
                        out->next = lf ? to + 1 : end;
                        return true;
                }
                from = lf ? to + 1 : end;
        }
        return false;
}

static enum sip_body_fault fail(struct sip_body *o, enum sip_body_fault f, uint32_t off)
{
        o->fault = (uint8_t)f;
        o->fault_off = off;
        return f;
}

/* One header field of a part, folds included: [from, to). */
static enum sip_body_fault take_header(const struct sip_cur *c, uint32_t from, uint32_t to,
                                       struct sip_body *o, struct sip_body_part *p)
{
        const uint8_t *colon = memchr(c->buf + from, ':', to - from);
        struct sip_cur v = *c;
        uint32_t name_to;

        if (!colon || colon == c->buf + from)
                return fail(o, SIP_BODY_HEADERS, from);
        name_to = (uint32_t)(colon - c->buf);
        v.pos = name_to + 1;
        v.end = to;
        while (name_to > from && sip_is(c->buf[name_to - 1], SIP_CT_LWS))
                name_to--;
        sip_cur_lws(&v);
        while (v.end > v.pos && sip_is(v.buf[v.end - 1], SIP_CT_LWS))
                v.end--;
        switch (sip_hname_find(c->buf + from, name_to - from)) {
        case SIP_HDR_CONTENT_TYPE:
                if (p->type.type.off != 0)
                        return fail(o, SIP_BODY_HEADERS, from);
                return sip_body_type_parse(&v, &p->type) == SIP_VALUE_OK
                           ? SIP_BODY_OK
                           : fail(o, SIP_BODY_TYPE, v.pos);
        case SIP_HDR_CONTENT_ID:
                p->content_id = sip_span_make(v.pos, v.end);
                return SIP_BODY_OK;
        case SIP_HDR_CONTENT_DISPOSITION:
                p->disposition = sip_span_make(v.pos, v.end);
                return SIP_BODY_OK;
        default:
                return SIP_BODY_OK;
        }
}

/* A part [from, to): header fields up to an empty line, then its body. */
static enum sip_body_fault take_part(const struct sip_cur *c, uint32_t from, uint32_t to,
                                     struct sip_body *o, struct sip_body_part *p)
{
        uint32_t line = from, field = from;
        unsigned fields = 0;

        for (;;) {
                const uint8_t *lf = line < to ? memchr(c->buf + line, '\n', to - line) : NULL;
                uint32_t eol = lf ? (uint32_t)(lf - c->buf) : to;
                bool empty = eol == line || (eol == line + 1 && c->buf[line] == '\r');
                bool fold = line < to && (c->buf[line] == ' ' || c->buf[line] == '\t');

                /* A field is whole when the line behind it is no continuation. */
                if (line > field && !fold) {
                        enum sip_body_fault f = take_header(c, field, line, o, p);

                        if (f != SIP_BODY_OK)
                                return f;
                        if (++fields > SIP_BODY_PART_HDRS_MAX)
                                return fail(o, SIP_BODY_HEADERS, line);
                        field = line;
                }
                if (empty || line == to) {
                        p->headers = sip_span_make(from, line);
                        line = lf ? eol + 1 : to;
                        p->body = sip_span_make(line, to);
                        return SIP_BODY_OK;
                }
                line = lf ? eol + 1 : to;
        }
}

/* Open the multipart parts[index] and append what it holds. */
static enum sip_body_fault open_parts(const struct sip_cur *c, unsigned index, struct sip_body *o)
{
        const struct sip_body_part *outer = &o->parts[index];
        uint32_t from = outer->body.off;
        uint32_t end = from + outer->body.len;
        struct sip_span b = outer->type.boundary;
        struct mark m;

        if (outer->depth == SIP_BODY_DEPTH_MAX)
                return fail(o, SIP_BODY_DEPTH, from);
        if (b.len == 0)
                return fail(o, SIP_BODY_BOUNDARY, from);
        if (!find_mark(c->buf, from, end, b, &m))
                return fail(o, SIP_BODY_NO_PART, from);
        while (!m.last) {
                struct sip_body_part *p = &o->parts[o->parts_cnt];
                enum sip_body_fault f;

                from = m.next;
                if (!find_mark(c->buf, from, end, b, &m))
                        return fail(o, SIP_BODY_NO_END, from);
                if (o->parts_cnt == SIP_BODY_PARTS_MAX)
                        return fail(o, SIP_BODY_PARTS, from);
                memset(p, 0, sizeof(*p));
                p->parent = (uint8_t)index;
                p->depth = (uint8_t)(outer->depth + 1);
                f = take_part(c, from, m.from, o, p);
                if (f != SIP_BODY_OK)
                        return f;
                o->parts_cnt++;
        }
        return SIP_BODY_OK;
}

enum sip_body_fault sip_body_parse(const struct sip_cur *c, struct sip_span type,
                                   struct sip_body *out)
{
        struct sip_body_part *whole = &out->parts[0];
        struct sip_cur v = *c;

        memset(whole, 0, sizeof(*whole));
        out->fault = SIP_BODY_OK;
        out->fault_off = 0;
        out->parts_cnt = 1;
        whole->body = sip_span_make(c->pos, c->end);
        v.pos = type.off;
        v.end = (uint32_t)type.off + type.len;
        if (type.off != 0 && sip_body_type_parse(&v, &whole->type) != SIP_VALUE_OK)
                return fail(
                    out, whole->type.kind == SIP_BODY_MULTIPART ? SIP_BODY_BOUNDARY : SIP_BODY_TYPE,
                    v.pos);
        /* Parts that are appended while this runs are reached by it: no recursion. */
        for (unsigned i = 0; i < out->parts_cnt; i++) {
                if (out->parts[i].type.kind != SIP_BODY_MULTIPART)
                        continue;
                if (open_parts(c, i, out) != SIP_BODY_OK)
                        break;
        }
        return (enum sip_body_fault)out->fault;
}
