/* SPDX-License-Identifier: Apache-2.0 */
/* The typed fields of struct sip_msg, filled as their headers go by, and what they owe each other.
 */
#include <string.h>

#include "parser/sip_addr.h"
#include "parser/sip_cseq.h"
#include "parser/sip_cur.h"
#include "parser/sip_date.h"
#include "parser/sip_hname.h"
#include "parser/sip_num.h"
#include "parser/sip_params.h"
#include "parser/sip_state.h"
#include "parser/sip_via.h"

static struct sip_cur cursor(const struct sip_state *s, struct sip_span v)
{
        struct sip_msg *m = s->m;

        return (struct sip_cur){m->buf, v.off, (uint32_t)v.off + v.len, &m->anomalies};
}

/* Something is wrong in a field: what names the field, why the part of it. */
static void bad(struct sip_msg *m, enum sip_anomaly what, enum sip_anomaly why, uint32_t off)
{
        sip_state_note(m, what, off);
        sip_state_note(m, why, off);
}

/*
 * After a list element: true when another one follows, false at the end; notes what is neither. A
 * comma with nothing behind it ends a list of addresses (RFC 7118 prints one), but not one of Vias:
 * where a response goes must not hang on how such a list is read.
 */
static inline bool next_element(struct sip_msg *m, struct sip_cur *c, enum sip_anomaly what)
{
        if (c->pos == c->end)
                return false;
        if (c->buf[c->pos] == ',') {
                c->pos++;
                sip_cur_lws(c);
                if (c->pos < c->end && c->buf[c->pos] != ',')
                        return true;
                if (c->pos == c->end && what != SIP_ANOM_VIA_SYNTAX) {
                        sip_state_note(m, SIP_ANOM_LIST_EMPTY_LAST, c->pos - 1);
                        return false;
                }
        }
        bad(m, what, SIP_ANOM_ADDR_LIST, c->pos);
        return false;
}

static void take_via(const struct sip_state *s, struct sip_span v)
{
        struct sip_msg *m = s->m;
        struct sip_cur c = cursor(s, v);
        struct sip_via via;

        do {
                struct sip_via *out = m->via_cnt == 0 ? &m->via : &via;
                enum sip_anomaly a = sip_via_parse(&c, out);

                if (a != SIP_ANOM_NONE) {
                        bad(m, SIP_ANOM_VIA_SYNTAX, a, c.pos);
                        return;
                }
                if (m->via_cnt == SIP_VIA_CNT_MAX) {
                        sip_state_note(m, SIP_ANOM_VIA_COUNT, out->all.off);
                        return;
                }
                m->via_cnt++;
        } while (next_element(m, &c, SIP_ANOM_VIA_SYNTAX));
}

/* One '>' as the last octet behind a name-addr that was read up to a tag (RFC 8224 prints that). No
 * octet of the address is in doubt: its URI was closed, no parameter can hold a '>', and none was
 * begun (";>"). */
static bool stray_bracket(const struct sip_cur *c, const struct sip_addr *a)
{
        uint32_t params_end = (uint32_t)a->params.off + a->params.len;

        while (params_end < c->pos && sip_is(c->buf[params_end], SIP_CT_LWS))
                params_end++;
        return c->pos + 1 == c->end && c->buf[c->pos] == '>' && a->tag.len != 0 &&
               params_end == c->pos && sip_addr_bracketed(c->buf, a);
}

/* From and To: exactly one address. */
static void take_party(const struct sip_state *s, struct sip_span v, struct sip_addr *out,
                       enum sip_anomaly what)
{
        struct sip_msg *m = s->m;
        struct sip_cur c = cursor(s, v);
        enum sip_anomaly a = sip_addr_parse(&c, out);

        if (a == SIP_ANOM_ADDR_PARAM && stray_bracket(&c, out)) {
                sip_state_note(m, SIP_ANOM_ADDR_STRAY_BRACKET, c.pos);
                return;
        }
        if (a == SIP_ANOM_NONE && (c.pos != c.end || out->star))
                a = out->star ? SIP_ANOM_URI_SCHEME : SIP_ANOM_ADDR_LIST;
        if (a != SIP_ANOM_NONE)
                bad(m, what, a, c.pos);
}

