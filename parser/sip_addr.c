/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_addr.h"

#include <string.h>

#include "parser/sip_params.h"
#include "parser/sip_uri.h"

/* The next ">", or the end. */
static uint32_t find_gt(const struct sip_cur *c)
{
        const uint8_t *gt = memchr(c->buf + c->pos, '>', c->end - c->pos);
        return gt ? (uint32_t)(gt - c->buf) : c->end;
}

/* The URI between "<" and ">"; depth is one: neither occurs in a URI. */
static enum sip_anomaly bracketed(struct sip_cur *c, struct sip_addr *out)
{
        uint32_t from = ++c->pos;
        uint32_t gt = find_gt(c);
        struct sip_cur uri = *c;
        enum sip_anomaly a;

        if (gt == c->end || gt == from)
                return SIP_ANOM_ADDR_BRACKETS;
        uri.end = gt;
        a = sip_uri_parse(&uri, &out->uri);
        if (a != SIP_ANOM_NONE) {
                c->pos = uri.pos;
                return a;
        }
        c->pos = uri.end + 1;
        return SIP_ANOM_NONE;
}

/*
 * A URI without brackets, whose scheme ends at p: what follows ';' belongs to the header, and the
 * URI must hold neither
 * '?' nor ',' (RFC 3261 20), so it ends at the first of these or at white space.
 */
static enum sip_anomaly bare(struct sip_cur *c, uint32_t p, struct sip_addr *out)
{
        struct sip_cur uri = *c;
        enum sip_anomaly a;

        while (p < c->end && !sip_is(c->buf[p], SIP_CT_BARE_END))
                p++;
        uri.end = p;
        a = sip_uri_parse(&uri, &out->uri);
        c->pos = uri.pos;
        if (a == SIP_ANOM_NONE && sip_cur_at(c, '?'))
                a = SIP_ANOM_ADDR_SPEC_HEADERS;
        return a;
}

/* *(token LWS) "<"; the cursor is at the first token and ends at "<", or at ':' of a bare URI. */
static enum sip_anomaly tokens(struct sip_cur *c, struct sip_addr *out)
{
        uint32_t from = c->pos;
        uint32_t last = from; /* end of the last token */

        while (sip_cur_is(c, SIP_CT_TOKEN)) {
                sip_cur_skip(c, SIP_CT_TOKEN);
                last = c->pos;
                sip_cur_lws(c);
        }
        if (sip_cur_at(c, '<')) {
                out->display = sip_span_make(from, last);
                if (c->pos == last)
                        sip_anom_add(c->notes, SIP_ANOM_ADDR_NO_LWS);
                return SIP_ANOM_NONE;
        }
        if (c->pos == c->end)
                return SIP_ANOM_ADDR_BRACKETS;
        return SIP_ANOM_ADDR_DISPLAY;
}

static enum sip_anomaly take_tag(struct sip_cur *c, const struct sip_param *p, struct sip_addr *out)
{
        if (out->tag.len != 0)
                return SIP_ANOM_TAG_DUP;
        if (p->quoted || p->value.len == 0)
                return SIP_ANOM_TAG_SYNTAX;
        if (!sip_cur_span_is(c, p->value, SIP_CT_TOKEN))
                return SIP_ANOM_TAG_SYNTAX;
        out->tag = p->value;
        return p->value.len > SIP_TAG_BYTES_MAX ? SIP_ANOM_TAG_TOO_LONG : SIP_ANOM_NONE;
}

static enum sip_anomaly params(struct sip_cur *c, struct sip_addr *out)
{
        struct sip_param p;
        enum sip_params_step step;
        uint32_t from;

        sip_cur_lws(c);
        if (c->pos == c->end || c->buf[c->pos] == ',')
                return SIP_ANOM_NONE;
        from = c->pos + 1;
        while ((step = sip_params_next(c, &p)) == SIP_PARAMS_ONE) {
                if (sip_span_ieq(c->buf, p.name, "tag", 3)) {
                        enum sip_anomaly a = take_tag(c, &p, out);

                        if (a != SIP_ANOM_NONE) {
                                c->pos = p.name.off;
                                return a;
                        }
                }
                out->params = sip_span_make(from, c->pos);
        }
        if (step == SIP_PARAMS_END)
                return SIP_ANOM_NONE;
        /* `tag=` with nothing after it deserves its own name (CVE-2018-14767). */
        if (c->pos > 4 && c->buf[c->pos - 1] == '=' &&
            sip_span_ieq(c->buf, sip_span_make(c->pos - 4, c->pos - 1), "tag", 3))
                return SIP_ANOM_TAG_SYNTAX;
        return SIP_ANOM_ADDR_PARAM;
}

/* Display name and URI, up to where the parameters begin. */
static enum sip_anomaly name_and_uri(struct sip_cur *c, struct sip_addr *out)
{
        if (sip_cur_at(c, '"')) {
                if (!sip_quoted_parse(c, &out->display))
                        return SIP_ANOM_ADDR_QUOTES;
                sip_cur_lws(c);
                return sip_cur_at(c, '<') ? bracketed(c, out) : SIP_ANOM_ADDR_BRACKETS;
        }
        if (!sip_cur_at(c, '<')) {
                struct sip_cur ahead = *c;

                sip_cur_skip(&ahead, SIP_CT_TOKEN);
                if (sip_cur_at(&ahead, ':'))
                        return bare(c, ahead.pos, out);
                if (sip_cur_is(c, SIP_CT_TOKEN)) {
                        enum sip_anomaly a = tokens(c, out);

                        if (a != SIP_ANOM_NONE)
                                return a;
                } else {
                        return sip_cur_at(c, '>') ? SIP_ANOM_ADDR_BRACKETS : SIP_ANOM_ADDR_DISPLAY;
                }
        }
        return bracketed(c, out);
}

enum sip_anomaly sip_addr_parse(struct sip_cur *c, struct sip_addr *out)
{
        uint32_t from;
        enum sip_anomaly a;

        memset(out, 0, sizeof(*out));
        sip_cur_lws(c);
        from = c->pos;
        if (sip_cur_at(c, '*')) {
                struct sip_cur ahead = *c;

                ahead.pos++;
                sip_cur_lws(&ahead);
                if (ahead.pos == ahead.end) {
                        out->star = true;
                        out->all = sip_span_make(from, from + 1);
                        c->pos = c->end;
                        return SIP_ANOM_NONE;
                }
        }
        a = name_and_uri(c, out);
        if (a == SIP_ANOM_NONE)
                a = params(c, out);
        /* Without the white space that may precede a ','. */
        uint32_t to = c->pos;
        while (to > from && sip_is(c->buf[to - 1], SIP_CT_LWS))
                to--;
        out->all = sip_span_make(from, to);
        return a;
}

bool sip_addr_bracketed(const uint8_t *buf, const struct sip_addr *a)
{
        return a->uri.all.off > 0 && buf[a->uri.all.off - 1] == '<';
}
