/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hist.h - a log-linear histogram of nanoseconds: 128 equal steps in every power of two.
 *
 * What is read back differs from what was put in by less than 1/128 of it, exactly for values below
 * 256. Fixed memory, 38 KiB. One thread writes; others may merge it into theirs once that thread
 * has stopped.
 */
#ifndef SLUICE_BENCH_HARNESS_ENGINE_HIST_H
#define SLUICE_BENCH_HARNESS_ENGINE_HIST_H

#include <stdint.h>

#define SB_HIST_STEPS_LOG2 7u
#define SB_HIST_STEPS      (1u << SB_HIST_STEPS_LOG2)
/* Values of 2^44 ns (nearly five hours) and more count as the greatest one below. */
#define SB_HIST_MAX_LOG2   44u
#define SB_HIST_BUCKETS    ((SB_HIST_MAX_LOG2 - SB_HIST_STEPS_LOG2 + 1u) * SB_HIST_STEPS)

struct sb_hist {
        uint64_t cnt;
        uint64_t min; /* exact; UINT64_MAX while empty */
        uint64_t max; /* exact; 0 while empty */
        double sum;
        uint64_t buckets[SB_HIST_BUCKETS];
};

void sb_hist_init(struct sb_hist *h);
void sb_hist_merge(struct sb_hist *into, const struct sb_hist *from);

/*
 * The smallest value that `percent` (0..100) of all are not above: nearest rank, the middle of its
 * bucket, never outside [min, max]. 0 while empty.
 */
uint64_t sb_hist_percentile(const struct sb_hist *h, double percent);
/* 0 while empty. */
double sb_hist_mean(const struct sb_hist *h);
/* The least and the greatest value that bucket i holds. i below SB_HIST_BUCKETS. */
uint64_t sb_hist_bucket_low(uint32_t i);
uint64_t sb_hist_bucket_high(uint32_t i);

static inline uint32_t sb_hist_bucket(uint64_t v)
{
        uint32_t e;

        if (v < 2u * SB_HIST_STEPS)
                return (uint32_t)v;
        if (v >= UINT64_C(1) << SB_HIST_MAX_LOG2)
                return SB_HIST_BUCKETS - 1u;
        e = 63u - (uint32_t)__builtin_clzll(v) - SB_HIST_STEPS_LOG2;
        return (e << SB_HIST_STEPS_LOG2) + (uint32_t)(v >> e);
}

static inline void sb_hist_add(struct sb_hist *h, uint64_t v)
{
        h->cnt++;
        h->sum += (double)v;
        if (v < h->min)
                h->min = v;
        if (v > h->max)
                h->max = v;
        h->buckets[sb_hist_bucket(v)]++;
}

#endif
