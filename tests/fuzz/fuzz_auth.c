/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_auth.c - any octets as challenges, credentials and authentication info: spans stay inside,
 * every step takes an octet, and what Digest needs is there whenever it is called well formed.
 */
#include "parser/sip_auth.h"
#include "tests/fuzz/exact.h"

static void check(const struct sip_cur *c, const struct sip_auth *a)
{
        inside(c, a->all);
        inside(c, a->scheme_name);
        inside(c, a->token68);
        inside(c, a->username);
        inside(c, a->realm);
        inside(c, a->nonce);
        inside(c, a->uri);
        inside(c, a->response);
        inside(c, a->algorithm_name);
        inside(c, a->cnonce);
        inside(c, a->opaque);
        inside(c, a->qop_list);
        inside(c, a->domain);
        inside(c, a->auts);
        inside(c, a->nextnonce);
        inside(c, a->rspauth);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct sip_anom_set notes;
        struct sip_cur c = exact_cur(data, size, &notes);
        uint8_t *block = (uint8_t *)(uintptr_t)c.buf;

        for (unsigned kind = SIP_AUTH_CHALLENGE; kind <= SIP_AUTH_INFO; kind++) {
                enum sip_value v = SIP_VALUE_OK;

                c.pos = 1;
                while (c.pos < c.end && v == SIP_VALUE_OK) {
                        struct sip_auth a;
                        uint32_t from = c.pos;

                        v = sip_auth_parse(&c, (enum sip_auth_kind)kind, &a);
                        must(c.pos <= c.end);
                        check(&c, &a);
                        if (v != SIP_VALUE_OK)
                                break;
                        must(c.pos > from);
                        if (a.scheme == SIP_AUTH_DIGEST && kind == SIP_AUTH_CREDENTIALS)
                                must(a.username.len > 0 && a.uri.len > 0 && a.nonce.off > 0);
                }
        }
        free(block);
        return 0;
}
