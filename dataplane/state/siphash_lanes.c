/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/state/siphash_lanes.h"

#include <string.h>

#include "parser/scan/scan_select.h"

void dp_siphash_lanes_ref(const struct dp_siphash_key *key, struct dp_siphash_jobs *jobs)
{
        for (unsigned i = 0; i < jobs->cnt; i++)
                dp_siphash13_once128(key, jobs->text[i], jobs->bytes[i], jobs->out[i]->w);
        jobs->cnt = 0;
}

unsigned dp_siphash_lanes_cnt(void)
{
#ifdef __x86_64__
        return 2;
#else
        return 1;
#endif
}

/* The order is measured: bench/README.md. The CPU is asked by the parser alone; its kernel wants
 * VBMI besides, without which CPUs slow down for wide registers. */
struct dp_siphash_lanes dp_siphash_lanes_at(unsigned i)
{
#ifdef __x86_64__
        if (i == 1)
                return (struct dp_siphash_lanes){"avx512", dp_siphash_lanes_avx512,
                                                 scan_find("avx512").name != NULL};
#endif
        (void)i;
        return (struct dp_siphash_lanes){"ref", dp_siphash_lanes_ref, true};
}

dp_siphash_lanes_fn *dp_siphash_lanes_for(const char *kernel)
{
        for (unsigned i = dp_siphash_lanes_cnt(); i-- > 1;) {
                struct dp_siphash_lanes v = dp_siphash_lanes_at(i);

                if (v.usable && (kernel == NULL || strcmp(v.name, kernel) == 0))
                        return v.run;
        }
        return dp_siphash_lanes_ref;
}
