/* SPDX-License-Identifier: Apache-2.0 */
/*
 * siphash_avx512.c - eight texts side by side; AVX-512F turns 64-bit words by itself, BW loads by
 * octets. Four such groups at a time where there are as many, for a round takes four times as long
 * as its instructions.
 */
#include <immintrin.h>

#include "dataplane/state/siphash_lanes.h"

#define LANES        8u
#define GROUPS_MAX   4u
#define CHUNK_WORDS  8u
#define CHUNK_OCTETS 64u

_Static_assert(DP_SIPHASH_JOBS % LANES == 0, "the last lanes have room");

typedef uint64_t lanes __attribute__((vector_size(8 * LANES)));

static inline lanes bytes_of(const struct dp_siphash_jobs *jobs, unsigned first)
{
        return (lanes)_mm512_cvtepu32_epi64(
            _mm256_load_si256((const __m256i *)&jobs->bytes[first]));
}

/* For each lane as many bits as it has octets in the chunk. */
static inline void masks_make(lanes bytes, uint32_t chunk, uint64_t masks[LANES])
{
        const __m512i size = _mm512_set1_epi64(CHUNK_OCTETS);
        const __m512i from = _mm512_set1_epi64((int64_t)chunk * CHUNK_OCTETS);
        __m512i left =
            _mm512_max_epi64(_mm512_sub_epi64((__m512i)bytes, from), _mm512_setzero_si512());

        left = _mm512_min_epi64(left, size);
        /* a shift by all 64 bits leaves none here */
        _mm512_store_si512(masks,
                           _mm512_srlv_epi64(_mm512_set1_epi64(-1), _mm512_sub_epi64(size, left)));
}

/* The octets of a text in a chunk, zeros behind them. No other is read, and with none no address.
 */
static inline __m512i row(const uint8_t *text, uint32_t chunk, uint64_t mask)
{
        return _mm512_maskz_loadu_epi8(
            mask, (const void *)((uintptr_t)text + (uintptr_t)chunk * CHUNK_OCTETS));
}

/* Words 8 * chunk .. 8 * chunk + 7 of eight texts. Rows of words become columns: neighbours, then
 * pairs of 128 bits, then halves. */
static inline void words_load(const struct dp_siphash_jobs *jobs, unsigned first, uint32_t chunk,
                              lanes words[CHUNK_WORDS])
{
        _Alignas(64) uint64_t masks[LANES];
        __m512i r[LANES], p[LANES], q[LANES];

        masks_make(bytes_of(jobs, first), chunk, masks);
        for (unsigned i = 0; i < LANES; i++)
                r[i] = row(jobs->text[first + i], chunk, masks[i]);
        for (unsigned i = 0; i < LANES; i += 2) {
                p[i] = _mm512_unpacklo_epi64(r[i], r[i + 1]);     /* words 0 2 4 6 of both */
                p[i + 1] = _mm512_unpackhi_epi64(r[i], r[i + 1]); /* words 1 3 5 7 */
        }
        for (unsigned i = 0; i < 2; i++) {
                q[i] = _mm512_shuffle_i64x2(p[i], p[i + 2], 0x88);         /* 0 4 of lanes 0..3 */
                q[i + 2] = _mm512_shuffle_i64x2(p[i], p[i + 2], 0xdd);     /* 2 6 */
                q[i + 4] = _mm512_shuffle_i64x2(p[i + 4], p[i + 6], 0x88); /* of lanes 4..7 */
                q[i + 6] = _mm512_shuffle_i64x2(p[i + 4], p[i + 6], 0xdd);
        }
        for (unsigned i = 0; i < 4; i++) {
                words[i] = (lanes)_mm512_shuffle_i64x2(q[i], q[i + 4], 0x88);
                words[i + 4] = (lanes)_mm512_shuffle_i64x2(q[i], q[i + 4], 0xdd);
        }
}

struct state {
        lanes a, b, c, d;
};

static inline lanes rotl(lanes x, unsigned n)
{
        return x << n | x >> (64u - n);
}

/* dp_siphash_round() */
static inline void round_of(struct state *v)
{
        v->a += v->b;
        v->c += v->d;
        v->b = rotl(v->b, 13) ^ v->a;
        v->d = rotl(v->d, 16) ^ v->c;
        v->a = rotl(v->a, 32);
        v->c += v->b;
        v->a += v->d;
        v->b = rotl(v->b, 17) ^ v->c;
        v->d = rotl(v->d, 21) ^ v->a;
        v->c = rotl(v->c, 32);
}

static inline void word_in(struct state *v, lanes word)
{
        v->d ^= word;
        round_of(v);
        v->a ^= word;
}

static inline lanes choose(__mmask8 mask, lanes yes, lanes no)
{
        return (lanes)_mm512_mask_mov_epi64((__m512i)no, mask, (__m512i)yes);
}

/* Word `at`, which some texts end with, and some before it; the last of a text holds its length as
 * well. */
static inline void word_in_some(struct state *v, lanes word, lanes bytes, uint64_t at)
{
        const __m512i last = (__m512i)(bytes >> 3);
        const __m512i here = _mm512_set1_epi64((int64_t)at);
        const __mmask8 has = _mm512_cmpge_epu64_mask(last, here);
        const __mmask8 ends = _mm512_cmpeq_epi64_mask(last, here);
        struct state next = *v;

        word =
            (lanes)_mm512_mask_or_epi64((__m512i)word, ends, (__m512i)word, (__m512i)(bytes << 56));
        word_in(&next, word);
        v->a = choose(has, next.a, v->a);
        v->b = choose(has, next.b, v->b);
        v->c = choose(has, next.c, v->c);
        v->d = choose(has, next.d, v->d);
}

