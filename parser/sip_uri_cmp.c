/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_uri_cmp.h"

#include <string.h>

/* A part of a URI on its way through a comparison. */
struct text {
        const uint8_t *p;
        const uint8_t *end;
};

static struct text text_of(const uint8_t *buf, struct sip_span s)
{
        return (struct text){buf + s.off, buf + s.off + s.len};
}

static unsigned hex(uint8_t c)
{
        return c <= '9' ? (unsigned)(c - '0') : (unsigned)(sip_lower(c) - 'a' + 10);
}

/* Must this octet stay an escape? Those of `reserved` mean something else when bare (19.1.4). */
static bool reserved(uint8_t c)
{
        return c == 0 || (c < 0x80 && memchr(";/?:@&=+$,", c, 10) != NULL);
}

/*
 * The next octet, escapes decoded; with 0x100 added when it was an escape of a reserved octet,
 * which is not the same as that octet. -1 at the end. A parsed URI has only whole escapes.
 */
static int octet(struct text *t)
{
        uint8_t c;

        if (t->p == t->end)
                return -1;
        c = *t->p++;
        if (c != '%' || t->end - t->p < 2)
                return c;
        c = (uint8_t)(hex(t->p[0]) << 4 | hex(t->p[1]));
        t->p += 2;
        return reserved(c) ? c | 0x100 : c;
}

static bool same(struct text a, struct text b, bool fold_case)
{
        for (;;) {
                int x = octet(&a);
                int y = octet(&b);

                if (fold_case && x >= 0 && x < 0x100 && y >= 0 && y < 0x100) {
                        x = sip_lower((uint8_t)x);
                        y = sip_lower((uint8_t)y);
                }
                if (x != y)
                        return false;
                if (x < 0)
                        return true;
        }
}

/* One name[=value] of a list; what it consists of, and whether there is a value at all. */
struct part {
        struct text name;
        struct text value;
        bool has_value;
};

/* Take the next part of a list; a fold between URI parameters is passed over. */
static bool next_part(struct text *list, uint8_t separator, struct part *out)
{
        const uint8_t *end, *eq;

        while (list->p < list->end && sip_is(*list->p, SIP_CT_LWS))
                list->p++;
        if (list->p == list->end)
                return false;
        end = memchr(list->p, separator, (size_t)(list->end - list->p));
        if (!end)
                end = list->end;
        out->value = (struct text){end, end};
        eq = memchr(list->p, '=', (size_t)(end - list->p));
        out->has_value = eq != NULL;
        out->name = (struct text){list->p, eq ? eq : end};
        if (eq)
                out->value.p = eq + 1;
        list->p = end < list->end ? end + 1 : end;
        while (out->value.end > out->value.p && sip_is(out->value.end[-1], SIP_CT_LWS))
                out->value.end--;
        while (out->name.end > out->name.p && sip_is(out->name.end[-1], SIP_CT_LWS))
                out->name.end--;
        return true;
}

static bool too_many(struct text list, uint8_t separator)
{
        struct part p;
        unsigned n = 0;

        while (next_part(&list, separator, &p)) {
                if (++n > SIP_URI_PARTS_MAX)
                        return true;
        }
        return false;
}

/* The first part with this name. */
static bool find(struct text list, uint8_t separator, struct text name, struct part *out)
{
        while (next_part(&list, separator, out)) {
                if (same(out->name, name, true))
                        return true;
        }
        return false;
}

/* In one URI only, these make a difference (19.1.4); the RFC's examples add transport. */
static bool matters_alone(struct text name)
{
        static const char *const names[] = {"user", "ttl", "method", "maddr", "transport"};

        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
                const uint8_t *word = (const uint8_t *)names[i];

                if (same(name, (struct text){word, word + strlen(names[i])}, true))
                        return true;
        }
        return false;
}

/* Do the parameters of a agree with those of b? `all`: each must be there on the other side. */
static bool params_agree(struct text a, struct text b, bool all)
{
        struct text rest = a;
        struct part x, y;

        while (next_part(&rest, ';', &x)) {
                if (!find(b, ';', x.name, &y)) {
                        if (all || matters_alone(x.name))
                                return false;
                        continue;
                }
                (void)find(a, ';', x.name, &x); /* of a repeated one the first counts */
                if (x.has_value != y.has_value || !same(x.value, y.value, true))
                        return false;
        }
        return true;
}

