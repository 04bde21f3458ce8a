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

struct scan_walk {
        uint64_t lf, ctl; /* of the block before */
        uint16_t *eol;    /* of the next line */
        uint64_t *stop;   /* of this block */
};

enum scan_step { SCAN_ON, SCAN_END, SCAN_NOT_PLAIN };

/* The block at base. */
static inline enum scan_step scan_take(struct scan_walk *w, struct scan_block b, uint32_t base,
                                       struct scan_index *out)
{
        uint64_t ctl = b.ctl ^ b.lf;
        uint64_t end = b.lf & (b.lf << 2 | w->lf >> 62);
        uint64_t odd = (ctl << 1 | w->ctl >> 63) ^ b.lf;

        *w->stop++ = b.stop;
        if (end != 0) {
                uint64_t in = end ^ (end - 1);

                w->eol += scan_lines(b.lf & in, base, w->eol);
                out->header_end = (uint16_t)(base + scan_ctz(end) + 1);
                out->line_cnt = (uint16_t)(w->eol - out->eol - 1);
                return (odd & in) == 0 && w->eol <= out->eol + SCAN_LINES_MAX + 1 ? SCAN_END
                                                                                  : SCAN_NOT_PLAIN;
        }
        w->eol += scan_lines(b.lf, base, w->eol);
        if (odd != 0 || w->eol > out->eol + SCAN_LINES_MAX + 1)
                return SCAN_NOT_PLAIN;
        w->lf = b.lf;
        w->ctl = ctl;
        return SCAN_ON;
}

static inline bool scan_drive(const uint8_t *buf, uint32_t len, struct scan_index *out)
{
        uint32_t limit = len < SCAN_BYTES_MAX ? len : SCAN_BYTES_MAX;
        struct scan_walk w = {0, 0, out->eol, out->stop};
        struct scan_block b;
        uint32_t base, over;

        if (len < SCAN_BLOCK_BYTES)
                return false;
        for (base = 0; base + SCAN_BLOCK_BYTES <= limit; base += SCAN_BLOCK_BYTES) {
                enum scan_step step = scan_take(&w, scan_classify(buf + base), base, out);

                if (step != SCAN_ON)
                        return step == SCAN_END;
        }
        if (base == limit)
                return false;
        /* The last block is read from further ahead and shifted, so that nothing is copied. */
        over = base + SCAN_BLOCK_BYTES - limit;
        b = scan_classify(buf + limit - SCAN_BLOCK_BYTES);
        b.lf >>= over;
        b.ctl >>= over;
        b.stop >>= over;
        return scan_take(&w, b, base, out) == SCAN_END;
}

#endif
