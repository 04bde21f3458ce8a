/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_session_id.h - Session-ID (RFC 7989 5; RFC 7329 has the local half alone): an identifier of a
 * call that stays the same through back-to-back user agents.
 */
#ifndef SLUICE_PARSER_SIP_SESSION_ID_H
#define SLUICE_PARSER_SIP_SESSION_ID_H

#include "parser/sip_value.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SIP_SESSION_ID_DIGITS 32u

struct sip_session_id {
        struct sip_span local;  /* SIP_SESSION_ID_DIGITS hexadecimal digits */
        struct sip_span remote; /* the same; {0,0}: a peer of RFC 7329 */
        bool local_nil;         /* all zeros */
        bool remote_nil;
        bool upper_case; /* digits that should be in lower case are not; compare without case */
};

/* Parse all of [pos, end). SIP_VALUE_OK, SYNTAX, PARAM (remote is no token), CHARSET (a half that
 * is not so many hexadecimal digits) or DUP. */
enum sip_value sip_session_id_parse(struct sip_cur *c, struct sip_session_id *out);

#ifdef __cplusplus
}
#endif

#endif
