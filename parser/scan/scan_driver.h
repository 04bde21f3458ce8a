/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_driver.h - the walk that all vector kernels share. Private: included by scan_ISA.c alone,
 * which supplies what depends on the instruction set:
 *
 *     static inline struct scan_block scan_classify(const uint8_t *p);   the 64 octets at p
 *     scan_vec, scan_load(), scan_eq(), scan_below()                     32 octets at a place
 *
 * and calls scan_drive(). All loads may be unaligned and read just the octets they name.
 */
#ifndef SLUICE_PARSER_SCAN_DRIVER_H
#define SLUICE_PARSER_SCAN_DRIVER_H

#include "parser/scan/scan.h"
#include "parser/scan/scan_class.h"

/* Bit i is about octet i. */
struct scan_block {
        uint64_t lf;   /* 0x0a */
        uint64_t ctl;  /* below 0x20 or above 0x7e */
        uint64_t stop; /* not SCAN_IS_RUN */
};

/* Tables for kernels that classify by shuffles: the row of a lower half, the bit of an upper. */
static const uint8_t scan_run_rows[16] = SCAN_ROWS(SCAN_IS_RUN);
static const uint8_t scan_row_bit[16] = {1, 2, 4, 8, 16, 32, 64, 128};

static inline struct scan_block scan_classify(const uint8_t *p);

/* The number of zeros below the lowest one; of zero, anything up to 64. */
static inline uint32_t scan_ctz(uint64_t x)
{
#ifdef __BMI__
        return (uint32_t)__builtin_ia32_tzcnt_u64(x);
#else
        return (uint32_t)__builtin_ctzll(x | UINT64_C(1) << 63);
#endif
}

/* The lines that end in the block at base. Nearly always at most three do, so that many are written
 * without asking: a branch on how many there are is a branch mispredicted. Returns how many. */
static inline uint32_t scan_lines(uint64_t lf, uint32_t base, uint16_t *eol)
{
        uint32_t n = (uint32_t)__builtin_popcountll(lf);

        for (unsigned i = 0; i < 3; i++, lf &= lf - 1)
                eol[i] = (uint16_t)(base + scan_ctz(lf));
        for (unsigned i = 3; __builtin_expect(i < n, 0); i++, lf &= lf - 1)
                eol[i] = (uint16_t)(base + scan_ctz(lf));
        return n;
}

static inline bool scan_drive(const uint8_t *buf, uint32_t len, struct scan_index *out)
{
        uint32_t limit = len < SCAN_BYTES_MAX ? len : SCAN_BYTES_MAX;
        uint32_t lines = 0;
        uint64_t lf_before = 0, ctl_before = 0; /* of the previous block */

        if (len < SCAN_BLOCK_BYTES)
                return false;
        for (uint32_t base = 0; base < limit; base += SCAN_BLOCK_BYTES) {
                /* The last block is read from further ahead and shifted, so that nothing is copied
                 * and no branch asks which one it is. */
                uint32_t at = base <= len - SCAN_BLOCK_BYTES ? base : len - SCAN_BLOCK_BYTES;
                struct scan_block b = scan_classify(buf + at);
                uint64_t lf = b.lf >> (base - at);
                uint64_t ctl = b.ctl >> (base - at) ^ lf;
                uint64_t end = lf & (lf << 2 | lf_before >> 62);
                uint64_t odd = (ctl << 1 | ctl_before >> 63) ^ lf;

                out->stop[base / SCAN_BLOCK_BYTES] = b.stop >> (base - at);
                if (end != 0) {
                        uint64_t in = end ^ (end - 1);

                        lines += scan_lines(lf & in, base, out->eol + lines);
                        out->header_end = (uint16_t)(base + scan_ctz(end) + 1);
                        out->line_cnt = (uint16_t)(lines - 1);
                        return (odd & in) == 0 && lines <= SCAN_LINES_MAX + 1;
                }
                if (odd != 0)
                        return false;
                lines += scan_lines(lf, base, out->eol + lines);
                if (lines > SCAN_LINES_MAX + 1)
                        return false;
                lf_before = lf;
                ctl_before = ctl;
        }
        return false;
}

#endif
