/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cookie.h - nonces that prove an address: made without keeping anything, checked without looking
 * anything up. Their form is contract/shm_nonce.h's (RFC 7616 3.3 leaves it to the server). Who can
 * send one back from the same address and port has received it there, and nobody else can make one.
 *
 * The keys are shared by all workers; each worker has a maker of its own. Two keys are live: the
 * one that new nonces are made with and the one before it. A nonce lives no longer than a key stays
 * the newest, so that no rotation ends a log-in that is under way.
 */
#ifndef SLUICE_DATAPLANE_STATE_COOKIE_H
#define SLUICE_DATAPLANE_STATE_COOKIE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_base.h"
#include "control/contract/shm_nonce.h"
#include "control/contract/shm_secret.h"

#define DP_COOKIE_CHARS       SHM_NONCE_CHARS
#define DP_COOKIE_REALM_BYTES 128u /* longest realm */

struct dp_cookie_keys;
struct dp_cookie;

/* Whom a nonce is for. */
struct dp_cookie_from {
        struct shm_ip addr;
        uint16_t port; /* host order */
};

enum dp_cookie_result {
        DP_COOKIE_VALID = 0, /* ours, for this address and port, in time */
        DP_COOKIE_STALE,     /* ours and for them, but too old: the client deserves stale=true */
        DP_COOKIE_INVALID,   /* another server's, another address's, or forged */
};

/* Random keys from getrandom(2); the first is live at once. NULL without memory or randomness. */
struct dp_cookie_keys *dp_cookie_keys_create(void);
/* Keys of a secret that control has, too (shm_secret.h); they are not for dp_cookie_keys_rotate().
 * now_s: seconds since the epoch. NULL without memory. */
struct dp_cookie_keys *dp_cookie_keys_shared_create(const uint8_t secret[SHM_SECRET_BYTES],
                                                    uint32_t now_s);
void dp_cookie_keys_destroy(struct dp_cookie_keys *k);
/* Is it of a secret? Then its keys are now those of now_s. Threads as below; two calls that change
 * keys are SHM_SECRET_EPOCH_S apart. */
bool dp_cookie_keys_follow(struct dp_cookie_keys *k, uint32_t now_s);
/* A new key; the one before it stays good for what it signed. One thread at a time, while any
 * number of workers use the keys; two calls are at least the lifetime of a nonce apart, and at
 * least a second, or a worker could meet a key that is being written. False: no randomness to be
 * had, the old keys stay. */
bool dp_cookie_keys_rotate(struct dp_cookie_keys *k);

/* A worker's maker: borrows the keys; copies the realm of 1..DP_COOKIE_REALM_BYTES octets.
 * lifetime_s > 0. NULL when an argument is out of range, or without memory. */
struct dp_cookie *dp_cookie_create(const struct dp_cookie_keys *keys, const char *realm,
                                   uint32_t lifetime_s);
void dp_cookie_destroy(struct dp_cookie *c);

/* The nonce for a source at time now_s (seconds since the epoch). Not terminated. No heap. */
void dp_cookie_make(struct dp_cookie *c, const struct dp_cookie_from *f, uint32_t now_s,
                    char out[DP_COOKIE_CHARS]);

/* What a nonce that this source sent back is worth. The compare takes the same time whatever
 * differs. A nonce from the future is good for one second: workers' clocks may be that far apart.
 * No heap. */
enum dp_cookie_result dp_cookie_check(struct dp_cookie *c, const struct dp_cookie_from *f,
                                      uint32_t now_s, const uint8_t *nonce, size_t len);

/* Is it a nonce by its form, and bears the number of a live key? Then who shows it means us, right
 * or wrong: a nonce of another server has it once in 2^31. */
bool dp_cookie_is_ours(const struct dp_cookie *c, const uint8_t *nonce, size_t len);

#endif
