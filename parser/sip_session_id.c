/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_session_id.h"

#include <stddef.h>

static const struct sip_value_param known[] = {
    {"remote", 0, offsetof(struct sip_session_id, remote), SIP_FORM_TOKEN},
};

/* Is this half well formed? Says too whether it is all zeros or has capital letters. */
static bool half(const uint8_t *buf, struct sip_span s, bool *nil, bool *upper)
{
        *nil = true;
        if (s.len != SIP_SESSION_ID_DIGITS || !sip_value_all(buf, s, SIP_CT_HEX))
                return false;
        for (uint32_t i = s.off; i < (uint32_t)s.off + s.len; i++) {
                *nil &= buf[i] == '0';
                *upper |= sip_lower(buf[i]) != buf[i];
        }
        return true;
}

enum sip_value sip_session_id_parse(struct sip_cur *c, struct sip_session_id *out)
{
        enum sip_value v;

        memset(out, 0, sizeof(*out));
        sip_cur_lws(c);
        out->local = sip_value_token(c);
        if (out->local.len == 0)
                return SIP_VALUE_SYNTAX;
        v = sip_value_params(c, known, 1, out);
        if (v != SIP_VALUE_OK)
                return v;
        if (c->pos != c->end)
                return SIP_VALUE_SYNTAX;
        if (!half(c->buf, out->local, &out->local_nil, &out->upper_case) ||
            (out->remote.off != 0 &&
             !half(c->buf, out->remote, &out->remote_nil, &out->upper_case)))
                return SIP_VALUE_CHARSET;
        return SIP_VALUE_OK;
}