/* Headers are never ignored; the same name may occur with several values (19.1.1). */
static bool headers_agree(struct text a, struct text b)
{
        struct text rest = a;
        struct part x, y;

        while (next_part(&rest, '&', &x)) {
                struct text others = b;
                bool found = false;

                while (!found && next_part(&others, '&', &y))
                        found = same(x.name, y.name, true) && same(x.value, y.value, false);
                if (!found)
                        return false;
        }
        return true;
}

/* What stands before "@", with a password; {0,0} when there is no "@". */
static struct sip_span userinfo(const struct sip_uri *u)
{
        if (u->user.off == 0)
                return u->user;
        return sip_span_make(u->user.off, u->host.off - 1u);
}

static bool sip_equal(const uint8_t *abuf, const struct sip_uri *a, const uint8_t *bbuf,
                      const struct sip_uri *b)
{
        struct text ap = text_of(abuf, a->params), bp = text_of(bbuf, b->params);
        struct text ah = text_of(abuf, a->headers), bh = text_of(bbuf, b->headers);

        if ((a->user.off == 0) != (b->user.off == 0) || a->port != b->port)
                return false;
        if (!same(text_of(abuf, userinfo(a)), text_of(bbuf, userinfo(b)), false))
                return false;
        if (!same(text_of(abuf, a->host), text_of(bbuf, b->host), true))
                return false;
        if (too_many(ap, ';') || too_many(bp, ';') || too_many(ah, '&') || too_many(bh, '&'))
                return false;
        return params_agree(ap, bp, false) && params_agree(bp, ap, false) &&
               headers_agree(ah, bh) && headers_agree(bh, ah);
}

/* Numbers without their visual separators (RFC 3966 5.1.1), hexadecimal digits of any case. */
static bool same_number(struct text a, struct text b)
{
        for (;;) {
                while (a.p < a.end && memchr("-.()", *a.p, 4))
                        a.p++;
                while (b.p < b.end && memchr("-.()", *b.p, 4))
                        b.p++;
                if (a.p == a.end || b.p == b.end)
                        return a.p == a.end && b.p == b.end;
                if (sip_lower(*a.p++) != sip_lower(*b.p++))
                        return false;
        }
}

static bool tel_equal(const uint8_t *abuf, const struct sip_uri *a, const uint8_t *bbuf,
                      const struct sip_uri *b)
{
        struct text ap = text_of(abuf, a->params), bp = text_of(bbuf, b->params);

        return same_number(text_of(abuf, a->user), text_of(bbuf, b->user)) && !too_many(ap, ';') &&
               !too_many(bp, ';') && params_agree(ap, bp, true) && params_agree(bp, ap, true);
}

/* Scheme and namespace without regard to case, the rest octet by octet. */
static bool other_equal(const uint8_t *abuf, const struct sip_uri *a, const uint8_t *bbuf,
                        const struct sip_uri *b)
{
        unsigned folded = a->scheme == SIP_SCHEME_URN ? 2 : 1; /* parts up to a ":" */

        if (a->all.len != b->all.len)
                return false;
        for (uint32_t i = 0; i < a->all.len; i++) {
                uint8_t x = abuf[a->all.off + i];
                uint8_t y = bbuf[b->all.off + i];

                if (folded > 0) {
                        x = sip_lower(x);
                        y = sip_lower(y);
                        folded -= x == ':';
                }
                if (x != y)
                        return false;
        }
        return true;
}

bool sip_uri_equal(const uint8_t *abuf, const struct sip_uri *a, const uint8_t *bbuf,
                   const struct sip_uri *b)
{
        if (a->scheme != b->scheme)
                return false;
        if (a->all.len == b->all.len &&
            memcmp(abuf + a->all.off, bbuf + b->all.off, a->all.len) == 0)
                return true;
        switch (a->scheme) {
        case SIP_SCHEME_SIP:
        case SIP_SCHEME_SIPS:
                return sip_equal(abuf, a, bbuf, b);
        case SIP_SCHEME_TEL:
                return tel_equal(abuf, a, bbuf, b);
        default:
                return other_equal(abuf, a, bbuf, b);
        }
}
