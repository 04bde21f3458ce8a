/* SPDX-License-Identifier: Apache-2.0 */
/* Four registers of 16 octets a block; this file alone is built with -msse4.2. */
#include <nmmintrin.h>

#include "parser/scan/scan_driver.h"
#include "parser/scan/scan_select.h"

static inline __m128i load(const uint8_t *p)
{
        return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static inline __m128i is(__m128i v, char c)
{
        return _mm_cmpeq_epi8(v, _mm_set1_epi8(c));
}

static inline uint64_t bits(__m128i v, unsigned quarter)
{
        return (uint64_t)(uint32_t)_mm_movemask_epi8(v) << (16 * quarter);
}

/* Octets whose row, picked by their lower half, lacks the bit of their upper half. The shuffle
 * gives 0 for octets above 0x7f. */
static inline __m128i outside(__m128i rows, __m128i v, __m128i bit)
{
        return _mm_cmpeq_epi8(_mm_and_si128(_mm_shuffle_epi8(rows, v), bit), _mm_setzero_si128());
}

static inline void scan_classify(const uint8_t *p, struct scan_map *out, uint32_t word)
{
        __m128i v[4], bit[4];
        uint64_t lf = 0, cr = 0, gt = 0, sep = 0, quote = 0;

        for (unsigned q = 0; q < 4; q++) {
                v[q] = load(p + 16 * q);
                bit[q] = _mm_shuffle_epi8(load(scan_row_bit), _mm_and_si128(_mm_srli_epi16(v[q], 4),
                                                                            _mm_set1_epi8(0x0f)));
                lf |= bits(is(v[q], '\n'), q);
                cr |= bits(is(v[q], '\r'), q);
                gt |= bits(is(v[q], '>'), q);
                sep |= bits(_mm_or_si128(is(v[q], '.'), is(v[q], '-')), q);
                quote |= bits(_mm_or_si128(is(v[q], '"'), is(v[q], '\\')), q);
        }
        out->row[SCAN_LF][word] = lf;
        out->row[SCAN_CR][word] = cr;
        out->row[SCAN_GT][word] = gt;
        out->row[SCAN_SEP][word] = sep;
        out->row[SCAN_QUOTE][word] = quote;
        for (unsigned c = SCAN_ODD; c < SCAN_CLASS_CNT; c++) {
                __m128i rows = load(scan_rows[c - SCAN_ODD]);

                out->row[c][word] =
                    bits(outside(rows, v[0], bit[0]), 0) | bits(outside(rows, v[1], bit[1]), 1) |
                    bits(outside(rows, v[2], bit[2]), 2) | bits(outside(rows, v[3], bit[3]), 3);
        }
}

void scan_sse42(const uint8_t *buf, uint32_t from, uint32_t to, struct scan_map *out)
{
        scan_drive(buf, from, to, out);
}
