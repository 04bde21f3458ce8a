/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fast_addr.h - one [display] <URI> with plain parameters: From, To, Contact, routes. Lists, URIs
 * without brackets and quoted parameters are left to sip_addr.c. Private.
 */
#ifndef SLUICE_PARSER_FAST_FAST_ADDR_H
#define SLUICE_PARSER_FAST_FAST_ADDR_H

#include "parser/fast/fast_uri.h"
#include "parser/sip_addr.h"
#include "parser/sip_params.h"

/* Whose parameters they are says which of them mean something. */
enum fast_addr_kind { FAST_PARTY, FAST_CONTACT, FAST_ROUTE };

/* The quoted string at v; *lt becomes where the "<" behind it must be. */
static inline bool fast_quoted(const struct fast *f, uint32_t v, uint32_t e, uint32_t *lt,
                               struct sip_span *display)
{
        struct sip_cur c = {f->b, v, e, &f->m->anomalies};
        uint32_t quote, escape;
        scan_vec w;

        if (!fast_room(f, v + 1, 32))
                return false;
        w = scan_load(f->b + v + 1);
        quote = scan_eq(w, '"');
        escape = scan_eq(w, '\\');
        if (quote != 0 && (escape & (quote - 1) & ~quote) == 0) {
                c.pos = v + 1 + scan_ctz(quote);
                if (c.pos >= e)
                        return false;
                *display = sip_span_make(v + 1, c.pos);
                c.pos++;
        } else if (!sip_quoted_parse(&c, display)) {
                return false;
        }
        *lt = c.pos + (f->b[c.pos] == ' ');
        return true;
}

/* Tokens with one SP behind each; *lt becomes where the "<" must be. */
static inline bool fast_tokens(const struct fast *f, uint32_t v, uint32_t *lt,
                               struct sip_span *display)
{
        uint32_t p = v;

        do {
                uint32_t start = p;

                p = fast_run(f, start);
                if (p == start || f->b[p] != ' ')
                        return false;
                p++;
        } while (f->b[p] != '<');
        *display = sip_span_make(v, p - 1);
        *lt = p;
        return true;
}

/* The tag, and what Contact's parameters may hold; false where the grammar must look. */
static inline bool fast_addr_param(const struct fast *f, enum fast_addr_kind kind,
                                   struct sip_span name, struct sip_span value,
                                   struct sip_addr *out)
{
        uint32_t word = fast_load4(f->b + name.off) | 0x00202020;
        uint32_t seconds;

        if (word == FAST_WORD4('t', 'a', 'g', '=')) {
                if (out->tag.len != 0 || value.len > SIP_TAG_BYTES_MAX)
                        return false;
                out->tag = value;
                return true;
        }
        if (name.len == 3 && value.len == 0)
                return false; /* perhaps a tag without a value */
        if (kind == FAST_CONTACT && name.len == 1)
                return false; /* perhaps q */
        if (kind == FAST_CONTACT && sip_span_ieq(f->b, name, "expires", 7))
                return fast_number(f, value.off, (uint32_t)value.off + value.len, &seconds);
        return true;
}

/* ;name[=value]... from p to the end of the value. */
static inline bool fast_addr_params(const struct fast *f, enum fast_addr_kind kind, uint32_t p,
                                    uint32_t e, struct sip_addr *out)
{
        out->params = sip_span_make(p + 1, e);
        while (f->b[p] == ';') {
                struct sip_span name, value = {0, 0};
                uint32_t start = p + 1;

                p = fast_run(f, start);
                if (p == start)
                        return false;
                name = sip_span_make(start, p);
                if (f->b[p] == '=') {
                        start = p + 1;
                        p = fast_run(f, start);
                        if (p == start)
                                return false;
                        value = sip_span_make(start, p);
                }
                if (!fast_addr_param(f, kind, name, value, out))
                        return false;
        }
        return p == e;
}

/* All of the value as one address; *out is zero before. */
static inline __attribute__((always_inline)) bool fast_addr(const struct fast *f,
                                                            enum fast_addr_kind kind,
                                                            struct sip_span value,
                                                            struct sip_addr *out)
{
        const uint8_t *b = f->b;
        uint32_t v = value.off, e = v + value.len;
        uint32_t lt = v, gt;

        if (b[v] == '"') {
                if (!fast_quoted(f, v, e, &lt, &out->display))
                        return false;
        } else if (b[v] != '<' && !fast_tokens(f, v, &lt, &out->display)) {
                return false;
        }
        if (b[lt] != '<')
                return false;
        gt = fast_uri(f, lt + 1, &out->uri);
        if (gt == 0 || b[gt] != '>')
                return false;
        out->all = value;
        if (gt + 1 == e)
                return true;
        return fast_addr_params(f, kind, gt + 1, e, out);
}

#endif
