/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_timer.h - Session-Expires and Min-SE (RFC 4028 4, 5), Retry-After (RFC 3261 20.33). Each
 * holds one value.
 */
#ifndef SLUICE_PARSER_SIP_TIMER_H
#define SLUICE_PARSER_SIP_TIMER_H

#include "parser/sip_value.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sip_refresher {
        SIP_REFRESHER_NONE = 0,
        SIP_REFRESHER_UAC,
        SIP_REFRESHER_UAS,
};

struct sip_timer {
        uint32_t seconds;  /* 0..2^32-1; that a session timer is 90 or more is not judged here */
        uint8_t refresher; /* enum sip_refresher; Session-Expires */
};

/*
 * Parse all of [pos, end) as Session-Expires, or as Min-SE, which has no parameter of its own: a
 * refresher there is passed over. SIP_VALUE_OK, SYNTAX, RANGE, PARAM or DUP (refresher).
 */
enum sip_value sip_session_expires_parse(struct sip_cur *c, struct sip_timer *out);
enum sip_value sip_min_se_parse(struct sip_cur *c, struct sip_timer *out);

struct sip_retry_after {
        uint32_t seconds;        /* 0..2^32-2 */
        uint32_t duration;       /* of being reachable, or SIP_VALUE_ABSENT */
        struct sip_span comment; /* between the outer brackets; {0,0}: none */
};

/* Parse all of [pos, end). Comments nest (RFC 3261 25.1) and are read without recursion.
 * SIP_VALUE_OK, SYNTAX, PARAM, RANGE or DUP. */
enum sip_value sip_retry_after_parse(struct sip_cur *c, struct sip_retry_after *out);

#ifdef __cplusplus
}
#endif

#endif
