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

/* A number of nine or ten digits, as random ones are; below 2^31. */
static __attribute__((noinline)) bool fast_long_number(const struct fast *f, uint64_t v, uint64_t e,
                                                       uint32_t *out)
{
        uint32_t high, low;

        if (e - v - 9 > 1 || !fast_number(f, v, e - 8, &high) || high > 20 ||
            !fast_number(f, e - 8, e, &low))
                return false;
        *out = high * 100000000 + low;
        return *out <= INT32_MAX;
}

/* number SP method */
static inline bool fast_cseq(const struct fast *f, uint64_t v, uint64_t e)
{
        struct sip_cseq *out = &f->m->cseq;
        struct fast_walk w;
        uint64_t p;

        fast_walk_to(f, &w, v);
        p = fast_next(f, &w);
        if (f->b[p] != ' ' || fast_next(f, &w) != e ||
            !(fast_number(f, v, p, &out->number) || fast_long_number(f, v, p, &out->number)))
                return false;
        out->method = (uint8_t)fast_method_before(f, p + 1, e);
        fast_span(&out->method_name, p + 1, e);
        return out->method != SIP_METHOD_OTHER;
}

/* One run, or two with "@" between them. */
static inline bool fast_call_id(const struct fast *f, uint64_t v, uint64_t e)
{
        struct fast_walk w;
        uint64_t p;

        fast_walk_to(f, &w, v);
        p = fast_next(f, &w);
        if (p == v || e - v > SIP_CALL_ID_BYTES_MAX)
                return false;
        fast_span(&f->m->call_id, v, e);
        if (f->b[p] == '@') {
                v = p + 1;
                p = fast_next(f, &w);
        }
        return p == e && p > v;
}

static inline bool fast_max_forwards(const struct fast *f, uint64_t v, uint64_t e)
{
        uint32_t hops;

        if (!fast_number(f, v, e, &hops) || hops > 255)
                return false;
        f->m->max_forwards = (uint16_t)hops;
        return true;
}