/* One of the two words that the hash is. */
static inline void fold(struct state *v, unsigned groups, lanes *out)
{
        for (unsigned round = 0; round < 3; round++)
                for (unsigned g = 0; g < groups; g++)
                        round_of(&v[g]);
        for (unsigned g = 0; g < groups; g++)
                out[g] = v[g].a ^ v[g].b ^ v[g].c ^ v[g].d;
}

static inline void put(const struct dp_siphash_jobs *jobs, unsigned first, lanes low, lanes high)
{
        const __m512i even = _mm512_unpacklo_epi64((__m512i)low, (__m512i)high);
        const __m512i odd = _mm512_unpackhi_epi64((__m512i)low, (__m512i)high);
        struct dp_key *const *out = &jobs->out[first];

        _mm_storeu_si128((__m128i *)out[0], _mm512_castsi512_si128(even));
        _mm_storeu_si128((__m128i *)out[1], _mm512_castsi512_si128(odd));
        _mm_storeu_si128((__m128i *)out[2], _mm512_extracti32x4_epi32(even, 1));
        _mm_storeu_si128((__m128i *)out[3], _mm512_extracti32x4_epi32(odd, 1));
        _mm_storeu_si128((__m128i *)out[4], _mm512_extracti32x4_epi32(even, 2));
        _mm_storeu_si128((__m128i *)out[5], _mm512_extracti32x4_epi32(odd, 2));
        _mm_storeu_si128((__m128i *)out[6], _mm512_extracti32x4_epi32(even, 3));
        _mm_storeu_si128((__m128i *)out[7], _mm512_extracti32x4_epi32(odd, 3));
}

/* Octets of the shortest and of the longest. */
struct range {
        uint32_t least, most;
};

static inline struct range range_of(const lanes *bytes, unsigned groups)
{
        __m512i least = (__m512i)bytes[0], most = least;

        for (unsigned g = 1; g < groups; g++) {
                least = _mm512_min_epu64(least, (__m512i)bytes[g]);
                most = _mm512_max_epu64(most, (__m512i)bytes[g]);
        }
        return (struct range){(uint32_t)_mm512_reduce_min_epu64(least),
                              (uint32_t)_mm512_reduce_max_epu64(most)};
}

/* In line, so that the compiler knows `groups`. */
static inline __attribute__((always_inline)) void run(const struct dp_siphash_key *key,
                                                      const struct dp_siphash_jobs *jobs,
                                                      unsigned first, const unsigned groups)
{
        const struct dp_siphash_state begin = dp_siphash_begin(key);
        const lanes zero = {0};
        lanes bytes[GROUPS_MAX], low[GROUPS_MAX], high[GROUPS_MAX];
        struct state v[GROUPS_MAX];
        struct range range;

        for (unsigned g = 0; g < groups; g++) {
                bytes[g] = bytes_of(jobs, first + g * LANES);
                v[g] = (struct state){zero + begin.a, zero + (begin.b ^ DP_SIPHASH_WIDE),
                                      zero + begin.c, zero + begin.d};
        }
        range = range_of(bytes, groups);
        const uint32_t all = range.least / sizeof(uint64_t); /* words before it all texts have */
        const uint32_t last = range.most / sizeof(uint64_t);

        for (uint32_t at = 0; at <= last; at += CHUNK_WORDS) {
                lanes words[GROUPS_MAX][CHUNK_WORDS];
                uint32_t i = 0;

                for (unsigned g = 0; g < groups; g++)
                        words_load(jobs, first + g * LANES, at / CHUNK_WORDS, words[g]);
                for (; i < CHUNK_WORDS && at + i < all; i++)
                        for (unsigned g = 0; g < groups; g++)
                                word_in(&v[g], words[g][i]);
                for (; i < CHUNK_WORDS && at + i <= last; i++)
                        for (unsigned g = 0; g < groups; g++)
                                word_in_some(&v[g], words[g][i], bytes[g], at + i);
        }
        for (unsigned g = 0; g < groups; g++)
                v[g].c ^= zero + 0xeeu;
        fold(v, groups, low);
        for (unsigned g = 0; g < groups; g++)
                v[g].b ^= zero + 0xddu;
        fold(v, groups, high);
        for (unsigned g = 0; g < groups; g++)
                put(jobs, first + g * LANES, low[g], high[g]);
}

/* The last lanes are filled with a text again, so that they are as long as others are. */
void dp_siphash_lanes_avx512(const struct dp_siphash_key *key, struct dp_siphash_jobs *jobs)
{
        const unsigned cnt = jobs->cnt;
        unsigned first = 0;
        struct dp_key nowhere;

        while (jobs->cnt % LANES != 0)
                dp_siphash_jobs_add(jobs, jobs->text[cnt - 1], jobs->bytes[cnt - 1], &nowhere);
        for (; first + 4 * LANES <= jobs->cnt; first += 4 * LANES)
                run(key, jobs, first, 4);
        if (first + 2 * LANES <= jobs->cnt) {
                run(key, jobs, first, 2);
                first += 2 * LANES;
        }
        if (first < jobs->cnt)
                run(key, jobs, first, 1);
        jobs->cnt = 0;
}
