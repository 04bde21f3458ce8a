/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_reason.h"

#include "parser/sip_num.h"

static enum sip_value take_param(const struct sip_cur *c, const struct sip_param *p,
                                 struct sip_reason *out)
{
        if (sip_param_is(c->buf, p, "text")) {
                if (out->text.off != 0)
                        return SIP_VALUE_DUP;
                out->text = p->value;
                return p->value.off != 0 ? SIP_VALUE_OK : SIP_VALUE_PARAM;
        }
        if (!sip_param_is(c->buf, p, "cause"))
                return SIP_VALUE_OK;
        if (out->cause != SIP_REASON_NO_CAUSE)
                return SIP_VALUE_DUP;
        if (p->quoted)
                return SIP_VALUE_PARAM;
        switch (sip_num_parse(c->buf, p->value, SIP_REASON_NO_CAUSE - 1, &out->cause)) {
        case SIP_NUM_OK:
                return SIP_VALUE_OK;
        case SIP_NUM_RANGE:
                return SIP_VALUE_RANGE;
        default:
                return SIP_VALUE_PARAM;
        }
}

enum sip_value sip_reason_parse(struct sip_cur *c, struct sip_reason *out)
{
        enum sip_params_step step;
        struct sip_param p;

        memset(out, 0, sizeof(*out));
        out->cause = SIP_REASON_NO_CAUSE;
        sip_cur_lws(c);
        out->name = sip_value_token(c);
        if (out->name.len == 0)
                return SIP_VALUE_SYNTAX;
        if (sip_span_ieq(c->buf, out->name, "sip", 3))
                out->protocol = SIP_REASON_SIP;
        else if (sip_span_ieq(c->buf, out->name, "q.850", 5))
                out->protocol = SIP_REASON_Q850;
        while ((step = sip_params_next(c, &p)) == SIP_PARAMS_ONE) {
                enum sip_value v = take_param(c, &p, out);

                if (v != SIP_VALUE_OK) {
                        c->pos = p.name.off;
                        return v;
                }
        }
        return step == SIP_PARAMS_END ? SIP_VALUE_OK : SIP_VALUE_SYNTAX;
}
