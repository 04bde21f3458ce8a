/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_list.h - the plain lists: tokens (Supported, Allow, Allow-Events, Recv-Info, Content-Encoding
 * and their like), and tokens or quoted strings with parameters (Info-Package, Recv-Info,
 * P-Visited-Network-ID, Answer-Mode, SIP-ETag).
 */
#ifndef SLUICE_PARSER_SIP_LIST_H
#define SLUICE_PARSER_SIP_LIST_H

#include "parser/sip_value.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sip_item {
        struct sip_span all;    /* with its parameters */
        struct sip_span name;   /* a token, or what stands between quotes */
        struct sip_span params; /* after the first ';', without that ';'; {0,0}: none */
        bool quoted;
};

/*
 * Take one element; stops at the end or at the ',' before the next one (sip_value_more()). The
 * parameters are checked for their form. SIP_VALUE_OK or SYNTAX.
 */
enum sip_value sip_item_parse(struct sip_cur *c, struct sip_item *out);

/* The same for a field that holds one token and nothing else, SIP-ETag and SIP-If-Match (RFC 3903
 * 11.3). SIP_VALUE_OK or SYNTAX. */
enum sip_value sip_token_parse(struct sip_cur *c, struct sip_span *out);

/* The first parameter with this name (lower case) in the `params` of an item or an address that
 * parsed; false when there is none. */
bool sip_item_param(const struct sip_cur *c, struct sip_span params, const char *name,
                    struct sip_param *out);

#ifdef __cplusplus
}
#endif

#endif
