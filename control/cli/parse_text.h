/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parse_text.h - spans of a message as JSON, for the files behind `sluicectl parse`.
 */
#ifndef SLUICE_CONTROL_CLI_PARSE_TEXT_H
#define SLUICE_CONTROL_CLI_PARSE_TEXT_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "parser/sip_msg.h"

/* n octets as a string; each that is not part of well-formed UTF-8 becomes U+FFFD. NULL without
 * memory, as with all below. */
json_t *cp_cli_text(const uint8_t *p, size_t n);

/* The same of a span, null when it is absent. */
json_t *cp_cli_span(const struct sip_msg *m, struct sip_span s);

/* The same with each fold and the white space around it as one SP. */
json_t *cp_cli_unfolded(const struct sip_msg *m, struct sip_span s);

/* A URI: text, scheme, user (escapes decoded), host, port, params, headers; what it does not have
 * is left out. */
json_t *cp_cli_uri(const struct sip_msg *m, const struct sip_uri *u);

/* An address: display, uri, params, tag; what it does not have is left out. */
json_t *cp_cli_addr(const struct sip_msg *m, const struct sip_addr *a);

#endif
