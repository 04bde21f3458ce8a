/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/measure/search.h"

#include <math.h>
#include <string.h>

enum judged { PASS, FAIL, INVALID, STOP };

#define PHASES_MAX 6u /* before the last one */

static bool same(double a, double b)
{
        return fabs(a - b) <= 1e-9 * fmax(a, b);
}

/* Trials of one rate until the majority is certain. A longer one counts for a shorter one. */
static enum judged judge(const struct sb_search *s, double rate, struct sb_search_result *out)
{
        uint32_t passed = 0, failed = 0, invalid = 0, most = s->trials / 2u + 1u;
        const uint32_t enough = most + SB_TRIALS_AGAIN;

        for (uint32_t i = 0; i < out->trial_cnt; i++) { /* of another goal */
                const struct sb_trial *t = &out->trials[i];

                if (!same(t->rate, rate) || t->seconds < s->seconds * 0.999)
                        continue;
                if (t->invalid)
                        invalid++;
                else if (t->failed_ratio <= s->goal)
                        passed++;
                else
                        failed++;
        }
        while (passed < most && failed < most && invalid < enough) {
                struct sb_trial *t = &out->trials[out->trial_cnt];

                if (out->trial_cnt == SB_TRIALS_MAX)
                        return STOP;
                memset(t, 0, sizeof(*t));
                t->rate = rate;
                t->seconds = s->seconds;
                if (s->trial(s->ctx, t) < 0)
                        return STOP;
                out->trial_cnt++;
                t->passed = !t->invalid && t->failed_ratio <= s->goal;
                if (t->invalid)
                        invalid++;
                else if (t->passed)
                        passed++;
                else
                        failed++;
        }
        return passed >= most ? PASS : failed >= most ? FAIL : INVALID;
}

/* What was beyond the system, or the generator, which then was the limit as long as the system has
 * not failed below. */
static void too_high(struct sb_search_result *out, enum judged j, double rate)
{
        out->end = j == INVALID ? SB_SEARCH_LIMIT : SB_SEARCH_FOUND;
        if (j == FAIL)
                out->failed_at = rate;
}

/* A rate from which to go on, or the end. */
static bool bracket(const struct sb_search *s, double *low, double *high,
                    struct sb_search_result *out)
{
        double rate = s->low;
        enum judged j = judge(s, rate, out);

        while ((j == FAIL || j == INVALID) && rate > s->low / 1000.0) {
                too_high(out, j, rate);
                *high = rate;
                rate /= 4.0;
                j = judge(s, rate, out);
        }
        while (j == PASS && *high <= 0.0) {
                *low = rate;
                if (rate >= s->high) {
                        out->end = SB_SEARCH_ALL_PASS;
                        return false;
                }
                rate = fmin(rate * 2.0, s->high);
                j = judge(s, rate, out);
                if (j == FAIL || j == INVALID) {
                        too_high(out, j, rate);
                        *high = rate;
                }
        }
        if (j == PASS && *low <= 0.0)
                *low = rate;
        if (j == STOP)
                out->end = SB_SEARCH_GAVE_UP;
        else if (*low <= 0.0 && out->end != SB_SEARCH_LIMIT)
                out->end = SB_SEARCH_NONE;
        return j != STOP && *low > 0.0;
}

/* Halves between the bounds until they are near enough. */
static bool halve(const struct sb_search *s, double *low, double *high,
                  struct sb_search_result *out)
{
        while ((*high - *low) / *high > s->precision) {
                double rate = (*low + *high) / 2.0;
                enum judged j = judge(s, rate, out);

                if (j == STOP) {
                        out->end = SB_SEARCH_GAVE_UP;
                        return false;
                }
                if (j == PASS) {
                        *low = rate;
                } else {
                        too_high(out, j, rate);
                        *high = rate;
                }
        }
        return true;
}

/* The bounds of shorter trials, or only the lower one of a search that met no upper one: tried
 * again, and moved out, twice as far each time, until they hold. */
static bool confirm(const struct sb_search *s, double *low, double *high,
                    struct sb_search_result *out)
{
        double at = *low, top = *high, step = top > at ? top - at : at * s->precision;
        enum judged j = judge(s, at, out);

