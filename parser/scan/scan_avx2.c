/* SPDX-License-Identifier: Apache-2.0 */
/* Two registers of 32 octets a block; this file alone is built with -mavx2. */
#include <immintrin.h>

#include "parser/scan/scan_select.h"

static inline uint32_t equal(__m256i v, char c)
{
        return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_set1_epi8(c)));
}

struct half {
        uint32_t lf, cr, colon, ctl, high;
};

static inline struct half classify_half(const uint8_t *p)
{
        __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)p);
        /* Unsigned v <= 0x1f: the smaller of v and 0x1f is v itself. */
        __m256i low = _mm256_cmpeq_epi8(_mm256_min_epu8(v, _mm256_set1_epi8(0x1f)), v);
        struct half h;

        h.lf = equal(v, '\n');
        h.cr = equal(v, '\r');
        h.colon = equal(v, ':');
        h.ctl = ((uint32_t)_mm256_movemask_epi8(low) & ~(h.lf | h.cr | equal(v, '\t'))) |
                equal(v, 0x7f);
        h.high = (uint32_t)_mm256_movemask_epi8(v);
        return h;
}

static inline void scan_classify(const uint8_t *p, struct scan_block *b)
{
        struct half a = classify_half(p);
        struct half z = classify_half(p + 32);

        b->lf = a.lf | (uint64_t)z.lf << 32;
        b->cr = a.cr | (uint64_t)z.cr << 32;
        b->colon = a.colon | (uint64_t)z.colon << 32;
        b->ctl = a.ctl | (uint64_t)z.ctl << 32;
        b->high = a.high | (uint64_t)z.high << 32;
}

#include "parser/scan/scan_driver.h"

void scan_avx2(const uint8_t *buf, size_t len, struct scan_block *out)
{
        scan_drive(buf, len, out);
}
