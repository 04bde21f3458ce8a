/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_resource.h"

enum sip_value sip_resource_parse(struct sip_cur *c, struct sip_resource *out)
{
        struct sip_span all;
        const uint8_t *dot;
        uint32_t at;

        memset(out, 0, sizeof(*out));
        sip_cur_lws(c);
        all = sip_value_token(c);
        dot = all.len > 0 ? memchr(c->buf + all.off, '.', all.len) : NULL;
        if (!dot)
                return SIP_VALUE_SYNTAX;
        at = (uint32_t)(dot - c->buf);
        out->name_space = sip_span_make(all.off, at);
        out->priority = sip_span_make(at + 1, c->pos);
        if (out->name_space.len == 0 || out->priority.len == 0 ||
            memchr(dot + 1, '.', out->priority.len) != NULL)
                return SIP_VALUE_SYNTAX;
        sip_cur_lws(c);
        return c->pos == c->end || c->buf[c->pos] == ',' ? SIP_VALUE_OK : SIP_VALUE_SYNTAX;
}
