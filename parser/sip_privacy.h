/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_privacy.h - Privacy (RFC 3323 4.2, RFC 3325 9.3, RFC 7044 10.1).
 */
#ifndef SLUICE_PARSER_SIP_PRIVACY_H
#define SLUICE_PARSER_SIP_PRIVACY_H

#include "parser/sip_value.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sip_privacy_bit {
        SIP_PRIVACY_HEADER = 1u << 0,
        SIP_PRIVACY_SESSION = 1u << 1,
        SIP_PRIVACY_USER = 1u << 2,
        SIP_PRIVACY_NONE = 1u << 3,
        SIP_PRIVACY_CRITICAL = 1u << 4,
        SIP_PRIVACY_ID = 1u << 5,      /* RFC 3325 */
        SIP_PRIVACY_HISTORY = 1u << 6, /* RFC 7044 */
        SIP_PRIVACY_OTHER = 1u << 7,   /* any other token */
};

/*
 * Parse all of [pos, end): values separated by ';', or by ',' as a proxy that joins two fields
 * writes them; *out is a set of enum sip_privacy_bit. SIP_VALUE_OK, SYNTAX, DUP (the same value
 * twice) or PARAM ("none" beside others, which RFC 3323 4.2 forbids).
 */
enum sip_value sip_privacy_parse(struct sip_cur *c, uint8_t *out);

#ifdef __cplusplus
}
#endif

#endif
