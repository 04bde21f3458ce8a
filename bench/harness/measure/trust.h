/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust.h - may a result be believed? Looks only at what the generator and the machine did, never
 * at what the system under test did.
 */
#ifndef SLUICE_BENCH_HARNESS_MEASURE_TRUST_H
#define SLUICE_BENCH_HARNESS_MEASURE_TRUST_H

#include "bench/harness/measure/run.h"

#define SB_DOUBTS_MAX  12u
#define SB_DOUBT_BYTES 160u

struct sb_trust {
        uint32_t cnt; /* 0: nothing speaks against it */
        char doubts[SB_DOUBTS_MAX][SB_DOUBT_BYTES];
};

/* workers: how many of r->spin and r->busy count. */
void sb_trust_judge(struct sb_trust *t, const struct sb_result *r, uint32_t workers);

#endif
