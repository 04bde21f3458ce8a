/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_class.h - what scan.h says of an octet, in terms of the grammar. Private to the kernels.
 *
 * SCAN_ROWS(IN) is a class in the form that a byte shuffle looks up: entry l has bit h set where
 * the octet h * 16 + l is IN. Octets above 0x7f have no row and so are in no class.
 */
#ifndef SLUICE_PARSER_SCAN_SCAN_CLASS_H
#define SLUICE_PARSER_SCAN_SCAN_CLASS_H

#include "parser/sip_ctype_def.h"

/* In TOKEN, WORD, PVAL, USER and PARAM alike: what ends a run of these is a stop. */
#define SCAN_IS_RUN(c)                                                                        \
        (IS_ALNUM(c) || (c) == '-' || (c) == '.' || (c) == '!' || (c) == '*' || (c) == '_' || \
         (c) == '+' || (c) == '\'' || (c) == '~')

#define SCAN_ROW(IN, l)                                                                     \
        ((IN(l) ? 1 : 0) | (IN(0x10 + (l)) ? 2 : 0) | (IN(0x20 + (l)) ? 4 : 0) |            \
         (IN(0x30 + (l)) ? 8 : 0) | (IN(0x40 + (l)) ? 16 : 0) | (IN(0x50 + (l)) ? 32 : 0) | \
         (IN(0x60 + (l)) ? 64 : 0) | (IN(0x70 + (l)) ? 128 : 0))
#define SCAN_ROWS(IN)                                                                            \
        SCAN_ROW(IN, 0), SCAN_ROW(IN, 1), SCAN_ROW(IN, 2), SCAN_ROW(IN, 3), SCAN_ROW(IN, 4),     \
            SCAN_ROW(IN, 5), SCAN_ROW(IN, 6), SCAN_ROW(IN, 7), SCAN_ROW(IN, 8), SCAN_ROW(IN, 9), \
            SCAN_ROW(IN, 10), SCAN_ROW(IN, 11), SCAN_ROW(IN, 12), SCAN_ROW(IN, 13),              \
            SCAN_ROW(IN, 14), SCAN_ROW(IN, 15)

#endif
