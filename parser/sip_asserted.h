/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_asserted.h - P-Asserted-Identity and P-Preferred-Identity (RFC 3325 9.1, 9.2): one identity
 * or two, of which one is a sip or sips URI and the other a tel URI.
 */
#ifndef SLUICE_PARSER_SIP_ASSERTED_H
#define SLUICE_PARSER_SIP_ASSERTED_H

#include "parser/sip_value.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sip_asserted {
        struct sip_addr sip; /* sip or sips; all.len == 0: none */
        struct sip_addr tel; /* all.len == 0: none */
};

/*
 * Parse all of [pos, end) and add it to *out, which the caller clears first; the two identities may
 * come in one header field or in two. SIP_VALUE_OK, SYNTAX, PARAM (a URI of another scheme) or DUP
 * (a second URI of a kind, which RFC 3325 forbids: the first one stays).
 */
enum sip_value sip_asserted_add(struct sip_cur *c, struct sip_asserted *out);

#ifdef __cplusplus
}
#endif

#endif
