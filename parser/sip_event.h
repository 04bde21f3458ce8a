/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_event.h - Event and Subscription-State (RFC 6665 8.2, 8.4). Each holds one value.
 */
#ifndef SLUICE_PARSER_SIP_EVENT_H
#define SLUICE_PARSER_SIP_EVENT_H

#include "parser/sip_value.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sip_event {
        struct sip_span type;    /* package and templates: "presence.winfo" */
        struct sip_span package; /* what stands before the first dot */
        struct sip_span id;      /* token; {0,0}: none */
};

/* Parse all of [pos, end). SIP_VALUE_OK, SYNTAX, PARAM (id that is no token) or DUP (id). */
enum sip_value sip_event_parse(struct sip_cur *c, struct sip_event *out);

enum sip_substate_kind {
        SIP_SUBSTATE_OTHER = 0, /* an extension; reads as active (RFC 6665 4.1.3) */
        SIP_SUBSTATE_ACTIVE,
        SIP_SUBSTATE_PENDING,
        SIP_SUBSTATE_TERMINATED,
};

/* expires and retry_after when they are not there. */
#define SIP_SUBSTATE_ABSENT UINT32_MAX

struct sip_substate {
        struct sip_span name;
        struct sip_span reason; /* token; {0,0}: none */
        uint32_t expires;       /* seconds, 0..2^32-2, or SIP_SUBSTATE_ABSENT */
        uint32_t retry_after;   /* seconds, 0..2^32-2, or SIP_SUBSTATE_ABSENT */
        uint8_t kind;           /* enum sip_substate_kind */
};

/* Parse all of [pos, end). SIP_VALUE_OK, SYNTAX, PARAM, DUP or RANGE (expires, retry-after). */
enum sip_value sip_substate_parse(struct sip_cur *c, struct sip_substate *out);

#ifdef __cplusplus
}
#endif

#endif
