/* SPDX-License-Identifier: Apache-2.0 */
/*
 * digits.h - numbers as text of a fixed width, eight characters in one word at a time.
 */
#ifndef SLUICE_BENCH_HARNESS_ENGINE_DIGITS_H
#define SLUICE_BENCH_HARNESS_ENGINE_DIGITS_H

#include <stdint.h>
#include <string.h>

/* Eight lower-case hexadecimal digits, most significant first. */
static inline void sb_hex8(uint8_t *to, uint32_t v)
{
        uint64_t x =
            __builtin_bswap32(v); /* the first octet in memory gives the first two digits */
        uint64_t letters;

        x = (x | x << 16) & UINT64_C(0x0000ffff0000ffff);
        x = (x | x << 8) & UINT64_C(0x00ff00ff00ff00ff);
        x = ((x >> 4) | (x << 8)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
        letters = ((x + UINT64_C(0x0606060606060606)) >> 4) & UINT64_C(0x0101010101010101);
        x += UINT64_C(0x3030303030303030) + letters * ('a' - '0' - 10);
        memcpy(to, &x, sizeof(x));
}

static inline void sb_hex16(uint8_t *to, uint64_t v)
{
        sb_hex8(to, (uint32_t)(v >> 32));
        sb_hex8(to + 8, (uint32_t)v);
}

/* Eight decimal digits of v mod 10^8. */
static inline void sb_dec8(uint8_t *to, uint32_t v)
{
        uint64_t x, high, low;

        v %= 100000000u;
        /* Split by 10^4, then by 10^2, then by 10, all parts at once; 5243/2^19 and 103/2^10 are
         * exact divisions by 100 and 10 in the range that is left. */
        high = v / 10000u;
        low = v % 10000u;
        x = high | low << 32;
        high = ((x * 5243u) >> 19) & UINT64_C(0x0000007f0000007f);
        x = high | (x - high * 100u) << 16;
        high = ((x * 103u) >> 10) & UINT64_C(0x000f000f000f000f);
        x = high | (x - high * 10u) << 8;
        x |= UINT64_C(0x3030303030303030);
        memcpy(to, &x, sizeof(x));
}

/* Hexadecimal digits of either case to *v; false when one of the n (at most 16) is none. */
static inline _Bool sb_unhex(const uint8_t *from, uint32_t n, uint64_t *v)
{
        static const uint8_t value[256] = {
            /* one more than the digit; 0: none */
            ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,
            ['6'] = 7,  ['7'] = 8,  ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
            ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
            ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16};
        uint64_t out = 0, all = 0;

        for (uint32_t i = 0; i < n; i++) {
                uint64_t d = (uint64_t)value[from[i]] - 1u;

                all |= d;
                out = out << 4 | (d & 15u);
        }
        *v = out;
        return all <= 15u;
}

/* Eight lower-case hexadecimal digits as a number; anything else gives some number. */
static inline uint32_t sb_unhex8_trusted(const uint8_t *from)
{
        uint64_t x;

        memcpy(&x, from, sizeof(x));
        /* A letter has bit 6, and its low four bits are one to six. */
        x = (x & UINT64_C(0x0f0f0f0f0f0f0f0f)) + 9u * (x >> 6 & UINT64_C(0x0101010101010101));
        x = (x << 4 | x >> 8) & UINT64_C(0x00ff00ff00ff00ff);
        x = (x | x >> 8) & UINT64_C(0x0000ffff0000ffff);
        return __builtin_bswap32((uint32_t)(x | x >> 16));
}

/* Sixteen digits as sb_hex16() writes them, and no others. */
static inline _Bool sb_unhex16(const uint8_t *from, uint64_t *v)
{
        uint8_t again[16];

        *v = (uint64_t)sb_unhex8_trusted(from) << 32 | sb_unhex8_trusted(from + 8);
        sb_hex16(again, *v);
        return memcmp(again, from, sizeof(again)) == 0;
}

#endif
