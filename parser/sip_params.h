/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_params.h - header parameters: *( SEMI generic-param ) of RFC 3261 25.1, quoted strings too.
 */
#ifndef SLUICE_PARSER_SIP_PARAMS_H
#define SLUICE_PARSER_SIP_PARAMS_H

#include <stdbool.h>

#include "parser/sip_cur.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sip_param {
        struct sip_span name;  /* token */
        struct sip_span value; /* token, host or quoted string without its quotes; {0,0}: none */
        bool quoted;           /* value stood in quotes; escapes not decoded */
};

enum sip_params_step {
        SIP_PARAMS_END = 0, /* at the end of the value, or at a ',' that ends this list element */
        SIP_PARAMS_ONE,     /* *p holds a parameter */
        SIP_PARAMS_BAD,     /* c->pos is at the octet that fits no parameter */
};

/*
 * Take one ";name[=value]" with white space around its parts. Each SIP_PARAMS_ONE consumes at least
 * two octets, so a loop over it ends. *p is written with SIP_PARAMS_ONE only. Notes PARAM_EMPTY
 * where it passed over ";;" to a name.
 */
enum sip_params_step sip_params_next(struct sip_cur *c, struct sip_param *p);

/*
 * Take a quoted string; the cursor is at its opening quote. *out is what the quotes enclose,
 * escapes not decoded. Returns false when it does not end before c->end; pos is then c->end.
 */
bool sip_quoted_parse(struct sip_cur *c, struct sip_span *out);

#ifdef __cplusplus
}
#endif

#endif
