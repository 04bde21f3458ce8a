/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sip_via_source.h - what a server notes in the topmost Via about where a request came from
 * (RFC 3261 18.2.1, RFC 3581 4). Private: sip_reply.c copies that Via, sip_edit_via.c changes it.
 */
#ifndef SLUICE_PARSER_SIP_VIA_SOURCE_H
#define SLUICE_PARSER_SIP_VIA_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parser/sip_msg.h"

#pragma GCC visibility push(hidden)

/* End of what begins at `at`: the next ';' outside a quoted string, or bytes. */
size_t sip_via_param_end(const uint8_t *p, size_t at, size_t bytes);

/* Is the parameter [p, p + bytes), without its ';', a received or an rport? The server writes
 * these; what a client says of itself does not count. */
bool sip_via_param_is_source(const uint8_t *p, size_t bytes);

/* Does the sent-by host of the topmost Via name the address `src` (text, IPv6 without brackets)?
 * Another spelling of the same IPv6 address counts as different: then received= is written, which
 * is always right. */
bool sip_via_is_from(const struct sip_msg *req, const char *src, size_t len);

#pragma GCC visibility pop

#endif
