/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record_scan_avx512.c - a set's heads in one register, with AVX-512F. The load is of one line;
 * CPUs that have the instructions move each of its words as a whole, as they do a vector of
 * pointers that another thread stores to, and in the order of x86: not before a locked instruction
 * that came first.
 */
#include "dataplane/state/record_scan.h"

#include <immintrin.h>

/* Opaque to the compiler's own reordering: these functions are called through a pointer. */
static inline __m512i load(const _Atomic uint64_t *heads)
{
        return _mm512_load_si512((const void *)(uintptr_t)heads);
}

static inline unsigned free_of(__m512i first, __m512i second)
{
        const __m512i phase = _mm512_set1_epi64((int64_t)PHASE_MASK);

        return _mm512_testn_epi64_mask(first, phase) |
               (unsigned)_mm512_testn_epi64_mask(second, phase) << SCAN_WAYS;
}

static inline unsigned same_of(__m512i first, __m512i second, uint64_t fp)
{
        const __m512i sought = _mm512_set1_epi64((int64_t)fp);

        return _mm512_cmpeq_epi64_mask(_mm512_srli_epi64(first, FP_SHIFT), sought) |
               (unsigned)_mm512_cmpeq_epi64_mask(_mm512_srli_epi64(second, FP_SHIFT), sought)
                   << SCAN_WAYS;
}

static unsigned same(const _Atomic uint64_t *first, const _Atomic uint64_t *second, uint64_t fp)
{
        const __m512i a = load(first), b = load(second);

        return same_of(a, b, fp) & ~free_of(a, b);
}

static inline __m512i loss_of(__m512i heads, unsigned first_place, uint64_t now_tick)
{
        const __m512i never = _mm512_set1_epi64(SCAN_LOSS_NEVER);
        const __m512i place = _mm512_add_epi64(_mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0),
                                               _mm512_set1_epi64((int64_t)first_place));
        /* one tick less, so that an end which has just come is far away like all past ones */
        const __m512i left =
            _mm512_and_si512(_mm512_sub_epi64(heads, _mm512_set1_epi64((int64_t)(now_tick + 1))),
                             _mm512_set1_epi64((int64_t)END_MASK));
        const __mmask8 lives =
            _mm512_cmplt_epu64_mask(left, _mm512_set1_epi64((int64_t)LIFE_TICKS));
        const __mmask8 kept = _mm512_test_epi64_mask(heads, _mm512_set1_epi64((int64_t)KEPT_BIT));
        const __mmask8 filled = _mm512_test_epi64_mask(
            heads, _mm512_set1_epi64((int64_t)((uint64_t)PHASE_BUSY << PHASE_SHIFT)));
        const __m512i much = _mm512_or_si512(_mm512_slli_epi64(left, SCAN_LOSS_SHIFT),
                                             _mm512_set1_epi64(SCAN_LOSS_LIVE));
        const __m512i loss = _mm512_mask_or_epi64(place, lives, place, much);

        return _mm512_mask_or_epi64(loss, (__mmask8)((lives & kept) | filled), loss, never);
}

static void sight(const _Atomic uint64_t *first, const _Atomic uint64_t *second, uint64_t fp,
                  uint64_t now_tick, struct dp_rec_sight *out)
{
        _Alignas(64) uint64_t heads[SCAN_PLACES];
        const __m512i a = load(first), b = load(second);
        const unsigned free = free_of(a, b);
        uint64_t least;

        out->same = (uint16_t)(same_of(a, b, fp) & ~free);
        if (free != 0) {
                scan_take_free(first, second, free, out);
                return;
        }
        least = _mm512_reduce_min_epu64(
            _mm512_min_epu64(loss_of(a, 0, now_tick), loss_of(b, SCAN_WAYS, now_tick)));
        _mm512_store_si512(&heads[0], a);
        _mm512_store_si512(&heads[SCAN_WAYS], b);
        out->place = (uint8_t)(least % SCAN_PLACES);
        out->head = heads[out->place];
        out->has_way = least < SCAN_LOSS_NEVER;
}

const struct dp_rec_scan dp_rec_scan_avx512 = {"avx512", same, sight};
