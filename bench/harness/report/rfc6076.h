/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rfc6076.h - the ratios of RFC 6076, in percent, from what was counted.
 */
#ifndef SLUICE_BENCH_HARNESS_REPORT_RFC6076_H
#define SLUICE_BENCH_HARNESS_REPORT_RFC6076_H

#include <jansson.h>

#include "bench/harness/engine/counts.h"

/* An object with SER (4.6), SEER (4.7), ISA (4.8), SCR (4.9) and IRA (4.2), those that have
 * attempts to speak of; empty without any. Owned by the caller. */
json_t *sb_rfc6076(const struct sb_counts *c);

#endif
