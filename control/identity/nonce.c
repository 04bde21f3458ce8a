/* SPDX-License-Identifier: Apache-2.0 */
#include "control/identity/nonce.h"

#include <stdlib.h>
#include <sys/random.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#define BLOCK_BYTES 64u /* of SHA-256 */
/* How many nonces of one second differ, if their lifetime is not as short. */
#define SPREAD_S    16u

/* The hash when it has taken in the key and its pad: half of each HMAC is done beforehand. */
struct key {
        uint32_t id;
        EVP_MD_CTX *inner;
        EVP_MD_CTX *outer;
};

struct cp_nonces {
        EVP_MD *sha256;
        EVP_MD_CTX *ctx;
        struct key key[2]; /* newest first */
        uint32_t rotated_s;
        uint32_t lifetime_s;
        uint32_t since_s; /* no nonce says that it is of this second or older */
        uint32_t given;   /* nonces so far */
        bool shared;      /* keys are of the secret */
        uint32_t epoch;   /* of the newest key, 0 = none yet */
        uint8_t secret[SHM_SECRET_BYTES];
        size_t realm_bytes;
        char realm[CP_NONCE_REALM_BYTES];
};

static bool pad(const struct cp_nonces *n, EVP_MD_CTX *ctx, const uint8_t *secret, uint8_t with)
{
        uint8_t block[BLOCK_BYTES];
        bool ok;

        memset(block, with, sizeof(block));
        for (size_t i = 0; i < SHM_NONCE_KEY_BYTES; i++)
                block[i] ^= secret[i];
        ok = EVP_DigestInit_ex2(ctx, n->sha256, NULL) == 1 &&
             EVP_DigestUpdate(ctx, block, sizeof(block)) == 1;
        OPENSSL_cleanse(block, sizeof(block));
        return ok;
}

void cp_nonces_key(struct cp_nonces *n, uint32_t key_id, const uint8_t key[SHM_NONCE_KEY_BYTES],
                   uint32_t now_s)
{
        struct key oldest = n->key[1];

        n->key[1] = n->key[0];
        n->key[0] = oldest;
        n->key[0].id = key_id;
        (void)pad(n, n->key[0].inner, key, 0x36);
        (void)pad(n, n->key[0].outer, key, 0x5c);
        n->rotated_s = now_s;
}

static bool rotate(struct cp_nonces *n, uint32_t now_s)
{
        uint8_t secret[SHM_NONCE_KEY_BYTES];

        if (getrandom(secret, sizeof(secret), 0) != (ssize_t)sizeof(secret))
                return false;
        cp_nonces_key(n, n->key[0].id + 1, secret, now_s);
        OPENSSL_cleanse(secret, sizeof(secret));
        return true;
}

void cp_nonces_destroy(struct cp_nonces *n)
{
        if (n == NULL)
                return;
        for (unsigned i = 0; i < 2; i++) {
                EVP_MD_CTX_free(n->key[i].inner);
                EVP_MD_CTX_free(n->key[i].outer);
        }
        EVP_MD_CTX_free(n->ctx);
        EVP_MD_free(n->sha256);
        OPENSSL_cleanse(n->secret, sizeof(n->secret));
        free(n);
}

struct cp_nonces *cp_nonces_create(const char *realm, uint32_t lifetime_s)
{
        size_t realm_bytes = strlen(realm);
        struct cp_nonces *n;
        bool ok;

        if (realm_bytes == 0 || realm_bytes > CP_NONCE_REALM_BYTES || lifetime_s == 0)
                return NULL;
        n = calloc(1, sizeof(*n));
        if (n == NULL)
                return NULL;
        n->lifetime_s = lifetime_s;
        n->realm_bytes = realm_bytes;
        memcpy(n->realm, realm, realm_bytes);
        n->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
        n->ctx = EVP_MD_CTX_new();
        ok = n->sha256 != NULL && n->ctx != NULL;
        for (unsigned i = 0; i < 2; i++) {
                n->key[i].inner = EVP_MD_CTX_new();
                n->key[i].outer = EVP_MD_CTX_new();
                ok = ok && n->key[i].inner != NULL && n->key[i].outer != NULL;
        }
        /* Key ids of different starts seldom meet; two rounds leave no slot without a secret. */
        ok = ok && getrandom(&n->key[0].id, sizeof(n->key[0].id), 0) == sizeof(n->key[0].id) &&
             rotate(n, 0) && rotate(n, 0);
        if (ok)
                return n;
        cp_nonces_destroy(n);
        return NULL;
}

void cp_nonces_share(struct cp_nonces *n, const uint8_t secret[SHM_SECRET_BYTES])
{
        memcpy(n->secret, secret, sizeof(n->secret));
        n->shared = true;
        n->epoch = 0;
}

