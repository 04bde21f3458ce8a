/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_warning.h - Warning (RFC 3261 20.43), a list.
 */
#ifndef SLUICE_PARSER_SIP_WARNING_H
#define SLUICE_PARSER_SIP_WARNING_H

#include "parser/sip_value.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sip_warning {
        struct sip_span agent; /* host and port, or a pseudonym */
        struct sip_span text;  /* without its quotes, escapes not decoded */
        uint16_t code;         /* 100..999 */
};

/* Take one value; stops at the end or at the ',' before the next one. SIP_VALUE_OK, SYNTAX or RANGE
 * (code below 100). */
enum sip_value sip_warning_parse(struct sip_cur *c, struct sip_warning *out);

#ifdef __cplusplus
}
#endif

#endif
