/* SPDX-License-Identifier: Apache-2.0 */
#include "parser/match/match_seal.h"

#include <string.h>

#include "parser/match/match_image.h"

#define LANES 4u

static uint64_t word_at(const uint8_t *p, size_t left)
{
        uint64_t w = 0;

        memcpy(&w, p, left < sizeof(w) ? left : sizeof(w));
        return w;
}

/* One to one in the state for each word, and in the word for each state: so two inputs that differ
 * in one word never meet again. */
static uint64_t mix(uint64_t state, uint64_t w)
{
        state = (state ^ w) * UINT64_C(0x9fb21c651e98df25);
        return state ^ state >> 32;
}

uint64_t match_seal(const void *image, size_t bytes)
{
        const size_t own = offsetof(struct match_head, digest);
        uint64_t lane[LANES] = {1, 2, 3, 4};
        const uint8_t *p = image;
        uint64_t sum = bytes;
        size_t at = 0;

        _Static_assert(offsetof(struct match_head, digest) % sizeof(uint64_t) == 0, "aligned");
        for (; at < sizeof(struct match_head); at += sizeof(uint64_t)) {
                if (at != own)
                        sum = mix(sum, word_at(p + at, bytes - at));
        }
        for (; bytes - at >= LANES * sizeof(uint64_t); at += LANES * sizeof(uint64_t)) {
                for (unsigned i = 0; i < LANES; i++)
                        lane[i] = mix(lane[i], word_at(p + at + i * 8u, 8));
        }
        for (; at < bytes; at += sizeof(uint64_t))
                sum = mix(sum, word_at(p + at, bytes - at));
        for (unsigned i = 0; i < LANES; i++)
                sum = mix(sum, lane[i]);
        return sum;
}

void match_seal_set(void *image, size_t bytes)
{
        uint64_t digest = match_seal(image, bytes);

        memcpy((uint8_t *)image + offsetof(struct match_head, digest), &digest, sizeof(digest));
}
