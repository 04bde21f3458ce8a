/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/traffic/auth.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "parser/sip_auth.h"

#define HEX_MAX  129u
#define TEXT_MAX 2048u

struct digest {
        const char *name; /* OpenSSL's */
        const char *algorithm;
        bool session;
};

static const struct digest *digest_of(uint8_t algorithm)
{
        static const struct digest table[] = {
            [SIP_AUTH_ALG_ABSENT] = {"MD5", NULL, false},
            [SIP_AUTH_ALG_MD5] = {"MD5", "MD5", false},
            [SIP_AUTH_ALG_MD5_SESS] = {"MD5", "MD5-sess", true},
            [SIP_AUTH_ALG_SHA_256] = {"SHA256", "SHA-256", false},
            [SIP_AUTH_ALG_SHA_256_SESS] = {"SHA256", "SHA-256-sess", true},
            [SIP_AUTH_ALG_SHA_512_256] = {"SHA512-256", "SHA-512-256", false},
            [SIP_AUTH_ALG_SHA_512_256_SESS] = {"SHA512-256", "SHA-512-256-sess", true},
        };

        return algorithm < sizeof(table) / sizeof(table[0]) ? &table[algorithm] : NULL;
}

/* The digest of a formatted text, as lower-case hexadecimal digits. */
__attribute__((format(printf, 3, 4))) static bool hash(const struct digest *d, char out[HEX_MAX],
                                                       const char *format, ...)
{
        unsigned char raw[EVP_MAX_MD_SIZE];
        unsigned int raw_len = 0;
        const EVP_MD *md = EVP_get_digestbyname(d->name);
        char text[TEXT_MAX];
        va_list args;
        int n;

        va_start(args, format);
        n = vsnprintf(text, sizeof(text), format, args);
        va_end(args);
        if (md == NULL || n < 0 || (size_t)n >= sizeof(text) ||
            EVP_Digest(text, (size_t)n, raw, &raw_len, md, NULL) != 1)
                return false;
        for (unsigned int i = 0; i < raw_len; i++)
                snprintf(out + (size_t)2 * i, 3, "%02x", raw[i]);
        return true;
}

/* The first Digest challenge of an algorithm we have, and the name of the field that answers it. */
static bool challenge_find(const struct sb_rx *rx, struct sip_auth *out, const char **answer)
{
        static const struct {
                const char *name;
                const char *answer;
        } fields[] = {{"WWW-Authenticate", "Authorization"},
                      {"Proxy-Authenticate", "Proxy-Authorization"}};

        for (uint32_t f = 0; f < 2; f++) {
                uint32_t from = 0;
                const struct sb_line *l;

                while ((l = sb_rx_find(rx, fields[f].name, (uint32_t)strlen(fields[f].name), from,
                                       &from)) != NULL) {
                        struct sip_anom_set notes = {0};
                        struct sip_cur cur = {.buf = rx->buf,
                                              .pos = l->value_off,
                                              .end = (uint32_t)l->off + l->len,
                                              .notes = &notes};

                        if (sip_auth_parse(&cur, SIP_AUTH_CHALLENGE, out) == SIP_VALUE_OK &&
                            out->scheme == SIP_AUTH_DIGEST && digest_of(out->algorithm) != NULL) {
                                *answer = fields[f].answer;
                                return true;
                        }
                }
        }
        return false;
}

#define TEXT(ask, s) (int)(s).len, (const char *)(ask)->challenge->buf + (s).off

static bool responses(const struct sb_auth_ask *ask, const struct sip_auth *a, const char *cnonce,
                      char response[HEX_MAX])
{
        const struct digest *d = digest_of(a->algorithm);
        char ha1[HEX_MAX], ha2[HEX_MAX];

        if (!hash(d, ha1, "%s:%.*s:%s", ask->user, TEXT(ask, a->realm), ask->password) ||
            (d->session && !hash(d, ha1, "%s:%.*s:%s", ha1, TEXT(ask, a->nonce), cnonce)) ||
            !hash(d, ha2, "%.*s:%.*s", (int)ask->method_len, (const char *)ask->method,
                  (int)ask->uri_len, (const char *)ask->uri))
                return false;
        if ((a->qop & SIP_AUTH_QOP_AUTH) != 0)
                return hash(d, response, "%s:%.*s:00000001:%s:auth:%s", ha1, TEXT(ask, a->nonce),
                            cnonce, ha2);
        return hash(d, response, "%s:%.*s:%s", ha1, TEXT(ask, a->nonce), ha2);
}

uint32_t sb_auth_render(const struct sb_auth_ask *ask, uint8_t *to, uint32_t room)
{
        char cnonce[17], response[HEX_MAX], more[256] = "", opaque[512] = "";
        const char *answer;
        struct sip_auth a;
        int n;

        snprintf(cnonce, sizeof(cnonce), "%016llx", (unsigned long long)ask->cnonce);
        if (!challenge_find(ask->challenge, &a, &answer) || !responses(ask, &a, cnonce, response))
                return 0;
        n = 0;
        if (digest_of(a.algorithm)->algorithm != NULL)
                n = snprintf(more, sizeof(more), ",algorithm=%s",
                             digest_of(a.algorithm)->algorithm);
        if ((a.qop & SIP_AUTH_QOP_AUTH) != 0 || digest_of(a.algorithm)->session)
                snprintf(more + n, sizeof(more) - (size_t)n, ",cnonce=\"%s\"%s", cnonce,
                         (a.qop & SIP_AUTH_QOP_AUTH) != 0 ? ",nc=00000001,qop=auth" : "");
        if ((a.present & SIP_AUTH_OPAQUE) != 0)
                snprintf(opaque, sizeof(opaque), ",opaque=\"%.*s\"", TEXT(ask, a.opaque));
        n = snprintf((char *)to, room,
                     "%s: Digest username=\"%s\",realm=\"%.*s\",nonce=\"%.*s\",uri=\"%.*s\","
                     "response=\"%s\"%s%s",
                     answer, ask->user, TEXT(ask, a.realm), TEXT(ask, a.nonce), (int)ask->uri_len,
                     (const char *)ask->uri, response, more, opaque);
        return n < 0 || (uint32_t)n >= room ? 0 : (uint32_t)n;
}
