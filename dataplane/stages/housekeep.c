/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/housekeep.h"

#include <rte_cycles.h>

#define PERIOD_PER_S     200u /* counter pages are at most 5 ms old */
#define SWEEP_ENTRIES    256u /* of the prefix table in one round */
#define ROUNDS_PER_CHECK 200u /* one second */

void dp_housekeep_init(struct dp_housekeep *self)
{
        self->period_tsc = rte_get_tsc_hz() / PERIOD_PER_S;
        self->next_tsc = rte_rdtsc() + self->period_tsc;
}

void dp_housekeep_force(struct dp_housekeep *self)
{
        struct shm_counters *c = self->counters;

        dp_clock_calibrate(self->clock);
        dp_report_refill(self->report);
        dp_bans_sweep(self->bans, self->clock->now_ns, SWEEP_ENTRIES);
        if (self->round++ % ROUNDS_PER_CHECK == 0 && c->received != shm_counters_accounted(c))
                c->conservation_errors++;
        shm_stats_publish(self->page, c, dp_clock_monotonic_ns());
}

void dp_housekeep_run(struct dp_housekeep *self)
{
        uint64_t now_tsc = rte_rdtsc();

        if (now_tsc < self->next_tsc)
                return;
        self->next_tsc = now_tsc + self->period_tsc;
        dp_housekeep_force(self);
}
