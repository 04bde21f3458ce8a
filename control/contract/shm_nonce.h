/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shm_nonce.h - the form of the nonces that both processes give out, so that with a common key a
 * challenge of one is good for the other.
 *
 *   base64url( key id 4 | time 4 | HMAC-SHA-256(key, key id | time | address | port | realm), 16 )
 *
 * Key id and time (seconds since the epoch), address (16 octets, IPv4 mapped) and port (host order)
 * are those that the nonce is for, numbers big endian. 24 octets make 32 characters and no padding.
 * There is one way to write a nonce: a check makes it again and compares the text.
 */
#ifndef SLUICE_CONTRACT_SHM_NONCE_H
#define SLUICE_CONTRACT_SHM_NONCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "control/contract/shm_base.h"

#define SHM_NONCE_CHARS       32u
#define SHM_NONCE_HEAD_BYTES  8u
#define SHM_NONCE_MAC_BYTES   16u
#define SHM_NONCE_BYTES       (SHM_NONCE_HEAD_BYTES + SHM_NONCE_MAC_BYTES)
#define SHM_NONCE_KEY_BYTES   32u
/* What the HMAC covers, up to the realm that follows. */
#define SHM_NONCE_FIXED_BYTES (SHM_NONCE_HEAD_BYTES + 18u)

_Static_assert(SHM_NONCE_BYTES * 4 / 3 == SHM_NONCE_CHARS, "no padding");

static inline void shm_nonce_put32(uint8_t *at, uint32_t v)
{
        at[0] = (uint8_t)(v >> 24);
        at[1] = (uint8_t)(v >> 16);
        at[2] = (uint8_t)(v >> 8);
        at[3] = (uint8_t)v;
}

static inline uint32_t shm_nonce_get32(const uint8_t *at)
{
        return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* The fixed part of what the HMAC covers. */
static inline void shm_nonce_fixed(uint32_t key_id, uint32_t time_s, const struct shm_ip *addr,
                                   uint16_t port, uint8_t out[SHM_NONCE_FIXED_BYTES])
{
        shm_nonce_put32(out, key_id);
        shm_nonce_put32(out + 4, time_s);
        memcpy(out + SHM_NONCE_HEAD_BYTES, addr->b, sizeof(addr->b));
        out[SHM_NONCE_FIXED_BYTES - 2] = (uint8_t)(port >> 8);
        out[SHM_NONCE_FIXED_BYTES - 1] = (uint8_t)port;
}

static inline char shm_nonce_digit(uint32_t v)
{
        return (char)(v < 26   ? 'A' + v
                      : v < 52 ? 'a' + (v - 26)
                      : v < 62 ? '0' + (v - 52)
                      : v < 63 ? '-'
                               : '_');
}

/* -1: no digit of base64url. */
static inline int shm_nonce_value(uint8_t c)
{
        return c >= 'A' && c <= 'Z'   ? c - 'A'
               : c >= 'a' && c <= 'z' ? c - 'a' + 26
               : c >= '0' && c <= '9' ? c - '0' + 52
               : c == '-'             ? 62
               : c == '_'             ? 63
                                      : -1;
}

/* Octets as text, not terminated. */
static inline void shm_nonce_encode(const uint8_t raw[SHM_NONCE_BYTES], char out[SHM_NONCE_CHARS])
{
        for (size_t i = 0, o = 0; i < SHM_NONCE_BYTES; i += 3, o += 4) {
                uint32_t v = (uint32_t)raw[i] << 16 | (uint32_t)raw[i + 1] << 8 | raw[i + 2];

                out[o] = shm_nonce_digit(v >> 18);
                out[o + 1] = shm_nonce_digit(v >> 12 & 63);
                out[o + 2] = shm_nonce_digit(v >> 6 & 63);
                out[o + 3] = shm_nonce_digit(v & 63);
        }
}

/* Key id and time of a nonce that somebody sent; false when it is no nonce of this form. The whole
 * of it must be: who has changed or cut one has none of ours. */
static inline bool shm_nonce_head(const uint8_t *nonce, size_t len, uint32_t *key_id,
                                  uint32_t *time_s)
{
        uint8_t raw[SHM_NONCE_BYTES];

        if (len != SHM_NONCE_CHARS)
                return false;
        for (size_t i = 0, o = 0; i < SHM_NONCE_CHARS; i += 4, o += 3) {
                uint32_t v = 0;

                for (size_t j = 0; j < 4; j++) {
                        int d = shm_nonce_value(nonce[i + j]);

                        if (d < 0)
                                return false;
                        v = v << 6 | (uint32_t)d;
                }
                raw[o] = (uint8_t)(v >> 16);
                raw[o + 1] = (uint8_t)(v >> 8);
                raw[o + 2] = (uint8_t)v;
        }
        *key_id = shm_nonce_get32(raw);
        *time_s = shm_nonce_get32(raw + 4);
        return true;
}

#endif
