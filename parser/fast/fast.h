/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fast.h - the short way through a plain message. It reads what nearly all traffic looks like, and
 * nothing else; what it declines, the general grammar (sip_lines, sip_start, sip_fields) reads from
 * the start, so that the grammar alone says what is right.
 */
#ifndef SLUICE_PARSER_FAST_FAST_H
#define SLUICE_PARSER_FAST_FAST_H

#include <stdbool.h>
#include <stdint.h>

#include "parser/sip_msg.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * buf, len  a message without line ends in front, 1..SIP_MSG_BYTES_MAX octets
 *
 * True: *m is what the general grammar makes of it, but for the framing of the body. False: of *m
 * anything may have been written.
 */
typedef bool sip_fast_fn(const uint8_t *buf, uint32_t len, struct sip_msg *m);

#ifdef __cplusplus
}
#endif

#endif
