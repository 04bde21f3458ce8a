/* SPDX-License-Identifier: Apache-2.0 */
/* Four registers of 16 octets a block; this file alone is built for SSE4.2 and POPCNT. */
#include <nmmintrin.h>

#include "parser/scan/scan_driver.h"
#include "parser/scan/scan_select.h"

typedef struct {
        __m128i a, z;
} scan_vec;

static inline __m128i load(const uint8_t *p)
{
        return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static inline scan_vec scan_load(const uint8_t *p)
{
        return (scan_vec){load(p), load(p + 16)};
}

static inline uint32_t bits(__m128i a, __m128i z)
{
        return (uint32_t)_mm_movemask_epi8(a) | (uint32_t)_mm_movemask_epi8(z) << 16;
}

static inline uint32_t scan_eq(scan_vec v, char c)
{
        __m128i all = _mm_set1_epi8(c);

        return bits(_mm_cmpeq_epi8(v.a, all), _mm_cmpeq_epi8(v.z, all));
}

/* Octets below c, a positive one; those above 0x7f count as negative. */
static inline uint32_t scan_below(scan_vec v, char c)
{
        __m128i all = _mm_set1_epi8(c);

        return bits(_mm_cmpgt_epi8(all, v.a), _mm_cmpgt_epi8(all, v.z));
}

/* One more makes 0x7f negative, and with it all from 0x7f on; 0xff becomes 0, which is below too.
 */
static inline uint32_t ctl(scan_vec v)
{
        const __m128i one = _mm_set1_epi8(1);

        return scan_below((scan_vec){_mm_add_epi8(v.a, one), _mm_add_epi8(v.z, one)}, 0x21);
}

/* Octets whose row, picked by their lower half, lacks the bit of their upper half. The shuffle
 * gives 0 for octets above 0x7f. */
static inline __m128i stop16(__m128i v)
{
        __m128i upper = _mm_and_si128(_mm_srli_epi16(v, 4), _mm_set1_epi8(0x0f));
        __m128i row = _mm_shuffle_epi8(load(scan_run_rows), v);
        __m128i bit = _mm_shuffle_epi8(load(scan_row_bit), upper);

        return _mm_cmpeq_epi8(_mm_and_si128(row, bit), _mm_setzero_si128());
}

static inline uint32_t stop(scan_vec v)
{
        return bits(stop16(v.a), stop16(v.z));
}

static inline struct scan_block scan_classify(const uint8_t *p)
{
        scan_vec a = scan_load(p), z = scan_load(p + 32);

        return (struct scan_block){
            .lf = scan_eq(a, '\n') | (uint64_t)scan_eq(z, '\n') << 32,
            .ctl = ctl(a) | (uint64_t)ctl(z) << 32,
            .stop = stop(a) | (uint64_t)stop(z) << 32,
        };
}

#include "parser/fast/fast_msg.h" /* needs the above */

bool scan_sse42(const uint8_t *buf, uint32_t len, struct scan_index *out)
{
        return scan_drive(buf, len, out);
}

bool fast_sse42(const uint8_t *buf, uint32_t len, struct sip_msg *m)
{
        return fast_msg(buf, len, m);
}
