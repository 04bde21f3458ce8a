/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_identity.h - the Identity header field (RFC 8224 4): the parts of its PASSporT and its
 * parameters, as spans. The alphabet and lengths of base64url are checked; nothing is decoded or
 * verified, and the JSON inside is not looked at.
 */
#ifndef SLUICE_PARSER_SIP_IDENTITY_H
#define SLUICE_PARSER_SIP_IDENTITY_H

#include "parser/sip_value.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sip_identity {
        struct sip_span all;
        struct sip_span token;   /* header "." payload "." signature, or ".." signature */
        struct sip_span header;  /* base64url without padding (RFC 7515 2); empty in compact form */
        struct sip_span payload; /* the same */
        struct sip_span signature; /* base64url without padding, never empty */
        struct sip_span alg;       /* token; {0,0}: none, which means ES256 */
        struct sip_span ppt;       /* token, its quotes taken off; {0,0}: the base PASSporT */
        struct sip_uri info;       /* where the certificate is; any scheme */
        bool compact;              /* RFC 8225 7: header and payload left out */
};

/*
 * Take one Identity value; stops at the end or at a ',' behind it. Returns SIP_VALUE_OK or
 * SYNTAX, PARAM (alg, ppt, info), DUP, MISSING (info), CHARSET (not base64url: padding, the
 * alphabet of plain base64, the quotes of RFC 4474, or a length that no octets encode to).
 */
enum sip_value sip_identity_parse(struct sip_cur *c, struct sip_identity *out);

#ifdef __cplusplus
}
#endif

#endif
