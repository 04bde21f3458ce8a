/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/fast/fast_tables.h"

#include "parser/scan/scan_tables.h"

enum {
        S = FAST_SEP,
        D = FAST_DIGIT,
        L = FAST_LETTER,
        M = FAST_LETTER_2,
        LM = L | M,
        DM = D | M,
        DLM = D | L | M,
        SL = S | L
};

const struct fast_tables fast_tables = {
    /* 0Pp, 1Aq to 9IYiy, JZjz, Kk, Ll, -Mm, .Nn, Oo */
    .lower = SCAN_TWICE(DM, DLM, DLM, DLM, DLM, DLM, DLM, DLM, DLM, DLM, LM, L, L, SL, SL, L),
    .upper = SCAN_TWICE(0, 0, S, D, L, M, L, M, 0, 0, 0, 0, 0, 0, 0, 0),
    .sep = SCAN_ALL(FAST_SEP),
    .digit = SCAN_ALL(FAST_DIGIT),
    .dot = SCAN_ALL('.'),
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
