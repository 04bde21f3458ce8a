/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bad_bodies.h - session descriptions and multipart bodies under test; see bad_read.h.
 */
#ifndef SLUICE_TESTS_PARSER_BAD_BAD_BODIES_H
#define SLUICE_TESTS_PARSER_BAD_BAD_BODIES_H

#include "parser/sip_cur.h"

void bad_read_sdp(struct sip_cur *c, char *out);
/* The first line is the Content-Type, "" for none. */
void bad_read_body(struct sip_cur *c, char *out);

#endif
