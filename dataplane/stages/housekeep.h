/* SPDX-License-Identifier: Apache-2.0 */
/*
 * housekeep.h - what a worker owes the others, now and then: its counter page, the conservation
 * check, the clock, swept tables. A turn spends a bounded time here.
 */
#ifndef SLUICE_DATAPLANE_STAGES_HOUSEKEEP_H
#define SLUICE_DATAPLANE_STAGES_HOUSEKEEP_H

#include "control/contract/shm_stats.h"
#include "dataplane/burst.h"
#include "dataplane/clock.h"
#include "dataplane/report.h"
#include "dataplane/state/bans.h"
#include "dataplane/state/tables.h"

/* A count of a shared table that goes on from round to round. */
struct dp_census {
        uint64_t next; /* set */
        struct dp_table_census sum;
};

struct dp_housekeep {
        struct dp_clock *clock;
        struct dp_bans *bans;
        struct dp_tables *tables; /* NULL: another worker counts and sweeps what is in them */
        struct dp_calls *calls;   /* shared by all workers, who share the sweeping, too */
        struct dp_report *report;
        struct shm_stats_page *page;
        struct shm_counters *counters;
        uint64_t next_tsc;
        uint64_t period_tsc;
        uint32_t round;
        struct dp_census limits_census;
        struct dp_census trust_census;
};

void dp_housekeep_init(struct dp_housekeep *self);
void dp_housekeep_run(struct dp_housekeep *self);
/* The same now, whatever the time. */
void dp_housekeep_force(struct dp_housekeep *self);

#endif
