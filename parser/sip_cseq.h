/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_cseq.h - CSeq (RFC 3261 8.1.1.5, 20.16).
 */
#ifndef SLUICE_PARSER_SIP_CSEQ_H
#define SLUICE_PARSER_SIP_CSEQ_H

#include "parser/sip_cur.h"

#ifdef __cplusplus
extern "C" {
#endif

/* "MUST be less than 2**31". */
#define SIP_CSEQ_MAX 0x7fffffffu

/*
 * Parse all of [pos, end) as number LWS method. Returns SIP_ANOM_NONE, CSEQ_SYNTAX, CSEQ_RANGE or
 * METHOD_TOO_LONG; with CSEQ_RANGE the method is valid and the number 0.
 */
enum sip_anomaly sip_cseq_parse(struct sip_cur *c, struct sip_cseq *out);

#ifdef __cplusplus
}
#endif

#endif
