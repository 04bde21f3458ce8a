/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_uui.h"

#include <stddef.h>

static const struct sip_value_param known[] = {
    {"encoding", 0, offsetof(struct sip_uui, encoding), SIP_FORM_TOKEN},
    {"purpose", 0, offsetof(struct sip_uui, purpose), SIP_FORM_TOKEN},
    {"content", 0, offsetof(struct sip_uui, content), SIP_FORM_TOKEN},
};

enum sip_value sip_uui_parse(struct sip_cur *c, struct sip_uui *out)
{
        enum sip_value v;

        memset(out, 0, sizeof(*out));
        sip_cur_lws(c);
        if (sip_cur_at(c, '"')) {
                if (!sip_quoted_parse(c, &out->data))
                        return SIP_VALUE_SYNTAX;
        } else {
                out->data = sip_value_token(c);
                if (out->data.len == 0)
                        return SIP_VALUE_SYNTAX;
        }
        v = sip_value_params(c, known, 3, out);
        out->hex = out->data.len % 2 == 0 && sip_value_all(c->buf, out->data, SIP_CT_HEX);
        if (v == SIP_VALUE_OK && !out->hex && sip_span_ieq(c->buf, out->encoding, "hex", 3)) {
                c->pos = out->data.off;
                return SIP_VALUE_CHARSET;
        }
        return v;
}
