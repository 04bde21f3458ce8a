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

/* The same by the grammar. */
static __attribute__((noinline)) bool fast_quoted_ask(const struct fast *f, uint64_t v, uint64_t e,
                                                      uint64_t *lt, struct sip_span *display)
{
        struct sip_cur c = {f->b, (uint32_t)v, (uint32_t)e, &f->m->anomalies};

        if (!sip_quoted_parse(&c, display))
                return false;
        *lt = c.pos + (f->b[c.pos] == ' ');
        return true;
}

/* The quoted string at v; *lt becomes where the "<" behind it must be. */
static inline bool fast_quoted(const struct fast *f, uint64_t v, uint64_t e, uint64_t *lt,
                               struct sip_span *display)
{
        uint64_t end;
        uint32_t quote, escape, pairs;
        scan_vec w;

        if (!fast_room(f, v + 1, 32))
                return false;
        w = scan_load(f->b + v + 1);
        quote = scan_same(w, fast_tables.quote);
        escape = scan_same(w, fast_tables.escape);
        pairs = escape & escape << 1;
        /* A backslash takes the next octet with it; one behind another the grammar reads. */
        escape |= escape << 1;
        quote &= ~escape;
        if (__builtin_expect(quote == 0 || (pairs & (quote - 1) & ~quote) != 0, 0)) {
                uint64_t at = 0;
                bool read =
                    fast_quoted_ask(&(struct fast){f->b, f->len, f->ix, f->m}, v, e, &at, display);

                *lt = at;
                return read;
        }
        end = v + 1 + scan_zeros(quote);
        if (end >= e)
                return false;
        fast_span(display, v + 1, end);
        *lt = end + 1 + (f->b[end + 1] == ' ');
        return true;
}

/* Tokens with one SP behind each; *lt becomes where the "<" must be. */
static inline bool fast_tokens(const struct fast *f, uint64_t v, uint64_t *lt,
                               struct sip_span *display)
{
        uint64_t p = v;

        do {
                uint64_t start = p;

                p = fast_run(f, start);
                if (p == start || f->b[p] != ' ')
                        return false;
                p++;
        } while (f->b[p] != '<');
        fast_span(display, v, p - 1);
        *lt = p;
        return true;
}

/* The parameter at `name`: a tag, or what Contact's may hold; false where the grammar must look. */
static inline bool fast_addr_param(const struct fast *f, enum fast_addr_kind kind, uint64_t name,
                                   const struct fast_param *param, struct sip_addr *out)
{
        uint64_t v = param->value, e = param->end, n = param->name_len;
        uint32_t word = fast_load4(f->b + name) | 0x00202020;
        uint32_t seconds;

        if (word == FAST_WORD4('t', 'a', 'g', '=')) {
                if (out->tag.len != 0 || e - v > SIP_TAG_BYTES_MAX)
                        return false;
                fast_span(&out->tag, v, e);
                return true;
        }
        if (n == 3 && v == e)
                return false; /* perhaps a tag without a value */
        if (kind == FAST_CONTACT && n == 1)
                return false; /* perhaps q */
        if (kind == FAST_CONTACT && n == 7 &&
            sip_span_ieq(f->b, sip_span_make((uint32_t)name, (uint32_t)name + 7), "expires", 7))
                return fast_number(f, v, e, &seconds);
        return true;
}

/* ;name[=value]... from p to the end of the value. */
static inline bool fast_addr_params(const struct fast *f, enum fast_addr_kind kind, uint64_t p,
                                    uint64_t e, struct sip_addr *out)
{
        fast_span(&out->params, p + 1, e);
        /* A tag alone is what there is, nearly always. */
        if (f->b[p] == ';' &&
            (fast_load4(f->b + p + 1) | 0x00202020) == FAST_WORD4('t', 'a', 'g', '=')) {
                uint64_t v = p + 5;

                p = fast_run(f, v);
                if (p == v || p - v > SIP_TAG_BYTES_MAX)
                        return false;
                fast_span(&out->tag, v, p);
        }
        while (f->b[p] == ';') {
                uint64_t name = p + 1;
                struct fast_param param;

                if (!fast_param(f, name, &param) || !fast_addr_param(f, kind, name, &param, out))
                        return false;
                p = param.end;
        }
        return p == e;
}

/* All of the value as one address; *out is zero before. */
static inline __attribute__((always_inline)) bool fast_addr(const struct fast *f,
                                                            struct fast_walk *w,
                                                            enum fast_addr_kind kind,
                                                            const struct sip_span *value,
                                                            struct sip_addr *out)
{
        const uint8_t *b = f->b;
        uint64_t e, v = fast_ends(value, &e);
        uint64_t lt = v, gt;

        if (b[v] == '"') {
                if (!fast_quoted(f, v, e, &lt, &out->display))
                        return false;
        } else if (b[v] != '<' && !fast_tokens(f, v, &lt, &out->display)) {
                return false;
        }
        if (b[lt] != '<' || !fast_uri(f, w, lt + 1, &out->uri, &gt) || b[gt] != '>')
                return false;
        out->all = *value;
        if (gt + 1 == e)
                return true;
        return fast_addr_params(f, kind, gt + 1, e, out);
}

#endif
