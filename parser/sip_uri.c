/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_uri.h"

#include <string.h>

#include "parser/sip_host.h"

/* Take octets of a class and complete escapes; stops at anything else. */
static void run(struct sip_cur *c, unsigned bits)
{
        for (;;) {
                sip_cur_skip(c, bits);
                if (!sip_cur_at(c, '%') || c->end - c->pos < 3 ||
                    !sip_is(c->buf[c->pos + 1], SIP_CT_HEX) ||
                    !sip_is(c->buf[c->pos + 2], SIP_CT_HEX))
                        return;
                c->pos += 3;
        }
}

/* What to call an octet that stopped a run where it should not have. */
static enum sip_anomaly fault(const struct sip_cur *c, enum sip_anomaly otherwise)
{
        return sip_cur_at(c, '%') ? SIP_ANOM_URI_ESCAPE : otherwise;
}

/* The user. "#" must be escaped there, but codes that are dialled come with it as it is, and no
 * stack takes it for anything else (AMBIGUITY.md). True when there was one. */
static bool user(struct sip_cur *c)
{
        bool hash = false;

        run(c, SIP_CT_USER);
        while (sip_cur_at(c, '#')) {
                hash = true;
                c->pos++;
                run(c, SIP_CT_USER);
        }
        return hash;
}

/* [ user [ ":" password ] "@" ]; "@" stands nowhere else in a sip URI (its other parts escape it).
 */
static enum sip_anomaly userinfo(struct sip_cur *c, struct sip_uri *u)
{
        uint32_t from = c->pos;
        const uint8_t *at;
        uint32_t stop;
        bool hash = user(c);

        at = sip_cur_at(c, '@') ? c->buf + c->pos : memchr(c->buf + c->pos, '@', c->end - c->pos);
        if (!at) {
                c->pos = from;
                return SIP_ANOM_NONE;
        }
        stop = (uint32_t)(at - c->buf);
        if (c->pos == from)
                return fault(c, SIP_ANOM_URI_USER);
        u->user = sip_span_make(from, c->pos);
        if (sip_cur_at(c, ':')) {
                u->has_password = true;
                c->pos++;
                run(c, SIP_CT_PASS);
        }
        if (c->pos != stop)
                return fault(c, SIP_ANOM_URI_USER);
        if (hash)
                sip_anom_add(c->notes, SIP_ANOM_URI_USER_HASH);
        c->pos++;
        return SIP_ANOM_NONE;
}

/*
 * A line fold between parameters: RFC examples are printed so and phones copy them. No octet of the
 * URI is in doubt, so it is noted and passed over; blanks that are not part of a fold are not.
 */
static void skip_fold(struct sip_cur *c)
{
        uint32_t lf = c->pos + sip_cur_at(c, '\r');

        if (lf < c->end && c->buf[lf] == '\n') {
                sip_anom_add(c->notes, SIP_ANOM_URI_FOLDED);
                sip_cur_lws(c);
        }
}

/* *( ";" pname [ "=" pvalue ] ); `bits` is what names and values consist of. */
static enum sip_anomaly params(struct sip_cur *c, struct sip_uri *u, unsigned bits)
{
        uint32_t from;

        skip_fold(c);
        if (!sip_cur_at(c, ';'))
                return SIP_ANOM_NONE;
        from = c->pos + 1;
        while (sip_cur_at(c, ';')) {
                uint32_t start;

                c->pos++;
                skip_fold(c);
                start = c->pos;
                run(c, bits);
                if (c->pos == start)
                        return fault(c, SIP_ANOM_URI_PARAM);
                if (sip_cur_at(c, '=')) {
                        start = ++c->pos;
                        run(c, bits);
                        if (c->pos == start)
                                return fault(c, SIP_ANOM_URI_PARAM);
                }
                skip_fold(c);
        }
        u->params = sip_span_make(from, c->pos);
        return SIP_ANOM_NONE;
}

/* [ "?" hname "=" hvalue *( "&" hname "=" hvalue ) ]; hvalue may be empty. */
static enum sip_anomaly headers(struct sip_cur *c, struct sip_uri *u)
{
        uint32_t from = c->pos + 1;

        if (!sip_cur_at(c, '?'))
                return SIP_ANOM_NONE;
        u->headers = sip_span_make(from, c->end);
        do {
                uint32_t start = ++c->pos;

                run(c, SIP_CT_HNV);
                if (c->pos == start || !sip_cur_at(c, '='))
                        return fault(c, SIP_ANOM_URI_HEADERS);
                c->pos++;
                run(c, SIP_CT_HNV);
        } while (sip_cur_at(c, '&'));
        return SIP_ANOM_NONE;
}

static enum sip_anomaly sip_or_sips(struct sip_cur *c, struct sip_uri *u)
{
        enum sip_anomaly a = userinfo(c, u);

