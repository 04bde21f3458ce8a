/* SPDX-License-Identifier: Apache-2.0 */
#include "control/identity/digest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "control/identity/nonce.h"
#include "control/identity/nonce_count.h"
#include "control/siphash.h"
#include "parser/sip_auth.h"
#include "parser/sip_uri.h"
#include "parser/sip_uri_cmp.h"

/* Credentials that are looked through for the realm; a client sends one for each realm at most. */
#define CREDENTIALS_MAX 8u

struct cp_digest {
        struct cp_digest_policy policy;
        char realm[CP_NONCE_REALM_BYTES + 1];
        const struct cp_users *users;
        struct cp_digest_hash *hash;
        struct cp_nonces *nonces;
        struct cp_nonce_counts *counts;
        struct cp_siphash_key count_key;
};

void cp_digest_destroy(struct cp_digest *d)
{
        if (d == NULL)
                return;
        cp_digest_hash_destroy(d->hash);
        cp_nonces_destroy(d->nonces);
        cp_nonce_counts_destroy(d->counts);
        free(d);
}

struct cp_digest *cp_digest_create(const struct cp_digest_policy *policy,
                                   const struct cp_users *users)
{
        size_t realm_bytes = strlen(policy->realm);
        struct cp_digest *d;

        if (realm_bytes == 0 || realm_bytes > CP_NONCE_REALM_BYTES || policy->algs == 0 ||
            policy->algs >> CP_DIGEST_ALGS != 0 || strpbrk(policy->realm, "\"\\\r\n") != NULL)
                return NULL;
        d = calloc(1, sizeof(*d));
        if (d == NULL)
                return NULL;
        d->policy = *policy;
        memcpy(d->realm, policy->realm, realm_bytes);
        d->policy.realm = d->realm;
        d->users = users;
        d->hash = cp_digest_hash_create(policy->algs);
        d->nonces = cp_nonces_create(policy->realm, policy->nonce_lifetime_s);
        d->counts = cp_nonce_counts_create(policy->nonce_entries);
        if (d->nonces != NULL && policy->nonce_secret != NULL)
                cp_nonces_share(d->nonces, policy->nonce_secret);
        if (d->nonces != NULL)
                cp_nonces_since(d->nonces, policy->counts_from_s);
        d->policy.nonce_secret = NULL; /* borrowed until now */
        if (d->hash != NULL && d->nonces != NULL && d->counts != NULL &&
            cp_siphash_key_random(&d->count_key) == 0)
                return d;
        cp_digest_destroy(d);
        return NULL;
}

/* ---- reading credentials ---- */

/* The first credentials for our realm; false when there are none, or they can not be read. */
static bool find(const struct cp_digest *d, const struct sip_msg *req, struct sip_auth *out)
{
        enum sip_hdr_id id = req->method == SIP_METHOD_REGISTER ? SIP_HDR_AUTHORIZATION
                                                                : SIP_HDR_PROXY_AUTHORIZATION;
        size_t realm_bytes = strlen(d->realm);
        uint8_t i = req->first[id];

        for (unsigned n = 0; i != SIP_HDR_NONE && n < CREDENTIALS_MAX; n++) {
                const struct sip_hdr *h = &req->hdrs[i];
                struct sip_anom_set notes = {{0}};
                struct sip_cur c = {req->buf, h->value.off, (uint32_t)h->value.off + h->value.len,
                                    &notes};

                if (sip_auth_parse(&c, SIP_AUTH_CREDENTIALS, out) == SIP_VALUE_OK &&
                    out->scheme == SIP_AUTH_DIGEST && out->realm.len == realm_bytes &&
                    memcmp(sip_span_at(req, out->realm), d->realm, realm_bytes) == 0)
                        return true;
                i = h->next_same;
        }
        return false;
}

