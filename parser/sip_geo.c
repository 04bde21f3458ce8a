/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_geo.h"

#include <stddef.h>

#include "parser/sip_addr.h"
#include "parser/sip_host.h"
#include "parser/sip_num.h"

static const struct sip_value_param geo_params[] = {
    {"loc-src", 0, offsetof(struct sip_geo, loc_src), SIP_FORM_TEXT},
};

/* A host name, not an address of either kind. */
static bool host_name(const struct sip_cur *c, struct sip_span s)
{
        struct sip_cur in = *c;
        struct sip_span host;

        in.pos = s.off;
        in.end = in.pos + s.len;
        return sip_host_parse(&in, &host) == SIP_ANOM_NONE && in.pos == in.end &&
               c->buf[s.off] != '[' && !sip_ip4_ok(c->buf + s.off, s.len);
}

enum sip_value sip_geo_parse(struct sip_cur *c, struct sip_geo *out)
{
        enum sip_value v;

        memset(out, 0, sizeof(*out));
        v = sip_value_addr(c, geo_params, 1, &out->addr, out);
        if (v != SIP_VALUE_OK)
                return v;
        if (!sip_addr_bracketed(c->buf, &out->addr)) {
                c->pos = out->addr.all.off;
                return SIP_VALUE_SYNTAX;
        }
        if (out->loc_src.off != 0 && !host_name(c, out->loc_src)) {
                c->pos = out->loc_src.off;
                return SIP_VALUE_PARAM;
        }
        return SIP_VALUE_OK;
}

enum sip_value sip_geo_routing_parse(struct sip_cur *c, enum sip_geo_routing *out)
{
        struct sip_span word;

        sip_cur_lws(c);
        word = sip_value_token(c);
        *out = SIP_GEO_ROUTING_OTHER;
        if (sip_span_ieq(c->buf, word, "yes", 3))
                *out = SIP_GEO_ROUTING_YES;
        else if (sip_span_ieq(c->buf, word, "no", 2))
                *out = SIP_GEO_ROUTING_NO;
        return word.len > 0 ? sip_value_end(c) : SIP_VALUE_SYNTAX;
}

static const struct sip_value_param error_params[] = {
    {"code", 0, offsetof(struct sip_geo_error, text), SIP_FORM_QUOTED},
};

enum sip_value sip_geo_error_parse(struct sip_cur *c, struct sip_geo_error *out)
{
        uint32_t from;
        enum sip_value v;

        memset(out, 0, sizeof(*out));
        sip_cur_lws(c);
        from = c->pos;
        sip_cur_skip(c, SIP_CT_DIGIT);
        if (c->pos - from != 3)
                return SIP_VALUE_SYNTAX;
        (void)sip_num_parse(c->buf, sip_span_make(from, c->pos), 999, &out->code);
        if (out->code < 100)
                return SIP_VALUE_RANGE;
        v = sip_value_params(c, error_params, 1, out);
        return v == SIP_VALUE_OK && c->pos != c->end ? SIP_VALUE_SYNTAX : v;
}
