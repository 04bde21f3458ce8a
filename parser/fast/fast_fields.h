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
#include "parser/sip_date.h"
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

/* One header of this identity that may occur once. False where the grammar must look. */
static inline bool fast_field(const struct fast *f, enum sip_hdr_id id, struct sip_span value)
{
        switch (id) {
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
        case SIP_HDR_DATE:
                return sip_date_ok(f->b, value);
        default:
                return false;
        }
}

/* The grammar reads header idx. False when it found a fault. */
static __attribute__((noinline, cold)) bool fast_ask(struct sip_state *s, uint8_t idx)
{
        sip_fields_take(s, idx);
        return s->m->error == SIP_ANOM_NONE;
}

/* The header with this identity, if there is one. */
static inline bool fast_single(const struct fast *f, struct sip_state *s, enum sip_hdr_id id)
{
        uint8_t i = f->m->first[id];

        return i == SIP_HDR_NONE || fast_field(f, id, f->m->hdrs[i].value) || fast_ask(s, i);
}

/* Those that most messages do not have. */
static inline bool fast_rare(const struct fast *f, struct sip_state *s)
{
        const uint8_t *first = f->m->first;

        if ((first[SIP_HDR_EXPIRES] & first[SIP_HDR_MIN_EXPIRES] & first[SIP_HDR_RETRY_AFTER] &
             first[SIP_HDR_DATE]) == SIP_HDR_NONE)
                return true;
        return fast_single(f, s, SIP_HDR_EXPIRES) && fast_single(f, s, SIP_HDR_MIN_EXPIRES) &&
               fast_single(f, s, SIP_HDR_RETRY_AFTER) && fast_single(f, s, SIP_HDR_DATE);
}

/* All Via headers. */
static __attribute__((noinline)) bool fast_vias(const struct fast *caller, struct sip_state *s)
{
        const struct fast here = *caller, *f = &here;
        struct sip_msg *m = f->m;
        struct sip_via *out = &m->via;
        struct sip_via other;

        for (uint8_t i = m->first[SIP_HDR_VIA]; i != SIP_HDR_NONE; i = m->hdrs[i].next_same) {
                if (m->via_cnt < SIP_VIA_CNT_MAX && fast_via(f, m->hdrs[i].value, out))
                        m->via_cnt++;
                else if (!fast_ask(s, i))
                        return false;
                out = &other;
        }
        return true;
}

/* All headers that hold addresses: one loop, so that there is one copy of all that it calls. */
static __attribute__((noinline)) bool fast_addrs(const struct fast *caller, struct sip_state *s)
{
        const struct fast here = *caller, *f = &here;
        static const struct {
                uint8_t id;    /* enum sip_hdr_id */
                uint8_t kind;  /* enum fast_addr_kind */
                uint16_t keep; /* where the first one goes in struct sip_msg, 0: nowhere */
        } order[] = {
            {SIP_HDR_FROM, FAST_PARTY, offsetof(struct sip_msg, from)},
            {SIP_HDR_TO, FAST_PARTY, offsetof(struct sip_msg, to)},
            {SIP_HDR_CONTACT, FAST_CONTACT, offsetof(struct sip_msg, contact)},
            {SIP_HDR_RECORD_ROUTE, FAST_ROUTE, 0},
            {SIP_HDR_ROUTE, FAST_ROUTE, 0},
        };
        struct sip_msg *m = f->m;
        struct sip_addr other;

        for (unsigned k = 0; k < sizeof(order) / sizeof(order[0]); k++) {
                struct sip_addr *out =
                    order[k].keep != 0 ? (void *)((uint8_t *)m + order[k].keep) : &other;

                for (uint8_t i = m->first[order[k].id]; i != SIP_HDR_NONE;
                     i = m->hdrs[i].next_same) {
                        out->tag.len = 0;
                        /* A "*" bears no other Contact beside it; that the grammar sees. */
                        if ((m->contact.star ||
                             !fast_addr(f, order[k].kind, m->hdrs[i].value, out)) &&
                            !fast_ask(s, i))
                                return false;
                        out = &other;
                }
        }
        return true;
}

static inline bool fast_fields(const struct fast *f, struct sip_state *s)
{
        const uint8_t *first = f->m->first;

        /* Without these there is a fault; an index is below 128. */
        if (((first[SIP_HDR_VIA] | first[SIP_HDR_FROM] | first[SIP_HDR_TO] |
              first[SIP_HDR_CALL_ID] | first[SIP_HDR_CSEQ]) &
             0x80) != 0)
                return false;
        return fast_vias(f, s) && fast_addrs(f, s) && fast_single(f, s, SIP_HDR_CALL_ID) &&
               fast_single(f, s, SIP_HDR_CSEQ) && fast_single(f, s, SIP_HDR_MAX_FORWARDS) &&
               fast_single(f, s, SIP_HDR_CONTENT_LENGTH) && fast_rare(f, s);
}

#endif
