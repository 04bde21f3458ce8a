/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_params.h"

bool sip_quoted_parse(struct sip_cur *c, struct sip_span *out)
{
        uint32_t from = ++c->pos;

        for (;;) {
                if (c->map)
                        c->pos = sip_cur_next(c->map, SCAN_QUOTE, c->pos, c->end);
                if (c->pos >= c->end || c->buf[c->pos] == '"')
                        break;
                /* A backslash takes the next octet with it, which must exist. */
                c->pos += c->buf[c->pos] == '\\' ? 2 : 1;
        }
        if (c->pos >= c->end) {
                c->pos = c->end;
                return false;
        }
        *out = sip_span_make(from, c->pos);
        c->pos++;
        return true;
}

/* What sip_params_next() does with ";name" and ";name=value" when no white space and no quotes are
 * there, from the masks; false leaves the cursor alone. */
static bool plain_param(struct sip_cur *c, struct sip_param *p)
{
        uint32_t from = c->pos + 1;
        uint32_t to, value;

        if (!sip_cur_at(c, ';'))
                return false;
        to = sip_cur_next(c->map, SCAN_NOT_TOKEN, from, c->end);
        if (to == from)
                return false;
        p->name = sip_span_make(from, to);
        p->value = (struct sip_span){0, 0};
        p->quoted = false;
        if (to < c->end && c->buf[to] == '=') {
                value = to + 1;
                to = sip_cur_next(c->map, SCAN_NOT_PVAL, value, c->end);
                if (to == value)
                        return false;
                p->value = sip_span_make(value, to);
        } else if (to < c->end && c->buf[to] != ';') {
                return false;
        }
        c->pos = to;
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

        if (c->map && plain_param(c, p))
                return SIP_PARAMS_ONE;
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
