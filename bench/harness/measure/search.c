/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/measure/search.h"

#include <math.h>
#include <string.h>

enum judged { PASS, FAIL, INVALID, STOP };

/* Trials of one rate until the majority is certain. */
static enum judged judge(const struct sb_search *s, double rate, struct sb_search_result *out)
{
        uint32_t passed = 0, failed = 0, invalid = 0, most = s->trials / 2u + 1u;

        while (passed < most && failed < most && invalid < most) {
                struct sb_trial *t = &out->trials[out->trial_cnt];

                if (out->trial_cnt == SB_TRIALS_MAX)
                        return STOP;
                memset(t, 0, sizeof(*t));
                t->rate = rate;
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

/* A rate from which to go on, or the end. */
static bool bracket(const struct sb_search *s, double *low, double *high,
                    struct sb_search_result *out)
{
        double rate = s->low;
        enum judged j = judge(s, rate, out);

        while (j == FAIL && rate > s->low / 1000.0) {
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
                if (j == FAIL)
                        *high = rate;
        }
        if (j == PASS && *low <= 0.0)
                *low = rate;
        if (j == INVALID)
                out->end = SB_SEARCH_LIMIT;
        else if (j == STOP)
                out->end = SB_SEARCH_GAVE_UP;
        else if (*low <= 0.0)
                out->end = SB_SEARCH_NONE;
        else
                return true;
        return false;
}

void sb_search_run(const struct sb_search *s, struct sb_search_result *out)
{
        double low = 0.0, high = 0.0;
        bool go;

        memset(out, 0, sizeof(*out));
        go = bracket(s, &low, &high, out);
        while (go && (high - low) / high > s->precision) {
                double rate = (low + high) / 2.0;
                enum judged j = judge(s, rate, out);

                if (j == PASS) {
                        low = rate;
                } else if (j == FAIL) {
                        high = rate;
                } else {
                        out->end = j == INVALID ? SB_SEARCH_LIMIT : SB_SEARCH_GAVE_UP;
                        break;
                }
        }
        out->rate = low;
        out->failed_at = high;
}

const char *sb_search_end_name(enum sb_search_end e)
{
        static const char *const names[] = {"found", "all_pass", "none", "generator_limit",
                                            "gave_up"};

        return (unsigned)e < sizeof(names) / sizeof(names[0]) ? names[e] : "unknown";
}
