/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_security.h - Security-Client, Security-Server and Security-Verify (RFC 3329 2.2; 3GPP
 * TS 33.203 H for ipsec-3gpp), lists.
 */
#ifndef SLUICE_PARSER_SIP_SECURITY_H
#define SLUICE_PARSER_SIP_SECURITY_H

#include "parser/sip_value.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sip_security_kind {
        SIP_SECURITY_OTHER = 0,
        SIP_SECURITY_DIGEST,
        SIP_SECURITY_TLS,
        SIP_SECURITY_IPSEC_IKE,
        SIP_SECURITY_IPSEC_MAN,
        SIP_SECURITY_IPSEC_3GPP,
};

struct sip_security {
        struct sip_span name;
        struct sip_span digest_alg;    /* d-alg */
        struct sip_span digest_qop;    /* d-qop */
        struct sip_span digest_verify; /* d-ver, without quotes */
        struct sip_span alg;           /* ipsec: integrity */
        struct sip_span ealg;          /* ipsec: encryption */
        struct sip_span protocol;      /* ipsec: prot, ah or esp */
        struct sip_span mode;          /* ipsec: mod */
        uint32_t spi_c, spi_s;         /* ipsec, or SIP_VALUE_ABSENT */
        uint32_t port_c, port_s;       /* ipsec, 0..65535, or SIP_VALUE_ABSENT */
        uint16_t q_milli;              /* 0..1000, or SIP_VALUE_NO_Q, which means 1 */
        uint8_t kind;                  /* enum sip_security_kind */
};

/* Take one mechanism; stops at the end or at the ',' before the next one. SIP_VALUE_OK, SYNTAX,
 * PARAM, RANGE (SPI, port) or DUP. */
enum sip_value sip_security_parse(struct sip_cur *c, struct sip_security *out);

#ifdef __cplusplus
}
#endif

#endif
