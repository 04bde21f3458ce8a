/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fast_number.h - decimal numbers of up to eight digits, all digits at once. Private.
 */
#ifndef SLUICE_PARSER_FAST_FAST_NUMBER_H
#define SLUICE_PARSER_FAST_FAST_NUMBER_H

#include <smmintrin.h>

#include "parser/fast/fast_run.h"
#include "parser/fast/fast_tables.h"

static inline __m128i fast_load16(const void *p)
{
        return _mm_loadu_si128((const __m128i *)p);
}

/* The decimal number [v, e) of 1..8 digits; anything else is declined. Eight octets before e are in
 * memory; those that are not ours become leading zeros. */
static inline bool fast_number(const struct fast *f, uint64_t v, uint64_t e, uint32_t *out)
{
        const struct fast_tables *t = &fast_tables;
        uint64_t n = e - v;
        __m128i d, above;

        if (n - 1 >= 8)
                return false;
        d = _mm_loadl_epi64((const __m128i *)(const void *)(f->b + e - 8));
        d = _mm_and_si128(_mm_sub_epi8(d, fast_load16(t->zeros)), fast_load16(t->last + n));
        above = _mm_subs_epu8(d, fast_load16(t->nines));
        if (!_mm_testz_si128(above, above))
                return false;
        /* Sums of pairs, of fours, of eight. */
        d = _mm_maddubs_epi16(d, fast_load16(t->tens));
        d = _mm_madd_epi16(d, fast_load16(t->hundreds));
        d = _mm_madd_epi16(_mm_packus_epi32(d, d), fast_load16(t->myriads));
        *out = (uint32_t)_mm_cvtsi128_si32(d);
        return true;
}

#endif
