/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_refer.h - transfers: Refer-To (RFC 3515 2.1), Referred-By (RFC 3892 3) and Refer-Sub (RFC
 * 4488 4). Each holds one value.
 */
#ifndef SLUICE_PARSER_SIP_REFER_H
#define SLUICE_PARSER_SIP_REFER_H

#include "parser/sip_value.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sip_refer_to {
        struct sip_addr addr;
        struct sip_span method; /* method= of the URI; {0,0}: none, which means INVITE */
        struct sip_span
            replaces; /* Replaces in the URI, escaped (sip_uri_unescape()); {0,0}: none */
};

/* Parse all of [pos, end). SIP_VALUE_OK or SYNTAX. */
enum sip_value sip_refer_to_parse(struct sip_cur *c, struct sip_refer_to *out);

struct sip_referred_by {
        struct sip_addr addr;
        struct sip_span cid; /* Content-ID of the signed body, without quotes; {0,0}: none */
};

/* Parse all of [pos, end). SIP_VALUE_OK, SYNTAX, PARAM or DUP (cid). */
enum sip_value sip_referred_by_parse(struct sip_cur *c, struct sip_referred_by *out);

/* Parse all of [pos, end): *out is whether a subscription is wanted. SIP_VALUE_OK, or SYNTAX for
 * anything but true and false with parameters. */
enum sip_value sip_refer_sub_parse(struct sip_cur *c, bool *out);

#ifdef __cplusplus
}
#endif

#endif
