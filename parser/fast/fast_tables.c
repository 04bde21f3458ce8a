/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/fast/fast_tables.h"

#include "parser/scan/scan_tables.h"

enum { D = 1, L = 2, DL = D | L };

const struct fast_tables fast_tables = {
    .lower = SCAN_TWICE(D, DL, DL, DL, DL, DL, DL, D, D, D, 0, 0, 0, 0, 0, 0),
    .upper = SCAN_TWICE(0, 0, 0, D, L, 0, L, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    .other = SCAN_TWICE(0x7f, '!', 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, '\'', 0x7f, 0x7f, '*', '+', 0x7f,
                        0x7f, '~', '_'),
    .nine = SCAN_ALL('9'),
    .slash = SCAN_ALL('/'),
    .close = SCAN_ALL(']'),
    .dot = SCAN_ALL('.'),
    .colon = SCAN_ALL(':'),
    .quote = SCAN_ALL('"'),
    .escape = SCAN_ALL('\\'),
    .first = SCAN_TWICE(0, 0, 100, 128, 128, 128, 128, 128, 128, 128, 0, 0, 0, 0, 0, 0),
    .second = SCAN_TWICE(0, 0, 0, 0, 0, 10, 50, 50, 50, 50, 0, 0, 0, 0, 0, 0),
    .zeros = {'0', '0', '0', '0', '0', '0', '0', '0'},
    .nines = {9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9},
    .last = {0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255},
    .tens = {10, 1, 10, 1, 10, 1, 10, 1},
    .hundreds = {100, 1, 100, 1},
    .myriads = {10000, 1},
    .third = SCAN_TWICE(0, 0, 0, 0, 0, 0, 20, 20, 20, 20, 0, 0, 0, 0, 0, 0),
};
