/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan_vec_avx2.h - the 32 octets of scan_driver.h in one register. Private: included by kernels
 * that are built for AVX2 at least.
 */
#ifndef SLUICE_PARSER_SCAN_SCAN_VEC_AVX2_H
#define SLUICE_PARSER_SCAN_SCAN_VEC_AVX2_H

#include <immintrin.h>
#include <stdint.h>

typedef __m256i scan_vec;

static inline scan_vec scan_load(const uint8_t *p)
{
        return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

static inline uint32_t scan_bits(scan_vec v)
{
        return (uint32_t)_mm256_movemask_epi8(v);
}

static inline uint32_t scan_eq(scan_vec v, char c)
{
        return scan_bits(_mm256_cmpeq_epi8(v, _mm256_set1_epi8(c)));
}

/* Octets below c, a positive one; those above 0x7f count as negative. */
static inline uint32_t scan_below(scan_vec v, char c)
{
        return scan_bits(_mm256_cmpgt_epi8(_mm256_set1_epi8(c), v));
}

#endif
