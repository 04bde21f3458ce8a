/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HMAC by RFC 2104 from OpenSSL's SHA-256 itself, not through EVP: OpenSSL 3.0 takes memory at each
 * EVP_DigestInit() and twice at each EVP_MAC_init(), which a worker must not. The plain functions
 * take none, and let the state behind the pads be kept with the key. OpenSSL calls them deprecated,
 * hence this:
 */
#define OPENSSL_API_COMPAT 0x10101000L

#include "dataplane/state/cookie.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <openssl/crypto.h>
#include <openssl/sha.h>

#define KEY_BYTES   SHM_NONCE_KEY_BYTES
#define BLOCK_BYTES 64u /* of SHA-256 */

_Static_assert(KEY_BYTES == SHA256_DIGEST_LENGTH, "a derived key is a digest");

/* SHA-256 when it has taken in the key and its pad. */
struct key {
        uint32_t id;
        SHA256_CTX inner;
        SHA256_CTX outer;
};

/* Four, so that the one being written is neither of the two that are live nor the one that was. */
#define KEYS 4u

struct dp_cookie_keys {
        _Atomic uint32_t newest; /* counts keys; it lies in key[newest % KEYS] */
        bool shared;             /* of a secret: another one each SHM_SECRET_EPOCH_S */
        uint32_t epoch;          /* of the newest, with `shared` */
        uint8_t secret[SHM_SECRET_BYTES];
        struct key key[KEYS];
};

struct dp_cookie {
        const struct dp_cookie_keys *keys;
        uint32_t lifetime_s;
        size_t msg_bytes;
        uint8_t msg[SHM_NONCE_FIXED_BYTES + DP_COOKIE_REALM_BYTES];
};

static void pad(SHA256_CTX *ctx, const uint8_t secret[KEY_BYTES], uint8_t with)
{
        uint8_t block[BLOCK_BYTES];

        memset(block, with, sizeof(block));
        for (size_t i = 0; i < KEY_BYTES; i++)
                block[i] ^= secret[i];
        SHA256_Init(ctx);
        SHA256_Update(ctx, block, sizeof(block));
        OPENSSL_cleanse(block, sizeof(block));
}

static void key_set(struct key *k, uint32_t id, const uint8_t secret[KEY_BYTES])
{
        k->id = id;
        pad(&k->inner, secret, 0x36);
        pad(&k->outer, secret, 0x5c);
}

static bool key_random(struct key *k, uint32_t id)
{
        uint8_t secret[KEY_BYTES];

        if (getrandom(secret, sizeof(secret), 0) != (ssize_t)sizeof(secret))
                return false;
        key_set(k, id, secret);
        OPENSSL_cleanse(secret, sizeof(secret));
        return true;
}

/* HMAC of a text and the number of an epoch. */
static void derive(const struct key *k, const char *text, uint32_t epoch, uint8_t out[KEY_BYTES])
{
        SHA256_CTX sha = k->inner;
        uint8_t number[4];

        shm_nonce_put32(number, epoch);
        SHA256_Update(&sha, text, strlen(text));
        SHA256_Update(&sha, number, sizeof(number));
        SHA256_Final(out, &sha);
        sha = k->outer;
        SHA256_Update(&sha, out, KEY_BYTES);
        SHA256_Final(out, &sha);
}

/* As shm_secret.h says. */
static void key_of_epoch(const struct dp_cookie_keys *keys, uint32_t epoch, struct key *out)
{
        uint8_t id[KEY_BYTES], secret[KEY_BYTES];
        struct key root;

        key_set(&root, 0, keys->secret);
        derive(&root, SHM_SECRET_ID_TEXT, epoch, id);
        derive(&root, SHM_SECRET_KEY_TEXT, epoch, secret);
        key_set(out, shm_nonce_get32(id), secret);
        OPENSSL_cleanse(&root, sizeof(root));
        OPENSSL_cleanse(secret, sizeof(secret));
}

struct dp_cookie_keys *dp_cookie_keys_create(void)
{
        struct dp_cookie_keys *k = calloc(1, sizeof(*k));
        uint32_t first;

        /* The one before the first is random too: nothing was signed with it, nothing will match.
         */
        if (k == NULL || getrandom(&first, sizeof(first), 0) != (ssize_t)sizeof(first) ||
            !key_random(&k->key[first % KEYS], first) ||
            !key_random(&k->key[(first - 1) % KEYS], first - 1)) {
                free(k);
                return NULL;
        }
        atomic_init(&k->newest, first);
        return k;
}

struct dp_cookie_keys *dp_cookie_keys_shared_create(const uint8_t secret[SHM_SECRET_BYTES],
                                                    uint32_t now_s)
{
        struct dp_cookie_keys *k = calloc(1, sizeof(*k));

        if (k == NULL)
                return NULL;
        memcpy(k->secret, secret, sizeof(k->secret));
        k->shared = true;
        k->epoch = now_s / SHM_SECRET_EPOCH_S;
        key_of_epoch(k, k->epoch - 1, &k->key[0]);
        key_of_epoch(k, k->epoch, &k->key[1]);
        atomic_init(&k->newest, 1);
        return k;
}

