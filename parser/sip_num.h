/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_num.h - the one decimal reader: ports, CSeq, Content-Length, ttl, expires all go through it.
 */
#ifndef SLUICE_PARSER_SIP_NUM_H
#define SLUICE_PARSER_SIP_NUM_H

#include <stdint.h>

#include "parser/sip_msg.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Longest digit string that is read, leading zeros included: 2^32-1 has ten digits. */
#define SIP_NUM_DIGITS_MAX 10u

enum sip_num_result {
        SIP_NUM_OK = 0,
        SIP_NUM_SYNTAX, /* empty, or an octet that is no digit: signs and blanks are refused */
        SIP_NUM_RANGE,  /* digits only, but above max or more than SIP_NUM_DIGITS_MAX of them */
};

/*
 * Read all octets of s as a decimal number 0..max. *out is written only with SIP_NUM_OK. The
 * digits are counted before the value is computed, so nothing wraps in any width. May read, though
 * not use, the octets of buf before s.
 */
enum sip_num_result sip_num_parse(const uint8_t *buf, struct sip_span s, uint32_t max,
                                  uint32_t *out);

#ifdef __cplusplus
}
#endif

#endif
