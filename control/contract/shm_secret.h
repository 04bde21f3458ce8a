/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shm_secret.h - the secret that both processes make keys for their nonces of (shm_nonce.h), when
 * an operator gives them one: then a challenge of one is good for the other, and for either after a
 * restart.
 *
 *   file    64 hexadecimal digits and a line end, not readable by everybody
 *   key     of hour n since the epoch: HMAC-SHA-256(secret, "nonce key" | n), n of 4 octets, big
 * endian key id  the first 4 octets of HMAC-SHA-256(secret, "nonce id" | n), big endian
 *
 * The hour's key makes nonces, and the one before it stays good for what it has made; so a nonce
 * lives for an hour at most.
 */
#ifndef SLUICE_CONTRACT_SHM_SECRET_H
#define SLUICE_CONTRACT_SHM_SECRET_H

#include <stdint.h>

#define SHM_SECRET_BYTES    32u
#define SHM_SECRET_EPOCH_S  3600u
#define SHM_SECRET_KEY_TEXT "nonce key"
#define SHM_SECRET_ID_TEXT  "nonce id"

/* Read the file. 0, or a negative errno: -EPERM when everybody may read or write it, or it is no
 * file; -EINVAL when it holds something else. */
int shm_secret_load(const char *path, uint8_t out[SHM_SECRET_BYTES]);

#endif
