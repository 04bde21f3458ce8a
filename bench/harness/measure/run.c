/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/measure/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_launch.h>
#include <rte_lcore.h>

#include "bench/harness/report/keys.h"
#include "bench/harness/report/screen.h"

#define SPIN_SECONDS   0.2
#define START_AFTER_NS UINT64_C(10000000)
#define NEVER          (UINT64_MAX / 2)

static bool over(const struct sb_job *j, uint64_t now_ns)
{
        const struct sb_calls *c = j->calls;

        if (atomic_load_explicit(j->stop, memory_order_relaxed) || now_ns >= j->deadline_ns)
                return true;
        if (j->answers)
                return false;
        return (c != NULL && c->stop_now) ||
               ((sb_worker_started_all(j->worker) || (c != NULL && c->stop_soon)) &&
                sb_worker_live(j->worker) == 0 && now_ns >= j->end_ns);
}

/* What the keyboard says, done between two turns. */
static void follow(struct sb_job *j, uint64_t now_ns)
{
        uint32_t changes = atomic_load_explicit(&j->steer->changes, memory_order_relaxed);
        double rate;

        if (changes == j->steered || j->answers)
                return;
        j->steered = changes;
        rate = (double)atomic_load(&j->steer->rate_milli) / 1000.0 / j->callers;
        for (uint32_t i = 0; i < j->worker->traffic_cnt; i++) {
                struct sb_traffic *t = &j->worker->traffics[i];

                if (t->start == NULL)
                        continue;
                if (atomic_load(&j->steer->ending))
                        sb_pace_end(&t->pace);
                else if (t->self == j->attack || t->self == j->play)
                        continue;
                else if (atomic_load(&j->steer->paused))
                        sb_pace_pause(&t->pace);
                else
                        sb_pace_rate(&t->pace, rate, now_ns);
        }
        if (atomic_load(&j->steer->ending))
                j->end_ns = 0;
}

static double cpu_of(const struct rusage *u)
{
        return (double)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) +
               (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec) / 1e6;
}

static int work(void *arg)
{
        struct sb_job *j = arg;
        struct rusage before, after;
        uint64_t now_ns = 0;

        getrusage(RUSAGE_THREAD, &before);
        for (uint32_t turn = 0;; turn++) {
                uint64_t tsc = rte_rdtsc();

                now_ns = (uint64_t)((double)(tsc - j->base_tsc) * j->ns_per_tsc);
                if (sb_worker_turn(j->worker, now_ns))
                        j->busy_tsc += rte_rdtsc() - tsc;
                if ((turn & 15u) != 0)
                        continue;
                follow(j, now_ns);
                if (over(j, now_ns))
                        break;
        }
        getrusage(RUSAGE_THREAD, &after);
        j->preempted = after.ru_nivcsw - before.ru_nivcsw;
        j->cpu_seconds = cpu_of(&after) - cpu_of(&before);
        j->stopped_ns = now_ns;
        atomic_store(&j->done, true);
        return 0;
}

static int spin(void *arg)
{
        sb_spin_run(&((struct sb_job *)arg)->spin, SPIN_SECONDS);
        return 0;
}

static void on_all(int (*f)(void *), struct sb_job *jobs, uint32_t cnt)
{
        uint32_t i = 0;
        unsigned lcore;

        for (lcore = rte_get_next_lcore((unsigned)LCORE_ID_ANY, 1, 0);
             i < cnt && lcore < RTE_MAX_LCORE; lcore = rte_get_next_lcore(lcore, 1, 0))
                (void)rte_eal_remote_launch(f, &jobs[i++], lcore);
}

/* Without polling: on a machine of few cores this thread has one of the workers' for itself, too.
 */
static void all_wait(void)
{
        for (unsigned lcore = rte_get_next_lcore((unsigned)LCORE_ID_ANY, 1, 0);
             lcore < RTE_MAX_LCORE; lcore = rte_get_next_lcore(lcore, 1, 0))
                while (rte_eal_get_lcore_state(lcore) == RUNNING)
                        rte_delay_us_sleep(1000);
        rte_eal_mp_wait_lcore();
}

static int job_create(struct sb_bench *b, struct sb_job *j, uint32_t i)
{
        struct sb_worker *w = aligned_alloc(64, (sizeof(*w) + 63) / 64 * 64);

        j->worker = w;
        j->stop = &b->stop;
        atomic_init(&j->done, false);
        if (w == NULL)
                return -ENOMEM;
        sb_worker_init(w, b->ports[i], b->pool);
        w->check_every = w->check_in = b->options->check_every;
        w->neigh.ours = &b->ident[i];
        w->neigh.vlan = b->options->vlan;
        if (rte_eth_macaddr_get(b->ports[i], (struct rte_ether_addr *)w->neigh.mac) != 0)
                memcpy(w->neigh.mac, "\x02\0\0\0\0\x01", 6);
        return sb_job_traffics(b, j, i);
}

