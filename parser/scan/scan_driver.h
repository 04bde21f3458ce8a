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
static inline uint64_t scan_zeros(uint64_t x)
{
#if defined(__BMI__) && !defined(__clang__)
        uint64_t n;

        __asm__("tzcnt %1, %0" : "=r"(n) : "rm"(x) : "cc");
        return n;
#elif defined(__BMI__)
        return __builtin_ia32_tzcnt_u64(x);
#else
        return (uint64_t)__builtin_ctzll(x | UINT64_C(1) << 63);
#endif
}

static inline uint32_t scan_ctz(uint64_t x)
{
        return (uint32_t)scan_zeros(x);
}

/* The number of zeros below the lowest bit of 32; 32 of zero. */
static inline uint64_t scan_zeros32(uint32_t x)
{
#if defined(__BMI__) && !defined(__clang__)
        uint64_t n;

        __asm__("tzcnt %k1, %k0" : "=r"(n) : "rm"(x) : "cc");
        return n;
#elif defined(__BMI__)
        return __builtin_ia32_tzcnt_u32(x);
#else
        return (uint64_t)__builtin_ctzll(x | UINT64_C(1) << 32);
#endif
}

/* How many bits are set; by hand for gcc, for the same reason. */
static inline uint64_t scan_popcnt(uint64_t x)
{
#if defined(__POPCNT__) && !defined(__clang__)
        uint64_t n;

        __asm__("popcnt %1, %0" : "=r"(n) : "rm"(x) : "cc");
        return n;
#else
        return (uint64_t)__builtin_popcountll(x);
#endif
}

/* Where lines end in the block at base. Nearly always at most two do, so that many are written
 * without asking: a branch on how many there are is a branch mispredicted. Returns how many. */
static inline uint64_t scan_lines(uint64_t ends, uint64_t base, uint16_t *eol)
{
        uint64_t n = scan_popcnt(ends);

        for (unsigned i = 0; i < 2; i++, ends &= ends - 1)
                eol[i] = (uint16_t)(base + scan_zeros(ends));
        for (unsigned i = 2; __builtin_expect(i < n, 0); i++, ends &= ends - 1)
                eol[i] = (uint16_t)(base + scan_zeros(ends));
        return n;
}

struct scan_walk {
        uint64_t two;   /* the last two octets of the block before: bit 1 is the later one */
        uint16_t *eol;  /* of the next line */
        uint64_t third; /* of the block that was taken: control octets that are the third in
                         * succession */
};

/* The block at base. True when the section ends in it. Sums, where the lowest bits are free,
 * because a shift and a sum are one instruction. */
static inline bool scan_take(struct scan_walk *w, uint64_t ctl, uint64_t base)
{
        uint64_t ends = ctl & ~(2 * ctl + (w->two >> 1));

        w->third = (4 * ctl + w->two) & ~ends & ctl;
        if (__builtin_expect(w->third != 0, 0)) {
                /* Behind the third one may be more; those are no lines of this section. */
                w->eol += scan_lines(ends & (w->third ^ (w->third - 1)), base, w->eol);
                return true;
        }
        w->two = ctl >> 62;
        w->eol += scan_lines(ends, base, w->eol);
        return false;
}

/* The section ends in the block at base. */
static inline bool scan_end(const struct scan_walk *w, const uint8_t *buf, uint32_t limit,
                            uint64_t base, struct scan_index *out)
{
        uint32_t o = (uint32_t)base + scan_ctz(w->third);
        uint32_t lines = (uint32_t)(w->eol - out->eol);

        out->header_end = (uint16_t)(o + 2);
        out->line_cnt = (uint16_t)lines;
        return o + 2 <= limit && memcmp(buf + o - 2, "\r\n\r\n", 4) == 0 && lines <= SCAN_LINES_MAX;
}

static inline __attribute__((always_inline)) bool scan_drive(const uint8_t *buf, uint32_t len,
                                                             struct scan_index *out)
{
        uint64_t limit = len < SCAN_BYTES_MAX ? len : SCAN_BYTES_MAX, base, over;
        struct scan_walk w = {0, out->eol, 0};
        uint64_t *stop = out->stop;
        struct scan_block b;

        if (len < SCAN_BLOCK_BYTES)
                return false;
        for (base = 0; base <= limit - SCAN_BLOCK_BYTES; base += SCAN_BLOCK_BYTES) {
                b = scan_classify(buf + base);
                *stop++ = b.stop;
                if (scan_take(&w, b.ctl, base))
                        return scan_end(&w, buf, (uint32_t)limit, base, out);
        }
        if (base == limit)
                return false;
        /* The last block is read from further ahead and shifted, so that nothing is copied. */
        over = base + SCAN_BLOCK_BYTES - limit;
        b = scan_classify(buf + limit - SCAN_BLOCK_BYTES);
        *stop = b.stop >> over;
        return scan_take(&w, b.ctl >> over, base) && scan_end(&w, buf, (uint32_t)limit, base, out);
}

#endif
