/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_params.h"

bool sip_quoted_parse(struct sip_cur *c, struct sip_span *out)
{
        uint32_t from = ++c->pos;

        /* A backslash takes the next octet with it, which must exist. */
        while (c->pos < c->end && c->buf[c->pos] != '"')
                c->pos += c->buf[c->pos] == '\\' ? 2 : 1;
        if (c->pos >= c->end) {
                c->pos = c->end;
                return false;
        }
        *out = sip_span_make(from, c->pos);
        c->pos++;
        return true;
}

/* From a ';' to the name behind it. What lies between two of them may be empty when a name does
 * follow: RFC 3428 prints that. */
static void next_name(struct sip_cur *c)
{
        bool empty = false;

        do {
                c->pos++;
                sip_cur_lws(c);
                empty |= sip_cur_at(c, ';');
        } while (sip_cur_at(c, ';'));
        if (empty && sip_cur_is(c, SIP_CT_TOKEN))
                sip_anom_add(c->notes, SIP_ANOM_PARAM_EMPTY);
}

enum sip_params_step sip_params_next(struct sip_cur *c, struct sip_param *p)
{
        uint32_t from;

        sip_cur_lws(c);
        if (c->pos == c->end || c->buf[c->pos] == ',')
                return SIP_PARAMS_END;
        if (c->buf[c->pos] != ';')
                return SIP_PARAMS_BAD;
        next_name(c);
        from = c->pos;
        sip_cur_skip(c, SIP_CT_TOKEN);
        if (c->pos == from)
                return SIP_PARAMS_BAD;
        p->name = sip_span_make(from, c->pos);
        p->value = (struct sip_span){0, 0};
        p->quoted = false;
        sip_cur_lws(c);
        if (!sip_cur_at(c, '='))
                return SIP_PARAMS_ONE;
        c->pos++;
        sip_cur_lws(c);
        if (sip_cur_at(c, '"')) {
                p->quoted = true;
                return sip_quoted_parse(c, &p->value) ? SIP_PARAMS_ONE : SIP_PARAMS_BAD;
        }
        from = c->pos;
        sip_cur_skip(c, SIP_CT_PVAL);
        if (c->pos == from)
                return SIP_PARAMS_BAD;
        p->value = sip_span_make(from, c->pos);
        return SIP_PARAMS_ONE;
}
