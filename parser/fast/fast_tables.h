/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fast_tables.h - constants of the fast path as wide as its registers. In memory and in a file of
 * their own, because compilers otherwise make them of pieces each time they are used. Private.
 */
#ifndef SLUICE_PARSER_FAST_FAST_TABLES_H
#define SLUICE_PARSER_FAST_FAST_TABLES_H

#include <stdint.h>

#pragma GCC visibility push(hidden)

/* Every table twice, as in scan_tables.h. */
struct fast_tables {
        _Alignas(32) uint8_t lower[32], upper[32]; /* a hexadecimal digit has a bit in both, by
                                                    * its lower and its upper half */
        uint8_t other[32]; /* what of a run can not be in a host, by its lower half */
        uint8_t nine[32], slash[32], dot[32], colon[32], quote[32], escape[32], close[32];
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