bool dp_cookie_keys_follow(struct dp_cookie_keys *k, uint32_t now_s)
{
        uint32_t newest = atomic_load_explicit(&k->newest, memory_order_relaxed);
        uint32_t epoch = now_s / SHM_SECRET_EPOCH_S;

        if (!k->shared)
                return false;
        if (epoch > k->epoch) {
                /* after a leap of the clock both are new */
                key_of_epoch(k, epoch - 1, &k->key[(newest + 1) % KEYS]);
                key_of_epoch(k, epoch, &k->key[(newest + 2) % KEYS]);
                k->epoch = epoch;
                atomic_store_explicit(&k->newest, newest + 2, memory_order_release);
        }
        return true;
}

void dp_cookie_keys_destroy(struct dp_cookie_keys *k)
{
        if (k != NULL) {
                OPENSSL_cleanse(k->key, sizeof(k->key));
                OPENSSL_cleanse(k->secret, sizeof(k->secret));
        }
        free(k);
}

bool dp_cookie_keys_rotate(struct dp_cookie_keys *k)
{
        uint32_t next = atomic_load_explicit(&k->newest, memory_order_relaxed) + 1;

        if (!key_random(&k->key[next % KEYS], next))
                return false;
        atomic_store_explicit(&k->newest, next, memory_order_release);
        return true;
}

struct dp_cookie *dp_cookie_create(const struct dp_cookie_keys *keys, const char *realm,
                                   uint32_t lifetime_s)
{
        size_t realm_bytes = strlen(realm);
        struct dp_cookie *c;

        if (realm_bytes == 0 || realm_bytes > DP_COOKIE_REALM_BYTES || lifetime_s == 0)
                return NULL;
        c = calloc(1, sizeof(*c));
        if (c == NULL)
                return NULL;
        c->keys = keys;
        c->lifetime_s = lifetime_s;
        c->msg_bytes = SHM_NONCE_FIXED_BYTES + realm_bytes;
        memcpy(c->msg + SHM_NONCE_FIXED_BYTES, realm, realm_bytes);
        return c;
}

void dp_cookie_destroy(struct dp_cookie *c)
{
        free(c);
}

/* The nonce as text. */
static void sign(struct dp_cookie *c, const struct key *k, uint32_t time_s,
                 const struct dp_cookie_from *f, char out[DP_COOKIE_CHARS])
{
        uint8_t raw[SHM_NONCE_BYTES];
        uint8_t mac[SHA256_DIGEST_LENGTH];
        SHA256_CTX sha;

        shm_nonce_fixed(k->id, time_s, &f->addr, f->port, c->msg);
        sha = k->inner;
        SHA256_Update(&sha, c->msg, c->msg_bytes);
        SHA256_Final(mac, &sha);
        sha = k->outer;
        SHA256_Update(&sha, mac, sizeof(mac));
        SHA256_Final(mac, &sha);

        memcpy(raw, c->msg, SHM_NONCE_HEAD_BYTES);
        memcpy(raw + SHM_NONCE_HEAD_BYTES, mac, SHM_NONCE_MAC_BYTES);
        shm_nonce_encode(raw, out);
}

void dp_cookie_make(struct dp_cookie *c, const struct dp_cookie_from *f, uint32_t now_s,
                    char out[DP_COOKIE_CHARS])
{
        uint32_t newest = atomic_load_explicit(&c->keys->newest, memory_order_acquire);

        sign(c, &c->keys->key[newest % KEYS], now_s, f, out);
}

/* The live key of this id, or NULL. */
static const struct key *find(const struct dp_cookie *c, uint32_t id)
{
        uint32_t newest = atomic_load_explicit(&c->keys->newest, memory_order_acquire);

        for (uint32_t i = 0; i < 2; i++) {
                const struct key *k = &c->keys->key[(newest - i) % KEYS];

                if (k->id == id)
                        return k;
        }
        return NULL;
}

bool dp_cookie_is_ours(const struct dp_cookie *c, const uint8_t *nonce, size_t len)
{
        uint32_t id, time_s;

        return shm_nonce_head(nonce, len, &id, &time_s) && find(c, id) != NULL;
}

enum dp_cookie_result dp_cookie_check(struct dp_cookie *c, const struct dp_cookie_from *f,
                                      uint32_t now_s, const uint8_t *nonce, size_t len)
{
        char text[DP_COOKIE_CHARS];
        uint32_t id, time_s, age_s;
        const struct key *k;

        if (!shm_nonce_head(nonce, len, &id, &time_s) || (k = find(c, id)) == NULL)
                return DP_COOKIE_INVALID;
        /* Made again and compared as text: there is one way to write a nonce, and no other. */
        sign(c, k, time_s, f, text);
        if (CRYPTO_memcmp(text, nonce, sizeof(text)) != 0)
                return DP_COOKIE_INVALID;
        age_s = now_s + 1 - time_s; /* one more, so that a nonce one second early is no wrap */
        return age_s <= c->lifetime_s + 1 ? DP_COOKIE_VALID : DP_COOKIE_STALE;
}
