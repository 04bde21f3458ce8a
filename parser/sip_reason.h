/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_reason.h - Reason (RFC 3326 2).
 */
#ifndef SLUICE_PARSER_SIP_REASON_H
#define SLUICE_PARSER_SIP_REASON_H

#include "parser/sip_value.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sip_reason_protocol {
        SIP_REASON_OTHER = 0,
        SIP_REASON_SIP,
        SIP_REASON_Q850, /* ITU-T Q.850 cause values */
};

/* cause when it is not there. */
#define SIP_REASON_NO_CAUSE UINT32_MAX

struct sip_reason {
        struct sip_span name; /* protocol as sent */
        struct sip_span text; /* without its quotes, escapes not decoded; {0,0}: none */
        uint32_t cause;       /* 0..2^32-2, or SIP_REASON_NO_CAUSE */
        uint8_t protocol;     /* enum sip_reason_protocol */
};

/*
 * Take one value of the list; stops at the end or at the ',' before the next one. SIP_VALUE_OK,
 * SYNTAX, PARAM (cause no number, text without value), RANGE or DUP.
 */
enum sip_value sip_reason_parse(struct sip_cur *c, struct sip_reason *out);

#ifdef __cplusplus
}
#endif

#endif
