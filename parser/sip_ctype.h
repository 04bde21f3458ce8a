/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_ctype.h - character classes of the grammar (RFC 3261 25.1): one bit a class, one look-up an
 * octet. Octets above 0x7f are in no class. "%" is in the URI classes only as part of an escape,
 * which sip_uri.c checks, so the URI classes leave it out.
 */
#ifndef SLUICE_PARSER_SIP_CTYPE_H
#define SLUICE_PARSER_SIP_CTYPE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum sip_ctype_bit {
        SIP_CT_TOKEN = 1u << 0,     /* token */
        SIP_CT_WORD = 1u << 1,      /* word, of Call-ID */
        SIP_CT_USER = 1u << 2,      /* unreserved, user-unreserved */
        SIP_CT_PASS = 1u << 3,      /* unreserved and "&=+$," of password */
        SIP_CT_PARAM = 1u << 4,     /* unreserved, param-unreserved */
        SIP_CT_HNV = 1u << 5,       /* unreserved, hnv-unreserved */
        SIP_CT_HOST = 1u << 6,      /* alphanum - . and, noted as an oddity, _ */
        SIP_CT_DIGIT = 1u << 7,     /* 0-9 */
        SIP_CT_ALPHA = 1u << 8,     /* A-Z a-z */
        SIP_CT_HEX = 1u << 9,       /* 0-9 A-F a-f */
        SIP_CT_LWS = 1u << 10,      /* SP HT, and the CR LF of folds */
        SIP_CT_URIC = 1u << 11,     /* reserved, unreserved and "[]" of RFC 2732, RFC 2396 */
        SIP_CT_PVAL = 1u << 12,     /* gen-value that is not quoted: token or host */
        SIP_CT_SCHEME = 1u << 13,   /* scheme after its first letter */
        SIP_CT_BARE_END = 1u << 14, /* , ; ? and LWS: what ends an addr-spec without brackets */
};

extern const uint16_t sip_ctype[256];

static inline bool sip_is(uint8_t c, unsigned bits)
{
        return (sip_ctype[c] & bits) != 0;
}

/* c as lower case, if it is a letter A-Z; otherwise c. */
static inline uint8_t sip_lower(uint8_t c)
{
        return (uint8_t)(c | (uint8_t)((uint8_t)(c - 'A') < 26 ? 0x20 : 0));
}

#ifdef __cplusplus
}
#endif

#endif
