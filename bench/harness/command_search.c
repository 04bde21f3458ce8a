/* SPDX-License-Identifier: Apache-2.0 */
/* Many runs: the search for the highest rate, and the curve of goodput under a growing attack. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/harness/commands.h"
#include "bench/harness/measure/fingerprint.h"
#include "bench/harness/measure/run.h"
#include "bench/harness/measure/search.h"
#include "bench/harness/report/json.h"

#define TRIAL_SECONDS  5.0
#define FIRST_SHARE    8.0 /* of a trial's length that the first ones have */
#define FIRST_LEAST    0.5 /* seconds */
#define CURVE_POINTS   8u
#define GOALS_MAX      8u
#define HOLD_BEYOND_MS 500.0 /* until the last session is up, too */

enum find { FIND_RATE = 0, FIND_BURST, FIND_SESSIONS };
static const char *const units[] = {"/s", "", ""};

struct trials {
        struct sb_bench *bench;
        struct sb_result *result;
        struct sb_options *options;
        enum find find;
        double goals[GOALS_MAX]; /* loosest first */
        uint32_t goal_cnt;
        double seconds;
        uint32_t untrusted; /* of trials that counted */
};

/* What of all that was begun came to no good end: calls, or answers to single messages. */
static double failed_ratio(const struct sb_counts *c)
{
        if (c->calls_succeeded + c->calls_failed != 0)
                return (double)c->calls_failed / (double)(c->calls_succeeded + c->calls_failed);
        if (c->requests_open == 0)
                return 0.0;
        return 1.0 - (double)c->requests_answered / (double)c->requests_open;
}

static bool kept_schedule(const struct sb_result *r)
{
        const struct sb_counts *c = &r->counts;

        return c->tx_full == 0 && c->no_mbuf == 0 && c->failures[SB_FAIL_NO_SLOT] == 0 &&
               (double)c->starts_missed <= 0.001 * (double)(c->starts + c->starts_missed);
}

/* One trial: a rate for a time, so many at once, or so many that live at the same time. */
static int load(struct trials *all, const struct sb_trial *t)
{
        struct sb_options *o = all->options;

        switch (all->find) {
        case FIND_BURST:
                o->limit = (uint64_t)t->rate;
                return sb_bench_run(all->bench, 0, 0, all->result);
        case FIND_SESSIONS:
                o->limit = (uint64_t)t->rate;
                o->hold_ms = t->rate / o->rate * 1e3 + HOLD_BEYOND_MS;
                return sb_bench_run(all->bench, o->rate, 0, all->result);
        default:
                return sb_bench_run(all->bench, t->rate, t->seconds, all->result);
        }
}

static int trial(void *ctx, struct sb_trial *t)
{
        struct trials *all = ctx;
        struct sb_trust trust;

        if (all->find != FIND_RATE) /* pieces are whole */
                t->rate = floor(t->rate);
        if (load(all, t) != 0 || all->result->interrupted)
                return -1;
        t->failed_ratio = failed_ratio(&all->result->counts);
        t->p99_ns = (double)sb_hist_percentile(&all->result->times[SB_TIME_RESPONSE], 99.0);
        t->invalid = !kept_schedule(all->result) && t->failed_ratio <= 0.0;
        sb_trust_judge(&trust, all->result, all->bench->worker_cnt);
        all->untrusted += trust.cnt != 0;
        if (!all->bench->options->quiet)
                fprintf(stderr, "  %12.1f%s %6.2f s  failed %.5f  p99 %.1f us%s\n", t->rate,
                        units[all->find], t->seconds, t->failed_ratio, t->p99_ns / 1e3,
                        t->invalid ? "  (the generator was too slow)" : "");
        return 0;
}

static json_t *stats_json(const struct sb_search_result *r)
{
        struct sb_rate_stats *stats = calloc(SB_TRIALS_MAX + 1, sizeof(*stats));
        json_t *list = json_array();
        uint32_t cnt = stats == NULL ? 0 : sb_search_stats(r, stats);

        for (uint32_t i = 0; i < cnt; i++)
                json_array_append_new(
                    list, json_pack("{s:f, s:I, s:f, s:f, s:f}", "rate", stats[i].rate, "trials",
                                    (json_int_t)stats[i].cnt, "failed_mean", stats[i].mean,
                                    "failed_deviation", stats[i].deviation, "failed_worst",
                                    stats[i].worst));
        free(stats);
        return list;
}

