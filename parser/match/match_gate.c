/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/match/match_gate.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define BLOCK 32u /* places that are looked at together */

bool match_joined_add(struct match_joined *j, uint16_t buffer, struct match_bytes in,
                      const uint8_t *end)
{
        const uint64_t fold = UINT64_C(0x0101010101010101) * MATCH_FOLD;
        uint8_t *to = j->at + j->len;
        uint32_t len = in.len;

        if (len > MATCH_GATE_FIELD_MAX || j->cnt == MATCH_GATE_FIELDS ||
            j->len + len + 2u > MATCH_GATE_BYTES)
                return false;
        *to++ = MATCH_EDGE;
        j->start[j->cnt] = (uint16_t)(j->len + 1u);
        j->buffer[j->cnt++] = buffer;
        j->len += len + 1u;
        if (len + 7u > (size_t)(end - in.at)) {
                for (uint32_t i = 0; i < len; i++)
                        to[i] = in.at[i] | MATCH_FOLD;
                return true;
        }
        for (uint32_t i = 0; i < len; i += 8) {
                uint64_t w;

                memcpy(&w, in.at + i, sizeof(w));
                w |= fold;
                memcpy(to + i, &w, sizeof(w));
        }
        return true;
}

/* The literals with the gram at place p. */
static void compare(const struct match_gate *g, const struct match_joined *j, uint32_t p,
                    struct match_gate_hits *hits)
{
        uint32_t gram = match_gram_at(j->at + p);
        uint64_t h = match_gram_hash(gram);
        uint64_t bits = match_gram_bits(h);
        uint32_t field = 0;

        if ((g->words[h >> g->shift] & bits) != bits)
                return;
        /* a literal that begins with an edge begins one octet before its field */
        while (field + 1u < j->cnt && p + 1u >= j->start[field + 1u])
                field++;
        for (uint32_t i = g->buckets[h >> g->shift]; i != MATCH_NONE; i = g->slots[i].next) {
                const struct match_gate_slot *s = &g->slots[i];

                if (s->gram == gram && s->buffer == j->buffer[field] && s->back <= p &&
                    p - s->back + s->len <= j->len + 1u &&
                    memcmp(j->at + p - s->back, s->text, s->len) == 0)
                        hits->w[s->buffer / 64u] |= UINT64_C(1) << (s->buffer % 64u);
        }
}

/* The places of a block at which four octets of their classes begin: a bit each. */
typedef uint32_t find_fn(const struct match_gate *g, const uint8_t *at);

static uint32_t find_plain(const struct match_gate *g, const uint8_t *at)
{
        uint32_t found = 0;
        uint32_t state = 0;

        for (uint32_t i = 0; i < BLOCK + MATCH_GRAM - 1u; i++) {
                state = (state << 1 | 1u) & g->classes[at[i]];
                if ((state >> (MATCH_GRAM - 1u) & 1u) != 0)
                        found |= UINT32_C(1) << (i - (MATCH_GRAM - 1u));
        }
        return found;
}

/* The places of the whole block: how many words of `found` are used. */
static inline __attribute__((always_inline)) uint32_t places(const struct match_gate *g,
                                                             const struct match_joined *j,
                                                             uint32_t *found, find_fn *find)
{
        uint32_t n = 0;

        for (uint32_t p = 0; p < j->len; p += BLOCK)
                found[n++] = find(g, j->at + p);
        found[n - 1] &= UINT32_MAX >> (n * BLOCK - j->len);
        return n;
}

static uint32_t places_plain(const struct match_gate *g, const struct match_joined *j,
                             uint32_t *found)
{
        return places(g, j, found, find_plain);
}

#if defined(__x86_64__)

bool match_gate_has_avx2(void)
{
        return __builtin_cpu_supports("avx2") != 0;
}

__attribute__((target("avx2"))) static inline __m256i in_class(const struct match_gate *g,
                                                               unsigned k, const uint8_t *at)
{
        const __m256i low = _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)g->low[k]));
        const __m256i high = _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)g->high[k]));
        const __m256i half = _mm256_set1_epi8(0x0f);
        const __m256i x = _mm256_loadu_si256((const void *)at);

        return _mm256_and_si256(
            _mm256_shuffle_epi8(low, _mm256_and_si256(x, half)),
            _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(x, 4), half)));
}

__attribute__((target("avx2"))) static inline uint32_t find_avx2(const struct match_gate *g,
                                                                 const uint8_t *at)
{
        __m256i all = in_class(g, 0, at);

        for (unsigned k = 1; k < MATCH_GRAM; k++)
                all = _mm256_min_epu8(all, in_class(g, k, at + k));
        return ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(all, _mm256_setzero_si256()));
}

__attribute__((target("avx2"))) static uint32_t places_avx2(const struct match_gate *g,
                                                            const struct match_joined *j,
                                                            uint32_t *found)
{
        return places(g, j, found, find_avx2);
}

#else

bool match_gate_has_avx2(void)
{
        return false;
}

static uint32_t places_avx2(const struct match_gate *g, const struct match_joined *j,
                            uint32_t *found)
{
        return places_plain(g, j, found);
}

#endif

void match_gate_run(const struct match_gate *g, struct match_joined *j,
                    struct match_gate_hits *hits)
{
        uint32_t found[MATCH_GATE_BYTES / BLOCK];
        uint32_t n;

        if (j->len == 0)
                return;
        /* the last field's edge; a gram at a place before it ends within these */
        memset(j->at + j->len, MATCH_EDGE, MATCH_GRAM);
        n = g->avx2 ? places_avx2(g, j, found) : places_plain(g, j, found);
        for (uint32_t i = 0; i < n; i++) {
                for (uint32_t f = found[i]; f != 0; f &= f - 1)
                        compare(g, j, i * BLOCK + (uint32_t)__builtin_ctz(f), hits);
        }
}
