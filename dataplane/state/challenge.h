/* SPDX-License-Identifier: Apache-2.0 */
/*
 * challenge.h - the digest challenge that a worker gives by itself, and the answer to it
 * (RFC 3261 22; RFC 7616; RFC 8760): whoever shows a cookie that went to its address and port is
 * there.
 *
 * The password is none of our business, and the server behind asks for it again with a nonce of its
 * own; so credentials with our cookie are for us alone and are taken out before the request goes
 * on. Nothing is kept of a challenge that was given. Thread: one owner; no heap after create.
 */
#ifndef SLUICE_DATAPLANE_STATE_CHALLENGE_H
#define SLUICE_DATAPLANE_STATE_CHALLENGE_H

#include <stdbool.h>
#include <stdint.h>

#include "dataplane/state/cookie.h"
#include "parser/sip_msg.h"

/* What the credentials of a request are to us; of several sets the last of this order counts. */
enum dp_challenge_answer {
        DP_CHALLENGE_NONE = 0, /* there are none for Digest */
        DP_CHALLENGE_FOREIGN,  /* with another server's nonce, or one of a key that is gone */
        DP_CHALLENGE_FORGED,   /* with a cookie that did not go to this address and port */
        DP_CHALLENGE_STALE,    /* with a cookie of theirs that is too old */
        DP_CHALLENGE_ECHOED,   /* with a cookie of theirs: the source is where it says */
};

/*
 * Does a new challenge say stale=true (RFC 7616 3.3): try again, nothing is wrong with the
 * password? For a nonce that is another's or too old it does, and the phone does not bother its
 * user. To who shows a cookie of ours that is not for him it does not: a client behind a NAT that
 * gives it another port for every packet would try for ever.
 */
static inline bool dp_challenge_says_stale(enum dp_challenge_answer a)
{
        return a == DP_CHALLENGE_FOREIGN || a == DP_CHALLENGE_STALE;
}

/* Algorithms on offer: bits. */
enum dp_challenge_algorithm {
        DP_CHALLENGE_SHA_512_256 = 1u << 0,
        DP_CHALLENGE_SHA_256 = 1u << 1,
        DP_CHALLENGE_MD5 = 1u << 2,
};
#define DP_CHALLENGE_ALGORITHMS 3u

/* Header lines of a challenge, one for each algorithm, with terminator, at their longest. */
#define DP_CHALLENGE_BYTES (DP_CHALLENGE_ALGORITHMS * (DP_COOKIE_REALM_BYTES + 160u))

struct dp_challenge;

/* realm: quotes and backslashes must be escaped by the caller; 1..DP_COOKIE_REALM_BYTES octets.
 * algorithms: one bit or more. lifetime_s: of a cookie. NULL when out of range or without memory.
 * Start-up only. */
struct dp_challenge *dp_challenge_create(const struct dp_cookie_keys *keys, const char *realm,
                                         unsigned algorithms, uint32_t lifetime_s);
void dp_challenge_destroy(struct dp_challenge *c);

/* May a request be challenged at all: not ACK and CANCEL (RFC 3261 22.1), not what belongs to a
 * dialog or a PRACK. */
bool dp_challenge_fits(const struct sip_msg *req);

/*
 * What the credentials of a request say. With ECHOED or STALE, *hdr is the index of the header
 * field that holds them.
 */
enum dp_challenge_answer dp_challenge_check(struct dp_challenge *c, const struct sip_msg *req,
                                            const struct dp_cookie_from *from, uint32_t now_s,
                                            uint8_t *hdr);

/* What a challenge is to say. */
struct dp_challenge_text {
        uint16_t status; /* 401 or 407: which header */
        bool stale;
        bool brief; /* only the last of the algorithms, which most clients know: for a reply that
                     * must be short */
};

/* The header lines, strongest algorithm first (RFC 8760 2.3). All offer the same cookie: which
 * algorithm its answer is made with is all the same. The same second, source and text give the same
 * lines: a retransmission is answered alike. */
void dp_challenge_write(struct dp_challenge *c, const struct dp_challenge_text *text,
                        const struct dp_cookie_from *from, uint32_t now_s,
                        char out[DP_CHALLENGE_BYTES]);

/* Would a brief one be shorter? */
bool dp_challenge_can_be_brief(const struct dp_challenge *c);

#endif
