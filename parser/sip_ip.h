/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_ip.h - IP addresses as octets: the same address however it is spelt (RFC 4291 2.2, RFC 5118
 * 4.8), to compare hosts of URIs, Via and SDP with each other and with packets.
 */
#ifndef SLUICE_PARSER_SIP_IP_H
#define SLUICE_PARSER_SIP_IP_H

#include "parser/sip_cur.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sip_ip {
        uint8_t family;     /* 4 or 6 */
        uint8_t octets[16]; /* in the order of the wire; IPv4: the first four, the others 0 */
};

/* Read all of s: a dotted quad, or an IPv6 address with brackets or without. False for names and
 * anything else; *out is written whole then too. */
bool sip_ip_parse(const uint8_t *buf, struct sip_span s, struct sip_ip *out);

#ifdef __cplusplus
}
#endif

#endif
