/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/sip_asserted.h"

static struct sip_addr *slot(struct sip_asserted *out, uint8_t scheme)
{
        if (scheme == SIP_SCHEME_SIP || scheme == SIP_SCHEME_SIPS)
                return &out->sip;
        return scheme == SIP_SCHEME_TEL ? &out->tel : NULL;
}

enum sip_value sip_asserted_add(struct sip_cur *c, struct sip_asserted *out)
{
        enum sip_value v = SIP_VALUE_OK;

        do {
                struct sip_addr a;
                struct sip_addr *to;

                v = sip_value_addr(c, NULL, 0, &a, NULL);
                if (v != SIP_VALUE_OK)
                        return v;
                to = slot(out, a.uri.scheme);
                if (!to || to->all.len != 0) {
                        c->pos = a.all.off;
                        return to ? SIP_VALUE_DUP : SIP_VALUE_PARAM;
                }
                *to = a;
        } while (sip_value_more(c, &v));
        return v;
}