static void job_destroy(struct sb_job *j)
{
        sb_calls_destroy(j->calls);
        sb_mix_destroy(j->mix);
        sb_mix_destroy(j->attack);
        sb_play_destroy(j->play);
        if (j->worker != NULL)
                sb_out_fini(&j->worker->out);
        free(j->worker);
}

static void schedule(struct sb_bench *b, struct sb_job *jobs, const double rates[2], double seconds)
{
        const struct sb_options *o = b->options;
        const uint64_t end = seconds > 0 ? START_AFTER_NS + (uint64_t)(seconds * 1e9) : NEVER;
        uint32_t callers = 0, at = 0;
        const double ns = 1e9 / (double)rte_get_tsc_hz();
        const uint64_t base = rte_rdtsc();

        for (uint32_t i = 0; i < b->worker_cnt; i++)
                callers += !jobs[i].answers;
        for (uint32_t i = 0; i < b->worker_cnt; i++) {
                struct sb_job *j = &jobs[i];
                uint64_t limit = o->limit;

                j->base_tsc = base;
                j->steer = &b->steer;
                j->callers = callers;
                j->ns_per_tsc = ns;
                j->end_ns = seconds > 0 ? end : 0;
                j->deadline_ns = end + (uint64_t)(o->drain_seconds * 1e9);
                if (j->answers) {
                        if (b->loop || seconds <= 0)
                                j->deadline_ns = NEVER * 2;
                        continue;
                }
                if (limit != UINT64_MAX)
                        limit = limit / callers + (at < limit % callers);
                at++;
                for (uint32_t k = 0; k < j->worker->traffic_cnt; k++) {
                        struct sb_traffic *t = &j->worker->traffics[k];
                        bool attack = t->self == j->attack;

                        sb_pace_init(&t->pace, t->self == j->play ? 0 : rates[attack] / callers,
                                     START_AFTER_NS, end, attack ? UINT64_MAX : limit);
                        if (attack && rates[1] <= 0)
                                t->pace.due_ns = UINT64_MAX;
                }
        }
}

static bool callers_done(struct sb_job *jobs, uint32_t cnt)
{
        bool any = false;

        for (uint32_t i = 0; i < cnt; i++) {
                if (jobs[i].answers)
                        continue;
                any = true;
                if (!atomic_load(&jobs[i].done))
                        return false;
        }
        if (any)
                return true;
        for (uint32_t i = 0; i < cnt; i++)
                if (!atomic_load(&jobs[i].done))
                        return false;
        return true;
}

/* A look at what has been measured so far. Histograms are read while workers write them: a count of
 * a moment ago does no harm. */
static void window(struct sb_bench *b, struct sb_job *jobs, const struct sb_counts *sum)
{
        double now_s = (double)(rte_rdtsc() - jobs[0].base_tsc) / (double)rte_get_tsc_hz() -
                       (double)START_AFTER_NS / 1e9;
        struct sb_hist *all;

        if (now_s < b->soak->next_s)
                return;
        all = malloc(sizeof(*all));
        if (all == NULL)
                return;
        sb_hist_init(all);
        for (uint32_t i = 0; i < b->worker_cnt; i++)
                if (!(jobs[i].answers && b->loop))
                        sb_hist_merge(all, &jobs[i].worker->times[SB_TIME_RESPONSE]);
        sb_soak_look(b->soak, now_s, sum, all);
        free(all);
}

static void watch(struct sb_bench *b, struct sb_job *jobs)
{
        struct sb_screen screen;
        struct sb_keys keys;

        sb_keys_init(&keys, b->options->quiet);
        sb_screen_init(&screen, b->options->quiet);
        if (jobs[0].answers) /* scripts wait for this line */
                fprintf(stderr, "sluice-bench: answering\n");
        while (!callers_done(jobs, b->worker_cnt)) {
                struct sb_counts sum = {0};
                uint32_t live = 0;

                rte_delay_us_sleep(5000);
                for (uint32_t i = 0; i < b->worker_cnt; i++) {
                        if (jobs[i].answers && b->loop)
                                continue;
                        sb_counts_merge(&sum, &jobs[i].worker->counts);
                        live += sb_worker_live(jobs[i].worker);
                }
                sb_screen_show(&screen, &sum, live);
                if (b->soak != NULL)
                        window(b, jobs, &sum);
                if (sb_steer_key(&b->steer, sb_keys_next(&keys)))
                        sb_bench_interrupt(b);
        }
        atomic_store(&b->stop, true);
        all_wait();
        sb_screen_fini(&screen);
        sb_keys_fini(&keys);
}