static json_t *search_json(const struct sb_search *s, const struct sb_search_result *r)
{
        json_t *list = json_array(), *o = json_object();

        for (uint32_t i = 0; i < r->trial_cnt; i++)
                json_array_append_new(list,
                                      json_pack("{s:f, s:f, s:f, s:f, s:b, s:b}", "rate",
                                                r->trials[i].rate, "seconds", r->trials[i].seconds,
                                                "failed_ratio", r->trials[i].failed_ratio, "p99_ns",
                                                r->trials[i].p99_ns, "passed", r->trials[i].passed,
                                                "invalid", r->trials[i].invalid));
        json_object_set_new(o, "end", json_string(sb_search_end_name(r->end)));
        json_object_set_new(o, "rate_per_s", json_real(r->rate));
        json_object_set_new(o, "failed_at_per_s", json_real(r->failed_at));
        json_object_set_new(o, "precision", json_real(s->precision));
        json_object_set_new(o, "trials", list);
        json_object_set_new(o, "rates", stats_json(r));
        return o;
}

/* What the rate is called. RFC 7501's establishment and registration rates are those at which
 * nothing fails; what is borne otherwise is a rate of attempts. */
static const char *rate_name(const struct sb_options *o, enum find find, double goal)
{
        if (find == FIND_SESSIONS)
                return "session capacity";
        if (find == FIND_BURST)
                return o->mix != NULL ? "back-to-back messages" : "back-to-back calls";
        if (o->mix != NULL)
                return "message rate";
        if (o->scenario != NULL && strcmp(o->scenario, "options") == 0)
                return "request rate";
        if (o->scenario != NULL && strcmp(o->scenario, "register") == 0)
                return goal > 0 ? "registration attempt rate" : "registration rate";
        return goal > 0 ? "session attempt rate" : "session establishment rate";
}

/* The goals asked for, loosest first; how many, 0 when they cannot be read. */
static uint32_t goals_of(const struct sb_options *o, double goals[GOALS_MAX])
{
        const char *p = o->goals;
        uint32_t cnt = 0;

        if (p == NULL) {
                goals[0] = o->loss_goal;
                return 1;
        }
        for (;;) {
                char *end;
                double v = strtod(p, &end);
                uint32_t at = cnt;

                if (end == p || !(v >= 0 && v <= 1) || cnt == GOALS_MAX ||
                    (*end != ',' && *end != '\0'))
                        return 0;
                for (; at > 0 && goals[at - 1] < v; at--)
                        goals[at] = goals[at - 1];
                goals[at] = v;
                cnt++;
                if (*end == '\0')
                        return cnt;
                p = end + 1;
        }
}

static bool find_of(const char *word, enum find *find)
{
        static const char *const words[] = {"rate", "burst", "sessions"};

        for (uint32_t i = 0; i < 3; i++)
                if (strcmp(word, words[i]) == 0) {
                        *find = (enum find)i;
                        return true;
                }
        return false;
}

static json_t *goals_json(const double *goals, uint32_t cnt, const struct sb_search_result *found)
{
        json_t *list = json_array();

        for (uint32_t i = 0; i < cnt; i++)
                json_array_append_new(list, json_pack("{s:f, s:f, s:f, s:s}", "goal", goals[i],
                                                      "rate_per_s", found[i].rate,
                                                      "failed_at_per_s", found[i].failed_at, "end",
                                                      sb_search_end_name(found[i].end)));
        return list;
}

static int search_report(struct sb_main *m, struct trials *all, const struct sb_search *s,
                         const struct sb_search_result *found)
{
        const struct sb_options *o = &m->options;
        const struct sb_search_result *last = &found[all->goal_cnt - 1];
        FILE *to = o->json != NULL && strcmp(o->json, "-") == 0 ? stderr : stdout;
        json_t *document, *object = search_json(s, last);
        int status;

        json_object_set_new(object, "goal", json_real(all->goals[all->goal_cnt - 1]));
        json_object_set_new(object, "goals", goals_json(all->goals, all->goal_cnt, found));
        json_object_set_new(object, "rate_name",
                            json_string(rate_name(o, all->find, all->goals[all->goal_cnt - 1])));
        json_object_set_new(object, "untrusted_trials", json_integer(all->untrusted));
        document = sb_json_document("search", sb_fingerprint(m->argc, m->argv));
        json_object_set_new(document, "search", object);
        json_object_set_new(document, "result", sb_json_result(all->bench, all->result));
        for (uint32_t i = 0; i < all->goal_cnt; i++)
                fprintf(to,
                        "%s: %.1f%s with at most %g failed (%s, %u trials, %u of them doubtful)\n",
                        rate_name(o, all->find, all->goals[i]), found[i].rate, units[all->find],
                        all->goals[i], sb_search_end_name(found[i].end), found[i].trial_cnt,
                        all->untrusted);
        status = sb_command_write(m, document);
        if (status == SB_EXIT_OK && found[0].rate <= 0) /* the generator's limit is no failure */
                status = found[0].end == SB_SEARCH_LIMIT ? SB_EXIT_DOUBT : SB_EXIT_FAILED;
        else if (status == SB_EXIT_OK && all->untrusted * 2 > last->trial_cnt)
                status = SB_EXIT_DOUBT;
        json_decref(document);
        return status;
}

