// SPDX-License-Identifier: Apache-2.0
#include "bench/parser/mark.h"

#ifdef __x86_64__
#include <immintrin.h>

bool mark_usable()
{
        return __builtin_cpu_supports("avx2");
}

__attribute__((target("avx2"))) void mark(const uint8_t *p, size_t n, Marks *out)
{
        const __m256i lf = _mm256_set1_epi8('\n');
        const __m256i colon = _mm256_set1_epi8(':');

        for (size_t i = 0; i + 32 <= n; i += 32) {
                __m256i v = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(p + i));

                out->lf[i / 32] =
                    static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, lf)));
                out->colon[i / 32] =
                    static_cast<uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, colon)));
        }
}
#else
bool mark_usable()
{
        return false;
}

void mark(const uint8_t *, size_t, Marks *)
{
}
#endif
