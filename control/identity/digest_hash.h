/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digest_hash.h - the arithmetic of digest authentication (RFC 7616 3.4, RFC 8760): hashes that
 * OpenSSL was asked for once, HA1 of a user, and the response that a client owes.
 *
 * Thread: one owner per struct cp_digest_hash. No heap after create.
 */
#ifndef SLUICE_CONTROL_IDENTITY_DIGEST_HASH_H
#define SLUICE_CONTROL_IDENTITY_DIGEST_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In order of strength, strongest first: the order of challenges (RFC 8760 2.3). */
enum cp_digest_alg {
        CP_DIGEST_SHA_512_256 = 0,
        CP_DIGEST_SHA_256,
        CP_DIGEST_MD5,
        CP_DIGEST_ALGS,
};

#define CP_DIGEST_BYTES_MAX 32u /* of a hash; its text has twice as many */

struct cp_digest_text {
        const void *at;
        size_t len;
};

/* What a response is computed from, each as it stood on the wire without its quotes. */
struct cp_digest_in {
        struct cp_digest_text method;
        struct cp_digest_text uri;
        struct cp_digest_text nonce;
        struct cp_digest_text nc; /* the eight digits */
        struct cp_digest_text cnonce;
        struct cp_digest_text body; /* of the message; read with auth_int only */
        bool auth_int;              /* qop=auth-int, else qop=auth */
};

struct cp_digest_hash;

/* NULL when an algorithm is not to be had (a FIPS provider has no MD5: leave it out of `algs`, bits
 * 1 << enum cp_digest_alg) or memory is short. */
struct cp_digest_hash *cp_digest_hash_create(unsigned algs);
void cp_digest_hash_destroy(struct cp_digest_hash *h);

/* Octets of a hash: 32, or 16 for MD5. */
unsigned cp_digest_bytes(enum cp_digest_alg alg);
/* As challenges name it: "SHA-512-256", "SHA-256", "MD5". */
const char *cp_digest_alg_name(enum cp_digest_alg alg);
/* The algorithm of that name, without case; CP_DIGEST_ALGS when there is none. */
enum cp_digest_alg cp_digest_alg_of(const char *name, size_t len);

/* HA1 = H(user ":" realm ":" password). False when the algorithm was not asked for at create. */
bool cp_digest_ha1(struct cp_digest_hash *h, enum cp_digest_alg alg, const char *user,
                   const char *realm, const char *password, uint8_t ha1[CP_DIGEST_BYTES_MAX]);

/* The response of RFC 7616 3.4.1 with a qop, in lower-case hexadecimal digits: twice
 * cp_digest_bytes() of them, not terminated. False as above. */
bool cp_digest_response(struct cp_digest_hash *h, enum cp_digest_alg alg,
                        const uint8_t ha1[CP_DIGEST_BYTES_MAX], const struct cp_digest_in *in,
                        char hex[2 * CP_DIGEST_BYTES_MAX]);

#endif
