/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_timer.h"

#include <stddef.h>

#include "parser/sip_num.h"

static enum sip_value take_refresher(const struct sip_cur *c, const struct sip_param *p,
                                     struct sip_timer *out)
{
        if (out->refresher != SIP_REFRESHER_NONE)
                return SIP_VALUE_DUP;
        if (p->quoted)
                return SIP_VALUE_PARAM;
        if (sip_span_ieq(c->buf, p->value, "uac", 3))
                out->refresher = SIP_REFRESHER_UAC;
        else if (sip_span_ieq(c->buf, p->value, "uas", 3))
                out->refresher = SIP_REFRESHER_UAS;
        else
                return SIP_VALUE_PARAM;
        return SIP_VALUE_OK;
}

static enum sip_value timer(struct sip_cur *c, bool session, struct sip_timer *out)
{
        enum sip_params_step step;
        enum sip_num_result r;
        struct sip_param p;
        uint32_t from;

        memset(out, 0, sizeof(*out));
        sip_cur_lws(c);
        from = c->pos;
        sip_cur_skip(c, SIP_CT_DIGIT);
        r = sip_num_parse(c->buf, sip_span_make(from, c->pos), UINT32_MAX, &out->seconds);
        if (r != SIP_NUM_OK)
                return r == SIP_NUM_RANGE ? SIP_VALUE_RANGE : SIP_VALUE_SYNTAX;
        while ((step = sip_params_next(c, &p)) == SIP_PARAMS_ONE) {
                enum sip_value v = SIP_VALUE_OK;

                if (session && sip_param_is(c->buf, &p, "refresher"))
                        v = take_refresher(c, &p, out);
                if (v != SIP_VALUE_OK) {
                        c->pos = p.name.off;
                        return v;
                }
        }
        return step == SIP_PARAMS_END && c->pos == c->end ? SIP_VALUE_OK : SIP_VALUE_SYNTAX;
}

enum sip_value sip_session_expires_parse(struct sip_cur *c, struct sip_timer *out)
{
        return timer(c, true, out);
}

enum sip_value sip_min_se_parse(struct sip_cur *c, struct sip_timer *out)
{
        return timer(c, false, out);
}

static const struct sip_value_param retry_params[] = {
    {"duration", SIP_VALUE_ABSENT - 1, offsetof(struct sip_retry_after, duration), SIP_FORM_NUMBER},
};

/* "(" *(ctext / quoted-pair / comment) ")" */
static enum sip_value comment(struct sip_cur *c, struct sip_span *out)
{
        uint32_t from = c->pos + 1;
        uint32_t depth = 0;

        for (; c->pos < c->end; c->pos++) {
                uint8_t o = c->buf[c->pos];

                depth += o == '(';
                depth -= o == ')';
                if (depth == 0) {
                        *out = sip_span_make(from, c->pos);
                        c->pos++;
                        return SIP_VALUE_OK;
                }
                if (o == '\\' && c->pos + 1 < c->end)
                        c->pos++;
        }
        return SIP_VALUE_SYNTAX;
}

enum sip_value sip_retry_after_parse(struct sip_cur *c, struct sip_retry_after *out)
{
        enum sip_num_result r;
        enum sip_value v;
        uint32_t from;

        memset(out, 0, sizeof(*out));
        out->duration = SIP_VALUE_ABSENT;
        sip_cur_lws(c);
        from = c->pos;
        sip_cur_skip(c, SIP_CT_DIGIT);
        r = sip_num_parse(c->buf, sip_span_make(from, c->pos), SIP_VALUE_ABSENT - 1, &out->seconds);
        if (r != SIP_NUM_OK)
                return r == SIP_NUM_RANGE ? SIP_VALUE_RANGE : SIP_VALUE_SYNTAX;
        sip_cur_lws(c);
        if (sip_cur_at(c, '(')) {
                v = comment(c, &out->comment);
                if (v != SIP_VALUE_OK)
                        return v;
        }
        v = sip_value_params(c, retry_params, 1, out);
        return v == SIP_VALUE_OK && c->pos != c->end ? SIP_VALUE_SYNTAX : v;
}
