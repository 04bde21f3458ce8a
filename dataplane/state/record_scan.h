/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record_scan.h - the heads of a key's two sets, looked at all at once and without branches: which
 * have its fingerprint, which ways are free, which entry would be missed least. Pure but for the
 * loads; for record_table.c alone. SSE2, which every x86-64 has.
 *
 * A place is a number from 0 to 15, the ways of the first set before those of the second; in bits
 * the first place is the lowest.
 */
#ifndef SLUICE_DATAPLANE_STATE_RECORD_SCAN_H
#define SLUICE_DATAPLANE_STATE_RECORD_SCAN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <emmintrin.h>

#include "dataplane/state/record_head.h"

#define SCAN_WAYS   8u /* of a set */
#define SCAN_PLACES (2 * SCAN_WAYS)
#define SCAN_LANES  4u
#define SCAN_PARTS  (SCAN_PLACES / SCAN_LANES)

/* Heads as they were, halves apart: a fingerprint and a phase are in the one, an end in the other.
 */
struct scan_heads {
        __m128i low[SCAN_PARTS];
        __m128i high[SCAN_PARTS];
};

/* Sequentially consistent for duplicates_settle(). */
static inline __m128i scan_pair(const _Atomic uint64_t *head)
{
        uint64_t first = atomic_load(&head[0]);
        uint64_t second = atomic_load(&head[1]);

        return _mm_set_epi64x((int64_t)second, (int64_t)first);
}

static inline void scan_part(struct scan_heads *h, unsigned part, const _Atomic uint64_t *head)
{
        const __m128 a = _mm_castsi128_ps(scan_pair(head));
        const __m128 b = _mm_castsi128_ps(scan_pair(head + 2));

        h->low[part] = _mm_castps_si128(_mm_shuffle_ps(a, b, _MM_SHUFFLE(2, 0, 2, 0)));
        h->high[part] = _mm_castps_si128(_mm_shuffle_ps(a, b, _MM_SHUFFLE(3, 1, 3, 1)));
}

static inline void scan_load(struct scan_heads *h, const _Atomic uint64_t first[SCAN_WAYS],
                             const _Atomic uint64_t second[SCAN_WAYS])
{
        scan_part(h, 0, first);
        scan_part(h, 1, first + SCAN_LANES);
        scan_part(h, 2, second);
        scan_part(h, 3, second + SCAN_LANES);
}

/* One bit for each lane that is all ones. */
static inline unsigned scan_bits(const __m128i lanes[SCAN_PARTS])
{
        return (unsigned)_mm_movemask_epi8(_mm_packs_epi16(_mm_packs_epi32(lanes[0], lanes[1]),
                                                           _mm_packs_epi32(lanes[2], lanes[3])));
}

/* Ways that are nobody's; of entries that have ended none. */
static inline unsigned scan_free(const struct scan_heads *h)
{
        const __m128i phase = _mm_set1_epi32((int)(PHASE_MASK >> 32));
        __m128i free[SCAN_PARTS];

        for (unsigned i = 0; i < SCAN_PARTS; i++)
                free[i] = _mm_cmpeq_epi32(_mm_and_si128(h->high[i], phase), _mm_setzero_si128());
        return scan_bits(free);
}

/* Heads with this fingerprint, free ways among them. */
static inline unsigned scan_same(const struct scan_heads *h, uint64_t fp)
{
        const __m128i sought = _mm_set1_epi32((int)fp);
        __m128i same[SCAN_PARTS];

        for (unsigned i = 0; i < SCAN_PARTS; i++)
                same[i] = _mm_cmpeq_epi32(_mm_srli_epi32(h->high[i], FP_SHIFT - 32), sought);
        return scan_bits(same);
}

/*
 * What is lost with the entry of a place, in one number that can be compared: the ticks that it
 * still has, 0 for one that has ended, then the place. An entry that is kept as long as it lives,
 * and a way that is being filled, are NEVER.
 */
#define SCAN_LOSS_SHIFT   5u
#define SCAN_LOSS_NEVER   (1 << 30)
#define SCAN_LOSS_LIVE    (1 << 4)
#define SCAN_NEVER_SHIFT  (30u - (44u - 32u)) /* from KEPT_BIT, of the high half */
#define SCAN_FILLED_SHIFT (30u - (45u - 32u)) /* from PHASE_BUSY */
_Static_assert(LIFE_TICKS << SCAN_LOSS_SHIFT < SCAN_LOSS_NEVER, "a life is no number that fits");
_Static_assert(KEPT_BIT == UINT64_C(1) << 44 && PHASE_SHIFT == 45 && PHASE_BUSY == 1,
               "bits are shifted to where NEVER stands");

static inline __m128i scan_loss(const struct scan_heads *h, unsigned part, uint64_t now_tick)
{
        const __m128i place =
            _mm_add_epi32(_mm_set1_epi32((int)(part * SCAN_LANES)), _mm_set_epi32(3, 2, 1, 0));
        const __m128i never = _mm_set1_epi32(SCAN_LOSS_NEVER);
        /* one tick less, so that an end which has just come is far away like all past ones */
        const __m128i left =
            _mm_and_si128(_mm_sub_epi32(h->low[part], _mm_set1_epi32((int)(now_tick + 1))),
                          _mm_set1_epi32((int)END_MASK));
        const __m128i lives = _mm_cmpgt_epi32(_mm_set1_epi32((int)LIFE_TICKS), left);
        const __m128i kept = _mm_and_si128(_mm_slli_epi32(h->high[part], SCAN_NEVER_SHIFT), never);
        const __m128i filled =
            _mm_and_si128(_mm_slli_epi32(h->high[part], SCAN_FILLED_SHIFT), never);
        const __m128i much = _mm_or_si128(_mm_or_si128(_mm_slli_epi32(left, SCAN_LOSS_SHIFT), kept),
                                          _mm_set1_epi32(SCAN_LOSS_LIVE));

        return _mm_or_si128(_mm_or_si128(_mm_and_si128(much, lives), filled), place);
}

static inline __m128i scan_min(__m128i a, __m128i b)
{
        const __m128i of_a = _mm_cmpgt_epi32(b, a);

        return _mm_or_si128(_mm_and_si128(of_a, a), _mm_andnot_si128(of_a, b));
}

/* The place whose entry is lost with the least harm, and its head as it was. Of sets without a free
 * way; false: of all of them none may go. */
static inline bool scan_least(const struct scan_heads *h, uint64_t now_tick, unsigned *place,
                              uint64_t *head)
{
        __m128i m = scan_min(scan_min(scan_loss(h, 0, now_tick), scan_loss(h, 1, now_tick)),
                             scan_min(scan_loss(h, 2, now_tick), scan_loss(h, 3, now_tick)));
        uint32_t low[SCAN_PLACES], high[SCAN_PLACES];
        int least;

        m = scan_min(m, _mm_shuffle_epi32(m, _MM_SHUFFLE(1, 0, 3, 2)));
        m = scan_min(m, _mm_shuffle_epi32(m, _MM_SHUFFLE(2, 3, 0, 1)));
        least = _mm_cvtsi128_si32(m);
        for (unsigned i = 0; i < SCAN_PARTS; i++) {
                _mm_storeu_si128((__m128i *)(void *)&low[i * SCAN_LANES], h->low[i]);
                _mm_storeu_si128((__m128i *)(void *)&high[i * SCAN_LANES], h->high[i]);
        }
        *place = (unsigned)least % SCAN_PLACES;
        *head = (uint64_t)high[*place] << 32 | low[*place];
        return least < SCAN_LOSS_NEVER;
}

#endif