int sb_command_search(struct sb_main *m)
{
        struct sb_options *o = &m->options;
        struct trials all = {.options = o};
        struct sb_search_result *found = calloc(GOALS_MAX, sizeof(*found));
        struct sb_search s = {.low = o->search_low,
                              .high = o->search_high,
                              .precision = o->precision,
                              .trials = o->trials | 1u,
                              .trial = trial,
                              .ctx = &all};
        int status = SB_EXIT_SETUP;

        all.goal_cnt = goals_of(o, all.goals);
        if (all.goal_cnt == 0 || !find_of(o->find, &all.find)) {
                fprintf(stderr, "sluice-bench: --goals or --find will not do (see --help)\n");
                free(found);
                return SB_EXIT_SETUP;
        }
        all.bench = sb_command_begin(m);
        all.result = malloc(sizeof(*all.result));
        all.seconds = o->seconds > 0 ? o->seconds : TRIAL_SECONDS;
        if (all.find == FIND_RATE) { /* the others end when all that was begun has ended */
                s.seconds = all.seconds;
                s.first_seconds = o->first_seconds > 0 ? o->first_seconds
                                                       : fmax(s.seconds / FIRST_SHARE, FIRST_LEAST);
        }
        if (all.bench != NULL && all.result != NULL && found != NULL) {
                sb_search_goals(&s, all.goals, all.goal_cnt, found);
                status = search_report(m, &all, &s, found);
        }
        free(found);
        free(all.result);
        sb_command_end(all.bench);
        return status;
}

/* One point: calls at --rate while so many hostile frames a second arrive. */
static json_t *point(struct trials *all, double attack_rate)
{
        const double rates[2] = {all->bench->options->rate, attack_rate};
        const struct sb_counts *c = &all->result->counts;
        json_t *o;

        if (sb_bench_run_attacked(all->bench, rates, all->seconds, all->result) != 0 ||
            all->result->interrupted)
                return NULL;
        o = json_pack("{s:f, s:f, s:I, s:I, s:f, s:I, s:b}", "attack_per_s", attack_rate,
                      "attacked_per_s", (double)c->attack_frames / all->result->seconds, "starts",
                      (json_int_t)c->starts, "failed", (json_int_t)c->calls_failed, "goodput",
                      1.0 - failed_ratio(c), "p99_ns",
                      (json_int_t)sb_hist_percentile(&all->result->times[SB_TIME_RESPONSE], 99.0),
                      "kept_schedule", kept_schedule(all->result));
        printf("%14.0f %14.0f %10.4f %12.1f%s\n", attack_rate,
               (double)c->attack_frames / all->result->seconds, 1.0 - failed_ratio(c),
               (double)sb_hist_percentile(&all->result->times[SB_TIME_RESPONSE], 99.0) / 1e3,
               kept_schedule(all->result) ? "" : "  (the generator was too slow)");
        fflush(stdout);
        return o;
}

int sb_command_attack(struct sb_main *m)
{
        struct sb_options *o = &m->options;
        struct trials all = {0};
        json_t *document, *curve = json_array(), *p;
        int status;

        if (o->attack == NULL)
                o->attack = "options-flood";
        all.bench = sb_command_begin(m);
        all.result = malloc(sizeof(*all.result));
        all.seconds = o->seconds > 0 ? o->seconds : TRIAL_SECONDS;
        if (all.bench == NULL || all.result == NULL) {
                json_decref(curve);
                free(all.result);
                sb_command_end(all.bench);
                return SB_EXIT_SETUP;
        }
        printf("%14s %14s %10s %12s\n", "attack/s", "sent/s", "goodput", "p99 us");
        /* None, then up to --attack-rate, doubled from point to point. */
        p = point(&all, 0);
        for (uint32_t i = 1; p != NULL && i <= CURVE_POINTS; i++) {
                json_array_append_new(curve, p);
                p = point(&all, o->attack_rate / (double)(1u << (CURVE_POINTS - i)));
        }
        if (p != NULL)
                json_array_append_new(curve, p);
        document = sb_json_document("attack", sb_fingerprint(m->argc, m->argv));
        json_object_set_new(document, "attack", json_string(o->attack));
        json_object_set_new(document, "curve", curve);
        json_object_set_new(document, "result", sb_json_result(all.bench, all.result));
        status = sb_command_write(m, document);
        if (status == SB_EXIT_OK && p == NULL)
                status = SB_EXIT_FAILED;
        json_decref(document);
        free(all.result);
        sb_command_end(all.bench);
        return status;
}
