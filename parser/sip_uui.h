/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_uui.h - User-to-User (RFC 7433 4.1), a list: data that the two ends of a call pass through
 * the network between them.
 */
#ifndef SLUICE_PARSER_SIP_UUI_H
#define SLUICE_PARSER_SIP_UUI_H

#include "parser/sip_value.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sip_uui {
        struct sip_span data;     /* a token, or what stands between quotes */
        struct sip_span encoding; /* {0,0}: none, which means hex */
        struct sip_span purpose;
        struct sip_span content;
        bool hex; /* data is whole octets in hexadecimal digits */
};

/* Take one value; stops at the end or at the ',' before the next one. SIP_VALUE_OK, SYNTAX, PARAM,
 * DUP or CHARSET (encoding=hex, and the data is not that). */
enum sip_value sip_uui_parse(struct sip_cur *c, struct sip_uui *out);

#ifdef __cplusplus
}
#endif

#endif
