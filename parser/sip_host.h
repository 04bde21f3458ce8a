/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_host.h - host names, IPv4 addresses and IPv6 references (RFC 3261 25.1, RFC 5118).
 */
#ifndef SLUICE_PARSER_SIP_HOST_H
#define SLUICE_PARSER_SIP_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parser/sip_cur.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A domain name has at most 255 octets (RFC 1035 2.3.4). */
#define SIP_HOST_BYTES_MAX 255u

/*
 * Take the longest host at the cursor: host name, IPv4 address or "[IPv6]". *out is that span, with
 * brackets. Returns SIP_ANOM_NONE or SIP_ANOM_URI_HOST. Notes HOST_UNDERSCORE, IPV6_THREE_COLONS.
 */
enum sip_anomaly sip_host_parse(struct sip_cur *c, struct sip_span *out);

/*
 * Take ":" and a port at the cursor, with white space around the colon if `lws`; nothing and
 * *port = 0 when there is no colon. Returns SIP_ANOM_NONE or SIP_ANOM_URI_PORT.
 */
enum sip_anomaly sip_port_parse(struct sip_cur *c, bool lws, uint16_t *port);

/* Is [p, p + n) a dotted quad, four numbers 0..255 of at most three digits? */
bool sip_ip4_ok(const uint8_t *p, size_t n);

/*
 * Is [p, p + n) an IPv6 address without brackets or zone (RFC 4291 2.2)? *three_colons is set when
 * it is one except for ":::" before its IPv4 part, which the grammar of RFC 3261 produced by
 * mistake (RFC 5118 4.10); it means nothing when the result is false.
 */
bool sip_ip6_ok(const uint8_t *p, size_t n, bool *three_colons);

#ifdef __cplusplus
}
#endif

#endif
