/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_halves.h - the classes of 32 octets by shuffles. Private: included by kernels that have
 * nothing better, behind their scan_vec.
 */
#ifndef SLUICE_PARSER_SCAN_SCAN_HALVES_H
#define SLUICE_PARSER_SCAN_SCAN_HALVES_H

#include "parser/scan/scan_tables.h"

/* What scan_tables.rows says of each octet. */
static inline scan_vec scan_rows(scan_vec v)
{
        scan_vec upper = scan_and(scan_shift(v), scan_load(scan_tables.half));

        return scan_and(scan_lookup(scan_tables.lower, v), scan_lookup(scan_tables.upper, upper));
}

static inline struct scan_block scan_classify(const uint8_t *p)
{
        scan_vec a = scan_rows(scan_load(p)), z = scan_rows(scan_load(p + 32));

        return (struct scan_block){
            .ctl = scan_same(a, scan_tables.zero) | (uint64_t)scan_same(z, scan_tables.zero) << 32,
            .stop = scan_under(a, scan_tables.run) | (uint64_t)scan_under(z, scan_tables.run) << 32,
        };
}

#endif
