/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.h - results as JSON, the form that all other reports are made of. Its schema is described in
 * bench/README.md; "schema" in it counts up when a name changes its meaning.
 */
#ifndef SLUICE_BENCH_HARNESS_REPORT_JSON_H
#define SLUICE_BENCH_HARNESS_REPORT_JSON_H

#include <jansson.h>

#include "bench/harness/measure/run.h"
#include "bench/harness/measure/trust.h"

#define SB_SCHEMA "sluice-bench/1"

/* One run: counts, rates, times with percentiles and distribution, steps, noise, verdict. */
json_t *sb_json_result(const struct sb_bench *b, const struct sb_result *r);
/* A histogram: cnt, min, max, mean, percentiles in ns, and its buckets as [upper bound, count]. */
json_t *sb_json_hist(const struct sb_hist *h);
/* {"schema", "kind", "fingerprint"}; takes the fingerprint over. */
json_t *sb_json_document(const char *kind, json_t *fingerprint);
/* To a file or "-". 0 or -EIO, told. */
int sb_json_write(const json_t *document, const char *path);

#endif
