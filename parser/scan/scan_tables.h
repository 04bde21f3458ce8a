/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_tables.h - constants of the kernels that classify octets by shuffles of 16 entries: the row
 * of an octet's lower half and the bit of its upper half say whether it is in a class. In memory
 * and in a file of their own, because compilers otherwise make them of pieces each time they are
 * used. Private.
 */
#ifndef SLUICE_PARSER_SCAN_SCAN_TABLES_H
#define SLUICE_PARSER_SCAN_SCAN_TABLES_H

#include <stdint.h>

#pragma GCC visibility push(hidden)

/* Every table twice, so that it is one of 16 and one of 32 octets. */
#define SCAN_TWICE(...)                  \
        {                                \
                __VA_ARGS__, __VA_ARGS__ \
        }
#define SCAN_ALL(c) SCAN_TWICE(c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c)

struct scan_tables {
        _Alignas(32) uint8_t zero[32], half[32]; /* 0, 0x0f */
        /* What an octet's lower and its upper half have in common: nothing where it is a control
         * octet, less than `run` where it is a stop. */
        uint8_t lower[32], upper[32], run[32];
        uint8_t words[64]; /* the half behind octet 4 * (8 - n) picks n words of a vector */
};

extern const struct scan_tables scan_tables;

#pragma GCC visibility pop

#endif
