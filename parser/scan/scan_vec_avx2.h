/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_vec_avx2.h - the 32 octets of scan_driver.h in one register. Private: included by kernels
 * that are built for AVX2 at least.
 */
#ifndef SLUICE_PARSER_SCAN_SCAN_VEC_AVX2_H
#define SLUICE_PARSER_SCAN_SCAN_VEC_AVX2_H

#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>

#include "parser/scan/scan_tables.h"

typedef __m256i scan_vec;

static inline scan_vec scan_load(const void *p)
{
        return _mm256_loadu_si256((const __m256i *)p);
}

/* The first words of four octets each, 0..8, and zeros; no other octet is read. */
static inline scan_vec scan_load_words(const void *p, uint32_t words)
{
        scan_vec which = scan_load(scan_tables.words + 4 * (8 - words));

        return _mm256_maskload_epi32((const int *)p, which);
}

static inline uint32_t scan_bits(scan_vec v)
{
        return (uint32_t)_mm256_movemask_epi8(v);
}

static inline scan_vec scan_all(char c)
{
        return _mm256_set1_epi8(c);
}

/* Octets that are equal in both. */
static inline uint32_t scan_both(scan_vec a, scan_vec b)
{
        return scan_bits(_mm256_cmpeq_epi8(a, b));
}

/* Is all the same, in the bits of `care`? */
static inline bool scan_fits(scan_vec v, const void *as, const void *care)
{
        __m256i off = _mm256_xor_si256(v, scan_load(as));

        return _mm256_testz_si256(off, scan_load(care));
}

/* Octets that are those of a table, and that are above or under them as signed ones. */
static inline uint32_t scan_same(scan_vec v, const uint8_t table[32])
{
        return scan_bits(_mm256_cmpeq_epi8(v, scan_load(table)));
}

static inline uint32_t scan_above(scan_vec v, const uint8_t table[32])
{
        return scan_bits(_mm256_cmpgt_epi8(v, scan_load(table)));
}

static inline uint32_t scan_under(scan_vec v, const uint8_t table[32])
{
        return scan_bits(_mm256_cmpgt_epi8(scan_load(table), v));
}

static inline scan_vec scan_or(scan_vec a, scan_vec b)
{
        return _mm256_or_si256(a, b);
}

static inline scan_vec scan_and(scan_vec a, scan_vec b)
{
        return _mm256_and_si256(a, b);
}

static inline scan_vec scan_add(scan_vec a, scan_vec b)
{
        return _mm256_add_epi8(a, b);
}

/* Each octet's entry by its lower half; 0 for octets above 0x7f. */
static inline scan_vec scan_lookup(const uint8_t table[32], scan_vec v)
{
        return _mm256_shuffle_epi8(scan_load(table), v);
}

/* The upper halves become the lower ones; the others are any. */
static inline scan_vec scan_shift(scan_vec v)
{
        return _mm256_srli_epi16(v, 4);
}

#endif