/* qvalue = "0" [ "." 0*3DIGIT ] / "1" [ "." 0*3"0" ] */
static bool q_ok(const uint8_t *buf, const struct sip_param *p)
{
        const uint8_t *v = buf + p->value.off;
        uint32_t n = p->value.len;

        if (p->quoted || n == 0 || n > 5 || (v[0] != '0' && v[0] != '1') || (n > 1 && v[1] != '.'))
                return false;
        for (uint32_t i = 2; i < n; i++) {
                if (!sip_is(v[i], SIP_CT_DIGIT) || (v[0] == '1' && v[i] != '0'))
                        return false;
        }
        return true;
}

static void note_delta(struct sip_msg *m, struct sip_span digits)
{
        uint32_t v;

        switch (sip_num_parse(m->buf, digits, UINT32_MAX, &v)) {
        case SIP_NUM_OK:
                return;
        case SIP_NUM_SYNTAX:
                sip_state_note(m, SIP_ANOM_DELTA_SYNTAX, digits.off);
                return;
        case SIP_NUM_RANGE:
                sip_state_note(m, SIP_ANOM_DELTA_RANGE, digits.off);
                return;
        }
}

/* q and expires of a Contact that parsed. */
static void check_contact_params(const struct sip_state *s, const struct sip_addr *a)
{
        struct sip_msg *m = s->m;
        struct sip_param p;
        struct sip_cur c = cursor(s, a->params);

        if (a->params.len == 0)
                return;
        c.pos--; /* the iterator wants the ';' in front */
        while (sip_params_next(&c, &p) == SIP_PARAMS_ONE) {
                if (sip_span_ieq(m->buf, p.name, "expires", 7))
                        note_delta(m, p.quoted ? (struct sip_span){p.name.off, 0} : p.value);
                else if (sip_span_ieq(m->buf, p.name, "q", 1) && !q_ok(m->buf, &p))
                        bad(m, SIP_ANOM_CONTACT_SYNTAX, SIP_ANOM_ADDR_PARAM, p.name.off);
        }
}

/* Contact: "*" alone, or a list of addresses. */
static void take_contact(const struct sip_state *s, const struct sip_hdr *h, bool first_header)
{
        struct sip_msg *m = s->m;
        struct sip_cur c = cursor(s, h->value);
        struct sip_addr addr;
        struct sip_addr *out = first_header ? &m->contact : &addr;
        bool alone = first_header; /* a later Contact beside a "*" is caught when it comes */

        do {
                enum sip_anomaly a = sip_addr_parse(&c, out);

                if (a == SIP_ANOM_NONE && (out->star ? !alone : m->contact.star))
                        a = SIP_ANOM_ADDR_LIST;
                if (a != SIP_ANOM_NONE) {
                        bad(m, SIP_ANOM_CONTACT_SYNTAX, a, c.pos);
                        return;
                }
                check_contact_params(s, out);
                out = &addr;
                alone = false;
        } while (next_element(m, &c, SIP_ANOM_CONTACT_SYNTAX));
}

/* Route and Record-Route: name-addr only, the brackets are part of the grammar. */
static void take_route(const struct sip_state *s, struct sip_span v)
{
        struct sip_msg *m = s->m;
        struct sip_cur c = cursor(s, v);
        struct sip_addr addr;

        do {
                enum sip_anomaly a = sip_addr_parse(&c, &addr);

                if (a == SIP_ANOM_NONE && !sip_addr_bracketed(m->buf, &addr))
                        a = SIP_ANOM_ADDR_BRACKETS;
                if (a != SIP_ANOM_NONE) {
                        bad(m, SIP_ANOM_ROUTE_SYNTAX, a, c.pos);
                        return;
                }
        } while (next_element(m, &c, SIP_ANOM_ROUTE_SYNTAX));
}