static void collect_one(struct sb_bench *b, struct sb_job *j, uint32_t i, struct sb_result *out)
{
        struct sb_worker *w = j->worker;
        bool counts_as_caller = !(b->loop && j->answers);
        double began = (double)START_AFTER_NS / 1e9;

        if (j->calls != NULL)
                sb_calls_stop(j->calls);
        for (uint32_t k = 0; k < w->traffic_cnt; k++)
                if (w->traffics[k].start != NULL && !(j->calls != NULL && j->calls->stop_soon))
                        w->counts.starts_missed += sb_pace_missed(&w->traffics[k].pace);
        out->spin[i] = j->spin;
        out->workers[i] = w->counts;
        out->busy[i] = (double)j->busy_tsc * j->ns_per_tsc / (double)(j->stopped_ns + 1);
        out->preempted += j->preempted;
        for (uint32_t k = 0; k < SIP_ANOM_WORDS; k++)
                out->anomalies.w[k] |= w->anomaly_set.w[k];
        sb_counts_merge(counts_as_caller ? &out->counts : &out->answer, &w->counts);
        if (!counts_as_caller)
                return;
        out->busy_cpu_seconds += out->busy[i] * j->cpu_seconds;
        for (uint32_t k = 0; k < SB_TIME_CNT; k++)
                sb_hist_merge(&out->times[k], &w->times[k]);
        if ((double)j->stopped_ns / 1e9 - began > out->elapsed)
                out->elapsed = (double)j->stopped_ns / 1e9 - began;
        if (j->calls != NULL) {
                out->live_peak += j->calls->live_peak;
                for (uint32_t k = 0; k < SB_STEPS_MAX; k++) {
                        uint64_t *a = (uint64_t *)&out->steps[k];
                        const uint64_t *from = (const uint64_t *)&j->calls->steps[k];

                        for (uint32_t n = 0; n < sizeof(out->steps[k]) / sizeof(*a); n++)
                                a[n] += from[n];
                }
        }
}

static void collect(struct sb_bench *b, struct sb_job *jobs, double seconds, struct sb_result *out)
{
        for (uint32_t i = 0; i < b->worker_cnt; i++)
                collect_one(b, &jobs[i], i, out);
        out->seconds = seconds > 0 && seconds < out->elapsed ? seconds : out->elapsed;
        if (out->rate > 0 && b->options->limit != UINT64_MAX &&
            (double)b->options->limit / out->rate < out->seconds)
                out->seconds = (double)b->options->limit / out->rate;
}

int sb_bench_run(struct sb_bench *b, double rate, double seconds, struct sb_result *out)
{
        const double rates[2] = {rate, b->options->attack_rate};

        return sb_bench_run_attacked(b, rates, seconds, out);
}

int sb_bench_run_attacked(struct sb_bench *b, const double rates[2], double seconds,
                          struct sb_result *out)
{
        struct sb_job jobs[SB_WORKERS_MAX] = {0};
        struct sb_steal before, after;
        int rc = 0;

        memset(out, 0, sizeof(*out));
        for (uint32_t i = 0; i < SB_TIME_CNT; i++)
                sb_hist_init(&out->times[i]);
        out->rate = rates[0];
        out->attack_rate = rates[1];
        b->runs++;
        sb_steer_init(&b->steer, rates[0], b->options->rate_scale);
        if (b->soak != NULL)
                sb_soak_begin(b->soak);
        for (uint32_t i = 0; rc == 0 && i < b->worker_cnt; i++)
                rc = job_create(b, &jobs[i], i);
        if (rc == 0) {
                on_all(spin, jobs, b->worker_cnt);
                all_wait();
                sb_steal_read(&before);
                schedule(b, jobs, rates, seconds);
                on_all(work, jobs, b->worker_cnt);
                watch(b, jobs);
                sb_steal_read(&after);
                out->steal = sb_steal_share(&before, &after);
                out->interrupted = b->interrupted;
                atomic_store(&b->stop, false);
                collect(b, jobs, seconds, out);
        }
        for (uint32_t i = 0; i < b->worker_cnt; i++)
                job_destroy(&jobs[i]);
        return rc;
}

void sb_bench_interrupt(struct sb_bench *b)
{
        b->interrupted = true;
        atomic_store(&b->stop, true);
}