        if (a == SIP_ANOM_NONE)
                a = sip_host_parse(c, &u->host);
        if (c->pos == c->end)
                return a;
        if (a == SIP_ANOM_NONE)
                a = sip_port_parse(c, false, &u->port);
        if (a == SIP_ANOM_NONE)
                a = params(c, u, SIP_CT_PARAM);
        if (a == SIP_ANOM_NONE)
                a = headers(c, u);
        if (a != SIP_ANOM_NONE || c->pos == c->end)
                return a;
        if (u->headers.off != 0)
                return fault(c, SIP_ANOM_URI_HEADERS);
        if (u->params.off != 0)
                return fault(c, SIP_ANOM_URI_PARAM);
        return fault(c, u->port ? SIP_ANOM_URI_PORT : SIP_ANOM_URI_HOST);
}

/* RFC 3966 3: "+" and digits, or hexadecimal digits, "*" and "#"; visual separators anywhere. */
static enum sip_anomaly tel(struct sip_cur *c, struct sip_uri *u)
{
        uint32_t from = c->pos;
        bool global = sip_cur_at(c, '+');
        bool digit = false;
        enum sip_anomaly a;

        for (c->pos += global; c->pos < c->end; c->pos++) {
                uint8_t ch = c->buf[c->pos];

                if (sip_is(ch, SIP_CT_DIGIT) ||
                    (!global && (sip_is(ch, SIP_CT_HEX) || ch == '*' || ch == '#')))
                        digit = true;
                else if (ch != '-' && ch != '.' && ch != '(' && ch != ')')
                        break;
        }
        if (!digit)
                return SIP_ANOM_URI_OTHER;
        u->user = sip_span_make(from, c->pos);
        a = params(c, u, SIP_CT_PARAM);
        if (a == SIP_ANOM_NONE && c->pos != c->end)
                a = fault(c, u->params.off != 0 ? SIP_ANOM_URI_PARAM : SIP_ANOM_URI_OTHER);
        return a;
}

/* urn and all others: the rest of the URI, not empty; a urn needs a ":" with something around it.
 */
static enum sip_anomaly other(struct sip_cur *c, struct sip_uri *u)
{
        uint32_t from = c->pos;

        run(c, SIP_CT_URIC);
        if (c->pos == from || c->pos != c->end)
                return fault(c, SIP_ANOM_URI_OTHER);
        u->host = sip_span_make(from, c->end);
        if (u->scheme == SIP_SCHEME_URN) {
                const uint8_t *colon = memchr(c->buf + from, ':', u->host.len);

                if (!colon || colon == c->buf + from || colon + 1 == c->buf + c->end) {
                        c->pos = from;
                        return SIP_ANOM_URI_OTHER;
                }
        }
        return SIP_ANOM_NONE;
}

static enum sip_scheme scheme_of(const uint8_t *buf, struct sip_span s)
{
        if (sip_span_ieq(buf, s, "sip", 3))
                return SIP_SCHEME_SIP;
        if (sip_span_ieq(buf, s, "sips", 4))
                return SIP_SCHEME_SIPS;
        if (sip_span_ieq(buf, s, "tel", 3))
                return SIP_SCHEME_TEL;
        if (sip_span_ieq(buf, s, "urn", 3))
                return SIP_SCHEME_URN;
        return SIP_SCHEME_OTHER;
}

/* The octets of "sip:" and "sips:" at the cursor, 0 where others are; as scheme_of() would say, for
 * the two that nearly every URI begins with. */
static uint32_t sip_prefix(const struct sip_cur *c)
{
        const uint8_t *p = c->buf + c->pos;

        if (c->end - c->pos < 5 || (p[0] | 0x20) != 's' || (p[1] | 0x20) != 'i' ||
            (p[2] | 0x20) != 'p')
                return 0;
        if (p[3] == ':')
                return 4;
        return (p[3] | 0x20) == 's' && p[4] == ':' ? 5 : 0;
}

enum sip_anomaly sip_uri_parse(struct sip_cur *c, struct sip_uri *out)
{
        uint32_t prefix = sip_prefix(c);
        uint32_t from = c->pos;

        memset(out, 0, sizeof(*out));
        out->all = sip_span_make(from, c->end);
        if (prefix != 0) {
                out->scheme = prefix == 4 ? SIP_SCHEME_SIP : SIP_SCHEME_SIPS;
                c->pos += prefix;
                return sip_or_sips(c, out);
        }
        if (!sip_cur_is(c, SIP_CT_ALPHA))
                return SIP_ANOM_URI_SCHEME;
        sip_cur_skip(c, SIP_CT_SCHEME);
        if (!sip_cur_at(c, ':'))
                return SIP_ANOM_URI_SCHEME;
        out->scheme = (uint8_t)scheme_of(c->buf, sip_span_make(from, c->pos));
        c->pos++;
        switch (out->scheme) {
        case SIP_SCHEME_SIP:
        case SIP_SCHEME_SIPS:
                return sip_or_sips(c, out);
        case SIP_SCHEME_TEL:
                return tel(c, out);
        default:
                return other(c, out);
        }
}
