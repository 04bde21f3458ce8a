/* SPDX-License-Identifier: Apache-2.0 */
#include "control/identity/digest_hash.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/evp.h>

static const struct {
        const char *name;    /* RFC 7616 6.1 */
        const char *openssl; /* what its providers call it */
        unsigned bytes;
} algorithms[CP_DIGEST_ALGS] = {
    [CP_DIGEST_SHA_512_256] = {"SHA-512-256", "SHA512-256", 32},
    [CP_DIGEST_SHA_256] = {"SHA-256", "SHA256", 32},
    [CP_DIGEST_MD5] = {"MD5", "MD5", 16},
};

/* A fetch takes locks and looks through providers; a context is an allocation: both once. */
struct cp_digest_hash {
        EVP_MD_CTX *ctx;
        EVP_MD *md[CP_DIGEST_ALGS];
};

void cp_digest_hash_destroy(struct cp_digest_hash *h)
{
        if (h == NULL)
                return;
        for (unsigned i = 0; i < CP_DIGEST_ALGS; i++)
                EVP_MD_free(h->md[i]);
        EVP_MD_CTX_free(h->ctx);
        free(h);
}

struct cp_digest_hash *cp_digest_hash_create(unsigned algs)
{
        struct cp_digest_hash *h = calloc(1, sizeof(*h));
        bool ok;

        if (h == NULL)
                return NULL;
        h->ctx = EVP_MD_CTX_new();
        ok = h->ctx != NULL;
        for (unsigned i = 0; i < CP_DIGEST_ALGS && ok; i++) {
                if ((algs >> i & 1u) == 0)
                        continue;
                h->md[i] = EVP_MD_fetch(NULL, algorithms[i].openssl, NULL);
                ok = h->md[i] != NULL;
        }
        if (ok)
                return h;
        cp_digest_hash_destroy(h);
        return NULL;
}

unsigned cp_digest_bytes(enum cp_digest_alg alg)
{
        return algorithms[alg].bytes;
}

const char *cp_digest_alg_name(enum cp_digest_alg alg)
{
        return algorithms[alg].name;
}

enum cp_digest_alg cp_digest_alg_of(const char *name, size_t len)
{
        unsigned i;

        for (i = 0; i < CP_DIGEST_ALGS; i++) {
                if (strlen(algorithms[i].name) == len &&
                    strncasecmp(algorithms[i].name, name, len) == 0)
                        break;
        }
        return (enum cp_digest_alg)i;
}

/* H of the pieces with a colon between each two. */
static bool hash_list(struct cp_digest_hash *h, enum cp_digest_alg alg,
                      const struct cp_digest_text *piece, unsigned cnt, uint8_t *out)
{
        bool ok = h->md[alg] != NULL && EVP_DigestInit_ex2(h->ctx, h->md[alg], NULL) == 1;

        for (unsigned i = 0; i < cnt && ok; i++) {
                ok =
                    (i == 0 || EVP_DigestUpdate(h->ctx, ":", 1) == 1) &&
                    (piece[i].len == 0 || EVP_DigestUpdate(h->ctx, piece[i].at, piece[i].len) == 1);
        }
        return ok && EVP_DigestFinal_ex(h->ctx, out, NULL) == 1;
}

static struct cp_digest_text to_hex(const uint8_t *raw, size_t bytes, char *hex)
{
        static const char digit[] = "0123456789abcdef";

        for (size_t i = 0; i < bytes; i++) {
                hex[2 * i] = digit[raw[i] >> 4];
                hex[2 * i + 1] = digit[raw[i] & 15];
        }
        return (struct cp_digest_text){hex, 2 * bytes};
}

bool cp_digest_ha1(struct cp_digest_hash *h, enum cp_digest_alg alg, const char *user,
                   const char *realm, const char *password, uint8_t ha1[CP_DIGEST_BYTES_MAX])
{
        const struct cp_digest_text a1[] = {
            {user, strlen(user)}, {realm, strlen(realm)}, {password, strlen(password)}};

        return hash_list(h, alg, a1, 3, ha1);
}

bool cp_digest_response(struct cp_digest_hash *h, enum cp_digest_alg alg,
                        const uint8_t ha1[CP_DIGEST_BYTES_MAX], const struct cp_digest_in *in,
                        char hex[2 * CP_DIGEST_BYTES_MAX])
{
        unsigned bytes = algorithms[alg].bytes;
        char ha1_hex[2 * CP_DIGEST_BYTES_MAX];
        char ha2_hex[2 * CP_DIGEST_BYTES_MAX];
        char body_hex[2 * CP_DIGEST_BYTES_MAX];
        uint8_t raw[CP_DIGEST_BYTES_MAX];
        struct cp_digest_text a2[] = {in->method, in->uri, {body_hex, 2 * bytes}};
        struct cp_digest_text all[] = {
            to_hex(ha1, bytes, ha1_hex),
            in->nonce,
            in->nc,
            in->cnonce,
            {in->auth_int ? "auth-int" : "auth", in->auth_int ? 8 : 4},
            {ha2_hex, 2 * bytes},
        };

        if (in->auth_int) {
                if (!hash_list(h, alg, &in->body, 1, raw))
                        return false;
                to_hex(raw, bytes, body_hex);
        }
        if (!hash_list(h, alg, a2, in->auth_int ? 3 : 2, raw))
                return false;
        to_hex(raw, bytes, ha2_hex);
        if (!hash_list(h, alg, all, 6, raw))
                return false;
        to_hex(raw, bytes, hex);
        return true;
}
