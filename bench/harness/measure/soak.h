/* SPDX-License-Identifier: Apache-2.0 */
/*
 * soak.h - a long run in windows, and whether anything drifts from the first to the last of them.
 *
 * A trend is Mann and Kendall's: the signs of all pairs of windows, whatever the shape; it counts
 * at 99 % and when the last third differs from the first by more than a tenth. Pure: the caller
 * says what a window saw.
 */
#ifndef SLUICE_BENCH_HARNESS_MEASURE_SOAK_H
#define SLUICE_BENCH_HARNESS_MEASURE_SOAK_H

#include <jansson.h>

#include "bench/harness/engine/counts.h"

#define SB_WINDOWS_MAX 1440u

enum sb_soak_value {
        SB_SOAK_P50 = 0, /* of responses, ns */
        SB_SOAK_P99,
        SB_SOAK_FAILED, /* share of the calls that ended */
        SB_SOAK_RSS,    /* octets that this process has in memory */
        SB_SOAK_CNT,
};

struct sb_soak {
        double every_s;
        double next_s;
        uint32_t cnt;
        double values[SB_SOAK_CNT][SB_WINDOWS_MAX];
        uint64_t begun[SB_WINDOWS_MAX];
        struct sb_counts before; /* of the window that is going on */
        struct sb_hist hist_before;
        struct sb_hist scratch;
};

/* 0 or -ENOMEM. Windows of every_s seconds; further ones than there is room for are not kept. */
int sb_soak_create(struct sb_soak **out, double every_s);
void sb_soak_destroy(struct sb_soak *s);
void sb_soak_begin(struct sb_soak *s);
/* What stands at now_s seconds from the start: sums since then. */
void sb_soak_look(struct sb_soak *s, double now_s, const struct sb_counts *c,
                  const struct sb_hist *response);
/* Mann and Kendall's z of cnt values; positive when they rise. */
double sb_soak_trend(const double *v, uint32_t cnt);
json_t *sb_soak_json(const struct sb_soak *s);

#endif
