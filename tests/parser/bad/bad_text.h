/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bad_text.h - octets from a pattern: plain text in which \r \n \t \0 \xHH \\ \{ \} stand for one
 * octet each, and braces for something drawn at random:
 *
 *   {num:A-B}       a decimal number, both ends included      {dig:A-B}   so many digits, none
 * leads 0 {tok:A-B}       so many letters and digits                {hex:A-B}   so many hexadecimal
 * digits {lws:A-B}       so many SP and HT                         {any:A-B}   so many octets of
 * any value {ctl}           a control octet but NUL, HT, LF, CR       {high}      an octet above
 * 0x7f {pick:x|y|z}    one of these patterns                     {rep:A-B:x} the pattern x, so many
 * times {sdp} {cred} {passport}   a plain session description, Digest credentials, PASSporT
 */
#ifndef SLUICE_TESTS_PARSER_BAD_BAD_TEXT_H
#define SLUICE_TESTS_PARSER_BAD_BAD_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "tests/contract/rng.h"

/* Above the longest datagram, so that what is longer can be made, too. */
#define BAD_BYTES_MAX 70000u

struct bad_text {
        size_t len;
        uint8_t b[BAD_BYTES_MAX];
};

/* Append n octets; those beyond BAD_BYTES_MAX are left out. */
void bad_put(struct bad_text *t, const void *p, size_t n);
void bad_puts(struct bad_text *t, const char *text);

/* Append what the pattern [p, p + n) makes. Ends the program, and says why, when it is none. */
void bad_expand(struct bad_text *t, const char *p, size_t n, struct rng *r);

#endif
