/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/measure/compare.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The value below which a share of a histogram's samples lies. */
static double quantile(const json_t *hist, double share)
{
        const json_t *buckets = json_object_get(hist, "buckets");
        double all = json_number_value(json_object_get(hist, "count")), seen = 0, last = 0;
        json_t *b;
        size_t i;

        json_array_foreach(buckets, i, b)
        {
                seen += json_number_value(json_array_get(b, 1));
                last = json_number_value(json_array_get(b, 0));
                if (seen >= share * all)
                        break;
        }
        return last;
}

struct interval {
        double low;
        double middle;
        double high;
};

/* Ranks of a percentile scatter by sqrt(n p (1 - p)). */
static struct interval around(const json_t *hist, double share, double z)
{
        double n = json_number_value(json_object_get(hist, "count"));
        double by = n > 0 ? z * sqrt(share * (1 - share) / n) : 1.0;

        return (struct interval){quantile(hist, fmax(0.0, share - by)), quantile(hist, share),
                                 share + by >= 1.0 ? INFINITY : quantile(hist, share + by)};
}

/* worse_up: a higher value is slower. */
static void row(json_t *out, const struct sb_compare *c, const char *name,
                const struct interval v[2], bool worse_up)
{
        double ratio = v[0].middle > 0 ? v[1].middle / v[0].middle : 1.0;
        double low = v[0].high > 0 && isfinite(v[0].high) ? v[1].low / v[0].high : 0.0;
        double high = v[0].low > 0 && isfinite(v[1].high) ? v[1].high / v[0].low : 1e9;
        const char *verdict = "same";

        if (low > 1.0 + c->tolerance)
                verdict = worse_up ? "slower" : "faster";
        else if (high < 1.0 / (1.0 + c->tolerance))
                verdict = worse_up ? "faster" : "slower";
        if (strcmp(verdict, "slower") == 0)
                json_object_set_new(
                    out, "slower",
                    json_integer(json_integer_value(json_object_get(out, "slower")) + 1));
        json_array_append_new(json_object_get(out, "rows"),
                              json_pack("{s:s, s:f, s:f, s:f, s:f, s:f, s:s}", "name", name, "a",
                                        v[0].middle, "b", v[1].middle, "ratio", ratio, "low", low,
                                        "high", high, "verdict", verdict));
}

static void times(json_t *out, const struct sb_compare *c, const json_t *a, const json_t *b)
{
        static const struct {
                const char *name;
                double share;
        } marks[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}};
        const double z = c->confidence > 0.97 ? 2.576 : 1.96;
        json_t *hist;
        const char *name;

        json_object_foreach(json_object_get(a, "times"), name, hist)
        {
                const json_t *other = json_object_get(json_object_get(b, "times"), name);

                if (other == NULL || strcmp(name, "lag") == 0)
                        continue;
                for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
                        const struct interval v[2] = {around(hist, marks[i].share, z),
                                                      around(other, marks[i].share, z)};
                        char label[96];

                        snprintf(label, sizeof(label), "%s %s", name, marks[i].name);
                        row(out, c, label, v, true);
                }
        }
}

/* A figure that stands alone: its interval is itself. */
static void single(json_t *out, const struct sb_compare *c, const char *name, const json_t *a,
                   const json_t *b, bool worse_up)
{
        double x = json_number_value(a), y = json_number_value(b);
        const struct interval v[2] = {{x, x, x}, {y, y, y}};

        if (json_is_number(a) && json_is_number(b) && x > 0)
                row(out, c, name, v, worse_up);
}

static void micro(json_t *out, const struct sb_compare *c, const json_t *a, const json_t *b)
{
        json_t *x, *y;
        size_t i, k;

        json_array_foreach(a, i, x)
        {
                const char *name = json_string_value(json_object_get(x, "name"));

                json_array_foreach(b, k, y)
                {
                        const char *other = json_string_value(json_object_get(y, "name"));

                        if (name != NULL && other != NULL && strcmp(name, other) == 0)
                                single(out, c, name, json_object_get(x, "ns"),
                                       json_object_get(y, "ns"), true);
                }
        }
}

/* Of a baseline, which is a list of what must be there, not of what happened to be measured. */
static void gone(json_t *out, const char *name, const json_t *a)
{
        json_object_set_new(out, "gone",
                            json_integer(json_integer_value(json_object_get(out, "gone")) + 1));
        json_array_append_new(json_object_get(out, "rows"),
                              json_pack("{s:s, s:f, s:n, s:s}", "name", name, "a",
                                        json_number_value(a), "b", "verdict", "gone"));
}

/* Quotients of one run each, higher being better: what may be compared between machines. */
static void ratios(json_t *out, const struct sb_compare *c, const json_t *a, json_t *b)
{
        const json_t *from = json_object_get(a, "ratios");
        const char *kind = json_string_value(json_object_get(a, "kind"));
        const char *name;
        json_t *v;

        json_object_foreach((json_t *)(uintptr_t)from, name, v)
        {
                if (json_is_number(json_object_get(b, name)))
                        single(out, c, name, v, json_object_get(b, name), false);
                else if (kind != NULL && strcmp(kind, "ratios") == 0)
                        gone(out, name, v);
        }
}

json_t *sb_compare(const struct sb_compare *c, const json_t *a, const json_t *b)
{
        json_t *ra = json_object_get(a, "result"), *rb = json_object_get(b, "result");
        json_t *sa = json_object_get(a, "search"), *sb = json_object_get(b, "search");
        json_t *ma = json_object_get(a, "micro"), *mb = json_object_get(b, "micro");
        json_t *qa = json_object_get(a, "ratios"), *qb = json_object_get(b, "ratios");
        json_t *out;

        if ((ra == NULL || rb == NULL) && (ma == NULL || mb == NULL) && (qa == NULL || qb == NULL))
                return NULL;
        out = json_pack("{s:[], s:i, s:i}", "rows", "slower", 0, "gone", 0);
        single(out, c, "search rate", json_object_get(sa, "rate_per_s"),
               json_object_get(sb, "rate_per_s"), false);
        single(out, c, "calls per second",
               json_object_get(json_object_get(ra, "rates"), "calls_per_s"),
               json_object_get(json_object_get(rb, "rates"), "calls_per_s"), false);
        times(out, c, ra, rb);
        micro(out, c, ma, mb);
        ratios(out, c, a, qb);
        return out;
}
