/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_rack.h - RSeq and RAck of reliable provisional responses (RFC 3262 7.1, 7.2).
 */
#ifndef SLUICE_PARSER_SIP_RACK_H
#define SLUICE_PARSER_SIP_RACK_H

#include "parser/sip_value.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sip_rack {
        uint32_t rseq;        /* 1..2^32-1 */
        struct sip_cseq cseq; /* of the request that was answered */
};

/* Parse all of [pos, end): response-num LWS CSeq-num LWS Method. SIP_VALUE_OK, SYNTAX or RANGE. */
enum sip_value sip_rack_parse(struct sip_cur *c, struct sip_rack *out);

/* Parse all of [pos, end) as RSeq, 1..2^32-1. SIP_VALUE_OK, SYNTAX or RANGE. */
enum sip_value sip_rseq_parse(struct sip_cur *c, uint32_t *out);

#ifdef __cplusplus
}
#endif

#endif
