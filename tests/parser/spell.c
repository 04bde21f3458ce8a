/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/parser/spell.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "parser/sip_hname.h"

#define SP        "\1"
#define GAP       "\2"
#define SEMI      GAP "\b;" GAP
/* of a field that is read on demand only */
#define SEMI_LAZY GAP ";" GAP

static bool chance(struct rng *r, unsigned percent)
{
        return percent != 0 && rng_below(r, 100) < percent;
}

static unsigned below(struct rng *r, unsigned n)
{
        return (unsigned)rng_below(r, n);
}

#define PICK(r, list) list[below(r, sizeof(list) / sizeof(list[0]))]

/* ---- plans ---- */

static void add(struct plan *p, enum sip_hdr_id id, const char *name, const char *format, ...)
{
        static const struct {
                enum sip_hdr_id id;
                char compact;
        } forms[] = {
#define X(ID, name, compact, multiplicity) {SIP_HDR_##ID, compact},
#include "parser/sip_headers.def"
#undef X
        };
        struct plan_hdr *h = &p->hdr[p->hdr_cnt++];
        va_list args;

        *h = (struct plan_hdr){.id = id, .rigid = id == SIP_HDR_DATE};
        snprintf(h->name, sizeof(h->name), "%s", id == SIP_HDR_OTHER ? name : sip_hname_str(id));
        for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
                if (forms[i].id == id)
                        h->compact = forms[i].compact;
        }
        va_start(args, format);
        vsnprintf(h->value, sizeof(h->value), format, args);
        va_end(args);
}

static const char *host(struct rng *r, char *out, size_t cap)
{
        static const char *const names[] = {"example.com", "h-1.voip.example.", "pbx", "a_b.c",
                                            "edge-03.example.net"};
        unsigned kind = below(r, 10);

        if (kind < 4)
                snprintf(out, cap, "%s", PICK(r, names));
        else if (kind < 8)
                snprintf(out, cap, "%u.%u.0.%u", 1 + below(r, 223), below(r, 256), below(r, 256));
        else if (kind == 8)
                snprintf(out, cap, "[2001:db8:%x::%x]", below(r, 65536), 1 + below(r, 4096));
        else
                snprintf(out, cap, "[2001:db8::\5%u.0.2.1]", 1 + below(r, 223));
        return out;
}

/* `bare`: it will stand without angle brackets, so without parameters. */
static const char *uri(struct rng *r, char *out, size_t cap, bool bare)
{
        static const char *const users[] = {"alice", "bob%40x", "+4930123", "c.d-e", "a;b=c", "1"};
        char at[64];
        size_t n;

        if (below(r, 12) == 0) {
                snprintf(out, cap, "%s",
                         bare ? "tel:+1-201-555-0123" : "tel:7042\3;phone-context=example.com");
                return out;
        }
        host(r, at, sizeof(at));
        n = (size_t)snprintf(out, cap, "%s", chance(r, 10) ? "sips:" : "sip:");
        if (!chance(r, 10))
                n += (size_t)snprintf(out + n, cap - n, "%s%s@", bare ? "bob" : PICK(r, users),
                                      chance(r, 5) ? ":pw" : "");
        n += (size_t)snprintf(out + n, cap - n, "%s", at);
        if (chance(r, 30))
                n += (size_t)snprintf(out + n, cap - n, ":%u", 1 + below(r, 65535));
        if (!bare && chance(r, 40))
                n += (size_t)snprintf(out + n, cap - n, "\3;\3transport=udp");
        if (!bare && chance(r, 30))
                (void)snprintf(out + n, cap - n, "\3;lr");
        return out;
}

