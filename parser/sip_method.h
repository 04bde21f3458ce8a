/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_method.h - method names. Methods are case-sensitive (RFC 3261 7.1).
 */
#ifndef SLUICE_PARSER_SIP_METHOD_H
#define SLUICE_PARSER_SIP_METHOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parser/sip_msg.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Longest method that is accepted; the longest registered one has 9 octets. */
#define SIP_METHOD_BYTES_MAX 64u

/* The method with exactly this name, SIP_METHOD_OTHER for any other token. Reads [name, name+len).
 */
enum sip_method sip_method_find(const uint8_t *name, size_t len);

/* Would it be a known method if its letters were upper case? Some stacks take it for that one
 * (pjsip, chan_sip), the RFC does not. */
bool sip_method_is_miscased(const uint8_t *name, size_t len);

/* Its name, "OTHER" for SIP_METHOD_OTHER and for values outside the enumeration. Static storage. */
const char *sip_method_name(enum sip_method m);

#ifdef __cplusplus
}
#endif

#endif
