/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bad_read.h - the parsers of parser/ by the names that the table of bad inputs has for them.
 *
 * A reader says what became of an input as "verdict:reason+more+more" (bad_table.h). Octets lie
 * flush against a page that cannot be touched, and what a parser promises of its result is
 * asserted.
 */
#ifndef SLUICE_TESTS_PARSER_BAD_BAD_READ_H
#define SLUICE_TESTS_PARSER_BAD_BAD_READ_H

#include <stdint.h>

#include "tests/contract/rng.h"

#define BAD_OUTCOME_BYTES 1024u

/* Read [p, p + n); write the outcome, terminated, to out, which has BAD_OUTCOME_BYTES. */
typedef void bad_reader(const uint8_t *p, size_t n, struct rng *r, char *out);

/* By name:
 *   msg       sip_parse() and sip_check():    accept|normalise|reject:REASON+every other anomaly
 *   sniff     what a datagram is taken for:   sniff:not_sip, sniff:keepalive, sniff:sip
 *   frame     a stream cut at random places:  frame:FAULT, frame:more, frame:message (one or more,
 *             and nothing behind the last)
 *   ws        one WebSocket message:          frame:...
 *   auth challenge info identity event substate reason rack rseq session_expires min_se replaces
 *             one value:                      value:ok, value:REASON of sip_value.h
 *   type      a media type                    value:...
 *   uri via addr  one value:                  value:ok+notes, value:ANOMALY
 *   sdp       a session description:          ok:ANOMALY+..., fault:ANOMALY+...
 *   body      Content-Type, a line feed, the body:  body:ok, body:FAULT
 *   reply     the reply to a request, sizes first:  reply:einval, reply:ok
 *   life      streams that end early and begin anew: life:same
 * NULL when there is none of that name: packet, layers and pending are those of
 * tests/dataplane/test_bad_packets.c, eve and terminal of tests/cli/test_bad_sinks.c. */
bad_reader *bad_reader_find(const char *name);

#endif
