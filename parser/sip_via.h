/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_via.h - one Via value (RFC 3261 20.42, RFC 3581).
 */
#ifndef SLUICE_PARSER_SIP_VIA_H
#define SLUICE_PARSER_SIP_VIA_H

#include "parser/sip_cur.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Longest branch that is accepted; RFC 4475's long one has 216 octets. */
#define SIP_BRANCH_BYTES_MAX 512u

/*
 * Take one Via value; stops at the end or at the ',' before the next one. Returns SIP_ANOM_NONE or
 * one of VIA_SYNTAX, VIA_PROTOCOL, VIA_PARAM, BRANCH_TOO_LONG, URI_HOST, URI_PORT.
 * Notes VIA_RECEIVED_BRACKETS, PARAM_EMPTY and those of hosts.
 */
enum sip_anomaly sip_via_parse(struct sip_cur *c, struct sip_via *out);

#ifdef __cplusplus
}
#endif

#endif