/* name-addr, or addr-spec when `bare_too` and fate will have it. */
static const char *party(struct rng *r, char *out, size_t cap, bool bare_too)
{
        char u[192];

        switch (below(r, bare_too ? 5 : 4)) {
        case 0:
                snprintf(out, cap, "<%s>", uri(r, u, sizeof(u), false));
                break;
        case 1:
                snprintf(out, cap, "\"Alice \\\"<x>\\\", \\\\;" SP "100\"" GAP "<%s>",
                         uri(r, u, sizeof(u), false));
                break;
        case 2:
                snprintf(out, cap, "Bob" SP "B.\4<%s>", uri(r, u, sizeof(u), false));
                break;
        case 3:
                snprintf(out, cap, "\"\"" GAP "<%s>", uri(r, u, sizeof(u), false));
                break;
        default:
                snprintf(out, cap, "%s", uri(r, u, sizeof(u), true));
                break;
        }
        return out;
}

static void one_via(struct rng *r, char *out, size_t cap)
{
        static const char *const transports[] = {"UDP", "TCP", "TLS", "ws", "SCTP"};
        char at[64];
        size_t n = (size_t)snprintf(out, cap, "SIP" GAP "/" GAP "2.0" GAP "/" GAP "%s" SP "%s",
                                    PICK(r, transports), host(r, at, sizeof(at)));

        if (chance(r, 50))
                n += (size_t)snprintf(out + n, cap - n, GAP ":" GAP "%u", 1 + below(r, 65535));
        if (chance(r, 40))
                n += (size_t)snprintf(out + n, cap - n, SEMI "rport");
        n += (size_t)snprintf(out + n, cap - n, SEMI "branch" GAP "=" GAP "z9hG4bK%x",
                              below(r, 1u << 31));
        if (chance(r, 30))
                n += (size_t)snprintf(out + n, cap - n, SEMI "received=%s",
                                      chance(r, 50) ? "\6"
                                                      "2001:db8::7\7"
                                                    : "192.0.2.9");
        if (chance(r, 10))
                (void)snprintf(out + n, cap - n, SEMI "x=\"a;b,c\"");
}

static void vias(struct plan *p, struct rng *r)
{
        for (unsigned k = 1 + below(r, 2); k > 0; k--) {
                char a[PLAN_VALUE_BYTES / 2 - 4], b[PLAN_VALUE_BYTES / 2 - 4];

                one_via(r, a, sizeof(a));
                one_via(r, b, sizeof(b));
                if (chance(r, 30))
                        add(p, SIP_HDR_VIA, NULL, "%s" GAP "," GAP "%s", a, b);
                else
                        add(p, SIP_HDR_VIA, NULL, "%s", a);
        }
}

static void routes(struct plan *p, struct rng *r, enum sip_hdr_id id)
{
        for (unsigned k = below(r, 3); k > 0; k--) {
                char a[160], b[160];

                if (chance(r, 40))
                        add(p, id, NULL, "<%s>" GAP "," GAP "<%s>" SEMI "x=y",
                            uri(r, a, sizeof(a), false), uri(r, b, sizeof(b), false));
                else
                        add(p, id, NULL, "<%s>", uri(r, a, sizeof(a), false));
        }
}

static void extras(struct plan *p, struct rng *r)
{
        if (chance(r, 50))
                add(p, SIP_HDR_USER_AGENT, NULL, "Acme" SP "Phone/3.2" SP "(x" SP "y)");
        if (chance(r, 40))
                add(p, SIP_HDR_SUBJECT, NULL, "lunch:" SP "\"at\"" SP "\xc3\xa9");
        if (chance(r, 40))
                add(p, SIP_HDR_ALLOW, NULL, "INVITE," GAP "ACK" GAP "," GAP "BYE");
        if (chance(r, 40))
                add(p, SIP_HDR_SUPPORTED, NULL, "100rel" GAP "," GAP "path");
        if (chance(r, 20))
                add(p, SIP_HDR_DATE, NULL, "Sat, 13 Nov 2010 23:29:00 GMT");
        if (chance(r, 30))
                add(p, SIP_HDR_EXPIRES, NULL, "%u", below(r, 7200));
        if (chance(r, 20))
                add(p, SIP_HDR_P_ASSERTED_IDENTITY, NULL, "<sip:%u@example.com>", below(r, 9999));
        if (chance(r, 30))
                add(p, SIP_HDR_OTHER, "X-Thing", "some" SP "%u" GAP ";" GAP "x", below(r, 9999));
        if (chance(r, 10))
                add(p, SIP_HDR_OTHER, "X-Thing", "again");
        if (chance(r, 20))
                add(p, SIP_HDR_EVENT, NULL, "presence" SEMI_LAZY "id=%u", below(r, 99));
        /* read on demand only, so a fold in its URI is white space like any other */
        if (chance(r, 20))
                add(p, SIP_HDR_REFERRED_BY, NULL, "<sip:%u@example.com;x=y>" SEMI_LAZY "cid=x",
                    below(r, 9999));
}

