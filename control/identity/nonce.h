/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nonce.h - control's nonces: nothing is kept of one that was given out (contract/shm_nonce.h).
 *
 * Two keys are live, as in the dataplane's cookies: the newest, and the one before it, which is
 * good for what it signed. A key is replaced by the first nonce that is made a lifetime after
 * it came. Keys are random at each start: after a restart a client is told that its nonce is stale.
 * Thread: one owner. No heap after create.
 */
#ifndef SLUICE_CONTROL_IDENTITY_NONCE_H
#define SLUICE_CONTROL_IDENTITY_NONCE_H

#include "control/contract/shm_nonce.h"
#include "control/contract/shm_secret.h"

#define CP_NONCE_REALM_BYTES 128u

enum cp_nonce_result {
        CP_NONCE_VALID = 0,
        CP_NONCE_STALE,   /* ours and for this source, but too old */
        CP_NONCE_INVALID, /* another server's, another source's, or forged */
};

/* A nonce as it came, and from whom. */
struct cp_nonce_text {
        const uint8_t *at;
        size_t len;
        struct shm_ip addr;
        uint16_t port; /* host order */
};

struct cp_nonces;

/* realm of 1..CP_NONCE_REALM_BYTES octets, copied; lifetime_s of 1 or more. NULL when out of range,
 * or without memory or randomness. */
struct cp_nonces *cp_nonces_create(const char *realm, uint32_t lifetime_s);
void cp_nonces_destroy(struct cp_nonces *n);

/* Take a key of another's making, such as the dataplane's, as the newest from time now_s on. */
void cp_nonces_key(struct cp_nonces *n, uint32_t key_id, const uint8_t key[SHM_NONCE_KEY_BYTES],
                   uint32_t now_s);

/* From now on keys are of a secret that the dataplane has, too (shm_secret.h); lifetime_s must be
 * SHM_SECRET_EPOCH_S at most. */
void cp_nonces_share(struct cp_nonces *n, const uint8_t secret[SHM_SECRET_BYTES]);

/* No nonce will say that it was made at since_s or before: those of that very second say the next.
 */
void cp_nonces_since(struct cp_nonces *n, uint32_t since_s);

/* A nonce for a source, another one than the last 15 unless lifetime_s is below 240 or since_s
 * hardly over: it says in turn that it is 0 to 15 s old. Times are seconds since the epoch. False
 * without randomness. */
bool cp_nonces_make(struct cp_nonces *n, const struct shm_ip *addr, uint16_t port, uint32_t now_s,
                    char out[SHM_NONCE_CHARS]);

/* What a nonce from this source is worth; *time_s is when it was made, 0 unless VALID or STALE. The
 * same work whatever the answer, but for text that has not the form of a nonce. */
enum cp_nonce_result cp_nonces_check(struct cp_nonces *n, const struct cp_nonce_text *nonce,
                                     uint32_t now_s, uint32_t *time_s);

#endif