/* word [ "@" word ] */
static void take_call_id(const struct sip_state *s, struct sip_span v)
{
        struct sip_msg *m = s->m;
        struct sip_cur c = cursor(s, v);
        uint32_t from = c.pos;

        m->call_id = v;
        sip_cur_skip(&c, SIP_CT_WORD);
        if (c.pos > from && sip_cur_at(&c, '@')) {
                from = ++c.pos;
                sip_cur_skip(&c, SIP_CT_WORD);
        }
        if (c.pos == from || c.pos != c.end)
                sip_state_note(m, SIP_ANOM_CALL_ID_SYNTAX, c.pos);
        else if (v.len > SIP_CALL_ID_BYTES_MAX)
                bad(m, SIP_ANOM_CALL_ID_SYNTAX, SIP_ANOM_CALL_ID_TOO_LONG, v.off);
}

static void take_cseq(const struct sip_state *s, struct sip_span v)
{
        struct sip_msg *m = s->m;
        struct sip_cur c = cursor(s, v);
        enum sip_anomaly a = sip_cseq_parse(&c, &m->cseq);

        if (a == SIP_ANOM_CSEQ_RANGE)
                sip_state_note(m, a, c.pos);
        else if (a != SIP_ANOM_NONE)
                bad(m, SIP_ANOM_CSEQ_SYNTAX, a, c.pos);
}

static void take_max_forwards(struct sip_msg *m, struct sip_span v)
{
        uint32_t hops;
        enum sip_num_result r = sip_num_parse(m->buf, v, 255, &hops);

        if (r == SIP_NUM_OK)
                m->max_forwards = (uint16_t)hops;
        else
                sip_state_note(m,
                               r == SIP_NUM_RANGE ? SIP_ANOM_MAX_FORWARDS_RANGE
                                                  : SIP_ANOM_MAX_FORWARDS_SYNTAX,
                               v.off);
}

/* Also for a second one, so that a pair that disagrees is told from a pair that is the same. */
static void take_content_length(struct sip_msg *m, const struct sip_hdr *h)
{
        uint32_t n;
        enum sip_num_result r = sip_num_parse(m->buf, h->value, UINT32_MAX - 1, &n);

        /* A fold in this field is refused even where the digits are on one line (EVASION 16). */
        if (r == SIP_NUM_SYNTAX || (h->flags & SIP_HDR_F_FOLDED))
                sip_state_note(m, SIP_ANOM_CONTENT_LENGTH_SYNTAX, h->value.off);
        else if (r == SIP_NUM_RANGE)
                sip_state_note(m, SIP_ANOM_CONTENT_LENGTH_RANGE, h->value.off);
        else if (m->content_length == SIP_CONTENT_LENGTH_ABSENT)
                m->content_length = n;
        else if (m->content_length != n)
                sip_state_note(m, SIP_ANOM_CONTENT_LENGTH_CONFLICT, h->value.off);
}

/* delta-seconds [ comment ] *( SEMI retry-param ) */
static void take_retry_after(const struct sip_state *s, struct sip_span v)
{
        struct sip_cur c = cursor(s, v);

        sip_cur_skip(&c, SIP_CT_DIGIT);
        note_delta(s->m, sip_span_make(v.off, c.pos));
}

