/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_addr.h - name-addr or addr-spec with header parameters (RFC 3261 20, 20.10, 25.1).
 */
#ifndef SLUICE_PARSER_SIP_ADDR_H
#define SLUICE_PARSER_SIP_ADDR_H

#include "parser/sip_cur.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Longest tag that is accepted; RFC 4475's long one has 155 octets. */
#define SIP_TAG_BYTES_MAX 512u

/*
 * Take one address: [display] "<" URI ">" params, or URI params, or "*". Stops at the end or at
 * the ',' that ends this element of a list. Returns SIP_ANOM_NONE or one of ADDR_QUOTES,
 * ADDR_BRACKETS, ADDR_DISPLAY, ADDR_SPEC_HEADERS, ADDR_PARAM, TAG_SYNTAX, TAG_DUP, TAG_TOO_LONG,
 * URI_*. Notes ADDR_NO_LWS and PARAM_EMPTY.
 */
enum sip_anomaly sip_addr_parse(struct sip_cur *c, struct sip_addr *out);

/* Did the URI stand in angle brackets? For an address that parsed. */
bool sip_addr_bracketed(const uint8_t *buf, const struct sip_addr *a);

#ifdef __cplusplus
}
#endif

#endif
