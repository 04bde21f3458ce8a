/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_halves.h - the classes of 32 octets by shuffles. Private: included by kernels that have
 * nothing better, behind their scan_vec.
 */
#ifndef SLUICE_PARSER_SCAN_SCAN_HALVES_H
#define SLUICE_PARSER_SCAN_SCAN_HALVES_H

#include "parser/scan/scan_tables.h"

/* One more makes 0x7f negative, and with it all from 0x7f on; 0xff becomes 0. */
static inline uint32_t scan_ctl(scan_vec v)
{
        return scan_under(scan_add(v, scan_load(scan_tables.one)), scan_tables.printable);
}

/* Octets whose row, picked by their lower half, lacks the bit of their upper half. */
static inline uint32_t scan_stop(scan_vec v)
{
        scan_vec upper = scan_and(scan_shift(v), scan_load(scan_tables.half));
        scan_vec row = scan_lookup(scan_tables.run_rows, v);

        return scan_same(scan_and(row, scan_lookup(scan_tables.row_bit, upper)), scan_tables.zero);
}

static inline struct scan_block scan_classify(const uint8_t *p)
{
        scan_vec a = scan_load(p), z = scan_load(p + 32);

        return (struct scan_block){
            .ctl = scan_ctl(a) | (uint64_t)scan_ctl(z) << 32,
            .stop = scan_stop(a) | (uint64_t)scan_stop(z) << 32,
        };
}

#endif