static void body(struct plan *p, struct rng *r)
{
        p->has_length = chance(r, 85);
        p->body_len = chance(r, 50) ? 0 : 1 + below(r, 300);
        for (uint32_t i = 0; i < p->body_len; i++)
                p->body[i] = (uint8_t)rng_next(r);
        if (p->body_len != 0)
                add(p, SIP_HDR_CONTENT_TYPE, NULL, "application/x" SEMI_LAZY "y=\"z\"");
        if (p->has_length)
                add(p, SIP_HDR_CONTENT_LENGTH, NULL, "%u", p->body_len);
}

void plan_make(struct plan *p, struct rng *r)
{
        static const char *const methods[] = {"INVITE", "ACK",     "BYE",    "CANCEL", "REGISTER",
                                              "INFO",   "OPTIONS", "NOTIFY", "UPDATE", "PUBLISH"};
        static const char *const lines[] = {"100 Trying", "200 OK", "404 Not Found", "699 "};
        const char *method = PICK(r, methods);
        bool request = chance(r, 70);
        char a[256], b[256];

        p->hdr_cnt = 0;
        if (request)
                snprintf(p->start, sizeof(p->start), "%s %s SIP/2.0", method,
                         uri(r, a, sizeof(a), true));
        else
                snprintf(p->start, sizeof(p->start), "SIP/2.0 %s", PICK(r, lines));
        vias(p, r);
        if (request)
                add(p, SIP_HDR_MAX_FORWARDS, NULL, "%u", below(r, 256));
        routes(p, r, SIP_HDR_RECORD_ROUTE);
        if (request)
                routes(p, r, SIP_HDR_ROUTE);
        add(p, SIP_HDR_FROM, NULL, "%s" SEMI "tag" GAP "=" GAP "%x", party(r, a, sizeof(a), true),
            below(r, 1u << 30));
        add(p, SIP_HDR_TO, NULL, "%s%s", party(r, a, sizeof(a), true),
            chance(r, 50) ? SEMI "tag=9" SEMI "x" : "");
        add(p, SIP_HDR_CALL_ID, NULL, "%x@%s", below(r, 1u << 30), "pc33.example.com");
        add(p, SIP_HDR_CSEQ, NULL, "%u" SP "%s", below(r, 1u << 31), method);
        add(p, SIP_HDR_CONTACT, NULL, "%s" SEMI "q=0.%u" SEMI "expires" GAP "=%u",
            party(r, a, sizeof(a), true), below(r, 1000), below(r, 9999));
        if (chance(r, 20))
                add(p, SIP_HDR_CONTACT, NULL, "%s" GAP "," GAP "%s",
                    party(r, a, sizeof(a) / 2, false), party(r, b, sizeof(b) / 2, false));
        extras(p, r);
        body(p, r);
}

/* ---- spellings ---- */

struct pen {
        const struct spelling *how;
        struct rng *r;
        uint8_t *odd, *normal;
        size_t odd_len, normal_len;
        const char *eol; /* of odd */
        bool brackets;   /* in this value */
        bool fold_ok;    /* in this header */
};

static void both(struct pen *w, const void *text, size_t n)
{
        memcpy(w->odd + w->odd_len, text, n);
        memcpy(w->normal + w->normal_len, text, n);
        w->odd_len += n;
        w->normal_len += n;
}

static void odd(struct pen *w, const char *text)
{
        memcpy(w->odd + w->odd_len, text, strlen(text));
        w->odd_len += strlen(text);
}

