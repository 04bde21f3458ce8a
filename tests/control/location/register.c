/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/control/location/register.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parser/sip_parse.h"

const struct cp_registrar_policy reg_policy = {
    .default_expires_s = 3600,
    .min_expires_s = 60,
    .max_expires_s = 7200,
    .contacts_max = 10,
};

struct cp_text reg_aor(const char *user, char buf[64])
{
        int n = snprintf(buf, 64, "sip:%s@example.com", user);

        return (struct cp_text){buf, (size_t)n};
}

unsigned reg_handle(struct cp_bindings *b, const struct cp_registrar_policy *policy,
                    const struct reg *r, struct cp_register_reply *out)
{
        static struct sip_msg msg;
        static char text[8192];
        const char *user = r->user != NULL ? r->user : "alice";
        unsigned cseq = r->cseq != 0 ? r->cseq : 1;
        const struct cp_register_from from = {
            .addr = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7}},
            .port = r->port != 0 ? r->port : 5060,
            .now_s = r->now_s != 0 ? r->now_s : REG_NOW,
        };
        char aor[64];
        int n;

        n = snprintf(text, sizeof(text),
                     "REGISTER sip:example.com SIP/2.0\r\n"
                     "Via: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n"
                     "From: <sip:%s@example.com>;tag=1\r\nTo: <sip:%s@example.com>\r\n"
                     "Call-ID: %s\r\nCSeq: %u REGISTER\r\n%s%s%s%s%s%s%sContent-Length: 0\r\n\r\n",
                     user, user, r->call_id != NULL ? r->call_id : "1@host", cseq,
                     r->contacts != NULL ? "Contact: " : "", r->contacts != NULL ? r->contacts : "",
                     r->contacts != NULL ? "\r\n" : "", r->expires != NULL ? "Expires: " : "",
                     r->expires != NULL ? r->expires : "", r->expires != NULL ? "\r\n" : "",
                     r->extra != NULL ? r->extra : "");
        if (n < 0 || (size_t)n >= sizeof(text))
                abort();
        (void)sip_parse((const uint8_t *)text, (size_t)n, &msg);
        cp_registrar_handle(b, policy, &msg, reg_aor(user, aor), &from, out);
        return out->status;
}
