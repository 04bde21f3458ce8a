/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run.h - one load on one set of ports: workers made, started, watched, stopped, added up.
 *
 * sb_bench_create() once; sb_bench_run() as often as wanted (a search is many runs); the results of
 * a run lie in the caller's memory.
 */
#ifndef SLUICE_BENCH_HARNESS_MEASURE_RUN_H
#define SLUICE_BENCH_HARNESS_MEASURE_RUN_H

#include <stdatomic.h>

#include "bench/harness/engine/worker.h"
#include "bench/harness/measure/noise.h"
#include "bench/harness/measure/soak.h"
#include "bench/harness/measure/steer.h"
#include "bench/harness/options.h"
#include "bench/harness/traffic/capture_play.h"
#include "bench/harness/traffic/mix.h"

#define SB_WORKERS_MAX SB_PORTS_MAX

struct sb_job { /* what a worker's thread has */
        struct sb_worker *worker;
        struct sb_calls *calls;
        struct sb_mix *mix;
        struct sb_mix *attack;
        struct sb_play *play;
        struct sb_spin spin;
        bool answers; /* the other side of a loop: it ends after the others */
        uint64_t end_ns;
        uint64_t deadline_ns; /* end and the time to drain */
        double ns_per_tsc;
        uint64_t base_tsc;
        uint64_t stopped_ns;
        uint64_t busy_tsc; /* in turns that did something */
        long preempted;    /* involuntary switches of the thread */
        double cpu_seconds;
        atomic_bool done;
        const atomic_bool *stop;
        const struct sb_steer *steer;
        uint32_t steered; /* changes that were followed */
        uint32_t callers; /* workers that share the rate */
};

struct sb_bench {
        const struct sb_options *options;
        struct rte_mempool *pool;
        struct sb_ident ident[SB_WORKERS_MAX]; /* each worker's part of the addresses */
        struct sb_env env[SB_WORKERS_MAX];
        struct sb_inject *files[SB_FILES_MAX];
        struct sb_scenario *scenario[SB_WORKERS_MAX];
        uint16_t ports[SB_WORKERS_MAX];
        uint32_t port_cnt; /* opened so far */
        struct sb_ident attackers; /* whose addresses an attack claims to have */
        struct sb_env attack_env;
        uint32_t worker_cnt;
        bool loop;
        uint8_t remote_mac[SB_WORKERS_MAX][6];
        FILE *log;
        volatile bool interrupted;
        struct sb_steer steer;
        struct sb_soak *soak; /* NULL: not asked for */
        uint32_t runs;        /* so far: numbers and Call-IDs of runs differ */
        atomic_bool stop;
};

struct sb_result {
        struct sb_counts counts; /* of the calling side */
        struct sb_counts answer; /* of the answering side of a loop */
        struct sb_hist times[SB_TIME_CNT];
        struct sb_step_counts steps[SB_STEPS_MAX];
        struct sip_anom_set anomalies;
        struct sb_spin spin[SB_WORKERS_MAX];
        struct sb_counts workers[SB_WORKERS_MAX];
        double rate; /* asked for */
        double attack_rate;
        double seconds; /* in which calls were begun */
        double elapsed; /* until the last one ended */
        double steal;   /* share */
        double busy[SB_WORKERS_MAX];
        double busy_cpu_seconds; /* CPU time of the callers, but for turns with nothing to do */
        long preempted;
        uint32_t live_peak;
        bool interrupted;
};

/* 0 or a negative errno, told on standard error. EAL must be up. */
int sb_bench_create(struct sb_bench **out, const struct sb_options *o);
void sb_bench_destroy(struct sb_bench *b);
/* With an attack of so many frames a second beside it, when options name one. */
int sb_bench_run_attacked(struct sb_bench *b, const double rates[2], double seconds,
                          struct sb_result *out);
/* A load of `rate` for so many seconds or options->limit calls. 0 or a negative errno, told. */
int sb_bench_run(struct sb_bench *b, double rate, double seconds, struct sb_result *out);
/* Private to run.c: what worker i sends. 0 or a negative errno, told. */
int sb_job_traffics(struct sb_bench *b, struct sb_job *j, uint32_t i);
/* Stops the run; may be called by a signal handler. */
void sb_bench_interrupt(struct sb_bench *b);

#endif
