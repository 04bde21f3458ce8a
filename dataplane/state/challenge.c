/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/state/challenge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parser/sip_auth.h"

/* Credentials that are looked at: more of them are no honest client's. */
#define CREDENTIALS_MAX 8u

struct dp_challenge {
        struct dp_cookie *cookie;
        unsigned algorithms;
        char realm[DP_COOKIE_REALM_BYTES + 1];
};

struct dp_challenge *dp_challenge_create(const struct dp_cookie_keys *keys, const char *realm,
                                         unsigned algorithms, uint32_t lifetime_s)
{
        struct dp_challenge *c;
        struct dp_cookie *cookie;

        if (algorithms == 0 || algorithms >= 1u << DP_CHALLENGE_ALGORITHMS)
                return NULL;
        cookie = dp_cookie_create(keys, realm, lifetime_s);
        if (cookie == NULL)
                return NULL;
        c = calloc(1, sizeof(*c));
        if (c == NULL) {
                dp_cookie_destroy(cookie);
                return NULL;
        }
        c->cookie = cookie;
        c->algorithms = algorithms;
        strcpy(c->realm, realm); /* cookie has checked its length */
        return c;
}

void dp_challenge_destroy(struct dp_challenge *c)
{
        if (c == NULL)
                return;
        dp_cookie_destroy(c->cookie);
        free(c);
}

bool dp_challenge_fits(const struct sip_msg *req)
{
        return req->kind == SIP_KIND_REQUEST && req->method != SIP_METHOD_ACK &&
               req->method != SIP_METHOD_CANCEL && req->method != SIP_METHOD_PRACK &&
               req->to.tag.len == 0;
}

static enum dp_challenge_answer judge(struct dp_challenge *c, const struct sip_msg *req,
                                      const struct dp_cookie_from *from, uint32_t now_s,
                                      const struct sip_hdr *h)
{
        struct sip_anom_set notes = {{0}};
        struct sip_cur cur = {.buf = req->buf,
                              .pos = h->value.off,
                              .end = (uint32_t)h->value.off + h->value.len,
                              .notes = &notes};
        struct sip_auth auth;

        if (sip_auth_parse(&cur, SIP_AUTH_CREDENTIALS, &auth) != SIP_VALUE_OK ||
            auth.scheme != SIP_AUTH_DIGEST)
                return DP_CHALLENGE_NONE;
        const uint8_t *nonce = sip_span_at(req, auth.nonce);

        switch (dp_cookie_check(c->cookie, from, now_s, nonce, auth.nonce.len)) {
        case DP_COOKIE_VALID:
                return DP_CHALLENGE_ECHOED;
        case DP_COOKIE_STALE:
                return DP_CHALLENGE_STALE;
        default:
                return dp_cookie_is_ours(c->cookie, nonce, auth.nonce.len) ? DP_CHALLENGE_FORGED
                                                                           : DP_CHALLENGE_FOREIGN;
        }
}

enum dp_challenge_answer dp_challenge_check(struct dp_challenge *c, const struct sip_msg *req,
                                            const struct dp_cookie_from *from, uint32_t now_s,
                                            uint8_t *hdr)
{
        static const enum sip_hdr_id ids[] = {SIP_HDR_AUTHORIZATION, SIP_HDR_PROXY_AUTHORIZATION};
        enum dp_challenge_answer best = DP_CHALLENGE_NONE;
        unsigned seen = 0;

        for (size_t k = 0; k < sizeof(ids) / sizeof(ids[0]); k++) {
                for (uint8_t i = req->first[ids[k]]; i != SIP_HDR_NONE && seen < CREDENTIALS_MAX;
                     i = req->hdrs[i].next_same, seen++) {
                        enum dp_challenge_answer a = judge(c, req, from, now_s, &req->hdrs[i]);

                        if (a <= best)
                                continue;
                        best = a;
                        if (a >= DP_CHALLENGE_STALE)
                                *hdr = i;
                }
        }
        return best;
}

bool dp_challenge_can_be_brief(const struct dp_challenge *c)
{
        return (c->algorithms & (c->algorithms - 1u)) != 0;
}

void dp_challenge_write(struct dp_challenge *c, const struct dp_challenge_text *text,
                        const struct dp_cookie_from *from, uint32_t now_s,
                        char out[DP_CHALLENGE_BYTES])
{
        static const char *const names[DP_CHALLENGE_ALGORITHMS] = {"SHA-512-256", "SHA-256", "MD5"};
        char nonce[DP_COOKIE_CHARS];
        size_t len = 0;

        dp_cookie_make(c->cookie, from, now_s, nonce);
        for (unsigned i = 0; i < DP_CHALLENGE_ALGORITHMS; i++) {
                unsigned left = c->algorithms >> i;

                if ((left & 1u) == 0 || (text->brief && left != 1))
                        continue;
                len += (size_t)snprintf(out + len, DP_CHALLENGE_BYTES - len,
                                        "%s-Authenticate: Digest realm=\"%s\",nonce=\"%.*s\","
                                        "algorithm=%s,qop=\"auth\"%s\r\n",
                                        text->status == 401 ? "WWW" : "Proxy", c->realm,
                                        (int)sizeof(nonce), nonce, names[i],
                                        text->stale ? ",stale=true" : "");
        }
}
