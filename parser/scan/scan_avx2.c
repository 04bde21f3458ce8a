/* SPDX-License-Identifier: Apache-2.0 */
/* Two registers of 32 octets a block; this file alone is built for AVX2, BMI1 and BMI2. */
#include "parser/scan/scan_driver.h"
#include "parser/scan/scan_select.h"
#include "parser/scan/scan_vec_avx2.h"

static inline scan_vec both(const uint8_t table[16])
{
        return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)table));
}

/* One more makes 0x7f negative, and with it all from 0x7f on; 0xff becomes 0, which is below too.
 */
static inline uint32_t ctl(scan_vec v)
{
        return scan_below(_mm256_add_epi8(v, _mm256_set1_epi8(1)), 0x21);
}

/* Octets whose row, picked by their lower half, lacks the bit of their upper half. The shuffle
 * gives 0 for octets above 0x7f. */
static inline uint32_t stop(scan_vec v)
{
        scan_vec upper = _mm256_and_si256(_mm256_srli_epi16(v, 4), _mm256_set1_epi8(0x0f));
        scan_vec row = _mm256_shuffle_epi8(both(scan_run_rows), v);
        scan_vec bit = _mm256_shuffle_epi8(both(scan_row_bit), upper);

        return scan_bits(_mm256_cmpeq_epi8(_mm256_and_si256(row, bit), _mm256_setzero_si256()));
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

bool scan_avx2(const uint8_t *buf, uint32_t len, struct scan_index *out)
{
        return scan_drive(buf, len, out);
}

bool fast_avx2(const uint8_t *buf, uint32_t len, struct sip_msg *m)
{
        return fast_msg(buf, len, m);
}
