/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse_json.h - a parsed message as JSON, for `sluicectl parse`. sluicectl(1) says which keys
 * there are.
 */
#ifndef SLUICE_CONTROL_CLI_PARSE_JSON_H
#define SLUICE_CONTROL_CLI_PARSE_JSON_H

#include <jansson.h>
#include <stddef.h>

#include "parser/sip_check.h"

/* All keys but "file" and "profile". `skipped` octets of line ends stood before the message; all
 * offsets count them. The caller frees it. */
json_t *cp_cli_message_json(const struct sip_profile *p, const struct sip_msg *m, size_t skipped);

#endif
