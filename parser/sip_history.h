/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_history.h - how a request was retargeted: History-Info (RFC 7044 5, 10) and Diversion (RFC
 * 5806 5), each a list.
 */
#ifndef SLUICE_PARSER_SIP_HISTORY_H
#define SLUICE_PARSER_SIP_HISTORY_H

#include "parser/sip_value.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Levels that the index of a History-Info entry may have, "1.2.1" has three: a request that was
 * forwarded more often has run out of Max-Forwards. */
#define SIP_HISTORY_LEVELS_MAX 70u

enum sip_history_target {
        SIP_HISTORY_TARGET_NONE = 0,
        SIP_HISTORY_RC, /* retargeted: the contact of the same user */
        SIP_HISTORY_MP, /* retargeted: mapped to another user */
        SIP_HISTORY_NP, /* not retargeted */
};

struct sip_history {
        struct sip_addr addr;
        struct sip_span index;   /* digits with dots between */
        struct sip_span from;    /* the index that rc, mp or np names; {0,0}: none */
        struct sip_span reason;  /* Reason in the URI, escaped (sip_uri_unescape()); {0,0}: none */
        struct sip_span privacy; /* Privacy in the URI, likewise */
        uint8_t levels;          /* of the index, 1..SIP_HISTORY_LEVELS_MAX */
        uint8_t target;          /* enum sip_history_target */
};

/* Take one entry; stops at the end or at the ',' before the next one. SIP_VALUE_OK, SYNTAX, MISSING
 * (index), PARAM (an index that is none, a URI without brackets), RANGE (levels) or DUP. */
enum sip_value sip_history_parse(struct sip_cur *c, struct sip_history *out);

enum sip_diversion_reason {
        SIP_DIVERSION_OTHER = 0, /* a token that RFC 5806 does not name */
        SIP_DIVERSION_UNKNOWN,
        SIP_DIVERSION_USER_BUSY,
        SIP_DIVERSION_NO_ANSWER,
        SIP_DIVERSION_UNAVAILABLE,
        SIP_DIVERSION_UNCONDITIONAL,
        SIP_DIVERSION_TIME_OF_DAY,
        SIP_DIVERSION_DO_NOT_DISTURB,
        SIP_DIVERSION_DEFLECTION,
        SIP_DIVERSION_FOLLOW_ME,
        SIP_DIVERSION_OUT_OF_SERVICE,
        SIP_DIVERSION_AWAY,
};

struct sip_diversion {
        struct sip_addr addr;
        struct sip_span reason_name; /* {0,0}: none */
        struct sip_span privacy;     /* full, name, uri, off or any other; {0,0}: none */
        struct sip_span screen;      /* yes, no or any other; {0,0}: none */
        uint32_t counter;            /* 0..99, or SIP_VALUE_ABSENT, which means 1 */
        uint32_t limit;              /* 0..99, or SIP_VALUE_ABSENT */
        uint8_t reason;              /* enum sip_diversion_reason; UNKNOWN without one */
};

/* Take one diversion; stops at the end or at the ',' before the next one. SIP_VALUE_OK, SYNTAX,
 * PARAM, RANGE (counter, limit) or DUP. */
enum sip_value sip_diversion_parse(struct sip_cur *c, struct sip_diversion *out);

#ifdef __cplusplus
}
#endif

#endif
