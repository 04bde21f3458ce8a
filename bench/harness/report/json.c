/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/harness/report/json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/harness/report/rfc6076.h"
#include "parser/sip_check.h"
#include "parser/sip_method.h"

static void set(json_t *o, const char *name, uint64_t v)
{
        json_object_set_new(o, name, json_integer((json_int_t)v));
}

static void real(json_t *o, const char *name, double v)
{
        json_object_set_new(o, name, json_real(v));
}

json_t *sb_json_hist(const struct sb_hist *h)
{
        static const struct {
                const char *name;
                double percent;
        } table[] = {{"p50", 50}, {"p75", 75},     {"p90", 90},       {"p95", 95},
                     {"p99", 99}, {"p99.9", 99.9}, {"p99.99", 99.99}, {"p99.999", 99.999}};
        json_t *o = json_object(), *buckets = json_array();

        set(o, "count", h->cnt);
        set(o, "min_ns", h->cnt == 0 ? 0 : h->min);
        set(o, "max_ns", h->max);
        real(o, "mean_ns", sb_hist_mean(h));
        for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
                set(o, table[i].name, sb_hist_percentile(h, table[i].percent));
        for (uint32_t i = 0; i < SB_HIST_BUCKETS; i++)
                if (h->buckets[i] != 0)
                        json_array_append_new(buckets,
                                              json_pack("[I,I]", (json_int_t)sb_hist_bucket_high(i),
                                                        (json_int_t)h->buckets[i]));
        json_object_set_new(o, "buckets", buckets);
        return o;
}

static json_t *counts(const struct sb_counts *c)
{
        json_t *o = json_object(), *status = json_object(), *failures = json_object();

#define FIELD(name) set(o, #name, c->name)
        FIELD(starts);
        FIELD(starts_missed);
        FIELD(calls_succeeded);
        FIELD(calls_failed);
        FIELD(tx_frames);
        FIELD(tx_bytes);
        FIELD(tx_full);
        FIELD(no_mbuf);
        FIELD(tx_requests);
        FIELD(tx_responses);
        FIELD(tx_retransmitted);
        FIELD(rx_frames);
        FIELD(rx_bytes);
        FIELD(rx_other);
        FIELD(rx_fragments);
        FIELD(rx_not_sip);
        FIELD(rx_requests);
        FIELD(rx_retransmitted);
        FIELD(rx_out_of_call);
        FIELD(rx_ignored);
        FIELD(rx_checked);
        FIELD(rx_anomalous);
        FIELD(lost_on_purpose);
        FIELD(requests_open);
        FIELD(requests_answered);
        FIELD(media_actions);
        FIELD(attack_frames);
        FIELD(sessions);
        FIELD(sessions_established);
        FIELD(sessions_redirected);
        FIELD(sessions_effective);
        FIELD(sessions_ineffective);
        FIELD(sessions_completed);
        FIELD(registrations);
        FIELD(registrations_failed);
#undef FIELD
        for (uint32_t i = 1; i < 7; i++) {
                char name[4];

                snprintf(name, sizeof(name), "%uxx", i);
                set(status, name, c->rx_status[i]);
        }
        for (uint32_t i = 0; i < SB_FAIL_CNT; i++)
                set(failures, sb_failure_name((enum sb_failure)i), c->failures[i]);
        json_object_set_new(o, "rx_status", status);
        json_object_set_new(o, "failures", failures);
        return o;
}

static json_t *rates(const struct sb_result *r)
{
        json_t *o = json_object();
        double s = r->seconds > 0 ? r->seconds : 1e-9, all = r->elapsed > 0 ? r->elapsed : 1e-9;
        const struct sb_counts *c = &r->counts;

        real(o, "asked_per_s", r->rate);
        real(o, "seconds", r->seconds);
        real(o, "elapsed_s", r->elapsed);
        real(o, "starts_per_s", (double)c->starts / s);
        real(o, "calls_per_s", (double)c->calls_succeeded / all);
        real(o, "tx_per_s", (double)c->tx_frames / all);
        real(o, "rx_per_s", (double)c->rx_frames / all);
        real(o, "failed_ratio", c->starts == 0 ? 0.0 : (double)c->calls_failed / (double)c->starts);
        if (r->busy_cpu_seconds > 0) {
                real(o, "busy_cpu_s", r->busy_cpu_seconds);
                real(o, "calls_per_cpu_s", (double)c->calls_succeeded / r->busy_cpu_seconds);
                real(o, "tx_per_cpu_s", (double)c->tx_frames / r->busy_cpu_seconds);
        }
        set(o, "live_peak", r->live_peak);
        return o;
}

static json_t *times(const struct sb_result *r)
{
        json_t *o = json_object();

        for (uint32_t i = 0; i < SB_TIME_CNT; i++)
                if (r->times[i].cnt != 0)
                        json_object_set_new(o, sb_time_name((enum sb_time)i),
                                            sb_json_hist(&r->times[i]));
        return o;
}

