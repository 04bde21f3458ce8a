/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/meaning.h"

#include <string.h>

#include "parser/sip_cur.h"

/* A text read octet by octet without what may differ. */
struct reader {
        const uint8_t *p, *end;
        bool brackets; /* are passed over */
        bool begun;
};

/* The semicolon before r->p has nothing behind it, or in front of it. */
static bool empty_param(const struct reader *r)
{
        const uint8_t *p = r->p;

        while (p < r->end && sip_is(*p, SIP_CT_LWS))
                p++;
        return !r->begun || (p < r->end && *p == ';');
}

static int next(struct reader *r)
{
        while (r->p < r->end) {
                uint8_t c = *r->p++;

                if (sip_is(c, SIP_CT_LWS) || (r->brackets && (c == '[' || c == ']')))
                        continue;
                if (c == ':' && r->end - r->p >= 2 && r->p[0] == ':' && r->p[1] == ':')
                        continue;
                if (c == ';' && empty_param(r))
                        continue;
                r->begun = true;
                return c;
        }
        return -1;
}

static bool same_text(const struct sip_msg *a, struct sip_span x, const struct sip_msg *b,
                      struct sip_span y, bool brackets)
{
        struct reader r = {a->buf + x.off, a->buf + x.off + x.len, brackets, false};
        struct reader s = {b->buf + y.off, b->buf + y.off + y.len, brackets, false};

        if ((x.off == 0) != (y.off == 0))
                return false;
        for (;;) {
                int c = next(&r);

                if (c != next(&s))
                        return false;
                if (c < 0)
                        return true;
        }
}

#define TEXT(field)                                      \
        if (!same_text(a, a->field, b, b->field, false)) \
        return #field
#define VALUE(field)              \
        if (a->field != b->field) \
        return #field
#define URI(field)                 \
        VALUE(field.scheme);       \
        VALUE(field.port);         \
        VALUE(field.has_password); \
        TEXT(field.user);          \
        TEXT(field.host);          \
        TEXT(field.params);        \
        TEXT(field.headers)
#define ADDR(field)          \
        VALUE(field.star);   \
        TEXT(field.display); \
        TEXT(field.params);  \
        TEXT(field.tag);     \
        URI(field.uri)

static const char *start_differs(const struct sip_msg *a, const struct sip_msg *b)
{
        VALUE(kind);
        VALUE(method);
        VALUE(status);
        TEXT(method_name);
        TEXT(reason);
        if (a->version.len != b->version.len)
                return "version";
        URI(ruri);
        return NULL;
}

static const char *via_differs(const struct sip_msg *a, const struct sip_msg *b)
{
        VALUE(via_cnt);
        VALUE(via.port);
        VALUE(via.rport);
        VALUE(via.has_rport);
        VALUE(via.cookie);
        TEXT(via.transport);
        TEXT(via.host);
        TEXT(via.branch);
        TEXT(via.maddr);
        if (!same_text(a, a->via.received, b, b->via.received, true))
                return "via.received";
        return NULL;
}

static const char *addrs_differ(const struct sip_msg *a, const struct sip_msg *b)
{
        ADDR(from);
        ADDR(to);
        ADDR(contact);
        return NULL;
}

static const char *rest_differs(const struct sip_msg *a, const struct sip_msg *b)
{
        TEXT(call_id);
        TEXT(cseq.method_name);
        VALUE(cseq.number);
        VALUE(cseq.method);
        VALUE(max_forwards);
        VALUE(body_len);
        if (a->content_length != b->content_length &&
            !sip_anom_has(&a->anomalies, SIP_ANOM_CONTENT_LENGTH_STALE) &&
            !sip_anom_has(&b->anomalies, SIP_ANOM_CONTENT_LENGTH_STALE))
                return "content_length";
        if (a->body_len != 0 && memcmp(a->buf + a->body_off, b->buf + b->body_off, a->body_len))
                return "body";
        return NULL;
}

static bool same_name(const struct sip_msg *a, const struct sip_hdr *x, const struct sip_msg *b,
                      const struct sip_hdr *y)
{
        if (x->id != y->id)
                return false;
        if (x->id != SIP_HDR_OTHER)
                return true;
        if (x->name.len != y->name.len)
                return false;
        for (uint32_t i = 0; i < x->name.len; i++) {
                if (sip_lower(a->buf[x->name.off + i]) != sip_lower(b->buf[y->name.off + i]))
                        return false;
        }
        return true;
}

/* Its value without what ends it by mistake: a comma, a bracket behind a tag. */
static struct sip_span value_of(const struct sip_msg *m, const struct sip_hdr *h)
{
        struct sip_span v = h->value;
        uint8_t last = v.len != 0 ? m->buf[v.off + v.len - 1] : 0;
        bool party = h->id == SIP_HDR_FROM || h->id == SIP_HDR_TO;
        const struct sip_addr *a = h->id == SIP_HDR_FROM ? &m->from : &m->to;

        if (last == ',' || (last == '>' && party && a->tag.off != 0 &&
                            sip_anom_has(&m->anomalies, SIP_ANOM_ADDR_STRAY_BRACKET)))
                v.len--;
        return v;
}

/* Each field of a has one of b with its name and value; of like ones the n-th has the n-th. */
static const char *headers_differ(const struct sip_msg *a, const struct sip_msg *b)
{
        bool taken[SIP_MSG_HDRS_MAX] = {false};

        VALUE(hdr_cnt);
        for (unsigned i = 0; i < a->hdr_cnt; i++) {
                const struct sip_hdr *x = &a->hdrs[i];
                unsigned k = 0;

                while (k < b->hdr_cnt && (taken[k] || !same_name(a, x, b, &b->hdrs[k])))
                        k++;
                if (k == b->hdr_cnt)
                        return "header names";
                taken[k] = true;
                if (x->id != SIP_HDR_CONTENT_LENGTH &&
                    !same_text(a, value_of(a, x), b, value_of(b, &b->hdrs[k]),
                               x->id == SIP_HDR_VIA))
                        return "header value";
        }
        return NULL;
}

const char *meaning_differs(const struct sip_msg *a, const struct sip_msg *b)
{
        const char *what = start_differs(a, b);

        if (what == NULL)
                what = via_differs(a, b);
        if (what == NULL)
                what = addrs_differ(a, b);
        if (what == NULL)
                what = rest_differs(a, b);
        return what != NULL ? what : headers_differ(a, b);
}
