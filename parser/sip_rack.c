/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_rack.h"

#include "parser/sip_cseq.h"
#include "parser/sip_num.h"

static enum sip_value number(struct sip_cur *c, uint32_t *out)
{
        uint32_t from = c->pos;

        *out = 0;
        sip_cur_skip(c, SIP_CT_DIGIT);
        switch (sip_num_parse(c->buf, sip_span_make(from, c->pos), UINT32_MAX, out)) {
        case SIP_NUM_OK:
                return *out == 0 ? SIP_VALUE_RANGE : SIP_VALUE_OK;
        case SIP_NUM_RANGE:
                return SIP_VALUE_RANGE;
        default:
                return SIP_VALUE_SYNTAX;
        }
}

enum sip_value sip_rack_parse(struct sip_cur *c, struct sip_rack *out)
{
        enum sip_value v;

        memset(out, 0, sizeof(*out));
        sip_cur_lws(c);
        v = number(c, &out->rseq);
        if (v != SIP_VALUE_OK)
                return v;
        if (!sip_cur_is(c, SIP_CT_LWS))
                return SIP_VALUE_SYNTAX;
        sip_cur_lws(c);
        switch (sip_cseq_parse(c, &out->cseq)) {
        case SIP_ANOM_NONE:
                return SIP_VALUE_OK;
        case SIP_ANOM_CSEQ_RANGE:
                return SIP_VALUE_RANGE;
        default:
                return SIP_VALUE_SYNTAX;
        }
}

enum sip_value sip_rseq_parse(struct sip_cur *c, uint32_t *out)
{
        enum sip_value v;

        sip_cur_lws(c);
        v = number(c, out);
        return v == SIP_VALUE_OK ? sip_value_end(c) : v;
}
