/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_warning.h"

#include "parser/sip_num.h"

enum sip_value sip_warning_parse(struct sip_cur *c, struct sip_warning *out)
{
        uint32_t from;
        uint32_t code = 0;

        memset(out, 0, sizeof(*out));
        sip_cur_lws(c);
        from = c->pos;
        sip_cur_skip(c, SIP_CT_DIGIT);
        if (c->pos - from != 3 || !sip_cur_is(c, SIP_CT_LWS))
                return SIP_VALUE_SYNTAX;
        (void)sip_num_parse(c->buf, sip_span_make(from, c->pos), 999, &code);
        out->code = (uint16_t)code;
        sip_cur_lws(c);
        from = c->pos;
        sip_cur_skip(c, SIP_CT_PVAL);
        out->agent = sip_span_make(from, c->pos);
        if (out->agent.len == 0 || !sip_cur_is(c, SIP_CT_LWS))
                return SIP_VALUE_SYNTAX;
        sip_cur_lws(c);
        if (!sip_cur_at(c, '"') || !sip_quoted_parse(c, &out->text))
                return SIP_VALUE_SYNTAX;
        sip_cur_lws(c);
        if (c->pos < c->end && c->buf[c->pos] != ',')
                return SIP_VALUE_SYNTAX;
        return code >= 100 ? SIP_VALUE_OK : SIP_VALUE_RANGE;
}
