/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/report/text.h"

#include <string.h>

static double number(const json_t *o, const char *group, const char *name)
{
        return json_number_value(json_object_get(json_object_get(o, group), name));
}

static void failures(FILE *to, json_t *result)
{
        json_t *f = json_object_get(json_object_get(result, "counts"), "failures");
        const char *name;
        json_t *v;

        json_object_foreach(f, name, v)
        {
                if (json_integer_value(v) != 0)
                        fprintf(to, "            %lld %s\n", (long long)json_integer_value(v),
                                name);
        }
}

static void times(FILE *to, json_t *result)
{
        json_t *t = json_object_get(result, "times");
        const char *name;
        json_t *v;

        if (json_object_size(t) == 0)
                return;
        fprintf(to, "%-10s %10s %10s %10s %10s %10s %10s  microseconds\n", "Times", "p50", "p90",
                "p99", "p99.9", "p99.999", "max");
        json_object_foreach(t, name, v)
        {
                static const char *const columns[] = {"p50",   "p90",     "p99",
                                                      "p99.9", "p99.999", "max_ns"};

                fprintf(to, "%-10s", name);
                for (size_t i = 0; i < 6; i++)
                        fprintf(to, " %10.1f",
                                json_number_value(json_object_get(v, columns[i])) / 1e3);
                fputc('\n', to);
        }
}

/* RFC 6076: percent of attempts. */
static void ratios(FILE *to, json_t *result)
{
        const char *name;
        json_t *v;

        if (json_object_size(json_object_get(result, "rfc6076")) == 0)
                return;
        fprintf(to, "RFC 6076   ");
        json_object_foreach(json_object_get(result, "rfc6076"), name, v)
            fprintf(to, " %s %.3f %%", name, json_number_value(v));
        fputc('\n', to);
}

static void drift(FILE *to, json_t *result)
{
        json_t *soak = json_object_get(result, "soak"), *v;
        const char *name;

        if (soak == NULL)
                return;
        fprintf(to, "Soak        %zu windows of %g s;",
                json_array_size(json_object_get(soak, "windows")),
                json_number_value(json_object_get(soak, "every_s")));
        json_object_foreach(json_object_get(soak, "drift"), name, v)
            fprintf(to, " %s %s (%+.1f %%)", name, json_string_value(json_object_get(v, "verdict")),
                    100.0 * json_number_value(json_object_get(v, "change")));
        fputc('\n', to);
}

static void steps(FILE *to, json_t *result)
{
        json_t *list = json_object_get(result, "steps");
        size_t i;
        json_t *s;

        if (json_array_size(list) == 0)
                return;
        fprintf(to, "%-20s %12s %12s %10s %10s %8s\n", "Step", "messages", "again", "timeouts",
                "unexpected", "lost");
        json_array_foreach(list, i, s)
        {
                static const char *const columns[] = {"messages", "retransmitted", "timeouts",
                                                      "unexpected", "lost"};
                static const int widths[] = {12, 12, 10, 10, 8};

                fprintf(to, "%-20s", json_string_value(json_object_get(s, "step")));
                for (size_t k = 0; k < 5; k++)
                        fprintf(to, " %*lld", widths[k],
                                (long long)json_integer_value(json_object_get(s, columns[k])));
                fputc('\n', to);
        }
}

void sb_text_result(FILE *to, json_t *result)
{
        json_t *verdict = json_object_get(result, "verdict"), *v;
        json_t *list = json_object_get(result, "anomalies");
        size_t i;

        fprintf(to, "Begun       %.0f (%.1f/s, asked %.1f/s, missed %.0f)\n",
                number(result, "counts", "starts"), number(result, "rates", "starts_per_s"),
                number(result, "rates", "asked_per_s"), number(result, "counts", "starts_missed"));
        fprintf(to, "Succeeded   %.0f (%.1f/s), at most %.0f at the same time\n",
                number(result, "counts", "calls_succeeded"), number(result, "rates", "calls_per_s"),
                number(result, "rates", "live_peak"));
        fprintf(to, "Failed      %.0f\n", number(result, "counts", "calls_failed"));
        failures(to, result);
        fprintf(to, "Sent        %.0f frames (%.0f/s), %.0f of them again\n",
                number(result, "counts", "tx_frames"), number(result, "rates", "tx_per_s"),
                number(result, "counts", "tx_retransmitted"));
        fprintf(to, "Received    %.0f frames (%.0f/s), %.0f again, %.0f of no call, %.0f not SIP\n",
                number(result, "counts", "rx_frames"), number(result, "rates", "rx_per_s"),
                number(result, "counts", "rx_retransmitted"),
                number(result, "counts", "rx_out_of_call"), number(result, "counts", "rx_not_sip"));
        fprintf(to, "Parser      %.0f of them read, %.0f with anomalies",
                number(result, "counts", "rx_checked"), number(result, "counts", "rx_anomalous"));
        json_array_foreach(list, i, v)
            fprintf(to, "%s %s", i == 0 ? ":" : ",", json_string_value(v));
        fputc('\n', to);
        ratios(to, result);
        times(to, result);
        drift(to, result);
        steps(to, result);
        if (json_is_true(json_object_get(verdict, "trusted"))) {
                fprintf(to, "Verdict     nothing speaks against these figures\n");
                return;
        }
        fprintf(to, "Verdict     these figures may not be trusted:\n");
        json_array_foreach(json_object_get(verdict, "doubts"), i, v)
            fprintf(to, "            %s\n", json_string_value(v));
}
