/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fast_tables.h - constants of the fast path as wide as its registers. In memory and in a file of
 * their own, because compilers otherwise make them of pieces each time they are used. Private.
 */
#ifndef SLUICE_PARSER_FAST_FAST_TABLES_H
#define SLUICE_PARSER_FAST_FAST_TABLES_H

#include <stdint.h>

#pragma GCC visibility push(hidden)

/*
 * What an octet is in a host: a digit, a letter, a separator (. and -), or none of these. The kind
 * is the bits that the entry of its lower half and that of its upper half share, so letters have
 * two.
 */
enum fast_kind { FAST_NONE = 0, FAST_SEP = 1, FAST_DIGIT = 2, FAST_LETTER = 4, FAST_LETTER_2 = 8 };

/* Every table twice, as in scan_tables.h. */
struct fast_tables {
        _Alignas(32) uint8_t lower[32], upper[32]; /* kinds, by half of an octet */
        uint8_t sep[32], digit[32], dot[32];       /* FAST_SEP, FAST_DIGIT, '.' */
        /* Three digits are above 255 where the sum of these has bit 7: the first digit's is 128
         * from 3 on, and 2 needs more than a 5 behind it, or a 5 and more than a 5. By lower
         * halves. */
        uint8_t first[32], second[32], third[32];
        /* Of a number: eight digits 0, sixteen octets 9; window n of `last` keeps the last n of
         * eight octets; by what digits, pairs of them and fours are multiplied. */
        uint8_t zeros[16], nines[16], last[24];
        int8_t tens[16];
        int16_t hundreds[8], myriads[8];
};

extern const struct fast_tables fast_tables;

#pragma GCC visibility pop

#endif
