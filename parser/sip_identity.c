/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_identity.h"

#include "parser/sip_uri.h"

/* A run of base64url; false when its length is none that base64 has. */
static bool part(struct sip_cur *c, struct sip_span *out)
{
        uint32_t from = c->pos;

        while (c->pos < c->end && (sip_is(c->buf[c->pos], SIP_CT_ALPHA | SIP_CT_DIGIT) ||
                                   c->buf[c->pos] == '-' || c->buf[c->pos] == '_'))
                c->pos++;
        *out = sip_span_make(from, c->pos);
        return out->len % 4 != 1;
}

static enum sip_value passport(struct sip_cur *c, struct sip_identity *out)
{
        uint32_t from = c->pos;

        if (c->pos == c->end)
                return SIP_VALUE_SYNTAX;
        if (!part(c, &out->header))
                return SIP_VALUE_CHARSET;
        if (!sip_cur_at(c, '.'))
                return SIP_VALUE_CHARSET;
        c->pos++;
        if (!part(c, &out->payload) || !sip_cur_at(c, '.'))
                return SIP_VALUE_CHARSET;
        c->pos++;
        if (!part(c, &out->signature))
                return SIP_VALUE_CHARSET;
        out->token = sip_span_make(from, c->pos);
        out->compact = out->header.len == 0;
        /* One of header and payload alone is neither form. */
        if ((out->payload.len == 0) != out->compact || out->signature.len == 0)
                return SIP_VALUE_SYNTAX;
        if (c->pos < c->end && !sip_is(c->buf[c->pos], SIP_CT_LWS) && c->buf[c->pos] != ';' &&
            c->buf[c->pos] != ',')
                return SIP_VALUE_CHARSET;
        return SIP_VALUE_OK;
}

/* "<" URI ">"; the cursor is at "<" or at what stands in its place. */
static enum sip_value info(struct sip_cur *c, struct sip_identity *out)
{
        struct sip_cur uri = *c;
        const uint8_t *gt;

        if (out->info.all.off != 0)
                return SIP_VALUE_DUP;
        if (!sip_cur_at(c, '<'))
                return SIP_VALUE_PARAM;
        gt = memchr(c->buf + c->pos, '>', c->end - c->pos);
        if (!gt)
                return SIP_VALUE_SYNTAX;
        uri.pos = c->pos + 1;
        uri.end = (uint32_t)(gt - c->buf);
        if (sip_uri_parse(&uri, &out->info) != SIP_ANOM_NONE)
                return SIP_VALUE_PARAM;
        c->pos = uri.end + 1;
        return SIP_VALUE_OK;
}

static enum sip_value take_word(const struct sip_cur *c, const struct sip_param *p,
                                struct sip_span *out)
{
        if (out->off != 0)
                return SIP_VALUE_DUP;
        *out = p->value;
        /* Deployed signers put ppt in quotes; the grammar has a token. */
        return sip_value_all(c->buf, p->value, SIP_CT_TOKEN) ? SIP_VALUE_OK : SIP_VALUE_PARAM;
}

/* At ";": is this the parameter info? Then *c moves to its value. */
static bool info_ahead(struct sip_cur *c)
{
        struct sip_cur ahead = *c;

        ahead.pos++;
        sip_cur_lws(&ahead);
        if (!sip_span_ieq(c->buf, sip_value_token(&ahead), "info", 4))
                return false;
        sip_cur_lws(&ahead);
        if (!sip_cur_at(&ahead, '='))
                return false;
        ahead.pos++;
        sip_cur_lws(&ahead);
        c->pos = ahead.pos;
        return true;
}

static enum sip_value param(struct sip_cur *c, struct sip_identity *out)
{
        uint32_t from = c->pos;
        enum sip_value v = SIP_VALUE_OK;
        struct sip_param p;

        if (info_ahead(c)) {
                v = info(c, out);
        } else if (sip_params_next(c, &p) != SIP_PARAMS_ONE) {
                return SIP_VALUE_SYNTAX;
        } else if (sip_param_is(c->buf, &p, "alg")) {
                v = take_word(c, &p, &out->alg);
        } else if (sip_param_is(c->buf, &p, "ppt")) {
                v = take_word(c, &p, &out->ppt);
        } else if (sip_param_is(c->buf, &p, "info")) {
                v = SIP_VALUE_PARAM;
        }
        if (v == SIP_VALUE_OK)
                out->all.len = (uint16_t)(c->pos - out->all.off);
        else if (v != SIP_VALUE_SYNTAX)
                c->pos = from;
        return v;
}

enum sip_value sip_identity_parse(struct sip_cur *c, struct sip_identity *out)
{
        enum sip_value v;

        memset(out, 0, sizeof(*out));
        sip_cur_lws(c);
        out->all = sip_span_make(c->pos, c->pos);
        v = passport(c, out);
        if (v != SIP_VALUE_OK)
                return v;
        out->all = out->token;
        for (;;) {
                sip_cur_lws(c);
                if (c->pos == c->end || c->buf[c->pos] == ',')
                        break;
                if (c->buf[c->pos] != ';')
                        return SIP_VALUE_SYNTAX;
                v = param(c, out);
                if (v != SIP_VALUE_OK)
                        return v;
        }
        return out->info.all.off != 0 ? SIP_VALUE_OK : SIP_VALUE_MISSING;
}
