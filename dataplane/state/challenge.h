/* SPDX-License-Identifier: Apache-2.0 */
/*
 * challenge.h - the digest challenge that a worker gives by itself, and the answer to it
 * (RFC 3261 22; RFC 7616): whoever shows a cookie that went to its address and port is there.
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

enum dp_challenge_answer {
        DP_CHALLENGE_NONE =
            0,               /* no credentials with a cookie of ours, or one that does not count */
        DP_CHALLENGE_STALE,  /* a cookie of theirs that is too old */
        DP_CHALLENGE_ECHOED, /* a cookie of theirs: the source is where it says */
};

/* The header line that carries a challenge, with CRLF and terminator, at its longest. */
#define DP_CHALLENGE_BYTES (DP_COOKIE_REALM_BYTES + 160u)

struct dp_challenge;

/* realm: quotes and backslashes must be escaped by the caller; 1..DP_COOKIE_REALM_BYTES octets.
 * sha256: offer SHA-256 in place of MD5 (RFC 8760). lifetime_s: of a cookie. NULL when out of range
 * or without memory. Start-up only. */
struct dp_challenge *dp_challenge_create(const struct dp_cookie_keys *keys, const char *realm,
                                         bool sha256, uint32_t lifetime_s);
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

/* The status of the challenge: 401 to a REGISTER, which goes to the server itself, 407 to the rest,
 * which goes through (RFC 3261 22.2, 22.3). */
uint16_t dp_challenge_status(const struct sip_msg *req);

/* Its header line. The same second, source and status give the same line: a retransmission is
 * answered alike. */
void dp_challenge_write(struct dp_challenge *c, uint16_t status, bool stale,
                        const struct dp_cookie_from *from, uint32_t now_s,
                        char out[DP_CHALLENGE_BYTES]);

#endif
