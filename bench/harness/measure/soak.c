/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/measure/soak.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TREND_Z    2.576 /* 99 % */
#define TREND_SIZE 0.1

int sb_soak_create(struct sb_soak **out, double every_s)
{
        struct sb_soak *s = calloc(1, sizeof(*s));

        if (s == NULL)
                return -ENOMEM;
        s->every_s = every_s;
        sb_soak_begin(s);
        *out = s;
        return 0;
}

void sb_soak_destroy(struct sb_soak *s)
{
        free(s);
}

void sb_soak_begin(struct sb_soak *s)
{
        s->cnt = 0;
        s->next_s = s->every_s;
        memset(&s->before, 0, sizeof(s->before));
        sb_hist_init(&s->hist_before);
}

static double resident(void)
{
        unsigned long all = 0, in_memory = 0;
        FILE *f = fopen("/proc/self/statm", "re");

        if (f == NULL)
                return 0;
        if (fscanf(f, "%lu %lu", &all, &in_memory) != 2)
                in_memory = 0;
        fclose(f);
        return (double)in_memory * (double)sysconf(_SC_PAGESIZE);
}

/* What came since the last look. Its extremes are those of its buckets. */
static void difference(struct sb_soak *s, const struct sb_hist *now)
{
        struct sb_hist *d = &s->scratch;

        sb_hist_init(d);
        for (uint32_t i = 0; i < SB_HIST_BUCKETS; i++) {
                d->buckets[i] = now->buckets[i] - s->hist_before.buckets[i];
                if (d->buckets[i] == 0)
                        continue;
                d->cnt += d->buckets[i];
                if (d->min == UINT64_MAX)
                        d->min = sb_hist_bucket_low(i);
                d->max = sb_hist_bucket_high(i);
        }
        s->hist_before = *now;
}

void sb_soak_look(struct sb_soak *s, double now_s, const struct sb_counts *c,
                  const struct sb_hist *response)
{
        uint64_t failed, ended;

        if (now_s < s->next_s || s->cnt == SB_WINDOWS_MAX)
                return;
        s->next_s += s->every_s;
        difference(s, response);
        failed = c->calls_failed - s->before.calls_failed;
        ended = failed + c->calls_succeeded - s->before.calls_succeeded;
        s->values[SB_SOAK_P50][s->cnt] = (double)sb_hist_percentile(&s->scratch, 50);
        s->values[SB_SOAK_P99][s->cnt] = (double)sb_hist_percentile(&s->scratch, 99);
        s->values[SB_SOAK_FAILED][s->cnt] = ended == 0 ? 0.0 : (double)failed / (double)ended;
        s->values[SB_SOAK_RSS][s->cnt] = resident();
        s->begun[s->cnt++] = c->starts - s->before.starts;
        s->before = *c;
}

double sb_soak_trend(const double *v, uint32_t cnt)
{
        double n = cnt, sum = 0.0;

        if (cnt < 3)
                return 0.0;
        for (uint32_t i = 0; i < cnt; i++)
                for (uint32_t k = i + 1; k < cnt; k++)
                        sum += (v[k] > v[i]) - (v[k] < v[i]);
        if (sum > -1.0 && sum < 1.0)
                return 0.0;
        return (sum > 0 ? sum - 1 : sum + 1) / sqrt(n * (n - 1) * (2 * n + 5) / 18.0);
}

static double mean(const double *v, uint32_t cnt)
{
        double sum = 0.0;

        for (uint32_t i = 0; i < cnt; i++)
                sum += v[i];
        return cnt == 0 ? 0.0 : sum / cnt;
}

static json_t *drift(const double *v, uint32_t cnt)
{
        uint32_t third = cnt / 3;
        double first = mean(v, third), last = mean(v + cnt - third, third);
        double change = first > 0 ? last / first - 1.0 : last > 0 ? 1.0 : 0.0;
        double z = sb_soak_trend(v, cnt);
        const char *verdict = "steady";

        if (cnt < 6)
                verdict = "too few windows";
        else if (fabs(z) > TREND_Z && fabs(change) > TREND_SIZE)
                verdict = z > 0 ? "rises" : "falls";
        return json_pack("{s:s, s:f, s:f}", "verdict", verdict, "change", change, "z", z);
}

json_t *sb_soak_json(const struct sb_soak *s)
{
        static const char *const names[SB_SOAK_CNT] = {"response_p50", "response_p99", "failed",
                                                       "memory"};
        json_t *list = json_array(), *trends = json_object();

        for (uint32_t i = 0; i < s->cnt; i++) {
                json_t *w = json_pack("{s:I}", "begun", (json_int_t)s->begun[i]);

                for (uint32_t k = 0; k < SB_SOAK_CNT; k++)
                        json_object_set_new(w, names[k], json_real(s->values[k][i]));
                json_array_append_new(list, w);
        }
        for (uint32_t k = 0; k < SB_SOAK_CNT; k++)
                json_object_set_new(trends, names[k], drift(s->values[k], s->cnt));
        return json_pack("{s:f, s:o, s:o}", "every_s", s->every_s, "windows", list, "drift",
                         trends);
}
