/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/nonce_shown.h"

#include <strings.h>

#include "parser/sip_ctype.h"

/* What is still unread: at <= end. */
struct rest {
        const uint8_t *at;
        const uint8_t *end;
};

/* Line folding too (RFC 3261 25.1, LWS). */
static void skip_blanks(struct rest *r)
{
        while (r->at < r->end && sip_is(*r->at, SIP_CT_LWS))
                r->at++;
}

/* A quoted string from its first quote on, or what stands up to a comma or blank. What it holds. */
static struct dp_octets take_value(struct rest *r)
{
        const uint8_t *begin = r->at;
        const uint8_t *end = r->end;

        if (begin < end && *begin == '"') {
                for (begin++, r->at++; r->at < r->end && *r->at != '"'; r->at++)
                        if (*r->at == '\\' && r->at + 1 < r->end)
                                r->at++;
                end = r->at;
                r->at += r->at < r->end;
        } else {
                while (r->at < r->end && *r->at != ',' && !sip_is(*r->at, SIP_CT_LWS))
                        r->at++;
                end = r->at;
        }
        return (struct dp_octets){.at = begin, .len = (uint16_t)(end - begin)};
}

/* A parameter's name, up to its "=" or to the comma behind one that has none. Is it "nonce"? */
static bool take_name(struct rest *r)
{
        const uint8_t *begin, *end;

        skip_blanks(r);
        begin = r->at;
        while (r->at < r->end && *r->at != '=' && *r->at != ',')
                r->at++;
        end = r->at;
        while (end > begin && sip_is(end[-1], SIP_CT_LWS))
                end--;
        return end - begin == 5 && strncasecmp((const char *)begin, "nonce", 5) == 0;
}

bool dp_nonce_shown(const uint8_t *value, uint16_t len, struct dp_octets *out)
{
        static const char scheme[] = "Digest";
        const size_t scheme_len = sizeof(scheme) - 1;
        struct rest r;

        if (len <= scheme_len || strncasecmp((const char *)value, scheme, scheme_len) != 0 ||
            !sip_is(value[scheme_len], SIP_CT_LWS))
                return false;
        r = (struct rest){value + scheme_len, value + len};
        while (r.at < r.end) {
                bool is_nonce = take_name(&r);

                if (r.at == r.end || *r.at++ != '=')
                        continue;
                skip_blanks(&r);
                struct dp_octets found = take_value(&r);

                if (is_nonce && found.len != 0)
                        *out = found;
                if (is_nonce)
                        return found.len != 0;
                while (r.at < r.end && *r.at++ != ',')
                        ;
        }
        return false;
}
