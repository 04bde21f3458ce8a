/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_accept.h - what a peer takes and what a body is for: Accept, Accept-Encoding, Accept-Language
 * (RFC 3261 20.1 to 20.3), Content-Disposition (20.11, RFC 5621 8). Media types of bodies:
 * sip_body.h.
 */
#ifndef SLUICE_PARSER_SIP_ACCEPT_H
#define SLUICE_PARSER_SIP_ACCEPT_H

#include "parser/sip_value.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sip_accept {
        struct sip_span type;    /* media type, encoding or language range; "*" is any */
        struct sip_span subtype; /* Accept: behind "/", "*" is any */
        struct sip_span params;  /* after the first ';', without that ';'; {0,0}: none */
        uint16_t q_milli;        /* 0..1000, or SIP_VALUE_NO_Q, which means 1 */
};

/*
 * Take one element of Accept, or of Accept-Encoding and Accept-Language, which alone have no
 * subtype. Stops at the end or at the ',' before the next one; the caller asks first whether the
 * value is empty, which the grammar allows. SIP_VALUE_OK, SYNTAX, PARAM or DUP (q).
 */
enum sip_value sip_accept_parse(struct sip_cur *c, struct sip_accept *out);
enum sip_value sip_accept_plain_parse(struct sip_cur *c, struct sip_accept *out);

enum sip_disposition_kind {
        SIP_DISPOSITION_OTHER = 0,
        SIP_DISPOSITION_SESSION,
        SIP_DISPOSITION_RENDER,
        SIP_DISPOSITION_ICON,
        SIP_DISPOSITION_ALERT,
        SIP_DISPOSITION_EARLY_SESSION,  /* RFC 3959 */
        SIP_DISPOSITION_AIB,            /* RFC 3893 */
        SIP_DISPOSITION_RECIPIENT_LIST, /* RFC 5363 */
        SIP_DISPOSITION_BY_REFERENCE,   /* RFC 5621 */
        SIP_DISPOSITION_INFO_PACKAGE,   /* RFC 6086 */
};

struct sip_disposition {
        struct sip_span name;
        struct sip_span handling; /* token; {0,0}: none, which means required */
        uint8_t kind;             /* enum sip_disposition_kind */
        bool optional;            /* handling=optional */
};

/* Parse all of [pos, end) as Content-Disposition. SIP_VALUE_OK, SYNTAX, PARAM or DUP (handling). */
enum sip_value sip_disposition_parse(struct sip_cur *c, struct sip_disposition *out);

#ifdef __cplusplus
}
#endif

#endif
