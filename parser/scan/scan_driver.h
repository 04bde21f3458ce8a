/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_driver.h - the walk that all vector kernels share. Private: included by scan_ISA.c alone,
 * which first defines
 *
 *     static inline void scan_classify(const uint8_t *p, struct scan_block *b);
 *
 * the masks of the 64 octets at p, any alignment.
 */
#ifndef SLUICE_PARSER_SCAN_DRIVER_H
#define SLUICE_PARSER_SCAN_DRIVER_H

#include <string.h>

#include "parser/scan/scan.h"

static inline void scan_drive(const uint8_t *buf, size_t len, struct scan_block *out)
{
        size_t base = 0;

        for (; len - base >= SCAN_BLOCK_BYTES; base += SCAN_BLOCK_BYTES)
                scan_classify(buf + base, out++);
        if (base < len) {
                /* The rest in a block of our own, filled up with an octet that is in no class. */
                uint8_t rest[SCAN_BLOCK_BYTES];

                memset(rest, 'x', sizeof(rest));
                memcpy(rest, buf + base, len - base);
                scan_classify(rest, out);
        }
}

#endif
