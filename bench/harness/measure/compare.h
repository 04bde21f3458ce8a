/* SPDX-License-Identifier: Apache-2.0 */
/*
 * compare.h - two results side by side: what got slower, and how sure that is.
 *
 * Rates are compared as ratios. Times are compared by their distributions: the interval of the
 * ratio of two percentiles follows from the order statistics of each side (binomial, normal
 * approximation), so it is as wide as the numbers of samples make it. A change counts when the
 * interval lies outside of what is taken for nothing (the tolerance).
 */
#ifndef SLUICE_BENCH_HARNESS_MEASURE_COMPARE_H
#define SLUICE_BENCH_HARNESS_MEASURE_COMPARE_H

#include <jansson.h>

struct sb_compare {
        double tolerance;  /* share, e.g. 0.05 */
        double confidence; /* 0.95 or 0.99 */
};

/* {"rows": [{"name", "a", "b", "ratio", "low", "high", "verdict"}], "slower": n, "gone": n};
 * verdict is one of same, slower, faster, gone. Gone is a ratio that a baseline (kind "ratios")
 * names in a and that b lacks: then b is null, and ratio, low and high are not there. NULL when one
 * of the two holds no result. */
json_t *sb_compare(const struct sb_compare *c, const json_t *a, const json_t *b);

#endif