static const char *step_label(const struct sb_step *s, char out[96])
{
        static const char *const kinds[] = {"send", "recv", "pause", "nop", "timewait"};

        if (s->kind == SB_STEP_RECV && s->status != 0)
                snprintf(out, 96, "recv %u", s->status);
        else if (s->kind == SB_STEP_RECV)
                snprintf(out, 96, "recv %s", s->method_name);
        else if (s->kind == SB_STEP_SEND && s->message->status != 0)
                snprintf(out, 96, "send %u", s->message->status);
        else if (s->kind == SB_STEP_SEND)
                snprintf(out, 96, "send %s", sip_method_name(s->message->method));
        else
                snprintf(out, 96, "%s", kinds[s->kind]);
        return out;
}

static json_t *steps(const struct sb_scenario *s, const struct sb_result *r)
{
        json_t *list = json_array();

        for (uint32_t i = 0; s != NULL && i < s->step_cnt; i++) {
                const struct sb_step_counts *c = &r->steps[i];
                char label[96];

                json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I}", "step",
                                                      step_label(&s->steps[i], label), "line",
                                                      (json_int_t)s->steps[i].line, "messages",
                                                      (json_int_t)c->messages, "retransmitted",
                                                      (json_int_t)c->retransmitted, "timeouts",
                                                      (json_int_t)c->timeouts, "unexpected",
                                                      (json_int_t)c->unexpected, "lost",
                                                      (json_int_t)c->lost));
        }
        return list;
}

static json_t *noise(const struct sb_bench *b, const struct sb_result *r)
{
        json_t *o = json_object(), *spins = json_array();

        for (uint32_t i = 0; i < b->worker_cnt; i++)
                json_array_append_new(
                    spins, json_pack("{s:f, s:f, s:I, s:f}", "lost_share", r->spin[i].lost_share,
                                     "longest_gap_us", (double)r->spin[i].longest_ns / 1e3, "gaps",
                                     (json_int_t)r->spin[i].gaps, "busy_share", r->busy[i]));
        json_object_set_new(o, "workers", spins);
        real(o, "steal_share", r->steal);
        set(o, "preempted", (uint64_t)r->preempted);
        return o;
}

static json_t *anomalies(const struct sb_result *r)
{
        json_t *list = json_array();

        for (int a = 1; a < SIP_ANOM_CNT; a++)
                if (sip_anom_has(&r->anomalies, (enum sip_anomaly)a))
                        json_array_append_new(list,
                                              json_string(sip_anomaly_name((enum sip_anomaly)a)));
        return list;
}

static json_t *verdict(const struct sb_bench *b, const struct sb_result *r)
{
        struct sb_trust t;
        json_t *o = json_object(), *why = json_array();

        sb_trust_judge(&t, r, b->worker_cnt);
        for (uint32_t i = 0; i < t.cnt; i++)
                json_array_append_new(why, json_string(t.doubts[i]));
        json_object_set_new(o, "trusted", json_boolean(t.cnt == 0));
        json_object_set_new(o, "doubts", why);
        return o;
}

json_t *sb_json_result(const struct sb_bench *b, const struct sb_result *r)
{
        json_t *o = json_object();

        json_object_set_new(o, "scenario",
                            b->scenario[0] == NULL ? json_null()
                                                   : json_string(b->scenario[0]->path));
        json_object_set_new(o, "rates", rates(r));
        json_object_set_new(o, "counts", counts(&r->counts));
        if (b->loop)
                json_object_set_new(o, "answering_side", counts(&r->answer));
        json_object_set_new(o, "rfc6076", sb_rfc6076(&r->counts));
        json_object_set_new(o, "times", times(r));
        if (b->soak != NULL)
                json_object_set_new(o, "soak", sb_soak_json(b->soak));
        json_object_set_new(o, "steps", steps(b->scenario[0], r));
        json_object_set_new(o, "anomalies", anomalies(r));
        json_object_set_new(o, "noise", noise(b, r));
        json_object_set_new(o, "verdict", verdict(b, r));
        return o;
}

json_t *sb_json_document(const char *kind, json_t *fingerprint)
{
        return json_pack("{s:s, s:s, s:o}", "schema", SB_SCHEMA, "kind", kind, "fingerprint",
                         fingerprint);
}

int sb_json_write(const json_t *document, const char *path)
{
        int rc;

        if (strcmp(path, "-") == 0) {
                rc = json_dumpf(document, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
                fputc('\n', stdout);
        } else {
                rc = json_dump_file(document, path, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
        }
        if (rc == 0)
                return 0;
        fprintf(stderr, "sluice-bench: cannot write %s\n", path);
        return -EIO;
}
