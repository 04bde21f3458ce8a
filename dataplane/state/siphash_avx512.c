/* SPDX-License-Identifier: Apache-2.0 */
/*
 * siphash_avx512.c - eight texts side by side; AVX-512F turns 64-bit words by itself, BW loads by
 * octets. Two such groups at a time, for a round takes twice as long as its instructions.
 */
#include <immintrin.h>

#include "dataplane/state/siphash_lanes.h"

#define LANES        8u
#define GROUPS       2u
#define CHUNK_WORDS  8u
#define CHUNK_OCTETS 64u

_Static_assert(DP_SIPHASH_JOBS % (LANES * GROUPS) == 0, "the last lanes have room");

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

static inline lanes choose(lanes mask, lanes yes, lanes no)
{
        return (yes & mask) | (no & ~mask);
}

/* Word `at` of all texts that have one there; the last of a text holds its length as well. */
static inline void word_take(struct state *v, lanes word, lanes bytes, uint64_t at)
{
        const lanes last = bytes >> 3;
        const lanes here = (lanes){0} + at;
        const lanes has = (lanes)(last >= here);
        struct state next = *v;

        word |= (bytes << 56) & (lanes)(last == here);
        next.d ^= word;
        round_of(&next);
        next.a ^= word;
        v->a = choose(has, next.a, v->a);
        v->b = choose(has, next.b, v->b);
        v->c = choose(has, next.c, v->c);
        v->d = choose(has, next.d, v->d);
}

/* One of the two words that the hash is. */
static inline void fold(struct state v[GROUPS], lanes out[GROUPS])
{
        for (unsigned round = 0; round < 3; round++)
                for (unsigned g = 0; g < GROUPS; g++)
                        round_of(&v[g]);
        for (unsigned g = 0; g < GROUPS; g++)
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

static uint32_t longest(const struct dp_siphash_jobs *jobs, unsigned first)
{
        uint32_t most = 0;

        for (unsigned i = first; i < first + LANES * GROUPS; i++)
                most = jobs->bytes[i] > most ? jobs->bytes[i] : most;
        return most;
}

static void run(const struct dp_siphash_key *key, const struct dp_siphash_jobs *jobs,
                unsigned first)
{
        const struct dp_siphash_state begin = dp_siphash_begin(key);
        const uint32_t last = longest(jobs, first) / CHUNK_WORDS;
        const lanes zero = {0};
        lanes bytes[GROUPS], low[GROUPS], high[GROUPS];
        struct state v[GROUPS];

        for (unsigned g = 0; g < GROUPS; g++) {
                bytes[g] = bytes_of(jobs, first + g * LANES);
                v[g] = (struct state){zero + begin.a, zero + (begin.b ^ DP_SIPHASH_WIDE),
                                      zero + begin.c, zero + begin.d};
        }
        for (uint32_t at = 0; at <= last; at += CHUNK_WORDS) {
                lanes words[GROUPS][CHUNK_WORDS];

                for (unsigned g = 0; g < GROUPS; g++)
                        words_load(jobs, first + g * LANES, at / CHUNK_WORDS, words[g]);
                for (uint32_t i = 0; i < CHUNK_WORDS && at + i <= last; i++)
                        for (unsigned g = 0; g < GROUPS; g++)
                                word_take(&v[g], words[g][i], bytes[g], at + i);
        }
        for (unsigned g = 0; g < GROUPS; g++)
                v[g].c ^= zero + 0xeeu;
        fold(v, low);
        for (unsigned g = 0; g < GROUPS; g++)
                v[g].b ^= zero + 0xddu;
        fold(v, high);
        for (unsigned g = 0; g < GROUPS; g++)
                put(jobs, first + g * LANES, low[g], high[g]);
}

void dp_siphash_lanes_avx512(const struct dp_siphash_key *key, struct dp_siphash_jobs *jobs)
{
        struct dp_key nowhere;

        for (unsigned i = jobs->cnt; i % (LANES * GROUPS) != 0; i++)
                dp_siphash_jobs_add(jobs, NULL, 0, &nowhere);
        for (unsigned first = 0; first < jobs->cnt; first += LANES * GROUPS)
                run(key, jobs, first);
        jobs->cnt = 0;
}
