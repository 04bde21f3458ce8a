/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bad_make.h - bad inputs from good messages: a base, spoilt by edits.
 *
 * The bases are well-formed messages whose names, tags and numbers are drawn anew each time, with
 * compact and long header names: invite, register, options, subscribe, ack, response. Edits are
 * separated by " // " and done in order; texts are patterns (bad_text.h):
 *
 *   start T     the start line                 set NAME T    the value of a header
 *   line NAME T a header's whole line          del NAME      no such header
 *   first T     a line behind the start line   last T        a line behind the last header
 *   add T       a line somewhere between       body T        the body; Content-Length follows
 *   eol T       line ends of headers           end T         what ends the header section
 *   head T      in front of all                tail T        behind all
 *   cut A-B     take so many octets off the end
 *
 * The base "-" has no edits: the text is the input.
 */
#ifndef SLUICE_TESTS_PARSER_BAD_BAD_MAKE_H
#define SLUICE_TESTS_PARSER_BAD_BAD_MAKE_H

#include "tests/parser/bad/bad_text.h"

/* Write the input. Ends the program, and says why, when base or edits are none. */
void bad_make(const char *base, const char *edits, struct rng *r, struct bad_text *out);

#endif
