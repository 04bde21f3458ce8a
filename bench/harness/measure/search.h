/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search.h - the highest rate that a system bears: doubled until it fails, then halved in between.
 *
 * A rate passes when most of its trials do; a trial passes when the share of what failed is not
 * above the goal. A goal of 0 gives what RFC 2544 calls the no-drop rate and RFC 7501, for a
 * scenario of calls or registrations, the session establishment or registration rate; a goal above
 * 0 the partial drop rate. A trial that is invalid is made again, SB_TRIALS_AGAIN times more than
 * trials are needed; then the rate is beyond the generator, and the search goes on below it. Pure:
 * trials are the caller's, and so is time.
 *
 * Trials grow, as MLRsearch has it: the first phase makes one short trial of each rate until its
 * bounds are coarsely known, each phase behind it trials twice as long of bounds half as wide, and
 * the last one the whole trials that decide. What a phase hands on is a hint, no result: both
 * bounds are tried again, and moved apart until they hold.
 */
#ifndef SLUICE_BENCH_HARNESS_MEASURE_SEARCH_H
#define SLUICE_BENCH_HARNESS_MEASURE_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#define SB_TRIALS_MAX   256u
#define SB_TRIALS_AGAIN 2u

struct sb_trial {
        double rate;         /* asked for */
        double seconds;      /* asked for; 0: as the search says nothing of time */
        double failed_ratio; /* of what was begun */
        double p99_ns;       /* of responses; for the report */
        bool invalid; /* the generator did not keep to its schedule: says nothing of the system */
        bool passed;
};

struct sb_search {
        double low;       /* the first rate, above 0 */
        double high;      /* never above it */
        double goal;      /* share that may fail */
        double precision; /* stop when the bounds are so near, as a share */
        uint32_t trials;  /* odd: of each rate in the last phase; the majority decides */
        double seconds;   /* of a trial there; 0: trials have no length */
        double
            first_seconds; /* of a trial of the first phase; 0, or not below seconds: one phase */
        /* Do a trial of t->rate: fill in the rest. 0, or negative to give up. */
        int (*trial)(void *ctx, struct sb_trial *t);
        void *ctx;
};

enum sb_search_end {
        SB_SEARCH_FOUND = 0,
        SB_SEARCH_ALL_PASS, /* even `high` */
        SB_SEARCH_NONE,     /* not even `low`, nor what is a thousand times less */
        SB_SEARCH_LIMIT,    /* the generator was the limit: `rate` is the highest it kept */
        SB_SEARCH_GAVE_UP,
};

struct sb_search_result {
        enum sb_search_end end;
        double rate;      /* the highest that passed; 0: none */
        double failed_at; /* the lowest that failed; 0: none */
        uint32_t trial_cnt;
        struct sb_trial trials[SB_TRIALS_MAX];
};

void sb_search_run(const struct sb_search *s, struct sb_search_result *out);
/*
 * Several goals, as MLRsearch has it: cnt of them, from the loosest to the strictest, each in its
 * out[]. A trial serves every goal: what one goal has tried, the next only looks up, so its bounds
 * are known nearly as soon as it begins. out[i].trials holds all trials up to that goal.
 */
void sb_search_goals(const struct sb_search *s, const double *goals, uint32_t cnt,
                     struct sb_search_result *out);

struct sb_rate_stats { /* of the trials of one rate that were not invalid */
        double rate;
        uint32_t cnt;
        double mean; /* failed_ratio */
        double deviation;
        double worst;
};

/* By rate, lowest first, into out (SB_TRIALS_MAX); how many there are. */
uint32_t sb_search_stats(const struct sb_search_result *r, struct sb_rate_stats *out);
const char *sb_search_end_name(enum sb_search_end e);

#endif
