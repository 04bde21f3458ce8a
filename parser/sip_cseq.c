/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_cseq.h"

#include <string.h>

#include "parser/sip_method.h"
#include "parser/sip_num.h"

enum sip_anomaly sip_cseq_parse(struct sip_cur *c, struct sip_cseq *out)
{
        uint32_t from, number_from;
        enum sip_num_result r;

        memset(out, 0, sizeof(*out));
        sip_cur_lws(c);
        number_from = c->pos;
        sip_cur_skip(c, SIP_CT_DIGIT);
        r = sip_num_parse(c->buf, sip_span_make(number_from, c->pos), SIP_CSEQ_MAX, &out->number);
        if (r == SIP_NUM_SYNTAX || !sip_cur_is(c, SIP_CT_LWS))
                return SIP_ANOM_CSEQ_SYNTAX;
        sip_cur_lws(c);
        from = c->pos;
        sip_cur_skip(c, SIP_CT_TOKEN);
        if (c->pos == from || c->pos != c->end)
                return SIP_ANOM_CSEQ_SYNTAX;
        out->method_name = sip_span_make(from, c->pos);
        out->method = (uint8_t)sip_method_find(c->buf + from, out->method_name.len);
        if (r == SIP_NUM_RANGE) {
                c->pos = number_from;
                return SIP_ANOM_CSEQ_RANGE;
        }
        return out->method_name.len > SIP_METHOD_BYTES_MAX ? SIP_ANOM_METHOD_TOO_LONG
                                                           : SIP_ANOM_NONE;
}
