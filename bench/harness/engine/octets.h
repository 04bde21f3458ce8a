/* SPDX-License-Identifier: Apache-2.0 */
/*
 * octets.h - looking for octets sixteen or sixty-four at a time.
 *
 * SSE2 where there is one (every x86-64), octet by octet elsewhere; the answers are the same.
 */
#ifndef SLUICE_BENCH_HARNESS_ENGINE_OCTETS_H
#define SLUICE_BENCH_HARNESS_ENGINE_OCTETS_H

#include <stdint.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>

/* The sum for an Internet checksum (dataplane/stages/inet_sum.h) of octets as they lie in memory:
 * `bytes` of them, a multiple of 32 and no more than 65,536. */
static inline uint64_t sb_octets_sum(const uint8_t *p, uint32_t bytes)
{
        const __m128i low = _mm_set1_epi64x(UINT32_MAX);
        __m128i a = _mm_setzero_si128(), b = a;

        for (const uint8_t *end = p + bytes; p < end; p += 32) {
                const __m128i v = _mm_loadu_si128((const __m128i *)p);
                const __m128i w = _mm_loadu_si128((const __m128i *)(p + 16));

                a = _mm_add_epi64(a, _mm_add_epi64(_mm_and_si128(v, low), _mm_srli_epi64(v, 32)));
                b = _mm_add_epi64(b, _mm_add_epi64(_mm_and_si128(w, low), _mm_srli_epi64(w, 32)));
        }
        a = _mm_add_epi64(a, b);
        a = _mm_add_epi64(a, _mm_srli_si128(a, 8));
        return (uint64_t)_mm_cvtsi128_si64(a);
}

/* Bit i is set where p[i] is c; 16 octets are read. */
static inline uint32_t sb_octets_16(const uint8_t *p, uint8_t c)
{
        const __m128i v = _mm_loadu_si128((const __m128i *)p);

        return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8((char)c)));
}
#else
static inline uint64_t sb_octets_sum(const uint8_t *p, uint32_t bytes)
{
        uint64_t sum = 0;
        uint32_t word;

        for (uint32_t i = 0; i < bytes; i += 4) {
                memcpy(&word, p + i, sizeof(word));
                sum += word;
        }
        return sum;
}

static inline uint32_t sb_octets_16(const uint8_t *p, uint8_t c)
{
        uint32_t found = 0;

        for (uint32_t i = 0; i < 16; i++)
                found |= (uint32_t)(p[i] == c) << i;
        return found;
}
#endif

/* The same of 64 octets. */
static inline uint64_t sb_octets_64(const uint8_t *p, uint8_t c)
{
        return sb_octets_16(p, c) | (uint64_t)sb_octets_16(p + 16, c) << 16 |
               (uint64_t)sb_octets_16(p + 32, c) << 32 | (uint64_t)sb_octets_16(p + 48, c) << 48;
}

/* The first c in [p, end), or end. Reads below `limit` only, which is not below end. */
static inline const uint8_t *sb_octet_find(const uint8_t *p, const uint8_t *end,
                                           const uint8_t *limit, uint8_t c)
{
        for (; p < end && limit - p >= 16; p += 16) {
                uint32_t found = sb_octets_16(p, c);

                if (found != 0) {
                        p += __builtin_ctz(found);
                        return p < end ? p : end;
                }
        }
        for (; p < end && *p != c; p++)
                ;
        return p < end ? p : end;
}

/* The first of the octets that end a parameter's value here: `;`, `,` and a space. */
static inline const uint8_t *sb_value_end(const uint8_t *p, const uint8_t *end,
                                          const uint8_t *limit)
{
        for (; p < end && limit - p >= 16; p += 16) {
                uint32_t found = sb_octets_16(p, ';') | sb_octets_16(p, ',') | sb_octets_16(p, ' ');

                if (found != 0) {
                        p += __builtin_ctz(found);
                        return p < end ? p : end;
                }
        }
        for (; p < end && *p != ';' && *p != ',' && *p != ' '; p++)
                ;
        return p < end ? p : end;
}

#endif
