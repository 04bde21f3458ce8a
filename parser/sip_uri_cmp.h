/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_uri_cmp.h - are two URIs the same? RFC 3261 19.1.4 for sip and sips, RFC 3966 4 for tel,
 * RFC 8141 3 for urn; of other schemes the octets after the scheme must be equal.
 */
#ifndef SLUICE_PARSER_SIP_URI_CMP_H
#define SLUICE_PARSER_SIP_URI_CMP_H

#include "parser/sip_cur.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Parameters, and headers, that a comparison looks at: each is looked up in the other URI, so the
 * time is at most this number times the length. A URI with more equals only its own octets.
 */
#define SIP_URI_PARTS_MAX 32u

/*
 * Both URIs parsed well, *a over the octets of abuf and *b over those of bbuf. Symmetric, but not
 * transitive (19.1.4). A parameter that occurs twice counts with its first value. Header values are
 * compared octet by octet after their escapes; the RFC's comparison by meaning of each header is
 * not made, so two URIs may differ here that are equal there, never the other way round.
 */
bool sip_uri_equal(const uint8_t *abuf, const struct sip_uri *a, const uint8_t *bbuf,
                   const struct sip_uri *b);

#ifdef __cplusplus
}
#endif

#endif
