/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_prefs.h - what a caller prefers and what a hop can do: Accept-Contact, Reject-Contact and
 * Request-Disposition (RFC 3841 9), Feature-Caps (RFC 6809 6). All are lists.
 */
#ifndef SLUICE_PARSER_SIP_PREFS_H
#define SLUICE_PARSER_SIP_PREFS_H

#include "parser/sip_value.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sip_features {
        struct sip_span params; /* feature tags and what goes with them, after the first ';' */
        uint16_t feature_cnt;   /* parameters without require and explicit */
        bool require;           /* Accept-Contact */
        bool explicit_match;    /* Accept-Contact: explicit */
};

/* Take one "*" with its parameters; stops at the end or at the ',' before the next one. The values
 * of feature tags are read by sip_item_param(). SIP_VALUE_OK, SYNTAX, PARAM or DUP. */
enum sip_value sip_features_parse(struct sip_cur *c, struct sip_features *out);

enum sip_directive_bit {
        SIP_DIRECTIVE_PROXY = 1u << 0,
        SIP_DIRECTIVE_REDIRECT = 1u << 1,
        SIP_DIRECTIVE_CANCEL = 1u << 2,
        SIP_DIRECTIVE_NO_CANCEL = 1u << 3,
        SIP_DIRECTIVE_FORK = 1u << 4,
        SIP_DIRECTIVE_NO_FORK = 1u << 5,
        SIP_DIRECTIVE_RECURSE = 1u << 6,
        SIP_DIRECTIVE_NO_RECURSE = 1u << 7,
        SIP_DIRECTIVE_PARALLEL = 1u << 8,
        SIP_DIRECTIVE_SEQUENTIAL = 1u << 9,
        SIP_DIRECTIVE_QUEUE = 1u << 10,
        SIP_DIRECTIVE_NO_QUEUE = 1u << 11,
};

/*
 * Parse all of [pos, end) as Request-Disposition and add it to *out, a set of enum
 * sip_directive_bit. SIP_VALUE_OK, SYNTAX, PARAM (a word that is no directive) or DUP (a directive
 * and its opposite, RFC 3841 9.1).
 */
enum sip_value sip_directives_add(struct sip_cur *c, uint16_t *out);

#ifdef __cplusplus
}
#endif

#endif
