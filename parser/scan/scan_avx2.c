/* SPDX-License-Identifier: Apache-2.0 */
/* Two registers of 32 octets a block; this file alone is built with -mavx2. */
#include <immintrin.h>

#include "parser/scan/scan_driver.h"
#include "parser/scan/scan_select.h"

static inline __m256i both(const uint8_t table[16])
{
        return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)table));
}

static inline __m256i is(__m256i v, char c)
{
        return _mm256_cmpeq_epi8(v, _mm256_set1_epi8(c));
}

static inline uint64_t bits(__m256i a, __m256i z)
{
        return (uint32_t)_mm256_movemask_epi8(a) | (uint64_t)(uint32_t)_mm256_movemask_epi8(z)
                                                       << 32;
}

static inline __m256i upper_bit(__m256i v)
{
        __m256i h = _mm256_and_si256(_mm256_srli_epi16(v, 4), _mm256_set1_epi8(0x0f));

        return _mm256_shuffle_epi8(both(scan_row_bit), h);
}

/* Octets whose row, picked by their lower half, lacks the bit of their upper half. The shuffle
 * gives 0 for octets above 0x7f. */
static inline __m256i outside(__m256i rows, __m256i v, __m256i bit)
{
        return _mm256_cmpeq_epi8(_mm256_and_si256(_mm256_shuffle_epi8(rows, v), bit),
                                 _mm256_setzero_si256());
}

static inline void scan_classify(const uint8_t *p, struct scan_map *out, uint32_t word)
{
        __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)p);
        __m256i z = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));
        __m256i abit = upper_bit(a);
        __m256i zbit = upper_bit(z);

        out->row[SCAN_LF][word] = bits(is(a, '\n'), is(z, '\n'));
        out->row[SCAN_CR][word] = bits(is(a, '\r'), is(z, '\r'));
        out->row[SCAN_GT][word] = bits(is(a, '>'), is(z, '>'));
        out->row[SCAN_SEP][word] =
            bits(_mm256_or_si256(is(a, '.'), is(a, '-')), _mm256_or_si256(is(z, '.'), is(z, '-')));
        out->row[SCAN_QUOTE][word] = bits(_mm256_or_si256(is(a, '"'), is(a, '\\')),
                                          _mm256_or_si256(is(z, '"'), is(z, '\\')));
        for (unsigned c = SCAN_ODD; c < SCAN_CLASS_CNT; c++) {
                __m256i rows = both(scan_rows[c - SCAN_ODD]);

                out->row[c][word] = bits(outside(rows, a, abit), outside(rows, z, zbit));
        }
}

void scan_avx2(const uint8_t *buf, uint32_t from, uint32_t to, struct scan_map *out)
{
        scan_drive(buf, from, to, out);
}