static int hex_digit(uint8_t c)
{
        if (c >= '0' && c <= '9')
                return c - '0';
        c |= 0x20u;
        return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* `username` without its escapes, or `username*` of UTF-8 (RFC 5987); the octets written, 0 when
 * there is no such name. A name that is too long is cut, and then nobody's. */
static size_t user_name(const struct sip_msg *req, const struct sip_auth *a,
                        char name[CP_USER_NAME_BYTES])
{
        const uint8_t *p = sip_span_at(req, a->username);
        bool ext = (a->present & SIP_AUTH_USERNAME_EXT) != 0;
        size_t len = 0;
        size_t at = 0;

        if (ext) {
                const char utf8[] = "utf-8'";
                size_t quote;

                if (!sip_span_ieq(req->buf, (struct sip_span){a->username.off, sizeof(utf8) - 1},
                                  utf8, sizeof(utf8) - 1) ||
                    a->username.len < sizeof(utf8))
                        return 0;
                for (quote = sizeof(utf8) - 1; quote < a->username.len && p[quote] != '\'';)
                        quote++;
                at = quote + 1; /* past the language */
        }
        while (at < a->username.len && len < CP_USER_NAME_BYTES) {
                uint8_t c = p[at++];

                if (!ext && c == '\\' && at < a->username.len)
                        c = p[at++];
                if (ext && c == '%' && at + 1 < a->username.len && hex_digit(p[at]) >= 0 &&
                    hex_digit(p[at + 1]) >= 0) {
                        c = (uint8_t)(hex_digit(p[at]) << 4 | hex_digit(p[at + 1]));
                        at += 2;
                }
                name[len++] = (char)c;
        }
        return len;
}

static enum cp_digest_alg algorithm(const struct sip_auth *a)
{
        switch (a->algorithm) {
        case SIP_AUTH_ALG_ABSENT: /* RFC 7616 3.3 */
        case SIP_AUTH_ALG_MD5:
                return CP_DIGEST_MD5;
        case SIP_AUTH_ALG_SHA_256:
                return CP_DIGEST_SHA_256;
        case SIP_AUTH_ALG_SHA_512_256:
                return CP_DIGEST_SHA_512_256;
        default:
                return CP_DIGEST_ALGS;
        }
}

/* RFC 7616 3.4.6: the same resource as the Request-URI. */
static bool uri_fits(const struct sip_msg *req, struct sip_span uri)
{
        struct sip_anom_set notes = {{0}};
        struct sip_cur c = {req->buf, uri.off, (uint32_t)uri.off + uri.len, &notes};
        struct sip_uri parsed;

        if (uri.len == req->ruri.all.len &&
            memcmp(sip_span_at(req, uri), sip_span_at(req, req->ruri.all), uri.len) == 0)
                return true;
        return sip_uri_parse(&c, &parsed) == SIP_ANOM_NONE &&
               sip_uri_equal(req->buf, &parsed, req->buf, &req->ruri);
}

/* What the credentials say without regard to the user: was it offered, is it about this request? */
static bool was_offered(const struct cp_digest *d, const struct sip_msg *req,
                        const struct sip_auth *a)
{
        enum cp_digest_alg alg = algorithm(a);

        return alg != CP_DIGEST_ALGS && (d->policy.algs >> alg & 1u) != 0 &&
               (a->qop == SIP_AUTH_QOP_AUTH ||
                (a->qop == SIP_AUTH_QOP_AUTH_INT && d->policy.auth_int)) &&
               (a->present & SIP_AUTH_NC) != 0 && a->nc != 0 && !a->userhash &&
               uri_fits(req, a->uri);
}

/* ---- judging them ---- */

static struct cp_digest_text text_of(const struct sip_msg *req, struct sip_span s)
{
        return (struct cp_digest_text){sip_span_at(req, s), s.len};
}

/* Does the response show the HA1? Upper-case digits are taken for lower-case ones (RFC 7616 3.4.1
 * writes lower case, some clients do not). */
static bool response_fits(struct cp_digest *d, const struct sip_msg *req, const struct sip_auth *a,
                          const uint8_t ha1[CP_DIGEST_BYTES_MAX])
{
        enum cp_digest_alg alg = algorithm(a);
        char want[2 * CP_DIGEST_BYTES_MAX] = {0};
        char got[2 * CP_DIGEST_BYTES_MAX] = {0};
        size_t digits = 2u * cp_digest_bytes(alg);
        char nc[9];
        const struct cp_digest_in in = {
            .method = text_of(req, req->method_name),
            .uri = text_of(req, a->uri),
            .nonce = text_of(req, a->nonce),
            .nc = {nc, 8},
            .cnonce = text_of(req, a->cnonce),
            .body = {req->buf + req->body_off, req->body_len},
            .auth_int = a->qop == SIP_AUTH_QOP_AUTH_INT,
        };
        bool ok;

        snprintf(nc, sizeof(nc), "%08x", (unsigned)a->nc);
        for (size_t i = 0; i < digits && i < a->response.len; i++)
                got[i] = (char)sip_lower(req->buf[a->response.off + i]);
        ok = cp_digest_response(d->hash, alg, ha1, &in, want);
        return ok && a->response.len == digits && CRYPTO_memcmp(want, got, digits) == 0;
}

static uint64_t count_key(const struct cp_digest *d, const struct sip_msg *req,
                          const struct sip_auth *a, const char *name, size_t len)
{
        uint64_t h = cp_siphash_chain(&d->count_key, 0, sip_span_at(req, a->nonce), a->nonce.len);

        h = cp_siphash_chain(&d->count_key, h, sip_span_at(req, a->cnonce), a->cnonce.len);
        h = cp_siphash_chain(&d->count_key, h, name, len);
        return h != 0 ? h : 1;
}

enum cp_digest_result cp_digest_check(struct cp_digest *d, const struct sip_msg *req,
                                      const struct cp_digest_from *from,
                                      const struct cp_user **user)
{
        uint8_t ha1[CP_DIGEST_BYTES_MAX];
        char name[CP_USER_NAME_BYTES];
        const struct cp_user *who;
        struct sip_auth a;
        uint32_t made_s;
        size_t len;

        *user = NULL;
        if (!find(d, req, &a))
                return CP_DIGEST_NONE;
        if (!was_offered(d, req, &a))
                return CP_DIGEST_REFUSED;
        const struct cp_nonce_text nonce = {sip_span_at(req, a.nonce), a.nonce.len, from->addr,
                                            from->port};

        len = user_name(req, &a, name);
        who = cp_users_find(d->users, name, len, algorithm(&a), ha1);
        enum cp_nonce_result fresh = cp_nonces_check(d->nonces, &nonce, from->now_s, &made_s);
        bool fits = response_fits(d, req, &a, ha1);

        OPENSSL_cleanse(ha1, sizeof(ha1));
        if (!fits || who == NULL)
                return fresh == CP_NONCE_VALID ? CP_DIGEST_WRONG : CP_DIGEST_REFUSED;
        /* Only who knows the password learns that it is the nonce: after a restart, a new address
         * behind a NAT or a lost count the client goes on without asking its user. */
        if (fresh != CP_NONCE_VALID)
                return CP_DIGEST_STALE;
        *user = who;
        uint32_t oldest_s = from->now_s - d->policy.nonce_lifetime_s;

        if (oldest_s <= d->policy.counts_from_s)
                oldest_s = d->policy.counts_from_s + 1;
        return cp_nonce_counts_use(d->counts, count_key(d, req, &a, name, len), a.nc, made_s,
                                   oldest_s)
                   ? CP_DIGEST_OK
                   : CP_DIGEST_REPEATED;
}

/* ---- asking for them ---- */

uint16_t cp_digest_status(const struct sip_msg *req)
{
        return req->method == SIP_METHOD_REGISTER ? 401 : 407;
}

size_t cp_digest_challenge(struct cp_digest *d, const struct sip_msg *req,
                           const struct cp_digest_from *from, bool stale,
                           char out[CP_DIGEST_CHALLENGE_BYTES])
{
        char nonce[SHM_NONCE_CHARS];
        size_t at = 0;

        out[0] = '\0';
        if (!cp_nonces_make(d->nonces, &from->addr, from->port, from->now_s, nonce))
                return 0;
        for (unsigned i = 0; i < CP_DIGEST_ALGS; i++) {
                int n;

                if ((d->policy.algs >> i & 1u) == 0)
                        continue;
                n = snprintf(
                    out + at, CP_DIGEST_CHALLENGE_BYTES - at,
                    "%s: Digest realm=\"%s\", nonce=\"%.*s\", algorithm=%s, "
                    "qop=\"%s\"%s\r\n",
                    req->method == SIP_METHOD_REGISTER ? "WWW-Authenticate" : "Proxy-Authenticate",
                    d->realm, (int)SHM_NONCE_CHARS, nonce,
                    cp_digest_alg_name((enum cp_digest_alg)i),
                    d->policy.auth_int ? "auth,auth-int" : "auth", stale ? ", stale=true" : "");
                if (n < 0 || (size_t)n >= CP_DIGEST_CHALLENGE_BYTES - at)
                        return 0; /* can not be: see the size */
                at += (size_t)n;
        }
        return at;
}
