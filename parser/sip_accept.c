/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_accept.h"

#include <stddef.h>

static enum sip_value take_params(struct sip_cur *c, struct sip_accept *out)
{
        enum sip_params_step step;
        struct sip_param p;
        uint32_t from;

        sip_cur_lws(c);
        from = c->pos + 1;
        while ((step = sip_params_next(c, &p)) == SIP_PARAMS_ONE) {
                out->params = sip_span_make(from, c->pos);
                if (!sip_param_is(c->buf, &p, "q"))
                        continue;
                if (out->q_milli != SIP_VALUE_NO_Q) {
                        c->pos = p.name.off;
                        return SIP_VALUE_DUP;
                }
                if (!p.quoted)
                        out->q_milli = sip_value_q(c->buf, p.value);
                if (out->q_milli == SIP_VALUE_NO_Q) {
                        c->pos = p.name.off;
                        return SIP_VALUE_PARAM;
                }
        }
        return step == SIP_PARAMS_END ? SIP_VALUE_OK : SIP_VALUE_SYNTAX;
}

static enum sip_value start(struct sip_cur *c, struct sip_accept *out)
{
        memset(out, 0, sizeof(*out));
        out->q_milli = SIP_VALUE_NO_Q;
        sip_cur_lws(c);
        out->type = sip_value_token(c);
        return out->type.len > 0 ? SIP_VALUE_OK : SIP_VALUE_SYNTAX;
}

enum sip_value sip_accept_parse(struct sip_cur *c, struct sip_accept *out)
{
        if (start(c, out) != SIP_VALUE_OK)
                return SIP_VALUE_SYNTAX;
        sip_cur_lws(c);
        if (!sip_cur_at(c, '/'))
                return SIP_VALUE_SYNTAX;
        c->pos++;
        sip_cur_lws(c);
        out->subtype = sip_value_token(c);
        return out->subtype.len > 0 ? take_params(c, out) : SIP_VALUE_SYNTAX;
}

enum sip_value sip_accept_plain_parse(struct sip_cur *c, struct sip_accept *out)
{
        enum sip_value v = start(c, out);

        return v == SIP_VALUE_OK ? take_params(c, out) : v;
}

static const struct sip_value_param disposition_params[] = {
    {"handling", 0, offsetof(struct sip_disposition, handling), SIP_FORM_TOKEN},
};

static enum sip_disposition_kind kind_of(const uint8_t *buf, struct sip_span s)
{
        static const struct {
                const char *name;
                enum sip_disposition_kind kind;
        } kinds[] = {
            {"session", SIP_DISPOSITION_SESSION},
            {"render", SIP_DISPOSITION_RENDER},
            {"icon", SIP_DISPOSITION_ICON},
            {"alert", SIP_DISPOSITION_ALERT},
            {"early-session", SIP_DISPOSITION_EARLY_SESSION},
            {"aib", SIP_DISPOSITION_AIB},
            {"recipient-list", SIP_DISPOSITION_RECIPIENT_LIST},
            {"by-reference", SIP_DISPOSITION_BY_REFERENCE},
            {"info-package", SIP_DISPOSITION_INFO_PACKAGE},
        };

        for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
                if (sip_span_ieq(buf, s, kinds[i].name, strlen(kinds[i].name)))
                        return kinds[i].kind;
        }
        return SIP_DISPOSITION_OTHER;
}

enum sip_value sip_disposition_parse(struct sip_cur *c, struct sip_disposition *out)
{
        enum sip_value v;

        memset(out, 0, sizeof(*out));
        sip_cur_lws(c);
        out->name = sip_value_token(c);
        if (out->name.len == 0)
                return SIP_VALUE_SYNTAX;
        out->kind = (uint8_t)kind_of(c->buf, out->name);
        v = sip_value_params(c, disposition_params, 1, out);
        out->optional = sip_span_ieq(c->buf, out->handling, "optional", 8);
        return v == SIP_VALUE_OK && c->pos != c->end ? SIP_VALUE_SYNTAX : v;
}
