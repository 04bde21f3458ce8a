/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/measure/trust.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Above these a result says more about the machine than about what was measured. */
#define SPIN_LOST_MOST 0.01
#define STEAL_MOST     0.01
#define MISSED_MOST    0.001
#define LAG_MOST_NS    UINT64_C(1000000) /* of 99 % of the starts */

__attribute__((format(printf, 2, 3))) static void doubt(struct sb_trust *t, const char *format, ...)
{
        va_list args;

        if (t->cnt == SB_DOUBTS_MAX)
                return;
        va_start(args, format);
        vsnprintf(t->doubts[t->cnt++], SB_DOUBT_BYTES, format, args);
        va_end(args);
}

void sb_trust_judge(struct sb_trust *t, const struct sb_result *r, uint32_t workers)
{
        const struct sb_counts *c = &r->counts;
        uint64_t meant = c->starts + c->starts_missed;
        uint64_t lag = sb_hist_percentile(&r->times[SB_TIME_LAG], 99.0);

        memset(t, 0, sizeof(*t));
        for (uint32_t i = 0; i < workers; i++)
                if (r->spin[i].lost_share > SPIN_LOST_MOST)
                        doubt(
                            t,
                            "the core of worker %u lost %.1f %% of its time before the load began "
                            "(longest gap %.2f ms)",
                            i, r->spin[i].lost_share * 100.0, (double)r->spin[i].longest_ns / 1e6);
        if (r->steal > STEAL_MOST)
                doubt(t, "the hypervisor took %.1f %% of the CPUs", r->steal * 100.0);
        if (meant != 0 && (double)c->starts_missed > MISSED_MOST * (double)meant)
                doubt(t,
                      "the generator was too slow for its schedule: %" PRIu64 " of %" PRIu64
                      " starts missed",
                      c->starts_missed, meant);
        if (r->rate > 0 && lag > LAG_MOST_NS)
                doubt(t, "starts were late: 1 %% of them by more than %.2f ms", (double)lag / 1e6);
        if (c->tx_full != 0)
                doubt(t, "the device did not take %" PRIu64 " frames", c->tx_full);
        if (c->no_mbuf != 0)
                doubt(t, "packet buffers ran out %" PRIu64 " times", c->no_mbuf);
        if (c->failures[SB_FAIL_NO_SLOT] != 0)
                doubt(t, "more calls at the same time than --slots allows, %" PRIu64 " times",
                      c->failures[SB_FAIL_NO_SLOT]);
        if (r->interrupted)
                doubt(t, "interrupted");
#ifndef __OPTIMIZE__
        doubt(t, "this build is not optimised");
#endif
}
