/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digest.h - digest authentication of SIP requests (RFC 3261 22, RFC 7616, RFC 8760).
 *
 * Offered are the algorithms that the policy names, one challenge each, strongest first; qop auth,
 * and auth-int where asked for. Never accepted: an algorithm or qop that was not offered, a
 * response without qop, another realm, another URI than the Request-URI, a count that was used, a
 * nonce that is not ours, not for this source or too old. Users who are not there, who are refused
 * and who mistype get the same answer for the same work.
 *
 * Nonces are stateless (nonce.h); of counts that were used a table is kept (nonce_count.h).
 * Thread: one owner. No heap after create.
 */
#ifndef SLUICE_CONTROL_IDENTITY_DIGEST_H
#define SLUICE_CONTROL_IDENTITY_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/contract/shm_base.h"
#include "control/identity/users.h"
#include "parser/sip_msg.h"

struct cp_digest_policy {
        const char *realm;         /* 1..CP_NONCE_REALM_BYTES octets, no quotes or backslashes */
        unsigned algs;             /* bits 1 << enum cp_digest_alg, at least one */
        bool auth_int;             /* offer auth-int besides auth */
        uint32_t nonce_lifetime_s; /* 1.. */
        uint32_t nonce_entries;    /* counts remembered, see nonce_count.h */
        /* Nonces are made with this secret, which the dataplane has, too; NULL: with keys of our
         * own. Those made at counts_from_s or before are stale, for which of their counts were used
         * nobody knows any more. */
        const uint8_t *nonce_secret;
        uint32_t counts_from_s;
};

enum cp_digest_result {
        CP_DIGEST_OK = 0,
        CP_DIGEST_NONE,     /* no credentials for this realm */
        CP_DIGEST_REFUSED,  /* credentials that are not good, for whatever reason */
        CP_DIGEST_WRONG,    /* the same with a nonce that went to this source, and to nobody else:
                             * who sends them is there, and has the wrong password */
        CP_DIGEST_STALE,    /* good but for the nonce: ask again with stale=true */
        CP_DIGEST_REPEATED, /* good but for the count, which was used: the same request once more,
                             * or a replay; as STALE for who can not tell them apart */
        CP_DIGEST_RESULTS,
};

/* From whom a request came, and when (seconds since the epoch). */
struct cp_digest_from {
        struct shm_ip addr;
        uint16_t port; /* host order */
        uint32_t now_s;
};

/* The header lines of all challenges, with terminator, at their longest. */
#define CP_DIGEST_CHALLENGE_BYTES 900u

struct cp_digest;

/* users: borrowed; may change between calls. NULL when the policy is out of range, an algorithm is
 * not to be had, or without memory. */
struct cp_digest *cp_digest_create(const struct cp_digest_policy *policy,
                                   const struct cp_users *users);
void cp_digest_destroy(struct cp_digest *d);

/* What a request's credentials are worth: those of Authorization in a REGISTER, of
 * Proxy-Authorization in others. With OK and REPEATED *user is set (borrowed from the users), else
 * NULL. */
enum cp_digest_result cp_digest_check(struct cp_digest *d, const struct sip_msg *req,
                                      const struct cp_digest_from *from,
                                      const struct cp_user **user);

/* 401 to a REGISTER, 407 to the rest (RFC 3261 22.2, 22.3). */
uint16_t cp_digest_status(const struct sip_msg *req);

/* Write the header lines of the challenge to this request; octets written, 0 without randomness. */
size_t cp_digest_challenge(struct cp_digest *d, const struct sip_msg *req,
                           const struct cp_digest_from *from, bool stale,
                           char out[CP_DIGEST_CHALLENGE_BYTES]);

#endif
