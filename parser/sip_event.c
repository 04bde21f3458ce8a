/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_event.h"

#include "parser/sip_num.h"

/* event-type = package *( "." template ), neither of them empty; "." is a token octet elsewhere. */
static bool event_type(const uint8_t *buf, struct sip_event *e)
{
        uint32_t part = e->type.off;
        uint32_t end = part + e->type.len;

        for (uint32_t i = part; i <= end; i++) {
                if (i < end && buf[i] != '.')
                        continue;
                if (i == part)
                        return false;
                if (e->package.off == 0)
                        e->package = sip_span_make(part, i);
                part = i + 1;
        }
        return true;
}

enum sip_value sip_event_parse(struct sip_cur *c, struct sip_event *out)
{
        enum sip_params_step step;
        struct sip_param p;

        memset(out, 0, sizeof(*out));
        sip_cur_lws(c);
        out->type = sip_value_token(c);
        if (!event_type(c->buf, out))
                return SIP_VALUE_SYNTAX;
        while ((step = sip_params_next(c, &p)) == SIP_PARAMS_ONE) {
                if (!sip_param_is(c->buf, &p, "id"))
                        continue;
                if (out->id.off != 0 || !sip_param_token(c->buf, &p)) {
                        c->pos = p.name.off;
                        return out->id.off != 0 ? SIP_VALUE_DUP : SIP_VALUE_PARAM;
                }
                out->id = p.value;
        }
        return step == SIP_PARAMS_END && c->pos == c->end ? SIP_VALUE_OK : SIP_VALUE_SYNTAX;
}

static enum sip_substate_kind kind_of(const uint8_t *buf, struct sip_span s)
{
        if (sip_span_ieq(buf, s, "active", 6))
                return SIP_SUBSTATE_ACTIVE;
        if (sip_span_ieq(buf, s, "pending", 7))
                return SIP_SUBSTATE_PENDING;
        if (sip_span_ieq(buf, s, "terminated", 10))
                return SIP_SUBSTATE_TERMINATED;
        return SIP_SUBSTATE_OTHER;
}

static enum sip_value take_seconds(const struct sip_cur *c, const struct sip_param *p,
                                   uint32_t *out)
{
        if (*out != SIP_SUBSTATE_ABSENT)
                return SIP_VALUE_DUP;
        if (p->quoted)
                return SIP_VALUE_PARAM;
        switch (sip_num_parse(c->buf, p->value, SIP_SUBSTATE_ABSENT - 1, out)) {
        case SIP_NUM_OK:
                return SIP_VALUE_OK;
        case SIP_NUM_RANGE:
                return SIP_VALUE_RANGE;
        default:
                return SIP_VALUE_PARAM;
        }
}

static enum sip_value take_param(const struct sip_cur *c, const struct sip_param *p,
                                 struct sip_substate *out)
{
        if (sip_param_is(c->buf, p, "expires"))
                return take_seconds(c, p, &out->expires);
        if (sip_param_is(c->buf, p, "retry-after"))
                return take_seconds(c, p, &out->retry_after);
        if (!sip_param_is(c->buf, p, "reason"))
                return SIP_VALUE_OK;
        if (out->reason.off != 0)
                return SIP_VALUE_DUP;
        out->reason = p->value;
        return sip_param_token(c->buf, p) ? SIP_VALUE_OK : SIP_VALUE_PARAM;
}

enum sip_value sip_substate_parse(struct sip_cur *c, struct sip_substate *out)
{
        enum sip_params_step step;
        struct sip_param p;

        memset(out, 0, sizeof(*out));
        out->expires = out->retry_after = SIP_SUBSTATE_ABSENT;
        sip_cur_lws(c);
        out->name = sip_value_token(c);
        if (out->name.len == 0)
                return SIP_VALUE_SYNTAX;
        out->kind = (uint8_t)kind_of(c->buf, out->name);
        while ((step = sip_params_next(c, &p)) == SIP_PARAMS_ONE) {
                enum sip_value v = take_param(c, &p, out);

                if (v != SIP_VALUE_OK) {
                        c->pos = p.name.off;
                        return v;
                }
        }
        return step == SIP_PARAMS_END && c->pos == c->end ? SIP_VALUE_OK : SIP_VALUE_SYNTAX;
}
