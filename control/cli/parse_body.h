/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse_body.h - the body of a message as JSON: its parts, and session descriptions.
 */
#ifndef SLUICE_CONTROL_CLI_PARSE_BODY_H
#define SLUICE_CONTROL_CLI_PARSE_BODY_H

#include <jansson.h>
#include <stddef.h>

#include "parser/sip_msg.h"

/* Put "body" into o: null for a message without one, else an object with its parts; "sdp" is the
 * first session description among them, null when there is none. */
void cp_cli_put_body(json_t *o, const struct sip_msg *m, size_t skipped);

#endif