void sip_fields_take(struct sip_state *s, uint8_t idx)
{
        struct sip_msg *m = s->m;
        const struct sip_hdr *h = &m->hdrs[idx];
        enum sip_hdr_id id = (enum sip_hdr_id)h->id;
        bool again = m->first[id] != idx;

        if (again && sip_hname_single(id)) {
                sip_state_note(m, SIP_ANOM_DUP_SINGLETON, h->name.off);
                if (id != SIP_HDR_CONTENT_LENGTH)
                        return; /* the first one stays the one that was read */
        }
        switch (id) {
        case SIP_HDR_VIA:
                take_via(s, h->value);
                break;
        case SIP_HDR_FROM:
                take_party(s, h->value, &m->from, SIP_ANOM_FROM_SYNTAX);
                break;
        case SIP_HDR_TO:
                take_party(s, h->value, &m->to, SIP_ANOM_TO_SYNTAX);
                break;
        case SIP_HDR_CALL_ID:
                take_call_id(s, h->value);
                break;
        case SIP_HDR_CSEQ:
                take_cseq(s, h->value);
                break;
        case SIP_HDR_CONTACT:
                take_contact(s, h, !again);
                break;
        case SIP_HDR_MAX_FORWARDS:
                take_max_forwards(m, h->value);
                break;
        case SIP_HDR_CONTENT_LENGTH:
                take_content_length(m, h);
                break;
        case SIP_HDR_ROUTE:
        case SIP_HDR_RECORD_ROUTE:
                take_route(s, h->value);
                break;
        case SIP_HDR_EXPIRES:
        case SIP_HDR_MIN_EXPIRES:
                note_delta(m, h->value);
                break;
        case SIP_HDR_RETRY_AFTER:
                take_retry_after(s, h->value);
                break;
        case SIP_HDR_DATE:
                if (!sip_date_ok(m->buf, h->value))
                        sip_state_note(m, SIP_ANOM_DATE_SYNTAX, h->value.off);
                break;
        default:
                break;
        }
}

static void check_missing(struct sip_msg *m)
{
        static const struct {
                enum sip_hdr_id id;
                enum sip_anomaly missing;
        } mandatory[] = {
            {SIP_HDR_VIA, SIP_ANOM_VIA_MISSING},   {SIP_HDR_FROM, SIP_ANOM_FROM_MISSING},
            {SIP_HDR_TO, SIP_ANOM_TO_MISSING},     {SIP_HDR_CALL_ID, SIP_ANOM_CALL_ID_MISSING},
            {SIP_HDR_CSEQ, SIP_ANOM_CSEQ_MISSING},
        };

        for (unsigned i = 0; i < sizeof(mandatory) / sizeof(mandatory[0]); i++) {
                if (m->first[mandatory[i].id] == SIP_HDR_NONE)
                        sip_state_note(m, mandatory[i].missing, m->header_end);
        }
        if (m->kind != SIP_KIND_REQUEST)
                return;
        if (m->first[SIP_HDR_MAX_FORWARDS] == SIP_HDR_NONE)
                sip_state_note(m, SIP_ANOM_MAX_FORWARDS_MISSING, m->header_end);
        if (m->method == SIP_METHOD_INVITE && m->first[SIP_HDR_CONTACT] == SIP_HDR_NONE)
                sip_state_note(m, SIP_ANOM_CONTACT_MISSING, m->header_end);
}

/* CSeq's method is the request's, octet for octet: methods are case-sensitive (8.1.1.5). */
static void check_cseq_method(struct sip_msg *m)
{
        struct sip_span a = m->method_name;
        struct sip_span b = m->cseq.method_name;

        if (m->kind != SIP_KIND_REQUEST || b.len == 0)
                return;
        if (a.len != b.len || memcmp(m->buf + a.off, m->buf + b.off, a.len) != 0)
                sip_state_note(m, SIP_ANOM_CSEQ_METHOD_MISMATCH, b.off);
}

static void check_tags(struct sip_msg *m)
{
        if (m->from.all.len != 0 && m->from.tag.len == 0)
                sip_state_note(m, SIP_ANOM_FROM_TAG_MISSING, m->from.all.off);
        if (m->via_cnt == 0)
                return;
        if (m->via.branch.len == 0)
                sip_state_note(m, SIP_ANOM_VIA_BRANCH_MISSING, m->via.all.off);
        else if (!m->via.cookie)
                sip_state_note(m, SIP_ANOM_VIA_NO_COOKIE, m->via.branch.off);
        else if (m->via.branch.len == 7)
                sip_state_note(m, SIP_ANOM_VIA_BRANCH_EMPTY, m->via.branch.off);
}

void sip_fields_finish(struct sip_state *s)
{
        if (!s->stop)
                check_missing(s->m);
        check_cseq_method(s->m);
        check_tags(s->m);
}