/* HMAC of a text and the number of an epoch, under the newest key. */
static void derive(struct cp_nonces *n, const char *text, uint32_t epoch, uint8_t out[32])
{
        uint8_t number[4];

        shm_nonce_put32(number, epoch);
        (void)(EVP_MD_CTX_copy_ex(n->ctx, n->key[0].inner) == 1 &&
               EVP_DigestUpdate(n->ctx, text, strlen(text)) == 1 &&
               EVP_DigestUpdate(n->ctx, number, sizeof(number)) == 1 &&
               EVP_DigestFinal_ex(n->ctx, out, NULL) == 1 &&
               EVP_MD_CTX_copy_ex(n->ctx, n->key[0].outer) == 1 &&
               EVP_DigestUpdate(n->ctx, out, 32) == 1 &&
               EVP_DigestFinal_ex(n->ctx, out, NULL) == 1);
}

/* The keys of this time, when they are not there already. */
static void follow(struct cp_nonces *n, uint32_t now_s)
{
        uint32_t epoch = now_s / SHM_SECRET_EPOCH_S;
        uint8_t id[2][32], key[2][32];

        if (!n->shared || epoch <= n->epoch)
                return;
        cp_nonces_key(n, 0, n->secret, now_s);
        for (uint32_t i = 0; i < 2; i++) {
                derive(n, SHM_SECRET_ID_TEXT, epoch - 1 + i, id[i]);
                derive(n, SHM_SECRET_KEY_TEXT, epoch - 1 + i, key[i]);
        }
        cp_nonces_key(n, shm_nonce_get32(id[0]), key[0], now_s);
        cp_nonces_key(n, shm_nonce_get32(id[1]), key[1], now_s);
        OPENSSL_cleanse(key, sizeof(key));
        n->epoch = epoch;
}

static bool sign(struct cp_nonces *n, const struct key *k, const struct cp_nonce_text *from,
                 uint32_t time_s, char out[SHM_NONCE_CHARS])
{
        uint8_t fixed[SHM_NONCE_FIXED_BYTES];
        uint8_t mac[32];
        uint8_t raw[SHM_NONCE_BYTES];
        bool ok;

        shm_nonce_fixed(k->id, time_s, &from->addr, from->port, fixed);
        ok = EVP_MD_CTX_copy_ex(n->ctx, k->inner) == 1 &&
             EVP_DigestUpdate(n->ctx, fixed, sizeof(fixed)) == 1 &&
             EVP_DigestUpdate(n->ctx, n->realm, n->realm_bytes) == 1 &&
             EVP_DigestFinal_ex(n->ctx, mac, NULL) == 1 &&
             EVP_MD_CTX_copy_ex(n->ctx, k->outer) == 1 &&
             EVP_DigestUpdate(n->ctx, mac, sizeof(mac)) == 1 &&
             EVP_DigestFinal_ex(n->ctx, mac, NULL) == 1;
        memcpy(raw, fixed, SHM_NONCE_HEAD_BYTES);
        memcpy(raw + SHM_NONCE_HEAD_BYTES, mac, SHM_NONCE_MAC_BYTES);
        shm_nonce_encode(raw, out);
        return ok;
}

void cp_nonces_since(struct cp_nonces *n, uint32_t since_s)
{
        n->since_s = since_s;
}

/*
 * The time that a nonce says. Whoever is asked twice in a second - by a REGISTER and then an
 * INVITE, or because a count was used - must get another nonce, or would count from one again and
 * be told that it repeats: so nonces say in turn that they are some seconds old.
 */
static uint32_t said_s(struct cp_nonces *n, uint32_t now_s)
{
        uint32_t spread_s =
            n->lifetime_s / SPREAD_S < SPREAD_S ? n->lifetime_s / SPREAD_S + 1 : SPREAD_S;
        uint32_t back_s = n->given++ % spread_s;

        if (now_s == n->since_s)
                return now_s + 1; /* a second ahead, which a check takes */
        return now_s - n->since_s > back_s ? now_s - back_s : now_s;
}

bool cp_nonces_make(struct cp_nonces *n, const struct shm_ip *addr, uint16_t port, uint32_t now_s,
                    char out[SHM_NONCE_CHARS])
{
        const struct cp_nonce_text from = {NULL, 0, *addr, port};

        /* A whole lifetime: what the key before this one signed is stale when the next one comes.
         */
        follow(n, now_s);
        if (!n->shared && now_s - n->rotated_s >= n->lifetime_s && !rotate(n, now_s))
                return false;
        return sign(n, &n->key[0], &from, said_s(n, now_s), out);
}

enum cp_nonce_result cp_nonces_check(struct cp_nonces *n, const struct cp_nonce_text *nonce,
                                     uint32_t now_s, uint32_t *time_s)
{
        char again[SHM_NONCE_CHARS];
        uint32_t id, made_s;
        const struct key *k;

        *time_s = 0;
        follow(n, now_s);
        if (!shm_nonce_head(nonce->at, nonce->len, &id, &made_s))
                return CP_NONCE_INVALID;
        k = id == n->key[1].id ? &n->key[1] : &n->key[0]; /* another id fails the comparison */
        if (!sign(n, k, nonce, made_s, again) ||
            CRYPTO_memcmp(again, nonce->at, sizeof(again)) != 0)
                return CP_NONCE_INVALID;
        *time_s = made_s;
        /* One more, so that a nonce from a clock that is a second ahead is no wrap. */
        return now_s + 1 - made_s <= n->lifetime_s + 1 ? CP_NONCE_VALID : CP_NONCE_STALE;
}