/* One header of this identity that may occur once. False where the grammar must look. */
static inline bool fast_field(const struct fast *f, enum sip_hdr_id id, const struct sip_span *at)
{
        uint64_t e, v = fast_ends(at, &e);
        uint32_t seconds;

        switch (id) {
        case SIP_HDR_CALL_ID:
                return fast_call_id(f, v, e);
        case SIP_HDR_CSEQ:
                return fast_cseq(f, v, e);
        case SIP_HDR_MAX_FORWARDS:
                return fast_max_forwards(f, v, e);
        case SIP_HDR_CONTENT_LENGTH:
                return fast_number(f, v, e, &f->m->content_length);
        case SIP_HDR_EXPIRES:
        case SIP_HDR_MIN_EXPIRES:
                return fast_number(f, v, e, &seconds);
        case SIP_HDR_DATE:
                return sip_date_ok(f->b, *at);
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

        return i == SIP_HDR_NONE || fast_field(f, id, &f->m->hdrs[i].value) || fast_ask(s, i);
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

/* All Via headers. Returns where the next host is noted, NULL after a fault. */
static inline __attribute__((always_inline)) uint32_t *fast_vias(const struct fast *caller,
                                                                 struct sip_state *s,
                                                                 uint32_t *hosts)
{
        const struct fast here = *caller, *f = &here; /* which no store below can change */
        struct sip_msg *m = f->m;
        struct sip_via *out = &m->via;
        struct sip_via other;

        for (uint8_t i = m->first[SIP_HDR_VIA]; i != SIP_HDR_NONE; i = m->hdrs[i].next_same) {
                struct fast_walk w = {.hosts = hosts};

                if (m->via_cnt < SIP_VIA_CNT_MAX && fast_via(f, &w, &m->hdrs[i].value, out)) {
                        m->via_cnt++;
                        hosts = w.hosts;
                } else if (!fast_ask(s, i)) {
                        return NULL;
                }
                out = &other;
        }
        return hosts;
}

/* The only From or To. Returns where the next host is noted, NULL after a fault. */
static inline __attribute__((always_inline)) uint32_t *fast_party(const struct fast *f,
                                                                  struct sip_state *s, uint8_t i,
                                                                  struct sip_addr *out,
                                                                  uint32_t *hosts)
{
        struct fast_walk w = {.hosts = hosts};

        if (fast_addr(f, &w, FAST_PARTY, &f->m->hdrs[i].value, out))
                return w.hosts;
        return fast_ask(s, i) ? hosts : NULL;
}

/* All Contact headers from i on; the first one is kept. As above. */
static inline uint32_t *fast_contacts(const struct fast *f, struct sip_state *s, uint8_t i,
                                      uint32_t *hosts)
{
        struct sip_msg *m = f->m;
        struct sip_addr *out = &m->contact, other;

        do {
                struct fast_walk w = {.hosts = hosts};

                out->tag.len = 0;
                /* A "*" bears no other Contact beside it; that the grammar sees. */
                if (!m->contact.star && fast_addr(f, &w, FAST_CONTACT, &m->hdrs[i].value, out))
                        hosts = w.hosts;
                else if (!fast_ask(s, i))
                        return NULL;
                out = &other;
                i = m->hdrs[i].next_same;
        } while (__builtin_expect(i != SIP_HDR_NONE, 0));
        return hosts;
}

/* "<sip:host;lr>", as nearly all routes are that proxies without a state of their own add. */
static inline bool fast_loose_route(const struct fast *f, uint64_t v, uint64_t e, uint32_t *host)
{
        uint64_t from = v + 5, to = e - 4;

        *host = fast_both(from, to);
        return e - v >= 10 && fast_load4(f->b + to) == FAST_WORD4(';', 'l', 'r', '>') &&
               fast_low8(fast_load8(f->b + v), 5) == FAST_WORD('<', 's', 'i', 'p', ':', 0, 0, 0) &&
               fast_run(f, from) == to;
}

/* All Route or Record-Route headers from i on; of them nothing is kept. As above. */
static __attribute__((noinline)) uint32_t *fast_routes(const struct fast *caller,
                                                       struct sip_state *s, uint32_t i,
                                                       uint32_t *hosts)
{
        const struct fast here = *caller, *f = &here;
        const struct sip_hdr *hdrs = f->m->hdrs;
        struct sip_addr other;

        do {
                uint64_t e, v = fast_ends(&hdrs[i].value, &e);
                struct fast_walk w = {.hosts = hosts};

                other.tag.len = 0;
                if (fast_loose_route(f, v, e, hosts))
                        hosts++;
                else if (fast_addr(f, &w, FAST_ROUTE, &hdrs[i].value, &other))
                        hosts = w.hosts;
                else if (!fast_ask(s, (uint8_t)i))
                        return NULL;
                i = hdrs[i].next_same;
        } while (i != SIP_HDR_NONE);
        return hosts;
}

/* All headers that hold addresses, From and To at least. Returns where the next host is noted, NULL
 * after a fault. */
static inline __attribute__((always_inline)) uint32_t *fast_addrs(const struct fast *caller,
                                                                  struct sip_state *s,
                                                                  uint32_t *hosts)
{
        const struct fast here = *caller, *f = &here;
        struct sip_msg *m = f->m;
        uint8_t contact = m->first[SIP_HDR_CONTACT];

        hosts = fast_party(f, s, m->first[SIP_HDR_FROM], &m->from, hosts);
        if (hosts)
                hosts = fast_party(f, s, m->first[SIP_HDR_TO], &m->to, hosts);
        if (hosts && contact != SIP_HDR_NONE)
                hosts = fast_contacts(f, s, contact, hosts);
        if (hosts && m->first[SIP_HDR_RECORD_ROUTE] != SIP_HDR_NONE)
                hosts = fast_routes(f, s, m->first[SIP_HDR_RECORD_ROUTE], hosts);
        if (hosts && m->first[SIP_HDR_ROUTE] != SIP_HDR_NONE)
                hosts = fast_routes(f, s, m->first[SIP_HDR_ROUTE], hosts);
        return hosts;
}

/* All typed fields; hosts as in struct fast_walk, and behind the last one. Not part of the caller:
 * there are not registers enough for both. */
static __attribute__((noinline)) bool fast_fields(const struct fast *f, struct sip_state *s,
                                                  uint32_t **hosts)
{
        const uint8_t *first = f->m->first;

        /* Without these there is a fault; an index is below 128. */
        if (((first[SIP_HDR_VIA] | first[SIP_HDR_FROM] | first[SIP_HDR_TO] |
              first[SIP_HDR_CALL_ID] | first[SIP_HDR_CSEQ]) &
             0x80) != 0)
                return false;
        *hosts = fast_vias(f, s, *hosts);
        if (*hosts)
                *hosts = fast_addrs(f, s, *hosts);
        return *hosts && fast_single(f, s, SIP_HDR_CALL_ID) && fast_single(f, s, SIP_HDR_CSEQ) &&
               fast_single(f, s, SIP_HDR_MAX_FORWARDS) &&
               fast_single(f, s, SIP_HDR_CONTENT_LENGTH) && fast_rare(f, s);
}

/* Is nothing missing, and does all fit together? False where the grammar must look. */
static inline bool fast_complete(const struct sip_msg *m)
{
        bool request = m->kind == SIP_KIND_REQUEST;
        bool hops = m->first[SIP_HDR_MAX_FORWARDS] != SIP_HDR_NONE;
        bool contact =
            (m->method != SIP_METHOD_INVITE) | (m->first[SIP_HDR_CONTACT] != SIP_HDR_NONE);

        /* Methods of one number have one name: fast_method() knows no other, and OTHER is none. */
        return ((!request) | (hops & contact & (m->cseq.method == m->method))) &
               (m->from.tag.len != 0) & m->via.cookie & (m->via.branch.len > 7);
}

#endif
