/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record_scan.c - with SSE2, four heads in two registers, their halves apart.
 */
#include "dataplane/state/record_scan.h"

#include <emmintrin.h>

#define LANES 4u
#define PARTS (SCAN_PLACES / LANES)

/* Heads as they were, halves apart: a fingerprint and a phase are in the one, an end in the other.
 */
struct halves {
        __m128i low[PARTS];
        __m128i high[PARTS];
};

/* Sequentially consistent for duplicates_settle(). */
static inline __m128i pair_of(const _Atomic uint64_t *head)
{
        uint64_t first = atomic_load(&head[0]);
        uint64_t second = atomic_load(&head[1]);

        return _mm_set_epi64x((int64_t)second, (int64_t)first);
}

static inline void part_load(struct halves *h, unsigned part, const _Atomic uint64_t *head)
{
        const __m128 a = _mm_castsi128_ps(pair_of(head));
        const __m128 b = _mm_castsi128_ps(pair_of(head + 2));

        h->low[part] = _mm_castps_si128(_mm_shuffle_ps(a, b, _MM_SHUFFLE(2, 0, 2, 0)));
        h->high[part] = _mm_castps_si128(_mm_shuffle_ps(a, b, _MM_SHUFFLE(3, 1, 3, 1)));
}

static inline void load(struct halves *h, const _Atomic uint64_t *first,
                        const _Atomic uint64_t *second)
{
        part_load(h, 0, first);
        part_load(h, 1, first + LANES);
        part_load(h, 2, second);
        part_load(h, 3, second + LANES);
}

/* One bit for each lane that is all ones. */
static inline unsigned bits(const __m128i lanes[PARTS])
{
        return (unsigned)_mm_movemask_epi8(_mm_packs_epi16(_mm_packs_epi32(lanes[0], lanes[1]),
                                                           _mm_packs_epi32(lanes[2], lanes[3])));
}

/* Ways that are nobody's; of entries that have ended none. */
static inline unsigned free_of(const struct halves *h)
{
        const __m128i phase = _mm_set1_epi32((int)(PHASE_MASK >> 32));
        __m128i free[PARTS];

        for (unsigned i = 0; i < PARTS; i++)
                free[i] = _mm_cmpeq_epi32(_mm_and_si128(h->high[i], phase), _mm_setzero_si128());
        return bits(free);
}

/* Heads with this fingerprint, free ways among them. */
static inline unsigned same_of(const struct halves *h, uint64_t fp)
{
        const __m128i sought = _mm_set1_epi32((int)fp);
        __m128i same[PARTS];

        for (unsigned i = 0; i < PARTS; i++)
                same[i] = _mm_cmpeq_epi32(_mm_srli_epi32(h->high[i], FP_SHIFT - 32), sought);
        return bits(same);
}

#define NEVER_SHIFT  (30u - (44u - 32u)) /* from KEPT_BIT, of the high half */
#define FILLED_SHIFT (30u - (45u - 32u)) /* from PHASE_BUSY */
_Static_assert(KEPT_BIT == UINT64_C(1) << 44 && PHASE_SHIFT == 45 && PHASE_BUSY == 1,
               "bits are shifted to where NEVER stands");

static inline __m128i loss_of(const struct halves *h, unsigned part, uint64_t now_tick)
{
        const __m128i place =
            _mm_add_epi32(_mm_set1_epi32((int)(part * LANES)), _mm_set_epi32(3, 2, 1, 0));
        const __m128i never = _mm_set1_epi32(SCAN_LOSS_NEVER);
        /* one tick less, so that an end which has just come is far away like all past ones */
        const __m128i left =
            _mm_and_si128(_mm_sub_epi32(h->low[part], _mm_set1_epi32((int)(now_tick + 1))),
                          _mm_set1_epi32((int)END_MASK));
        const __m128i lives = _mm_cmpgt_epi32(_mm_set1_epi32((int)LIFE_TICKS), left);
        const __m128i kept = _mm_and_si128(_mm_slli_epi32(h->high[part], NEVER_SHIFT), never);
        const __m128i filled = _mm_and_si128(_mm_slli_epi32(h->high[part], FILLED_SHIFT), never);
        const __m128i much = _mm_or_si128(_mm_or_si128(_mm_slli_epi32(left, SCAN_LOSS_SHIFT), kept),
                                          _mm_set1_epi32(SCAN_LOSS_LIVE));

        return _mm_or_si128(_mm_or_si128(_mm_and_si128(much, lives), filled), place);
}

static inline __m128i least_of_two(__m128i a, __m128i b)
{
        const __m128i of_a = _mm_cmpgt_epi32(b, a);

        return _mm_or_si128(_mm_and_si128(of_a, a), _mm_andnot_si128(of_a, b));
}

/* The place whose entry is lost with the least harm, and its head as it was. Of sets without a free
 * way; false: of all of them none may go. */
static inline bool find_least(const struct halves *h, uint64_t now_tick, unsigned *place,
                              uint64_t *head)
{
        __m128i m = least_of_two(least_of_two(loss_of(h, 0, now_tick), loss_of(h, 1, now_tick)),
                                 least_of_two(loss_of(h, 2, now_tick), loss_of(h, 3, now_tick)));
        uint32_t low[SCAN_PLACES], high[SCAN_PLACES];
        int least;

        m = least_of_two(m, _mm_shuffle_epi32(m, _MM_SHUFFLE(1, 0, 3, 2)));
        m = least_of_two(m, _mm_shuffle_epi32(m, _MM_SHUFFLE(2, 3, 0, 1)));
        least = _mm_cvtsi128_si32(m);
        for (unsigned i = 0; i < PARTS; i++) {
                _mm_storeu_si128((__m128i *)(void *)&low[i * LANES], h->low[i]);
                _mm_storeu_si128((__m128i *)(void *)&high[i * LANES], h->high[i]);
        }
        *place = (unsigned)least % SCAN_PLACES;
        *head = (uint64_t)high[*place] << 32 | low[*place];
        return least < SCAN_LOSS_NEVER;
}

static unsigned same(const _Atomic uint64_t *first, const _Atomic uint64_t *second, uint64_t fp)
{
        struct halves h;

        load(&h, first, second);
        return same_of(&h, fp) & ~free_of(&h);
}

static void sight(const _Atomic uint64_t *first, const _Atomic uint64_t *second, uint64_t fp,
                  uint64_t now_tick, struct dp_rec_sight *out)
{
        struct halves h;
        unsigned free, place;

        load(&h, first, second);
        free = free_of(&h);
        out->same = (uint16_t)(same_of(&h, fp) & ~free);
        if (free != 0) {
                scan_take_free(first, second, free, out);
                return;
        }
        out->has_way = find_least(&h, now_tick, &place, &out->head);
        out->place = (uint8_t)place;
}

const struct dp_rec_scan dp_rec_scan_sse2 = {"sse2", same, sight};
