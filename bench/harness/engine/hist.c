/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/engine/hist.h"

#include <math.h>
#include <string.h>

void sb_hist_init(struct sb_hist *h)
{
        memset(h, 0, sizeof(*h));
        h->min = UINT64_MAX;
}

void sb_hist_merge(struct sb_hist *into, const struct sb_hist *from)
{
        into->cnt += from->cnt;
        into->sum += from->sum;
        if (from->min < into->min)
                into->min = from->min;
        if (from->max > into->max)
                into->max = from->max;
        for (uint32_t i = 0; i < SB_HIST_BUCKETS; i++)
                into->buckets[i] += from->buckets[i];
}

uint64_t sb_hist_bucket_low(uint32_t i)
{
        if (i < 2u * SB_HIST_STEPS)
                return i;
        uint32_t e = (i >> SB_HIST_STEPS_LOG2) - 1u;

        return (uint64_t)((i & (SB_HIST_STEPS - 1u)) + SB_HIST_STEPS) << e;
}

uint64_t sb_hist_bucket_high(uint32_t i)
{
        return i + 1u < SB_HIST_BUCKETS ? sb_hist_bucket_low(i + 1u) - 1u
                                        : (UINT64_C(1) << SB_HIST_MAX_LOG2) - 1u;
}

uint64_t sb_hist_percentile(const struct sb_hist *h, double percent)
{
        uint64_t rank, seen = 0;

        if (h->cnt == 0)
                return 0;
        rank = (uint64_t)ceil(percent / 100.0 * (double)h->cnt);
        if (rank < 1)
                rank = 1;
        if (rank >= h->cnt)
                return h->max;
        for (uint32_t i = 0; i < SB_HIST_BUCKETS; i++) {
                seen += h->buckets[i];
                if (seen >= rank) {
                        uint64_t low = sb_hist_bucket_low(i);
                        uint64_t v = low + (sb_hist_bucket_high(i) - low) / 2u;

                        return v < h->min ? h->min : v > h->max ? h->max : v;
                }
        }
        return h->max;
}

double sb_hist_mean(const struct sb_hist *h)
{
        return h->cnt == 0 ? 0.0 : h->sum / (double)h->cnt;
}
