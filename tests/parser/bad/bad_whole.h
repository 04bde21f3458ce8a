/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bad_whole.h - whole messages, streams of them and replies to them under test; see bad_read.h.
 */
#ifndef SLUICE_TESTS_PARSER_BAD_BAD_WHOLE_H
#define SLUICE_TESTS_PARSER_BAD_BAD_WHOLE_H

#include "tests/parser/bad/bad_read.h"
#include "tests/parser/whole.h"

bad_reader bad_read_msg;
bad_reader bad_read_sniff;
bad_reader bad_read_frame;
bad_reader bad_read_ws;
bad_reader bad_read_reply;
bad_reader bad_read_life;

/* Append "+name" for each anomaly of the set but this one. */
void bad_say_set(const struct sip_anom_set *s, enum sip_anomaly but, char *out);

#endif
