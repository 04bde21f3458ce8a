/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_driver.h - the walk that all vector kernels share. Private: included by scan_ISA.c alone,
 * which supplies what depends on the instruction set:
 *
 *     static inline struct scan_block scan_classify(const uint8_t *p);   the 64 octets at p
 *     scan_vec, scan_load() and others                                   32 octets at a place
 *
 * and calls scan_drive(). All loads may be unaligned and read just the octets they name.
 */
#ifndef SLUICE_PARSER_SCAN_DRIVER_H
#define SLUICE_PARSER_SCAN_DRIVER_H

#include <string.h>

#include "parser/scan/scan.h"
#include "parser/scan/scan_class.h"

/* Bit i is about octet i. */
struct scan_block {
        uint64_t ctl;  /* below 0x20 or above 0x7e */
        uint64_t stop; /* not SCAN_IS_RUN */
};

static inline struct scan_block scan_classify(const uint8_t *p);

/* The number of zeros below the lowest one; of zero, anything up to 64. By hand for gcc, which
 * clears the result's register first, for the sake of CPUs that are old now. */
static inline uint32_t scan_ctz(uint64_t x)
{
#if defined(__BMI__) && !defined(__clang__)
        uint64_t n;

        __asm__("tzcnt %1, %0" : "=r"(n) : "rm"(x) : "cc");
        return (uint32_t)n;
#elif defined(__BMI__)
        return (uint32_t)__builtin_ia32_tzcnt_u64(x);
#else
        return (uint32_t)__builtin_ctzll(x | UINT64_C(1) << 63);
#endif
}

/* Where lines end in the block at base. Nearly always at most two do, so that many are written
 * without asking: a branch on how many there are is a branch mispredicted. Returns how many. */
static inline uint32_t scan_lines(uint64_t ends, uint32_t base, uint16_t *eol)
{
        uint32_t n = (uint32_t)__builtin_popcountll(ends);

        for (unsigned i = 0; i < 2; i++, ends &= ends - 1)
                eol[i] = (uint16_t)(base + scan_ctz(ends));
        for (unsigned i = 2; __builtin_expect(i < n, 0); i++, ends &= ends - 1)
                eol[i] = (uint16_t)(base + scan_ctz(ends));
        return n;
}

struct scan_walk {
        uint64_t one, two; /* did one, two control octets end the block before */
        uint16_t *eol;     /* of the next line */
};

/* The block at base. Returns the bits of all control octets that are the third in succession. */
static inline uint64_t scan_take(struct scan_walk *w, struct scan_block b, uint32_t base)
{
        uint64_t behind = b.ctl << 1 | w->one;
        uint64_t pair = b.ctl & behind;
        uint64_t three = pair & (pair << 1 | w->two);

        /* Behind the third one may be more; those are no lines of this section. */
        if (__builtin_expect(three != 0, 0))
                b.ctl &= three ^ (three - 1);
        w->eol += scan_lines(b.ctl & ~behind, base, w->eol);
        w->one = b.ctl >> 63;
        w->two = pair >> 63;
        return three;
}

/* Three control octets in succession were found, the last at o. */
static inline bool scan_end(const struct scan_walk *w, const uint8_t *buf, uint32_t limit,
                            uint32_t o, struct scan_index *out)
{
        uint32_t lines = (uint32_t)(w->eol - out->eol);

        out->header_end = (uint16_t)(o + 2);
        out->line_cnt = (uint16_t)lines;
        return o + 2 <= limit && memcmp(buf + o - 2, "\r\n\r\n", 4) == 0 && lines <= SCAN_LINES_MAX;
}

static inline bool scan_drive(const uint8_t *buf, uint32_t len, struct scan_index *out)
{
        uint32_t limit = len < SCAN_BYTES_MAX ? len : SCAN_BYTES_MAX;
        struct scan_walk w = {0, 0, out->eol};
        uint64_t *stop = out->stop, third;
        struct scan_block b;
        uint32_t base, over;

        if (len < SCAN_BLOCK_BYTES)
                return false;
        for (base = 0; base <= limit - SCAN_BLOCK_BYTES; base += SCAN_BLOCK_BYTES) {
                b = scan_classify(buf + base);
                *stop++ = b.stop;
                third = scan_take(&w, b, base);
                if (third != 0)
                        return scan_end(&w, buf, limit, base + scan_ctz(third), out);
        }
        if (base == limit)
                return false;
        /* The last block is read from further ahead and shifted, so that nothing is copied. */
        over = base + SCAN_BLOCK_BYTES - limit;
        b = scan_classify(buf + limit - SCAN_BLOCK_BYTES);
        b.ctl >>= over;
        *stop = b.stop >> over;
        third = scan_take(&w, b, base);
        return third != 0 && scan_end(&w, buf, limit, base + scan_ctz(third), out);
}

#endif
