/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/match/match_field.h"

#include <stddef.h>
#include <string.h>

#include "parser/match/match_transform.h"
#include "parser/sip_hname.h"
#include "parser/sip_uri_part.h"

enum {
        ONE = 0,
        MANY = 1,
        NONE = MATCH_PARAM_NONE,
        HEADER = MATCH_PARAM_HEADER,
        NAME = MATCH_PARAM_NAME
};

const struct match_field_info match_fields[MATCH_FIELD_CNT] = {
#define BYTES(ID, n, arity, parameter) \
        [MATCH_FIELD_##ID] = {.name = (n), .many = (arity), .param = (parameter)},
#define NUMBER(ID, n, lowest, highest) \
        [MATCH_FIELD_##                \
            ID] = {.name = (n), .type = MATCH_TYPE_NUMBER, .low = (lowest), .high = (highest)},
#define WORD(ID, n) [MATCH_FIELD_##ID] = {.name = (n), .type = MATCH_TYPE_WORD},
#include "parser/match/fields.def"
#undef BYTES
#undef NUMBER
#undef WORD
};

/* ---- headers ---- */

static bool name_is(const uint8_t *buf, struct sip_span s, const uint8_t *name, uint32_t len)
{
        if (s.len != len)
                return false;
        for (uint32_t i = 0; i < len; i++) {
                uint8_t a = buf[s.off + i];
                uint8_t b = name[i];

                if (a != b && (sip_lower(a) != sip_lower(b)))
                        return false;
        }
        return true;
}

/* The next header of a known kind, from it->hdr on. */
static const struct sip_hdr *hdr_known(const struct sip_msg *m, unsigned id, struct match_iter *it)
{
        uint8_t i = it->hdr == 0 ? m->first[id] : m->hdrs[it->hdr - 1u].next_same;

        if (i == SIP_HDR_NONE)
                return NULL;
        it->hdr = (uint16_t)(i + 1u);
        return &m->hdrs[i];
}

static const struct sip_hdr *hdr_named(const struct sip_msg *m, const uint8_t *name, uint32_t len,
                                       struct match_iter *it)
{
        for (uint32_t i = it->hdr; i < m->hdr_cnt; i++) {
                const struct sip_hdr *h = &m->hdrs[i];

                if (h->id == SIP_HDR_OTHER && name_is(m->buf, h->name, name, len)) {
                        it->hdr = (uint16_t)(i + 1u);
                        return h;
                }
        }
        it->hdr = m->hdr_cnt;
        return NULL;
}

/* A folded value as one line. */
static struct match_bytes unfold(const uint8_t *p, uint32_t len, uint8_t *copy)
{
        uint32_t n = 0;

        for (uint32_t i = 0; i < len; i++) {
                if (p[i] != '\r' && p[i] != '\n') {
                        copy[n++] = p[i];
                        continue;
                }
                while (n > 0 && (copy[n - 1] == ' ' || copy[n - 1] == '\t'))
                        n--;
                while (i + 1 < len && (p[i + 1] == '\r' || p[i + 1] == '\n' || p[i + 1] == ' ' ||
                                       p[i + 1] == '\t'))
                        i++;
                copy[n++] = ' ';
        }
        return (struct match_bytes){copy, n};
}

/* ---- the fields that the parser has read ---- */

static const uint16_t span_at[MATCH_FIELD_CNT] = {
    [MATCH_FIELD_METHOD] = offsetof(struct sip_msg, method_name),
    [MATCH_FIELD_URI] = offsetof(struct sip_msg, ruri.all),
    [MATCH_FIELD_STAT_MSG] = offsetof(struct sip_msg, reason),
    [MATCH_FIELD_PROTOCOL] = offsetof(struct sip_msg, version),
    [MATCH_FIELD_RURI_USER] = offsetof(struct sip_msg, ruri.user),
    [MATCH_FIELD_RURI_HOST] = offsetof(struct sip_msg, ruri.host),
    [MATCH_FIELD_FROM_DISPLAY] = offsetof(struct sip_msg, from.display),
    [MATCH_FIELD_FROM_URI] = offsetof(struct sip_msg, from.uri.all),
    [MATCH_FIELD_FROM_USER] = offsetof(struct sip_msg, from.uri.user),
    [MATCH_FIELD_FROM_HOST] = offsetof(struct sip_msg, from.uri.host),
    [MATCH_FIELD_FROM_TAG] = offsetof(struct sip_msg, from.tag),
    [MATCH_FIELD_TO_DISPLAY] = offsetof(struct sip_msg, to.display),
    [MATCH_FIELD_TO_URI] = offsetof(struct sip_msg, to.uri.all),
    [MATCH_FIELD_TO_USER] = offsetof(struct sip_msg, to.uri.user),
    [MATCH_FIELD_TO_HOST] = offsetof(struct sip_msg, to.uri.host),
    [MATCH_FIELD_TO_TAG] = offsetof(struct sip_msg, to.tag),
    [MATCH_FIELD_CALL_ID] = offsetof(struct sip_msg, call_id),
    [MATCH_FIELD_CSEQ_METHOD] = offsetof(struct sip_msg, cseq.method_name),
    [MATCH_FIELD_VIA_TRANSPORT] = offsetof(struct sip_msg, via.transport),
    [MATCH_FIELD_VIA_HOST] = offsetof(struct sip_msg, via.host),
    [MATCH_FIELD_VIA_BRANCH] = offsetof(struct sip_msg, via.branch),
};

static struct sip_span parsed_span(enum match_field field, const struct sip_msg *m)
{
        struct sip_span s = {0, 0};

        if (span_at[field] != 0)
                memcpy(&s, (const uint8_t *)m + span_at[field], sizeof(s));
        return s;
}

static struct sip_span kind_line(const struct sip_msg *m, enum sip_kind kind)
{
        return m->kind == kind ? m->start_line : (struct sip_span){0, 0};
}

/* Parts of the message with their line ends, as Suricata's frames have them. */
static bool frame_bytes(enum match_field field, const struct sip_msg *m, struct match_bytes *out)
{
        bool request = field <= MATCH_FIELD_FRAME_REQUEST_BODY;
        uint32_t line_end = (uint32_t)m->start_line.off + m->start_line.len;
        uint32_t body_end = (uint32_t)m->body_off + m->body_len;
        uint32_t from = 0;
        uint32_t to = m->len;

        if (m->kind != (request ? SIP_KIND_REQUEST : SIP_KIND_RESPONSE))
                return false;
        while (line_end < m->len && m->buf[line_end] == '\r')
                line_end++;
        if (line_end < m->len && m->buf[line_end] == '\n')
                line_end++;
        switch (field) {
        case MATCH_FIELD_FRAME_REQUEST_LINE:
        case MATCH_FIELD_FRAME_RESPONSE_LINE:
                from = m->start_line.off;
                to = line_end;
                break;
        case MATCH_FIELD_FRAME_REQUEST_HEADERS:
        case MATCH_FIELD_FRAME_RESPONSE_HEADERS:
                from = line_end;
                to = m->header_end;
                /* the empty line is no header */
                if (to > from && m->buf[to - 1] == '\n')
                        to--;
                if (to > from && m->buf[to - 1] == '\r')
                        to--;
                break;
        default: /* the bodies */
                if (m->header_end == 0 || m->body_len == 0)
                        return false;
                from = m->body_off;
                to = body_end;
                break;
        }
        if (to <= from)
                return false;
        *out = (struct match_bytes){m->buf + from, to - from};
        return true;
}

/* The names of the headers in their order, with commas between: devices differ in it. */
static bool header_order(const struct sip_msg *m, uint8_t *copy, struct match_bytes *out)
{
        uint32_t n = 0;

        for (uint32_t i = 0; i < m->hdr_cnt; i++) {
                const struct sip_hdr *h = &m->hdrs[i];

                /* all names, and a comma for each colon, are in the message: they fit */
                if (n != 0)
                        copy[n++] = ',';
                memcpy(copy + n, m->buf + h->name.off, h->name.len);
                n += h->name.len;
        }
        *out = (struct match_bytes){copy, n};
        return n != 0;
}

/* ---- one instance fields ---- */

static bool single(enum match_field field, const struct match_facts *f, struct match_work *work,
                   struct match_bytes *out)
{
        const struct sip_msg *m = f->msg;
        struct sip_span s;

        switch (field) {
        case MATCH_FIELD_PAYLOAD:
                *out = (struct match_bytes){f->payload, f->payload_len};
                return true;
        case MATCH_FIELD_FRAME_PDU:
                *out = (struct match_bytes){m->buf, m->len};
                return true;
        case MATCH_FIELD_HEADER_ORDER:
                return header_order(m, work->copy, out);
        case MATCH_FIELD_BODY:
                *out = (struct match_bytes){m->buf + m->body_off, m->body_len};
                return m->header_end != 0 && m->body_len != 0;
        case MATCH_FIELD_STAT_CODE:
                if (m->kind != SIP_KIND_RESPONSE || m->status == 0)
                        return false;
                for (unsigned i = 0, v = m->status; i < 3; i++, v /= 10)
                        work->copy[2 - i] = (uint8_t)('0' + v % 10);
                *out = (struct match_bytes){work->copy, 3};
                return true;
        case MATCH_FIELD_REQUEST_LINE:
                s = kind_line(m, SIP_KIND_REQUEST);
                break;
        case MATCH_FIELD_RESPONSE_LINE:
                s = kind_line(m, SIP_KIND_RESPONSE);
                break;
        default:
                if (field < MATCH_FIELD_METHOD)
                        return frame_bytes(field, m, out);
                s = parsed_span(field, m);
                break;
        }
        *out = (struct match_bytes){m->buf + s.off, s.len};
        /* the start line's own fields begin at 0, and none of them is empty */
        return s.len != 0 || s.off != 0;
}

/* ---- fields of headers ---- */

static unsigned header_of(enum match_field field, unsigned nth)
{
        switch (field) {
        case MATCH_FIELD_FROM:
                return nth == 0 ? SIP_HDR_FROM : 0;
        case MATCH_FIELD_TO:
                return nth == 0 ? SIP_HDR_TO : 0;
        case MATCH_FIELD_VIA:
                return nth == 0 ? SIP_HDR_VIA : 0;
        case MATCH_FIELD_USER_AGENT:
                return nth == 0 ? SIP_HDR_USER_AGENT : 0;
        case MATCH_FIELD_CONTENT_TYPE:
                return nth == 0 ? SIP_HDR_CONTENT_TYPE : 0;
        case MATCH_FIELD_CONTENT_LENGTH:
                return nth == 0 ? SIP_HDR_CONTENT_LENGTH : 0;
        case MATCH_FIELD_CONTACT:
        case MATCH_FIELD_CONTACT_DISPLAY:
        case MATCH_FIELD_CONTACT_USER:
        case MATCH_FIELD_CONTACT_HOST:
        case MATCH_FIELD_CONTACT_PARAMS:
                return nth == 0 ? SIP_HDR_CONTACT : 0;
        case MATCH_FIELD_PAI:
        case MATCH_FIELD_PAI_DISPLAY:
        case MATCH_FIELD_PAI_USER:
        case MATCH_FIELD_PAI_HOST:
                return nth == 0 ? SIP_HDR_P_ASSERTED_IDENTITY : 0;
        case MATCH_FIELD_PPI:
        case MATCH_FIELD_PPI_DISPLAY:
        case MATCH_FIELD_PPI_USER:
        case MATCH_FIELD_PPI_HOST:
                return nth == 0 ? SIP_HDR_P_PREFERRED_IDENTITY : 0;
        case MATCH_FIELD_REFER_TO:
        case MATCH_FIELD_REFER_TO_USER:
        case MATCH_FIELD_REFER_TO_HOST:
                return nth == 0 ? SIP_HDR_REFER_TO : 0;
        case MATCH_FIELD_DIVERSION:
        case MATCH_FIELD_DIVERSION_USER:
        case MATCH_FIELD_DIVERSION_HOST:
                return nth == 0 ? SIP_HDR_DIVERSION : 0;
        case MATCH_FIELD_SERVER:
                return nth == 0 ? SIP_HDR_SERVER : 0;
        case MATCH_FIELD_ALLOW:
                return nth == 0 ? SIP_HDR_ALLOW : 0;
        case MATCH_FIELD_SUPPORTED:
                return nth == 0 ? SIP_HDR_SUPPORTED : 0;
        case MATCH_FIELD_REQUIRE:
                return nth == 0 ? SIP_HDR_REQUIRE : 0;
        case MATCH_FIELD_PROXY_REQUIRE:
                return nth == 0 ? SIP_HDR_PROXY_REQUIRE : 0;
        case MATCH_FIELD_EVENT:
                return nth == 0 ? SIP_HDR_EVENT : 0;
        case MATCH_FIELD_SUBSCRIPTION_STATE:
                return nth == 0 ? SIP_HDR_SUBSCRIPTION_STATE : 0;
        case MATCH_FIELD_SESSION_EXPIRES:
                return nth == 0 ? SIP_HDR_SESSION_EXPIRES : 0;
        case MATCH_FIELD_RACK:
                return nth == 0 ? SIP_HDR_RACK : 0;
        case MATCH_FIELD_REPLACES:
                return nth == 0 ? SIP_HDR_REPLACES : 0;
        case MATCH_FIELD_IDENTITY:
                return nth == 0 ? SIP_HDR_IDENTITY : 0;
        case MATCH_FIELD_AUTH_SCHEME:
        case MATCH_FIELD_AUTH_USER:
        case MATCH_FIELD_AUTH_REALM:
        case MATCH_FIELD_AUTH_NONCE:
        case MATCH_FIELD_AUTH_URI:
        case MATCH_FIELD_AUTH_RESPONSE:
                return nth == 0   ? SIP_HDR_AUTHORIZATION
                       : nth == 1 ? SIP_HDR_PROXY_AUTHORIZATION
                                  : 0;
        case MATCH_FIELD_CHALLENGE:
                return nth == 0   ? SIP_HDR_WWW_AUTHENTICATE
                       : nth == 1 ? SIP_HDR_PROXY_AUTHENTICATE
                                  : 0;
        default:
                return 0;
        }
}

/* The next header that b's field is in. */
static const struct sip_hdr *hdr_next(const struct match_buffer *b, const uint8_t *name,
                                      const struct sip_msg *m, struct match_iter *it)
{
        if (b->field == MATCH_FIELD_HEADER)
                return b->hdr != 0 ? hdr_known(m, b->hdr, it) : hdr_named(m, name, b->name.len, it);
        for (;;) {
                unsigned id = header_of((enum match_field)b->field, it->step);
                const struct sip_hdr *h;

                if (id == 0)
                        return NULL;
                h = hdr_known(m, id, it);
                if (h != NULL)
                        return h;
                it->step++;
                it->hdr = 0;
        }
}

enum part { PART_WHOLE = 0, PART_DISPLAY, PART_USER, PART_HOST, PART_PARAMS, PART_AUTH };

static enum part part_of(enum match_field field)
{
        switch (field) {
        case MATCH_FIELD_CONTACT_DISPLAY:
        case MATCH_FIELD_PAI_DISPLAY:
        case MATCH_FIELD_PPI_DISPLAY:
                return PART_DISPLAY;
        case MATCH_FIELD_CONTACT_USER:
        case MATCH_FIELD_PAI_USER:
        case MATCH_FIELD_PPI_USER:
        case MATCH_FIELD_REFER_TO_USER:
        case MATCH_FIELD_DIVERSION_USER:
                return PART_USER;
        case MATCH_FIELD_CONTACT_HOST:
        case MATCH_FIELD_PAI_HOST:
        case MATCH_FIELD_PPI_HOST:
        case MATCH_FIELD_REFER_TO_HOST:
        case MATCH_FIELD_DIVERSION_HOST:
                return PART_HOST;
        case MATCH_FIELD_CONTACT_PARAMS:
                return PART_PARAMS;
        case MATCH_FIELD_AUTH_SCHEME:
        case MATCH_FIELD_AUTH_USER:
        case MATCH_FIELD_AUTH_REALM:
        case MATCH_FIELD_AUTH_NONCE:
        case MATCH_FIELD_AUTH_URI:
        case MATCH_FIELD_AUTH_RESPONSE:
                return PART_AUTH;
        default:
                return PART_WHOLE;
        }
}

static struct sip_span addr_part(enum part part, const struct sip_addr *a)
{
        switch (part) {
        case PART_DISPLAY:
                return a->display;
        case PART_USER:
                return a->uri.user;
        case PART_HOST:
                return a->uri.host;
        default:
                return a->params;
        }
}

static struct sip_span auth_part(enum match_field field, const struct sip_auth *a)
{
        switch (field) {
        case MATCH_FIELD_AUTH_SCHEME:
                return a->scheme_name;
        case MATCH_FIELD_AUTH_USER:
                return a->username;
        case MATCH_FIELD_AUTH_REALM:
                return a->realm;
        case MATCH_FIELD_AUTH_NONCE:
                return a->nonce;
        case MATCH_FIELD_AUTH_URI:
                return a->uri;
        default:
                return a->response;
        }
}

/* The next part of the header that the walk is in, from it->pos on. Absent parts are passed over.
 */
static bool part_next(enum match_field field, const struct sip_msg *m, struct match_work *work,
                      struct match_iter *it, struct sip_span *out)
{
        const struct sip_hdr *h = &m->hdrs[it->hdr - 1u];
        enum part part = part_of(field);
        struct sip_cur c = {m->buf, it->pos, (uint32_t)h->value.off + h->value.len, &work->notes};

        while (c.pos < c.end) {
                if (part == PART_AUTH) {
                        if (sip_auth_parse(&c, SIP_AUTH_CREDENTIALS, &work->auth) != SIP_VALUE_OK)
                                c.pos = c.end;
                        *out = auth_part(field, &work->auth);
                } else {
                        if (sip_addr_parse(&c, &work->addr) != SIP_ANOM_NONE)
                                c.pos = c.end;
                        *out = addr_part(part, &work->addr);
                        sip_cur_lws(&c);
                        if (c.pos < c.end && c.buf[c.pos] == ',')
                                c.pos++;
                        else
                                c.pos = c.end;
                        sip_cur_lws(&c);
                }
                it->pos = c.pos;
                if (out->off != 0)
                        return true;
        }
        it->pos = 0;
        return false;
}

static bool header_field(const struct match_buffer *b, const uint8_t *name,
                         const struct match_facts *f, struct match_work *work,
                         struct match_iter *it, struct match_bytes *out)
{
        const struct sip_msg *m = f->msg;
        enum match_field field = (enum match_field)b->field;
        enum part part = part_of(field);
        const struct sip_hdr *h;
        struct sip_span s;

        if (part != PART_WHOLE) {
                for (;;) {
                        if (it->pos != 0 && part_next(field, m, work, it, &s))
                                break;
                        h = hdr_next(b, name, m, it);
                        if (h == NULL)
                                return false;
                        it->pos = h->value.off;
                }
                *out = (struct match_bytes){m->buf + s.off, s.len};
                return true;
        }
        h = hdr_next(b, name, m, it);
        if (h == NULL)
                return false;
        *out = (struct match_bytes){m->buf + h->value.off, h->value.len};
        if ((h->flags & SIP_HDR_F_FOLDED) != 0)
                *out = unfold(out->at, out->len, work->copy);
        return true;
}

/* Parameters of the Request-URI with one name. */
static bool uri_param_next(const struct match_buffer *b, const uint8_t *name,
                           const struct sip_msg *m, struct match_iter *it, struct match_bytes *out)
{
        struct sip_uri_part part;
        struct sip_span rest = m->ruri.params;

        if (it->step != 0) {
                rest.len = (uint16_t)(rest.off + rest.len - it->pos);
                rest.off = (uint16_t)it->pos;
        }
        while (rest.len != 0 && sip_uri_part_next(m->buf, &rest, ';', &part)) {
                it->step = 1;
                it->pos = rest.off;
                if (name_is(m->buf, part.name, name, b->name.len)) {
                        *out = (struct match_bytes){m->buf + part.value.off, part.value.len};
                        return true;
                }
        }
        it->step = 1;
        it->pos = (uint32_t)m->ruri.params.off + m->ruri.params.len;
        return false;
}

static bool is_sdp(unsigned field)
{
        return (field >= MATCH_FIELD_SDP_ORIGIN && field <= MATCH_FIELD_SDP_MEDIA_ENCRYPTION_KEY) ||
               (field >= MATCH_FIELD_SDP_ORIGIN_USER && field <= MATCH_FIELD_SDP_ATTR);
}

static bool raw_next(const struct match_buffer *b, const uint8_t *name, const struct match_facts *f,
                     struct match_work *work, struct match_iter *it, struct match_bytes *out)
{
        struct sip_span s;

        if (f->msg == NULL && b->field != MATCH_FIELD_PAYLOAD)
                return false;
        if (is_sdp(b->field)) {
                if (!match_sdp_next(b, name, f, work, it, &s))
                        return false;
                *out = (struct match_bytes){f->msg->buf + s.off, s.len};
                return true;
        }
        if (b->field == MATCH_FIELD_RURI_PARAM)
                return uri_param_next(b, name, f->msg, it, out);
        if (match_fields[b->field].many)
                return header_field(b, name, f, work, it, out);
        if (it->step != 0)
                return false;
        it->step = 1;
        return single((enum match_field)b->field, f, work, out);
}

bool match_field_next(const struct match_buffer *b, const uint8_t *name,
                      const struct match_facts *f, struct match_work *work, struct match_iter *it,
                      struct match_bytes *out)
{
        if (!raw_next(b, name, f, work, it, out))
                return false;
        if (b->transform != 0)
                *out = match_transform(b->transform, out->at, out->len, work->copy);
        return true;
}

bool match_field_possible(const struct match_buffer *b, const struct match_facts *f)
{
        const struct sip_msg *m = f->msg;
        unsigned id;

        if (b->field == MATCH_FIELD_PAYLOAD)
                return true;
        if (m == NULL)
                return false;
        if (is_sdp(b->field))
                return m->body_len != 0;
        if (b->field == MATCH_FIELD_HEADER)
                return b->hdr == 0 || m->first[b->hdr] != SIP_HDR_NONE;
        id = header_of((enum match_field)b->field, 0);
        if (id == 0 || m->first[id] != SIP_HDR_NONE)
                return true;
        id = header_of((enum match_field)b->field, 1);
        return id != 0 && m->first[id] != SIP_HDR_NONE;
}

struct match_place match_field_place(const struct match_buffer *b)
{
        struct match_place p = {0, 0};

        if (b->transform != 0)
                return p;
        p.span = span_at[b->field];
        if (b->field == MATCH_FIELD_HEADER)
                p.hdr = (uint8_t)b->hdr;
        else if (header_of((enum match_field)b->field, 1) == 0 &&
                 part_of((enum match_field)b->field) == PART_WHOLE)
                p.hdr = (uint8_t)header_of((enum match_field)b->field, 0);
        return p;
}
