/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse_fields.h - what the typed readers of the parser make of a header field, as JSON.
 */
#ifndef SLUICE_CONTROL_CLI_PARSE_FIELDS_H
#define SLUICE_CONTROL_CLI_PARSE_FIELDS_H

#include <jansson.h>

#include "parser/sip_msg.h"

/*
 * Put into `o` what a header field says: "values", an array of the elements that could be read, and
 * "fault", why reading stopped (the names of sip_value.h), null when all was read. Nothing is put
 * for a field that has no typed reader, or that the message's own typed fields cover.
 */
void cp_cli_put_values(json_t *o, const struct sip_msg *m, const struct sip_hdr *h);

#endif