static void normal(struct pen *w, const char *text)
{
        memcpy(w->normal + w->normal_len, text, strlen(text));
        w->normal_len += strlen(text);
}

static void line_end(struct pen *w)
{
        odd(w, w->eol);
        normal(w, "\r\n");
}

/* A fold where `to` stands in the normal form. */
static void fold(struct pen *w, const char *to)
{
        static const char *const behind[] = {" ", "\t", "   \t"};

        odd(w, w->eol);
        odd(w, PICK(w->r, behind));
        normal(w, to);
}

static void white_space(struct pen *w, bool needed)
{
        static const char *const some[] = {" ", "\t", "  ", " \t "};
        const char *ws = needed ? " " : "";

        if (chance(w->r, w->how->wide))
                ws = needed ? PICK(w->r, some) : " ";
        if (w->fold_ok && chance(w->r, w->how->fold)) {
                both(w, ws, needed ? below(w->r, 2) * strlen(ws) : strlen(ws));
                fold(w, " ");
        } else {
                both(w, ws, strlen(ws));
        }
}

static void write_mark(struct pen *w, enum plan_mark mark)
{
        switch (mark) {
        case PLAN_SP:
        case PLAN_GAP:
                white_space(w, mark == PLAN_SP);
                break;
        case PLAN_URI:
                if (chance(w->r, w->how->uri_fold))
                        fold(w, "");
                break;
        case PLAN_DISPLAY:
                if (chance(w->r, w->how->no_lws))
                        normal(w, " ");
                else
                        white_space(w, true);
                break;
        case PLAN_COLON:
                if (chance(w->r, w->how->three_colons))
                        odd(w, ":");
                break;
        case PLAN_BRACKET:
                w->brackets = chance(w->r, w->how->brackets);
                if (w->brackets)
                        odd(w, "[");
                break;
        case PLAN_BRACKET2:
                if (w->brackets)
                        odd(w, "]");
                break;
        case PLAN_EMPTY:
                if (!chance(w->r, w->how->empty_param))
                        break;
                odd(w, ";");
                if (chance(w->r, w->how->fold)) {
                        odd(w, w->eol);
                        odd(w, "\t");
                }
                break;
        }
}

static void write_text(struct pen *w, const char *text)
{
        for (; *text != '\0'; text++) {
                if (*text >= PLAN_SP && *text <= PLAN_EMPTY)
                        write_mark(w, (enum plan_mark) * text);
                else
                        both(w, text, 1);
        }
}

static void write_name(struct pen *w, const struct plan_hdr *h)
{
        if (h->compact != 0 && chance(w->r, w->how->compact)) {
                char c = chance(w->r, w->how->other_case) ? (char)(h->compact - 0x20) : h->compact;

                both(w, &c, 1);
                return;
        }
        for (const char *c = h->name; *c != '\0'; c++) {
                bool letter = (*c | 0x20) >= 'a' && (*c | 0x20) <= 'z';
                char flipped = letter && chance(w->r, w->how->other_case) ? (char)(*c ^ 0x20) : *c;

                both(w, &flipped, 1);
        }
}

static void write_header(struct pen *w, const struct plan_hdr *h)
{
        static const char *const spaces[] = {" ", "\t", "  "};

        write_name(w, h);
        if (chance(w->r, w->how->colon_space))
                odd(w, PICK(w->r, spaces));
        both(w, ":", 1);
        /* a line of white space alone is no fold, and a folded length is refused */
        w->fold_ok = h->id != SIP_HDR_CONTENT_LENGTH && h->value[0] != '\0';
        if (h->rigid)
                both(w, " ", 1);
        else
                white_space(w, !chance(w->r, w->how->wide));
        write_text(w, h->value);
        if ((h->id == SIP_HDR_CONTACT || h->id == SIP_HDR_ROUTE || h->id == SIP_HDR_RECORD_ROUTE) &&
            chance(w->r, w->how->comma_last))
                odd(w, ",");
        if ((h->id == SIP_HDR_FROM || h->id == SIP_HDR_TO) && strstr(h->value, "tag") &&
            strchr(h->value, '>') && chance(w->r, w->how->stray))
                odd(w, ">");
        if (chance(w->r, w->how->wide))
                both(w, " \t", 2);
        line_end(w);
}

