/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_reply.h - the response of a server that keeps no state
 * (RFC 3261 8.2.6, 8.2.7, 18.2.1, 18.2.2; RFC 3581 4).
 *
 * Pure: no allocation, no globals, no clock; thread-safe. The same request and arguments give the
 * same octets, so a retransmission is answered alike.
 */
#ifndef SLUICE_PARSER_SIP_REPLY_H
#define SLUICE_PARSER_SIP_REPLY_H

#include <stddef.h>
#include <stdint.h>

#include "parser/sip_msg.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sip_reply_args {
        uint16_t status;        /* 200..699: a stateless server sends no 1xx (8.2.7) */
        uint32_t retry_after_s; /* Retry-After, 0 = none */
        uint16_t src_port;      /* the request's source port */
        uint16_t src_len;       /* octets of src */
        uint16_t tag_len;       /* octets of to_tag */
        const char *src;        /* the request's source address as text, IPv6 without brackets */
        const char *to_tag;     /* a token; used when the request's To has no tag. Make it a keyed
                                 * hash of the request: stable over retransmissions, unguessable */
        const char *headers; /* whole header lines of the caller's own, each with its CRLF, such as a
                              * challenge; terminated, NULL = none. Put in as they are */
        const char *phrase;     /* reason phrase, terminated; NULL = the one of the RFC */
};

/* The phrase of RFC 3261 21 (and 3262, 3265, 3903, 6665...), else the one of the class, e.g.
 * "Client Error". Never NULL; "" for a status outside 100..699. */
const char *sip_status_phrase(unsigned status);

/*
 * Octets that sip_reply_build() needs. Returns 0, or -EINVAL: not a request, an ACK, a status or
 * argument out of range, or no Via, From, To, Call-ID or CSeq to copy.
 */
int sip_reply_size(const struct sip_msg *req, const struct sip_reply_args *args, size_t *bytes);

/*
 * Write the response: status line, every Via in order, From, To, Call-ID, CSeq, the caller's headers,
 * Retry-After, Content-Length: 0.
 *
 * The topmost Via gets received= when the source differs from its sent-by host or rport was asked
 * for, and rport= filled in then; values that the client put there itself are replaced. Line folds
 * and stray control octets inside copied values become spaces: nothing copied can begin a line.
 *
 * Writes at most `cap` octets to out and sets *len. Returns 0; -EINVAL as above; -ENOSPC when it
 * does not fit (nothing is written).
 */
int sip_reply_build(const struct sip_msg *req, const struct sip_reply_args *args, uint8_t *out,
                    size_t cap, size_t *len);

#ifdef __cplusplus
}
#endif

#endif
