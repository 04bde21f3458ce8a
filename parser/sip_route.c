/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_route.h"

#include "parser/sip_addr.h"
#include "parser/sip_uri_part.h"

enum sip_value sip_route_parse(struct sip_cur *c, struct sip_route *out)
{
        struct sip_uri_part p;
        enum sip_value v;

        memset(out, 0, sizeof(*out));
        v = sip_value_addr(c, NULL, 0, &out->addr, NULL);
        if (v != SIP_VALUE_OK)
                return v;
        if (!sip_addr_bracketed(c->buf, &out->addr)) {
                c->pos = out->addr.all.off;
                return SIP_VALUE_SYNTAX;
        }
        out->lr = sip_uri_param(c->buf, &out->addr.uri, "lr", &p);
        out->ob = sip_uri_param(c->buf, &out->addr.uri, "ob", &p);
        return SIP_VALUE_OK;
}
