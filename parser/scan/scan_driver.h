/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_driver.h - the walk that all vector kernels share, and their tables. Private: included by
 * scan_ISA.c alone, which then defines
 *
 *     static inline void scan_classify(const uint8_t *p, struct scan_map *out, uint32_t word);
 *
 * the bits of the 64 octets at p, any alignment, and calls scan_drive().
 */
#ifndef SLUICE_PARSER_SCAN_DRIVER_H
#define SLUICE_PARSER_SCAN_DRIVER_H

#include <string.h>

#include "parser/scan/scan.h"
#include "parser/scan/scan_class.h"

/* The classes from SCAN_ODD on, in their order. */
static const uint8_t scan_rows[SCAN_CLASS_CNT - SCAN_ODD][16] = {
    SCAN_ROWS(IS_PLAIN), SCAN_ROWS(IS_TOKEN), SCAN_ROWS(IS_WORD), SCAN_ROWS(IS_PVAL),
    SCAN_ROWS(IS_USER),  SCAN_ROWS(IS_PARAM), SCAN_ROWS(IS_NAME),
};

/* The bit of a row for the upper half of an octet. */
static const uint8_t scan_row_bit[16] = {1, 2, 4, 8, 16, 32, 64, 128};

static inline void scan_classify(const uint8_t *p, struct scan_map *out, uint32_t word);

static inline void scan_drive(const uint8_t *buf, uint32_t from, uint32_t to, struct scan_map *out)
{
        uint32_t word = from / SCAN_BLOCK_BYTES;

        for (; to - from >= SCAN_BLOCK_BYTES; from += SCAN_BLOCK_BYTES)
                scan_classify(buf + from, out, word++);
        if (from < to) {
                /* A copy for the rest: at most one a message, and no load can cross a page. */
                uint8_t rest[SCAN_BLOCK_BYTES] = {0};

                memcpy(rest, buf + from, to - from);
                scan_classify(rest, out, word++);
        }
        for (unsigned c = 0; c < SCAN_CLASS_CNT; c++)
                out->row[c][word] = UINT64_MAX;
}

#endif