        *low = *high = 0.0;
        for (; (j == FAIL || j == INVALID) && at > s->low / 1000.0; step *= 2.0) {
                too_high(out, j, at);
                *high = at;
                at = fmax(at - step, s->low / 1001.0);
                j = judge(s, at, out);
        }
        if (j == PASS)
                *low = at;
        at = fmin(fmax(top, at), s->high);
        for (; j == PASS && *high <= 0.0; step *= 2.0) {
                if (*low >= s->high) {
                        out->end = SB_SEARCH_ALL_PASS;
                        return false;
                }
                if (at <= *low)
                        at = fmin(*low + step, s->high);
                j = judge(s, at, out);
                if (j == PASS) {
                        *low = at;
                } else if (j != STOP) {
                        too_high(out, j, at);
                        *high = at;
                }
        }
        if (j == STOP)
                out->end = SB_SEARCH_GAVE_UP;
        else if (*low <= 0.0 && out->end != SB_SEARCH_LIMIT)
                out->end = SB_SEARCH_NONE;
        return j != STOP && *low > 0.0;
}

static uint32_t phases_before(const struct sb_search *s)
{
        uint32_t n = 0;

        if (s->first_seconds > 0.0)
                while (n < PHASES_MAX && s->seconds / (double)(1u << n) > s->first_seconds * 1.001)
                        n++;
        return n;
}

static void run(const struct sb_search *s, struct sb_search_result *out)
{
        double low = 0.0, high = 0.0;

        for (uint32_t before = phases_before(s);; before--) {
                struct sb_search phase = *s;
                bool go;

                out->end = SB_SEARCH_FOUND;
                out->failed_at = 0.0;
                if (before != 0) { /* a hint is no matter for majorities */
                        phase.trials = 1;
                        phase.seconds = s->seconds / (double)(1u << before);
                        phase.precision = fmin(s->precision * (double)(1u << before), 0.5);
                }
                go = low > 0.0 ? confirm(&phase, &low, &high, out)
                               : bracket(&phase, &low, &high, out);
                go = go && halve(&phase, &low, &high, out);
                if (before == 0 || out->end == SB_SEARCH_GAVE_UP)
                        break;
                /* A short trial may be wrong about all but where to begin. */
                if (!go)
                        high = 0.0;
        }
        out->rate = low;
}

void sb_search_run(const struct sb_search *s, struct sb_search_result *out)
{
        memset(out, 0, sizeof(*out));
        run(s, out);
}

void sb_search_goals(const struct sb_search *s, const double *goals, uint32_t cnt,
                     struct sb_search_result *out)
{
        for (uint32_t i = 0; i < cnt; i++) {
                struct sb_search one = *s;

                one.goal = goals[i];
                memset(&out[i], 0, sizeof(out[i]));
                if (i > 0) {
                        out[i].trial_cnt = out[i - 1].trial_cnt;
                        memcpy(out[i].trials, out[i - 1].trials, sizeof(out[i].trials));
                }
                run(&one, &out[i]);
        }
}

static void stats_add(struct sb_rate_stats *at, const struct sb_trial *t)
{
        double by = t->failed_ratio - at->mean;

        /* Welford: the deviation holds the sum of squares until the end. */
        at->cnt++;
        at->mean += by / at->cnt;
        at->deviation += by * (t->failed_ratio - at->mean);
        at->worst = fmax(at->worst, t->failed_ratio);
}

uint32_t sb_search_stats(const struct sb_search_result *r, struct sb_rate_stats *out)
{
        uint32_t cnt = 0;

        for (uint32_t i = 0; i < r->trial_cnt; i++) {
                const struct sb_trial *t = &r->trials[i];
                uint32_t at = 0;

                if (t->invalid)
                        continue;
                while (at < cnt && out[at].rate < t->rate && !same(out[at].rate, t->rate))
                        at++;
                if (at == cnt || !same(out[at].rate, t->rate)) {
                        memmove(&out[at + 1], &out[at], (cnt - at) * sizeof(*out));
                        out[at] = (struct sb_rate_stats){.rate = t->rate};
                        cnt++;
                }
                stats_add(&out[at], t);
        }
        for (uint32_t i = 0; i < cnt; i++)
                out[i].deviation = out[i].cnt < 2 ? 0.0 : sqrt(out[i].deviation / (out[i].cnt - 1));
        return cnt;
}

const char *sb_search_end_name(enum sb_search_end e)
{
        static const char *const names[] = {"found", "all_pass", "none", "generator_limit",
                                            "gave_up"};

        return (unsigned)e < sizeof(names) / sizeof(names[0]) ? names[e] : "unknown";
}
