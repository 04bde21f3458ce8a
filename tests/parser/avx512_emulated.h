/* SPDX-License-Identifier: Apache-2.0 */
/*
 * avx512_emulated.h - put in front of parser/scan/scan_avx512.c, makes it run on any x86-64: the
 * intrinsics become portable code of SIMDe with the same meaning. immintrin.h comes first, so that
 * the file's own #include of it adds nothing any more.
 *
 * Three are written here once more, because SIMDe's take clang 10 us a block and the campaign has
 * millions; test_avx512_emulated.c compares them with SIMDe's.
 */
#ifndef SLUICE_TESTS_PARSER_AVX512_EMULATED_H
#define SLUICE_TESTS_PARSER_AVX512_EMULATED_H

#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx512.h>

/* VPERMI2B: bits 0..5 of an index pick the octet, bit 6 the table. */
static inline __m512i emulated_permutex2var(__m512i a, __m512i idx, __m512i b)
{
        uint8_t table[128], at[64];
        __m512i out;

        memcpy(table, &a, 64);
        memcpy(table + 64, &b, 64);
        memcpy(at, &idx, 64);
        for (unsigned i = 0; i < 64; i++)
                at[i] = table[at[i] & 127];
        memcpy(&out, at, 64);
        return out;
}

/* VPMOVB2M: the uppermost bits. */
static inline __mmask64 emulated_movepi8(__m512i a)
{
        __m128i p[4];
        uint64_t m = 0;

        memcpy(p, &a, 64);
        for (unsigned i = 0; i < 4; i++)
                m |= (uint64_t)(uint32_t)_mm_movemask_epi8(p[i]) << 16 * i;
        return m;
}

static inline __m512i emulated_set1(char c)
{
        __m512i v;

        memset(&v, c, sizeof(v));
        return v;
}

/* PTEST and VPTEST. SIMDe's PTEST, up to 0.7.4 at least, says yes when one half of the register is
 * zero. */
static inline int emulated_testz(__m128i a, __m128i b)
{
        uint64_t x[2], y[2];

        memcpy(x, &a, 16);
        memcpy(y, &b, 16);
        return ((x[0] & y[0]) | (x[1] & y[1])) == 0;
}

static inline int emulated_testz256(__m256i a, __m256i b)
{
        uint64_t x[4], y[4];

        memcpy(x, &a, 32);
        memcpy(y, &b, 32);
        return ((x[0] & y[0]) | (x[1] & y[1]) | (x[2] & y[2]) | (x[3] & y[3])) == 0;
}

/* VPMASKMOVD: no word is read that the mask leaves out. SIMDe's reads them all. */
static inline __m256i emulated_maskload(const int *p, __m256i which)
{
        uint32_t mask[8], out[8] = {0};
        __m256i v;

        memcpy(mask, &which, 32);
        for (unsigned i = 0; i < 8; i++) {
                if (mask[i] >> 31)
                        memcpy(&out[i], (const uint8_t *)p + 4 * i, 4);
        }
        memcpy(&v, out, 32);
        return v;
}

#undef _mm256_maskload_epi32
#define _mm256_maskload_epi32(p, which) emulated_maskload(p, which)
#undef _mm256_testz_si256
#define _mm256_testz_si256(a, b) emulated_testz256(a, b)
#undef _mm_testz_si128
#define _mm_testz_si128(a, b) emulated_testz(a, b)
#undef _mm512_permutex2var_epi8
#define _mm512_permutex2var_epi8(a, idx, b) emulated_permutex2var(a, idx, b)
#undef _mm512_movepi8_mask
#define _mm512_movepi8_mask(a) emulated_movepi8(a)
#undef _mm512_set1_epi8
#define _mm512_set1_epi8(c) emulated_set1(c)

#endif