/* A random order in which like headers keep theirs. */
static void order(const struct plan *p, unsigned percent, struct rng *r, uint8_t *at)
{
        for (uint32_t i = 0; i < p->hdr_cnt; i++)
                at[i] = (uint8_t)i;
        if (!chance(r, percent))
                return;
        for (uint32_t i = p->hdr_cnt; i > 1; i--) {
                uint32_t k = below(r, i);
                uint8_t t = at[k];

                at[k] = at[i - 1];
                at[i - 1] = t;
        }
        for (uint32_t i = 0; i < p->hdr_cnt; i++) {
                for (uint32_t k = i + 1; k < p->hdr_cnt; k++) {
                        uint8_t t = at[i];

                        if (at[k] < t && strcmp(p->hdr[at[k]].name, p->hdr[t].name) == 0) {
                                at[i] = at[k];
                                at[k] = t;
                        }
                }
        }
}

static void write_start(struct pen *w, const struct plan *p)
{
        const char *version = strstr(p->start, "SIP/2.0");
        size_t before = (size_t)(version - p->start);
        char front[sizeof(p->start)];

        memcpy(front, p->start, before);
        front[before] = '\0';
        write_text(w, front);
        odd(w, chance(w->r, w->how->version_case) ? "sIp/2.0" : "SIP/2.0");
        normal(w, "SIP/2.0");
        both(w, version + 7, strlen(version + 7));
        line_end(w);
}

size_t plan_spell(const struct plan *p, const struct spelling *how, struct rng *r, uint8_t *odd_at,
                  uint8_t *normal_at, size_t *normal_len)
{
        static const char *const rest[] = {"\r\n", "x", "\n\n\n\n",
                                           "INVITE sip:evil@example.com SIP/2.0\r\n\r\n",
                                           "more of it, and more of it, and more of it"};
        struct pen w = {.how = how, .r = r, .odd = odd_at, .normal = normal_at};
        uint8_t at[PLAN_HDRS_MAX];

        w.eol = chance(r, how->lf_only) ? "\n" : "\r\n";
        if (chance(r, how->leading))
                odd(&w, chance(r, 50) ? "\r\n" : "\r\n\r\n");
        write_start(&w, p);
        order(p, how->shuffle, r, at);
        for (uint32_t i = 0; i < p->hdr_cnt; i++)
                write_header(&w, &p->hdr[at[i]]);
        if (p->body_len == 0 && chance(r, how->end_implied)) {
                normal(&w, "\r\n");
        } else {
                line_end(&w);
                both(&w, p->body, p->body_len);
                if (p->has_length && chance(r, how->trailing))
                        odd(&w, PICK(r, rest));
        }
        *normal_len = w.normal_len;
        return w.odd_len;
}

size_t spell_mutate(uint8_t *buf, size_t n, struct rng *r)
{
        static const char set[] = "\0\1\t\n\r \"\\<>;,:=@?%&/[]()._-0125azAZ\x7f\x80";

        for (unsigned k = below(r, 3) + 1; k > 0; k--) {
                size_t run = rng_below(r, 12) + 1;
                size_t at = rng_below(r, n);
                uint8_t octet = (uint8_t)set[below(r, sizeof(set) - 1)];

                switch (below(r, 4)) {
                case 0:
                        buf[at] = octet;
                        break;
                case 1:
                        memmove(buf + at + 1, buf + at, n - at);
                        buf[at] = octet;
                        n++;
                        break;
                case 2:
                        run = run < n - at ? run : n - at;
                        if (run == n)
                                break;
                        memmove(buf + at, buf + at + run, n - at - run);
                        n -= run;
                        break;
                default:
                        run = run < n - at ? run : n - at;
                        memmove(buf + rng_below(r, n - run + 1), buf + at, run);
                        break;
                }
        }
        return n;
}
