/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_list.h"

/* Of the first ';' from here on; there is one. */
static uint32_t semicolon(const struct sip_cur *c, uint32_t from)
{
        while (c->buf[from] != ';')
                from++;
        return from;
}

enum sip_value sip_item_parse(struct sip_cur *c, struct sip_item *out)
{
        enum sip_params_step step;
        struct sip_param p;
        uint32_t from, to;

        memset(out, 0, sizeof(*out));
        sip_cur_lws(c);
        from = c->pos;
        out->quoted = sip_cur_at(c, '"');
        if (out->quoted) {
                if (!sip_quoted_parse(c, &out->name))
                        return SIP_VALUE_SYNTAX;
        } else {
                out->name = sip_value_token(c);
                if (out->name.len == 0)
                        return SIP_VALUE_SYNTAX;
        }
        to = c->pos;
        while ((step = sip_params_next(c, &p)) == SIP_PARAMS_ONE) {
                if (out->params.off == 0)
                        out->params.off = (uint16_t)(semicolon(c, to) + 1);
                to = c->pos;
                out->params.len = (uint16_t)(to - out->params.off);
        }
        out->all = sip_span_make(from, to);
        return step == SIP_PARAMS_END ? SIP_VALUE_OK : SIP_VALUE_SYNTAX;
}

enum sip_value sip_token_parse(struct sip_cur *c, struct sip_span *out)
{
        sip_cur_lws(c);
        *out = sip_value_token(c);
        return out->len > 0 ? sip_value_end(c) : SIP_VALUE_SYNTAX;
}

bool sip_item_param(const struct sip_cur *c, struct sip_span params, const char *name,
                    struct sip_param *out)
{
        struct sip_cur at = *c;

        if (params.off == 0)
                return false;
        at.pos = params.off - 1u; /* the ';' in front */
        at.end = (uint32_t)params.off + params.len;
        while (sip_params_next(&at, out) == SIP_PARAMS_ONE) {
                if (sip_param_is(c->buf, out, name))
                        return true;
        }
        return false;
}
