/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_uri.h - sip, sips, tel, urn and other URIs (RFC 3261 19.1 and 25.1, RFC 3966, RFC 8141).
 */
#ifndef SLUICE_PARSER_SIP_URI_H
#define SLUICE_PARSER_SIP_URI_H

#include "parser/sip_cur.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Parse all of [pos, end) as one URI without angle brackets. Grammar-exact: an octet that the part
 * it stands in does not allow is an error, and so is "%" without two hexadecimal digits.
 * Returns SIP_ANOM_NONE or one of URI_SCHEME, URI_USER, URI_HOST, URI_PORT, URI_PARAM,
 * URI_HEADERS, URI_ESCAPE, URI_OTHER, with c->pos at the fault. Notes URI_FOLDED (then out->params
 * holds the fold) and those of hosts.
 */
enum sip_anomaly sip_uri_parse(struct sip_cur *c, struct sip_uri *out);

#ifdef __cplusplus
}
#endif

#endif
