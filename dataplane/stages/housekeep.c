/* SPDX-License-Identifier: Apache-2.0 */
#include "dataplane/stages/housekeep.h"

#include <rte_cycles.h>

#define PERIOD_PER_S     200u /* counter pages are at most 5 ms old */
#define SWEEP_ENTRIES    256u /* of the prefix table in one round */
#define SWEEP_SETS       64u  /* of each of the tables of calls: 131072 entries in less than 2 s */
#define ROUNDS_PER_CHECK 200u /* one second */
#define CENSUS_SETS      512u /* of a shared table in one round: 64 KiB of memory */

void dp_housekeep_init(struct dp_housekeep *self)
{
        self->period_tsc = rte_get_tsc_hz() / PERIOD_PER_S;
        self->next_tsc = rte_rdtsc() + self->period_tsc;
}

/* What ended goes, and blocks that no worker can be reading come back. */
static void bindings_sweep(struct dp_housekeep *self)
{
        struct dp_bindings_stats st;

        if (self->tables == NULL || self->tables->bindings == NULL)
                return;
        dp_bindings_sweep(self->tables->bindings, self->clock->now_ns, SWEEP_SETS);
        dp_bindings_stats(self->tables->bindings, &st);
        self->counters->bindings = st.bindings;
}

/* A few sets more; at the end of the table the sum is what *gauge says until the next. */
static void census_run(struct dp_housekeep *self)
{
        struct dp_census *limits = &self->limits_census, *trust = &self->trust_census;
        struct dp_tables *t = self->tables;
        uint64_t now_ns = self->clock->now_ns;

        if (t == NULL)
                return;
        dp_limits_count(t->limits, limits->next, CENSUS_SETS, now_ns, &limits->sum);
        limits->next += CENSUS_SETS;
        if (limits->next >= dp_limits_sets(t->limits)) {
                self->counters->limit_keys = 0;
                for (unsigned i = 0; i < DP_TABLE_LEVELS; i++)
                        self->counters->limit_keys += limits->sum.live[i];
                *limits = (struct dp_census){0};
        }
        dp_trust_count(t->trust, trust->next, CENSUS_SETS, now_ns, &trust->sum);
        trust->next += CENSUS_SETS;
        if (trust->next >= dp_trust_sets(t->trust)) {
                self->counters->trust_sources =
                    trust->sum.live[DP_TRUST_PROVEN] + trust->sum.live[DP_TRUST_AUTHENTICATED];
                *trust = (struct dp_census){0};
        }
}

void dp_housekeep_force(struct dp_housekeep *self)
{
        struct shm_counters *c = self->counters;

        dp_clock_calibrate(self->clock);
        dp_report_refill(self->report);
        dp_bans_sweep(self->bans, self->clock->now_ns, SWEEP_ENTRIES);
        census_run(self);
        bindings_sweep(self);
        c->transactions_removed +=
            dp_rec_sweep(self->calls->transactions, self->clock->now_ns, SWEEP_SETS);
        c->dialogs_removed += dp_rec_sweep(self->calls->dialogs, self->clock->now_ns, SWEEP_SETS);
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
