/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "bench/harness/report/html.h"

void sb_html_text(FILE *to, const char *text)
{
        for (; text != NULL && *text != '\0'; text++) {
                switch (*text) {
                case '<':
                        fputs("&lt;", to);
                        break;
                case '>':
                        fputs("&gt;", to);
                        break;
                case '&':
                        fputs("&amp;", to);
                        break;
                case '"':
                        fputs("&quot;", to);
                        break;
                case '\'':
                        fputs("&#39;", to);
                        break;
                default:
                        fputc(*text, to);
                        break;
                }
        }
}

static void value(FILE *to, const json_t *v)
{
        size_t i;
        json_t *item;

        if (json_is_integer(v))
                fprintf(to, "%lld", (long long)json_integer_value(v));
        else if (json_is_real(v))
                fprintf(to, "%.6g", json_real_value(v));
        else if (json_is_string(v))
                sb_html_text(to, json_string_value(v));
        else if (json_is_array(v))
                json_array_foreach(v, i, item)
                {
                        value(to, item);
                        fputc(' ', to);
                }
        else
                fputs(json_is_true(v) ? "yes" : json_is_false(v) ? "no" : "-", to);
}

/* Names and plain values of an object. */
static void table(FILE *to, const char *title, json_t *o)
{
        const char *name;
        json_t *v;

        if (json_object_size(o) == 0)
                return;
        fputs("<h2>", to);
        sb_html_text(to, title);
        fputs("</h2><table>\n", to);
        json_object_foreach(o, name, v)
        {
                if (json_is_object(v))
                        continue;
                fputs("<tr><th>", to);
                sb_html_text(to, name);
                fputs("</th><td>", to);
                value(to, v);
                fputs("</td></tr>\n", to);
        }
        fputs("</table>\n", to);
}

/* A list of objects that have the same names. */
static void rows(FILE *to, const char *title, const json_t *list)
{
        const char *name;
        json_t *o, *v;
        size_t i;

        if (json_array_size(list) == 0)
                return;
        fputs("<h2>", to);
        sb_html_text(to, title);
        fputs("</h2><table><tr>", to);
        json_object_foreach(json_array_get(list, 0), name, v)
        {
                fputs("<th>", to);
                sb_html_text(to, name);
                fputs("</th>", to);
        }
        fputs("</tr>\n", to);
        json_array_foreach(list, i, o)
        {
                fputs("<tr>", to);
                json_object_foreach(o, name, v)
                {
                        fputs("<td>", to);
                        value(to, v);
                        fputs("</td>", to);
                }
                fputs("</tr>\n", to);
        }
        fputs("</table>\n", to);
}

/* Time over how few are slower: each decade is another nine of the percentile. */
static void percentiles(FILE *to, const char *name, const json_t *hist, struct sb_plot *p)
{
        const json_t *buckets = json_object_get(hist, "buckets");
        double all = json_number_value(json_object_get(hist, "count")), seen = 0;
        char title[128];
        json_t *b;
        size_t i;

        snprintf(title, sizeof(title), "%s: microseconds by percentile", name);
        *p = (struct sb_plot){.title = title,
                              .x_name = "percentile",
                              .y_name = "us",
                              .x_log = true,
                              .y_log = true,
                              .x_words = {"0", "90", "99", "99.9", "99.99", "99.999", "99.9999"}};
        json_array_foreach(buckets, i, b)
        {
                double above;

                seen += json_number_value(json_array_get(b, 1));
                above = (all - seen) / all;
                if (p->cnt == SB_PLOT_POINTS_MAX)
                        break;
                p->x[p->cnt] = 1.0 / (above > 0.5 / all ? above : 0.5 / all);
                p->y[p->cnt++] = json_number_value(json_array_get(b, 0)) / 1e3;
        }
        sb_plot_write(to, p);
}

static void points(struct sb_plot *p, const json_t *list, const char *x, const char *y, double by)
{
        json_t *o;
        size_t i;

        json_array_foreach(list, i, o)
        {
                if (p->cnt == SB_PLOT_POINTS_MAX)
                        break;
                p->x[p->cnt] = json_number_value(json_object_get(o, x));
                p->y[p->cnt++] = json_number_value(json_object_get(o, y)) * by;
        }
}

