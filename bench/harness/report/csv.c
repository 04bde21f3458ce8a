/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/report/csv.h"

#include <errno.h>
#include <string.h>

static void row(FILE *to, const char *group, const char *name, const json_t *v)
{
        if (json_is_integer(v))
                fprintf(to, "%s,%s,%lld\n", group, name, (long long)json_integer_value(v));
        else if (json_is_real(v))
                fprintf(to, "%s,%s,%.9g\n", group, name, json_real_value(v));
        else if (json_is_boolean(v))
                fprintf(to, "%s,%s,%d\n", group, name, json_is_true(v) ? 1 : 0);
}

int sb_csv_write(FILE *to, const json_t *document)
{
        static const char *const groups[] = {"rates", "counts"};
        json_t *result = json_object_get(document, "result"), *v, *times;
        const char *name, *inner;
        json_t *value;

        if (result == NULL)
                return -EINVAL;
        fputs("group,name,value\n", to);
        for (size_t i = 0; i < 2; i++) {
                json_object_foreach(json_object_get(result, groups[i]), name, v)
                    row(to, groups[i], name, v);
        }
        json_object_foreach(json_object_get(json_object_get(result, "counts"), "failures"), name, v)
            row(to, "failures", name, v);
        times = json_object_get(result, "times");
        json_object_foreach(times, name, v)
        {
                json_object_foreach(v, inner, value) row(to, name, inner, value);
        }
        row(to, "verdict", "trusted",
            json_object_get(json_object_get(result, "verdict"), "trusted"));
        return 0;
}

struct column {
        const char *name;
        const char *group; /* NULL: a word */
        const char *value;
        double times; /* the value by this */
};

int sb_csv_sipp_write(FILE *to, const json_t *document)
{
        static const struct column columns[] = {
            {"StartTime", NULL, NULL, 1},
            {"ElapsedTime(C)", "rates", "elapsed_s", 1},
            {"TargetRate", "rates", "asked_per_s", 1},
            {"CallRate(C)", "rates", "calls_per_s", 1},
            {"OutgoingCall(C)", "counts", "starts", 1},
            {"TotalCallCreated", "counts", "starts", 1},
            {"CurrentCall", "rates", "live_peak", 0},
            {"SuccessfulCall(C)", "counts", "calls_succeeded", 1},
            {"FailedCall(C)", "counts", "calls_failed", 1},
            {"FailedUnexpectedMessage(C)", "failures", "unexpected", 1},
            {"FailedMaxUDPRetrans(C)", "failures", "timeout", 1},
            {"FailedTimeoutOnRecv(C)", "failures", "waiting", 1},
            {"FailedRegexpDoesntMatch(C)", "failures", "check", 1},
            {"OutOfCallMsgs(C)", "counts", "rx_out_of_call", 1},
            {"Retransmissions(C)", "counts", "tx_retransmitted", 1},
            {"ResponseTime1(C)", "rtd1", "mean_ns", 1e-6},
            {"CallLength(C)", "call", "mean_ns", 1e-6},
        };
        const size_t cnt = sizeof(columns) / sizeof(columns[0]);
        json_t *result = json_object_get(document, "result");
        json_t *counts = json_object_get(result, "counts");

        if (counts == NULL)
                return -EINVAL;
        for (size_t i = 0; i < cnt; i++)
                fprintf(to, "%s;", columns[i].name);
        fputc('\n', to);
        for (size_t i = 0; i < cnt; i++) {
                const struct column *c = &columns[i];
                json_t *group;

                if (c->group == NULL) {
                        const json_t *host = json_object_get(document, "fingerprint");

                        fprintf(to, "%s;", json_string_value(json_object_get(host, "time")));
                        continue;
                }
                group = json_object_get(result, c->group);
                if (group == NULL)
                        group = json_object_get(counts, c->group);
                if (group == NULL)
                        group = json_object_get(json_object_get(result, "times"), c->group);
                fprintf(to, "%.9g;",
                        json_number_value(json_object_get(group, c->value)) * c->times);
        }
        fputc('\n', to);
        return 0;
}
