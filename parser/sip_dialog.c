/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_dialog.h"

/* callid = word [ "@" word ] */
static bool call_id(struct sip_cur *c, struct sip_span *out)
{
        uint32_t from = c->pos;
        uint32_t at;

        sip_cur_skip(c, SIP_CT_WORD);
        if (c->pos == from)
                return false;
        if (sip_cur_at(c, '@')) {
                at = ++c->pos;
                sip_cur_skip(c, SIP_CT_WORD);
                if (c->pos == at)
                        return false;
        }
        *out = sip_span_make(from, c->pos);
        return true;
}

static enum sip_value take_tag(const struct sip_cur *c, const struct sip_param *p,
                               struct sip_span *out)
{
        if (out->off != 0)
                return SIP_VALUE_DUP;
        *out = p->value;
        return sip_param_token(c->buf, p) ? SIP_VALUE_OK : SIP_VALUE_PARAM;
}

static enum sip_value take_param(const struct sip_cur *c, const struct sip_param *p,
                                 enum sip_dialog_kind kind, struct sip_dialog *out)
{
        if (kind == SIP_DIALOG_TARGET) {
                if (sip_param_is(c->buf, p, "local-tag"))
                        return take_tag(c, p, &out->local_tag);
                if (sip_param_is(c->buf, p, "remote-tag"))
                        return take_tag(c, p, &out->remote_tag);
                return SIP_VALUE_OK;
        }
        if (sip_param_is(c->buf, p, "to-tag"))
                return take_tag(c, p, &out->to_tag);
        if (sip_param_is(c->buf, p, "from-tag"))
                return take_tag(c, p, &out->from_tag);
        if (kind == SIP_DIALOG_REPLACES && sip_param_is(c->buf, p, "early-only")) {
                if (out->early_only)
                        return SIP_VALUE_DUP;
                out->early_only = true;
                return p->value.off == 0 ? SIP_VALUE_OK : SIP_VALUE_PARAM;
        }
        return SIP_VALUE_OK;
}

enum sip_value sip_dialog_parse(struct sip_cur *c, enum sip_dialog_kind kind,
                                struct sip_dialog *out)
{
        enum sip_params_step step;
        struct sip_param p;

        memset(out, 0, sizeof(*out));
        sip_cur_lws(c);
        if (!call_id(c, &out->call_id))
                return SIP_VALUE_SYNTAX;
        while ((step = sip_params_next(c, &p)) == SIP_PARAMS_ONE) {
                enum sip_value v = take_param(c, &p, kind, out);

                if (v != SIP_VALUE_OK) {
                        c->pos = p.name.off;
                        return v;
                }
        }
        if (step == SIP_PARAMS_BAD || c->pos != c->end)
                return SIP_VALUE_SYNTAX;
        if (kind == SIP_DIALOG_TARGET)
                return out->local_tag.off != 0 && out->remote_tag.off != 0 ? SIP_VALUE_OK
                                                                           : SIP_VALUE_MISSING;
        return out->to_tag.off != 0 && out->from_tag.off != 0 ? SIP_VALUE_OK : SIP_VALUE_MISSING;
}