static void curves(FILE *to, const json_t *document, struct sb_plot *p)
{
        const json_t *trials = json_object_get(json_object_get(document, "search"), "trials");
        const json_t *curve = json_object_get(document, "curve");

        *p = (struct sb_plot){.title = "Share that failed, by rate",
                              .x_name = "per second",
                              .y_name = "failed",
                              .dots = true};
        points(p, trials, "rate", "failed_ratio", 1.0);
        sb_plot_write(to, p);
        *p = (struct sb_plot){.title = "Goodput under attack",
                              .x_name = "hostile frames per second",
                              .y_name = "share of calls"};
        points(p, curve, "attacked_per_s", "goodput", 1.0);
        sb_plot_write(to, p);
        *p = (struct sb_plot){.title = "99th percentile under attack",
                              .x_name = "hostile frames per second",
                              .y_name = "us"};
        points(p, curve, "attacked_per_s", "p99_ns", 1e-3);
        sb_plot_write(to, p);
}

static void verdict(FILE *to, const json_t *result)
{
        json_t *v = json_object_get(result, "verdict"), *doubt;
        size_t i;

        if (v == NULL)
                return;
        if (json_is_true(json_object_get(v, "trusted"))) {
                fputs("<p class='ok'>Nothing speaks against these figures.</p>\n", to);
                return;
        }
        fputs("<div class='bad'>These figures may not be trusted:<ul>\n", to);
        json_array_foreach(json_object_get(v, "doubts"), i, doubt)
        {
                fputs("<li>", to);
                sb_html_text(to, json_string_value(doubt));
                fputs("</li>\n", to);
        }
        fputs("</ul></div>\n", to);
}

/* The report of the whole system: a table for each part, and what of it is a curve. */
static void sections(FILE *to, const json_t *document, struct sb_plot *p)
{
        json_t *s;
        size_t i;

        json_array_foreach(json_object_get(document, "sections"), i, s)
        {
                const char *command = json_string_value(json_object_get(s, "command"));

                rows(to, json_string_value(json_object_get(s, "title")),
                     json_object_get(s, "rows"));
                if (command != NULL) {
                        fputs("<p><code>", to);
                        sb_html_text(to, command);
                        fputs("</code></p>\n", to);
                }
                if (p != NULL)
                        curves(to, s, p);
        }
        rows(to, "Left out", json_object_get(document, "left_out"));
}

void sb_html_write(FILE *to, const json_t *document)
{
        json_t *result = json_object_get(document, "result");
        struct sb_plot *p = malloc(sizeof(*p));
        const char *name;
        json_t *v;

        fputs("<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>sluice-bench ",
              to);
        sb_html_text(to, json_string_value(json_object_get(document, "kind")));
        fputs(
            "</title><style>body{font:14px sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
            "table{border-collapse:collapse}th,td{border:1px solid #ccc;padding:2px 8px;"
            "text-align:left}svg{width:100%;margin:1em 0}svg "
            "text{font-size:11px}.t{font-weight:bold}"
            ".g{stroke:#ddd}.l{fill:none;stroke:#06c;stroke-width:1.5}circle{fill:#06c}"
            ".bad{background:#fdd;padding:.5em}.ok{background:#dfd;padding:.5em}</style></head>"
            "<body><h1>sluice-bench ",
            to);
        sb_html_text(to, json_string_value(json_object_get(document, "kind")));
        fputs("</h1>\n", to);
        verdict(to, result != NULL ? result : document);
        sections(to, document, p);
        if (p != NULL) {
                curves(to, document, p);
                json_object_foreach(json_object_get(result, "times"), name, v)
                    percentiles(to, name, v, p);
        }
        table(to, "Search", json_object_get(document, "search"));
        rows(to, "Under attack", json_object_get(document, "curve"));
        table(to, "Rates", json_object_get(result, "rates"));
        table(to, "Counts", json_object_get(result, "counts"));
        table(to, "Failures", json_object_get(json_object_get(result, "counts"), "failures"));
        rows(to, "Steps", json_object_get(result, "steps"));
        rows(to, "Micro benchmarks", json_object_get(document, "micro"));
        table(to, "Noise", json_object_get(result != NULL ? result : document, "noise"));
        table(to, "Made with", json_object_get(document, "fingerprint"));
        fputs("</body></html>\n", to);
        free(p);
}
