/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_auth.h - challenges, credentials and authentication info: WWW-Authenticate,
 * Proxy-Authenticate, Authorization, Proxy-Authorization (RFC 3261 20.7, 20.27, 20.28, 20.44; RFC
 * 7616; RFC 8760; RFC 3310 for AKA) and Authentication-Info (RFC 7615). Only reads; nothing is
 * verified, and escapes in quoted strings are not decoded.
 */
#ifndef SLUICE_PARSER_SIP_AUTH_H
#define SLUICE_PARSER_SIP_AUTH_H

#include "parser/sip_value.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sip_auth_kind {
        SIP_AUTH_CHALLENGE = 0,
        SIP_AUTH_CREDENTIALS,
        SIP_AUTH_INFO, /* parameters of Digest without a scheme in front */
};

enum sip_auth_scheme {
        SIP_AUTH_OTHER = 0, /* parameters checked for form alone; token68 where it is one */
        SIP_AUTH_DIGEST,
};

enum sip_auth_algorithm {
        SIP_AUTH_ALG_ABSENT = 0, /* means MD5 (RFC 7616 3.3) */
        SIP_AUTH_ALG_MD5,
        SIP_AUTH_ALG_MD5_SESS,
        SIP_AUTH_ALG_SHA_256,
        SIP_AUTH_ALG_SHA_256_SESS,
        SIP_AUTH_ALG_SHA_512_256,
        SIP_AUTH_ALG_SHA_512_256_SESS,
        SIP_AUTH_ALG_AKAV1_MD5,
        SIP_AUTH_ALG_AKAV2_MD5,
        SIP_AUTH_ALG_OTHER,
};

enum sip_auth_qop {
        SIP_AUTH_QOP_AUTH = 1u << 0,
        SIP_AUTH_QOP_AUTH_INT = 1u << 1,
        SIP_AUTH_QOP_OTHER = 1u << 2,
};

/* One bit a parameter that RFC 7616, 7615 or 3310 names; sip_auth.present. */
enum sip_auth_param {
        SIP_AUTH_USERNAME = 1u << 0,
        SIP_AUTH_USERNAME_EXT = 1u << 1, /* username*, RFC 7616 3.4 */
        SIP_AUTH_REALM = 1u << 2,
        SIP_AUTH_NONCE = 1u << 3,
        SIP_AUTH_URI = 1u << 4,
        SIP_AUTH_RESPONSE = 1u << 5,
        SIP_AUTH_ALGORITHM = 1u << 6,
        SIP_AUTH_CNONCE = 1u << 7,
        SIP_AUTH_OPAQUE = 1u << 8,
        SIP_AUTH_QOP = 1u << 9,
        SIP_AUTH_NC = 1u << 10,
        SIP_AUTH_STALE = 1u << 11,
        SIP_AUTH_DOMAIN = 1u << 12,
        SIP_AUTH_USERHASH = 1u << 13,
        SIP_AUTH_CHARSET = 1u << 14,
        SIP_AUTH_AUTS = 1u << 15,
        SIP_AUTH_NEXTNONCE = 1u << 16,
        SIP_AUTH_RSPAUTH = 1u << 17,
};

struct sip_auth {
        struct sip_span all;
        struct sip_span scheme_name; /* {0,0} in authentication info */
        struct sip_span token68;     /* RFC 7235 2.1, of schemes other than Digest */
        struct sip_span username;    /* of username, or of username* as sent */
        struct sip_span realm;
        struct sip_span nonce;
        struct sip_span uri;
        struct sip_span response; /* hexadecimal digits; empty before the first challenge
                                   * in IMS (3GPP TS 24.229 5.1.1.2) */
        struct sip_span algorithm_name;
        struct sip_span cnonce;
        struct sip_span opaque;
        struct sip_span qop_list;
        struct sip_span domain;
        struct sip_span auts;
        struct sip_span nextnonce;
        struct sip_span rspauth; /* hexadecimal digits */
        uint32_t present;        /* enum sip_auth_param */
        uint32_t nc;             /* nonce count, valid with SIP_AUTH_NC */
        uint8_t scheme;          /* enum sip_auth_scheme */
        uint8_t algorithm;       /* enum sip_auth_algorithm */
        uint8_t qop;             /* enum sip_auth_qop */
        bool stale;
        bool userhash;
        bool odd_quotes; /* a token was quoted, or a quoted string was not: one meaning, but odd */
};

/*
 * Take one challenge, one set of credentials, or authentication info. Stops at the end, or behind
 * the comma in front of the next scheme, so `while (c.pos < c.end)` walks several challenges in one
 * header. Each call that succeeds takes at least one octet.
 *
 * Of Digest these must be there: realm and nonce in a challenge; username or username*, realm,
 * nonce, uri and response in credentials, and cnonce and nc with qop. Returns SIP_VALUE_OK or
 * SYNTAX, PARAM, DUP, MISSING, CHARSET (response, rspauth, nc).
 */
enum sip_value sip_auth_parse(struct sip_cur *c, enum sip_auth_kind kind, struct sip_auth *out);

#ifdef __cplusplus
}
#endif

#endif
