/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_refer.h"

#include <stddef.h>

#include "parser/sip_uri_part.h"

/* What is left behind a field that holds one value. */
static enum sip_value only(const struct sip_cur *c, enum sip_value v)
{
        return v == SIP_VALUE_OK && c->pos != c->end ? SIP_VALUE_SYNTAX : v;
}

enum sip_value sip_refer_to_parse(struct sip_cur *c, struct sip_refer_to *out)
{
        struct sip_uri_part p;
        enum sip_value v;

        memset(out, 0, sizeof(*out));
        v = sip_value_addr(c, NULL, 0, &out->addr, NULL);
        if (v == SIP_VALUE_OK && sip_uri_param(c->buf, &out->addr.uri, "method", &p))
                out->method = p.value;
        if (v == SIP_VALUE_OK && sip_uri_header(c->buf, &out->addr.uri, "replaces", &p))
                out->replaces = p.value;
        return only(c, v);
}

static const struct sip_value_param referred_by_params[] = {
    {"cid", 0, offsetof(struct sip_referred_by, cid), SIP_FORM_QUOTED},
};

enum sip_value sip_referred_by_parse(struct sip_cur *c, struct sip_referred_by *out)
{
        memset(out, 0, sizeof(*out));
        return only(c, sip_value_addr(c, referred_by_params, 1, &out->addr, out));
}

enum sip_value sip_refer_sub_parse(struct sip_cur *c, bool *out)
{
        struct sip_span word;

        sip_cur_lws(c);
        word = sip_value_token(c);
        *out = sip_span_ieq(c->buf, word, "true", 4);
        if (!*out && !sip_span_ieq(c->buf, word, "false", 5))
                return SIP_VALUE_SYNTAX;
        return only(c, sip_value_params(c, NULL, 0, NULL));
}
