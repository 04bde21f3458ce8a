/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of a session description (RFC 8866), found without reading what they mean: a rule shall
 * see also what no parser would accept.
 */
#include "parser/match/match_field.h"

#include <string.h>

enum place { SESSION = 1, MEDIA = 2, ANYWHERE = 3 };

struct line_of {
        uint8_t letter;
        uint8_t place; /* enum place */
        uint8_t word;  /* 0: the whole value; n: its word n, from 1 */
};

static struct line_of line_of(enum match_field field)
{
        switch (field) {
        case MATCH_FIELD_SDP_ORIGIN:
                return (struct line_of){'o', SESSION, 0};
        case MATCH_FIELD_SDP_ORIGIN_USER:
                return (struct line_of){'o', SESSION, 1};
        case MATCH_FIELD_SDP_ORIGIN_ADDRESS:
                return (struct line_of){'o', SESSION, 6};
        case MATCH_FIELD_SDP_SESSION_NAME:
                return (struct line_of){'s', SESSION, 0};
        case MATCH_FIELD_SDP_SESSION_INFO:
                return (struct line_of){'i', SESSION, 0};
        case MATCH_FIELD_SDP_URI:
                return (struct line_of){'u', SESSION, 0};
        case MATCH_FIELD_SDP_EMAIL:
                return (struct line_of){'e', SESSION, 0};
        case MATCH_FIELD_SDP_PHONE_NUMBER:
                return (struct line_of){'p', SESSION, 0};
        case MATCH_FIELD_SDP_CONNECTION_DATA:
                return (struct line_of){'c', SESSION, 0};
        case MATCH_FIELD_SDP_BANDWIDTH:
                return (struct line_of){'b', SESSION, 0};
        case MATCH_FIELD_SDP_TIME:
                return (struct line_of){'t', SESSION, 0};
        case MATCH_FIELD_SDP_REPEAT_TIME:
                return (struct line_of){'r', SESSION, 0};
        case MATCH_FIELD_SDP_TIMEZONE:
                return (struct line_of){'z', SESSION, 0};
        case MATCH_FIELD_SDP_ENCRYPTION_KEY:
                return (struct line_of){'k', SESSION, 0};
        case MATCH_FIELD_SDP_ATTRIBUTE:
                return (struct line_of){'a', SESSION, 0};
        case MATCH_FIELD_SDP_MEDIA:
                return (struct line_of){'m', MEDIA, 0};
        case MATCH_FIELD_SDP_MEDIA_TYPE:
                return (struct line_of){'m', MEDIA, 1};
        case MATCH_FIELD_SDP_MEDIA_PORT:
                return (struct line_of){'m', MEDIA, 2};
        case MATCH_FIELD_SDP_MEDIA_PROTO:
                return (struct line_of){'m', MEDIA, 3};
        case MATCH_FIELD_SDP_MEDIA_INFO:
                return (struct line_of){'i', MEDIA, 0};
        case MATCH_FIELD_SDP_MEDIA_CONNECTION_DATA:
                return (struct line_of){'c', MEDIA, 0};
        case MATCH_FIELD_SDP_MEDIA_ENCRYPTION_KEY:
                return (struct line_of){'k', MEDIA, 0};
        default: /* MATCH_FIELD_SDP_ATTR */
                return (struct line_of){'a', ANYWHERE, 0};
        }
}

/* The session description, alone or in a multipart, looked for once a message. */
static struct sip_span find(const struct match_facts *f, struct match_work *work)
{
        const struct sip_msg *m = f->msg;
        const struct sip_hdr *type = sip_msg_first(m, SIP_HDR_CONTENT_TYPE);
        struct sip_cur c = {m->buf, m->body_off, (uint32_t)m->body_off + m->body_len, &work->notes};

        if (work->sdp_known)
                return work->sdp;
        work->sdp_known = true;
        work->sdp = (struct sip_span){0, 0};
        if (m->header_end == 0 || m->body_len == 0 || type == NULL)
                return work->sdp;
        (void)sip_body_parse(&c, type->value, &work->body);
        for (unsigned i = 0; i < work->body.parts_cnt; i++) {
                if (work->body.parts[i].type.kind == SIP_BODY_SDP) {
                        work->sdp = work->body.parts[i].body;
                        break;
                }
        }
        return work->sdp;
}

/* The line at *pos without its end; *pos goes behind it. */
static struct sip_span line_take(const uint8_t *buf, uint32_t *pos, uint32_t end)
{
        uint32_t from = *pos;
        const uint8_t *lf = memchr(buf + from, '\n', end - from);
        uint32_t to = lf != NULL ? (uint32_t)(lf - buf) : end;

        *pos = lf != NULL ? to + 1 : end;
        while (to > from && buf[to - 1] == '\r')
                to--;
        return sip_span_make(from, to);
}

static bool word_of(const uint8_t *buf, struct sip_span s, unsigned n, struct sip_span *out)
{
        uint32_t pos = s.off;
        uint32_t end = (uint32_t)s.off + s.len;

        for (;;) {
                uint32_t from;

                while (pos < end && buf[pos] == ' ')
                        pos++;
                from = pos;
                while (pos < end && buf[pos] != ' ')
                        pos++;
                if (pos == from)
                        return false;
                if (--n == 0) {
                        *out = sip_span_make(from, pos);
                        return true;
                }
        }
}

/* "name" or "name:value": the value, which may be empty. */
static bool attr_of(const uint8_t *buf, struct sip_span s, const uint8_t *name, uint32_t len,
                    struct sip_span *out)
{
        if (s.len < len || memcmp(buf + s.off, name, len) != 0)
                return false;
        if (s.len == len) {
                *out = sip_span_make((uint32_t)s.off + len, (uint32_t)s.off + len);
                return true;
        }
        *out = sip_span_make((uint32_t)s.off + len + 1, (uint32_t)s.off + s.len);
        return buf[s.off + len] == ':';
}

bool match_sdp_next(const struct match_buffer *b, const uint8_t *name, const struct match_facts *f,
                    struct match_work *work, struct match_iter *it, struct sip_span *out)
{
        const struct line_of want = line_of((enum match_field)b->field);
        const struct sip_span sdp = find(f, work);
        const uint8_t *buf = f->msg->buf;
        uint32_t end = (uint32_t)sdp.off + sdp.len;

        if (it->pos == 0)
                it->pos = sdp.off;
        while (it->pos < end) {
                struct sip_span line = line_take(buf, &it->pos, end);

                if (line.len < 2 || buf[line.off + 1] != '=')
                        continue;
                it->media = it->media || buf[line.off] == 'm';
                if (buf[line.off] != want.letter ||
                    (want.place & (it->media ? MEDIA : SESSION)) == 0)
                        continue;
                line.off = (uint16_t)(line.off + 2);
                line.len = (uint16_t)(line.len - 2);
                *out = line;
                if (b->field == MATCH_FIELD_SDP_ATTR
                        ? attr_of(buf, line, name, b->name.len, out)
                        : want.word == 0 || word_of(buf, line, want.word, out))
                        return true;
        }
        return false;
}

uint32_t match_sdp_media_count(const struct match_facts *f, struct match_work *work)
{
        const struct match_buffer media = {.field = MATCH_FIELD_SDP_MEDIA};
        struct match_iter it = {0};
        struct sip_span s;
        uint32_t n = 0;

        while (match_sdp_next(&media, NULL, f, work, &it, &s))
                n++;
        return n;
}
