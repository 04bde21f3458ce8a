/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_payload.h - what a datagram is that sip_sniff() does not take for SIP: the protocols that
 * share ports or paths with SIP, told apart by their first octets as RFC 7983 section 7 does, and
 * by what each has at a fixed place.
 */
#ifndef SLUICE_PARSER_SIP_PAYLOAD_H
#define SLUICE_PARSER_SIP_PAYLOAD_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Slots of a counter page: append only. */
enum sip_payload {
        SIP_PAYLOAD_OTHER = 0, /* nothing known, and nothing at all */
        SIP_PAYLOAD_STUN,      /* RFC 8489 5, with its cookie and its attributes to the octet */
        SIP_PAYLOAD_TURN,      /* channel data, RFC 8656 12.4 */
        SIP_PAYLOAD_DTLS,      /* RFC 6347 4.1 */
        SIP_PAYLOAD_TLS,       /* RFC 8446 5.1 */
        SIP_PAYLOAD_RTP,       /* RFC 3550 5.1 */
        SIP_PAYLOAD_RTCP,      /* RFC 3550 6.4, RFC 5761 4 */
        SIP_PAYLOAD_HTTP,      /* request or status line, SSDP too */
        SIP_PAYLOAD_CNT,
};

/* Constant time but for STUN's attributes and HTTP's first line, which are read once. Any thread.
 */
enum sip_payload sip_payload_find(const uint8_t *buf, size_t len);

/* Static; "unknown" outside the enumeration. */
const char *sip_payload_name(unsigned payload);

#ifdef __cplusplus
}
#endif

#endif
