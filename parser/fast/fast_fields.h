/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fast_fields.h - the typed fields, in one order whatever the message's is, so that branch
 * predictors know what comes. A field that its reader declines goes to the grammar. Private.
 */
#ifndef SLUICE_PARSER_FAST_FAST_FIELDS_H
#define SLUICE_PARSER_FAST_FAST_FIELDS_H

#include "parser/fast/fast_addr.h"
#include "parser/fast/fast_method.h"
#include "parser/fast/fast_via.h"
#include "parser/sip_state.h"

/* number SP method */
static inline bool fast_cseq(const struct fast *f, struct sip_span value)
{
        struct sip_cseq *out = &f->m->cseq;
        uint32_t v = value.off, e = v + value.len;
        uint32_t p = fast_run(f, v);

        if (f->b[p] != ' ' || !fast_number(f, v, p, &out->number) || fast_run(f, p + 1) != e)
                return false;
        out->method = (uint8_t)fast_method_before(f, p + 1, e);
        out->method_name = sip_span_make(p + 1, e);
        return out->method != SIP_METHOD_OTHER;
}

/* One run, or two with "@" between them. */
static inline bool fast_call_id(const struct fast *f, struct sip_span value)
{
        uint32_t v = value.off, e = v + value.len;
        uint32_t p = fast_run(f, v);

        if (p == v || value.len > SIP_CALL_ID_BYTES_MAX)
                return false;
        if (f->b[p] == '@') {
                v = p + 1;
                p = fast_run(f, v);
        }
        f->m->call_id = value;
        return p == e && p > v;
}

/* Seconds that need only be a number. */
static inline bool fast_delta(const struct fast *f, struct sip_span value)
{
        uint32_t v;

        return fast_number(f, value.off, (uint32_t)value.off + value.len, &v);
}

static inline bool fast_content_length(const struct fast *f, struct sip_span value)
{
        return fast_number(f, value.off, (uint32_t)value.off + value.len, &f->m->content_length);
}

static inline bool fast_max_forwards(const struct fast *f, struct sip_span value)
{
        uint32_t hops;

        if (!fast_number(f, value.off, (uint32_t)value.off + value.len, &hops) || hops > 255)
                return false;
        f->m->max_forwards = (uint16_t)hops;
        return true;
}

/* Reads one header. */
static inline bool fast_field(const struct fast *f, enum sip_hdr_id id, uint8_t idx)
{
        struct sip_msg *m = f->m;
        struct sip_span value = m->hdrs[idx].value;
        bool first = idx == m->first[id];
        struct sip_addr addr;
        struct sip_via via;

        switch (id) {
        case SIP_HDR_VIA:
                if (m->via_cnt >= SIP_VIA_CNT_MAX || !fast_via(f, value, first ? &m->via : &via))
                        return false;
                m->via_cnt++;
                return true;
        case SIP_HDR_FROM:
                return fast_addr(f, FAST_PARTY, value, &m->from);
        case SIP_HDR_TO:
                return fast_addr(f, FAST_PARTY, value, &m->to);
        case SIP_HDR_CONTACT:
                addr.tag.len = 0;
                return !m->contact.star &&
                       fast_addr(f, FAST_CONTACT, value, first ? &m->contact : &addr);
        case SIP_HDR_ROUTE:
        case SIP_HDR_RECORD_ROUTE:
                addr.tag.len = 0;
                return fast_addr(f, FAST_ROUTE, value, &addr);
        case SIP_HDR_CALL_ID:
                return fast_call_id(f, value);
        case SIP_HDR_CSEQ:
                return fast_cseq(f, value);
        case SIP_HDR_MAX_FORWARDS:
                return fast_max_forwards(f, value);
        case SIP_HDR_CONTENT_LENGTH:
                return fast_content_length(f, value);
        case SIP_HDR_EXPIRES:
        case SIP_HDR_MIN_EXPIRES:
                return fast_delta(f, value);
        default:
                return false;
        }
}

/* All headers with this identity. False when the grammar found a fault in one. */
static inline bool fast_chain(const struct fast *f, struct sip_state *s, enum sip_hdr_id id)
{
        struct sip_msg *m = f->m;

        for (uint8_t i = m->first[id]; i != SIP_HDR_NONE; i = m->hdrs[i].next_same) {
                if (__builtin_expect(!fast_field(f, id, i), 0)) {
                        sip_fields_take(s, i);
                        if (m->error != SIP_ANOM_NONE)
                                return false;
                }
        }
        return true;
}

static inline bool fast_fields(const struct fast *f, struct sip_state *s)
{
        return fast_chain(f, s, SIP_HDR_VIA) && fast_chain(f, s, SIP_HDR_FROM) &&
               fast_chain(f, s, SIP_HDR_TO) && fast_chain(f, s, SIP_HDR_CALL_ID) &&
               fast_chain(f, s, SIP_HDR_CSEQ) && fast_chain(f, s, SIP_HDR_MAX_FORWARDS) &&
               fast_chain(f, s, SIP_HDR_CONTENT_LENGTH) && fast_chain(f, s, SIP_HDR_CONTACT) &&
               fast_chain(f, s, SIP_HDR_RECORD_ROUTE) && fast_chain(f, s, SIP_HDR_ROUTE) &&
               fast_chain(f, s, SIP_HDR_EXPIRES) && fast_chain(f, s, SIP_HDR_MIN_EXPIRES) &&
               fast_chain(f, s, SIP_HDR_RETRY_AFTER) && fast_chain(f, s, SIP_HDR_DATE);
}

#endif
