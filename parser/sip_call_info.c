/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_call_info.h"

#include <stddef.h>

#include "parser/sip_addr.h"

static const struct sip_value_param known[] = {
    {"purpose", 0, offsetof(struct sip_call_info, purpose_name), SIP_FORM_TOKEN},
};

static enum sip_call_info_purpose purpose_of(const uint8_t *buf, struct sip_span s)
{
        static const char data[] = "emergencycalldata.";
        uint32_t n = (uint32_t)sizeof(data) - 1;

        if (s.off == 0)
                return SIP_CALL_INFO_NONE;
        if (sip_span_ieq(buf, s, "info", 4))
                return SIP_CALL_INFO_INFO;
        if (sip_span_ieq(buf, s, "icon", 4))
                return SIP_CALL_INFO_ICON;
        if (sip_span_ieq(buf, s, "card", 4))
                return SIP_CALL_INFO_CARD;
        if (sip_span_ieq(buf, s, "jcard", 5))
                return SIP_CALL_INFO_JCARD;
        if (s.len > n && sip_span_ieq(buf, sip_span_make(s.off, s.off + n), data, n))
                return SIP_CALL_INFO_EMERGENCY_CALL_DATA;
        return SIP_CALL_INFO_OTHER;
}

enum sip_value sip_call_info_parse(struct sip_cur *c, struct sip_call_info *out)
{
        enum sip_value v;

        memset(out, 0, sizeof(*out));
        v = sip_value_addr(c, known, 1, &out->addr, out);
        out->purpose = (uint8_t)purpose_of(c->buf, out->purpose_name);
        if (v == SIP_VALUE_OK && !sip_addr_bracketed(c->buf, &out->addr)) {
                c->pos = out->addr.all.off;
                return SIP_VALUE_SYNTAX;
        }
        return v;
}
