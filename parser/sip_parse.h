/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_parse.h - one SIP message in, spans and typed mandatory fields out (RFC 3261 7, 25.1).
 *
 * Pure: no allocation, no globals written, no logging, no locale; thread-safe for distinct `msg`.
 * Reads only [buf, buf + len). Time is linear in len. The result is the same for every scan kernel.
 */
#ifndef SLUICE_PARSER_SIP_PARSE_H
#define SLUICE_PARSER_SIP_PARSE_H

#include <stddef.h>
#include <stdint.h>

#include "parser/fast/fast.h"
#include "parser/sip_msg.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the first octets of a datagram look like, without parsing it. */
enum sip_sniff {
        SIP_SNIFF_NOT_SIP = 0, /* anything else: STUN, RTP, TLS, HTTP, garbage */
        SIP_SNIFF_SIP,         /* "token SP ... SP SIP/digit" on the first line, or "SIP/" */
        SIP_SNIFF_KEEPALIVE,   /* only CR, LF (RFC 5626 3.5.1) or four NULs */
};

/*
 * Classify a datagram by its first line. len 0..65535; buf may be NULL when len is 0.
 * A damaged message whose first word is a method of RFC 3261 and its extensions counts as SIP, and
 * so does one behind white space, control characters or more line ends than RFC 3261 7.5 means:
 * there are stacks that read such. It is judged as malformed and not waved through as "other
 * traffic".
 */
enum sip_sniff sip_sniff(const uint8_t *buf, size_t len);

/*
 * Parse one datagram's payload.
 *
 * buf, len  the payload; len > SIP_MSG_BYTES_MAX is the fault MSG_TOO_LONG. Leading CRLFs (at most
 *           four octets, RFC 3261 7.5) are skipped: msg->buf then points past them.
 * msg       written whole, whatever happens.
 *
 * Returns msg->error: SIP_ANOM_NONE, or the first fault (FATAL in sip_anomaly.def); msg->err_off
 * says where, counted from msg->buf. All faults and oddities are in msg->anomalies; sip_check()
 * turns them into a verdict.
 */
enum sip_anomaly sip_parse(const uint8_t *buf, size_t len, struct sip_msg *msg);

/*
 * The same with a fast path of the caller's choice (scan/scan_select.h); for tests and benchmarks.
 * NULL reads all by the grammar, octet by octet, which is what every fast path must agree with.
 */
enum sip_anomaly sip_parse_with(sip_fast_fn *fast, const uint8_t *buf, size_t len,
                                struct sip_msg *msg);

/*
 * sip_sniff(), and sip_parse_with() of what that takes for SIP, in one: what the fast path reads is
 * SIP, so most messages are looked at once. len as above; *msg is written whole when the answer is
 * SIP_SNIFF_SIP, and may hold anything otherwise.
 */
enum sip_sniff sip_sniff_parse(sip_fast_fn *fast, const uint8_t *buf, size_t len,
                               struct sip_msg *msg);

#ifdef __cplusplus
}
#endif

#endif
