/* SPDX-License-Identifier: Apache-2.0 */
#include "control/api/eve.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "control/api/json_out.h"
#include "control/prefix.h"
#include "control/rulebook.h"
#include "parser/sip_check.h"
#include "parser/sip_parse.h"
#include "parser/sip_payload.h"

const char *cp_eve_time(uint64_t time_ns, char buf[CP_EVE_TIME_BYTES])
{
        time_t s = (time_t)(time_ns / 1000000000u);
        unsigned us = (unsigned)(time_ns % 1000000000u / 1000u);
        struct tm tm;
        size_t n;

        gmtime_r(&s, &tm);
        n = strftime(buf, CP_EVE_TIME_BYTES, "%Y-%m-%dT%H:%M:%S", &tm);
        snprintf(buf + n, CP_EVE_TIME_BYTES - n, ".%06u+0000", us);
        return buf;
}

static const char *proto_name(uint8_t ip_proto)
{
        switch (ip_proto) {
        case 6:
                return "TCP";
        case 17:
                return "UDP";
        case 132:
                return "SCTP";
        default:
                return "IP";
        }
}

static void write_flow(struct cp_json *j, const struct shm_flow *f)
{
        char text[CP_PREFIX_TEXT_BYTES];

        cp_json_string(j, "src_ip", cp_ip_print(&f->src, text));
        cp_json_number(j, "src_port", f->sport);
        cp_json_string(j, "dest_ip", cp_ip_print(&f->dst, text));
        cp_json_number(j, "dest_port", f->dport);
        cp_json_string(j, "proto", proto_name(f->ip_proto));
        if (f->vlan != 0) {
                cp_json_open(j, "vlan", '[');
                cp_json_number(j, NULL, f->vlan);
                cp_json_close(j, ']');
        }
}

static void write_verdict(struct cp_json *j, const struct shm_event *ev)
{
        cp_json_open(j, "verdict", '{');
        cp_json_string(j, "action", shm_action_name(ev->action));
        cp_json_string(j, "reason", shm_reason_name(ev->reason));
        if (ev->rule != 0)
                cp_json_number(j, "rule", ev->rule);
        if (ev->code != 0)
                cp_json_number(j, "code", ev->code);
        if (ev->rewrite == SHM_REWRITE_NORMALISED)
                cp_json_bool(j, "normalised", true);
        cp_json_close(j, '}');
}

/* The texts of one message, each cut to `max` octets. */
struct texts {
        struct cp_json *j;
        const struct sip_msg *msg;
        size_t max; /* 0 = whole */
};

static void write_span(const struct texts *t, const char *key, struct sip_span s)
{
        size_t len = s.len;

        if (s.off == 0 && s.len == 0)
                return;
        if (t->max != 0 && len > t->max)
                len = t->max;
        cp_json_text(t->j, key, sip_span_at(t->msg, s), len);
}

static void write_header(const struct texts *t, const char *key, enum sip_hdr_id id)
{
        const struct sip_hdr *h = sip_msg_first(t->msg, id);

        if (h != NULL)
                write_span(t, key, h->value);
}

static void write_start_line(const struct texts *t)
{
        const struct sip_msg *m = t->msg;

        if (m->kind == SIP_KIND_REQUEST) {
                write_span(t, "method", m->method_name);
                write_span(t, "uri", m->ruri.all);
                write_span(t, "version", m->version);
                write_span(t, "request_line", m->start_line);
        } else if (m->kind == SIP_KIND_RESPONSE) {
                write_span(t, "version", m->version);
                if (m->status != 0)
                        cp_json_number(t->j, "code", m->status);
                write_span(t, "reason", m->reason);
                write_span(t, "response_line", m->start_line);
        }
}

static void write_sip(const struct texts *t)
{
        const struct sip_msg *m = t->msg;

        cp_json_open(t->j, "sip", '{');
        write_start_line(t);
        write_span(t, "call_id", m->call_id);
        if (m->cseq.method_name.len != 0) {
                cp_json_number(t->j, "cseq", m->cseq.number);
                write_span(t, "cseq_method", m->cseq.method_name);
        }
        write_header(t, "from", SIP_HDR_FROM);
        write_header(t, "to", SIP_HDR_TO);
        write_header(t, "user_agent", SIP_HDR_USER_AGENT);
        write_span(t, "via_branch", m->via.branch);
        cp_json_close(t->j, '}');
}

static void write_anomalies(struct cp_json *j, const struct sip_anom_set *set)
{
        cp_json_open(j, "anomalies", '[');
        for (int a = SIP_ANOM_NONE + 1; a < SIP_ANOM_CNT; a++) {
                if (sip_anom_has(set, (enum sip_anomaly)a))
                        cp_json_string(j, NULL, sip_anomaly_name((enum sip_anomaly)a));
        }
        cp_json_close(j, ']');
}

static size_t finish(struct cp_eve *eve, const struct cp_json *j)
{
        assert(!j->overflow); /* CP_EVE_LINE_BYTES has room for the longest message */
        eve->line[j->len] = '\n';
        eve->len = j->len + 1;
        return eve->len;
}

static void write_rules(struct cp_json *j, const struct shm_event *ev)
{
        cp_json_open(j, "rules", '[');
        for (unsigned i = 0; i < ev->rule_cnt; i++)
                cp_json_number(j, NULL, ev->rules[i]);
        cp_json_close(j, ']');
        if (ev->rules_more != 0)
                cp_json_number(j, "rules_more", ev->rules_more);
        if (ev->rule_generation != 0)
                cp_json_number(j, "rule_generation", ev->rule_generation);
}

size_t cp_eve_event(struct cp_eve *eve, const struct shm_event *ev, const uint8_t *text,
                    size_t text_max)
{
        /* A cut message has faults that the whole one does not have: tell none rather than wrong
         * ones. The verdict's reason was made from the whole message. */
        static const struct sip_anom_set unknown;
        bool sip = sip_sniff(text, ev->msg_len) == SIP_SNIFF_SIP;
        struct cp_json j;
        struct texts t = {.j = &j, .msg = &eve->msg, .max = text_max};
        char when[CP_EVE_TIME_BYTES];

        cp_json_init(&j, eve->line, sizeof(eve->line) - 1);
        (void)sip_parse(text, ev->msg_len, &eve->msg);
        cp_json_open(&j, NULL, '{');
        cp_json_string(&j, "timestamp", cp_eve_time(ev->time_ns, when));
        cp_json_string(&j, "event_type", sip ? "sip" : "packet");
        write_flow(&j, &ev->flow);
        write_verdict(&j, ev);
        cp_json_string(&j, "class", shm_class_name(ev->cls));
        cp_json_string(&j, "lane", shm_lane_name(ev->lane));
        if (sip) {
                cp_eve_class_write(&eve->class, &j, ev, &eve->msg);
                write_anomalies(&j, ev->msg_len == ev->full_len ? &eve->msg.anomalies : &unknown);
                write_rules(&j, ev);
                write_sip(&t);
        }
        if (eve->explains)
                cp_eve_explain_write(&j, ev, eve->said);
        cp_json_close(&j, '}');
        return finish(eve, &j);
}

/* The texts of the alert line: the first ones of its message, cut short. */
#define ALERT_TEXT_MAX 512u

size_t cp_eve_rule(struct cp_eve *eve, const struct shm_event *ev, unsigned n)
{
        const struct cp_rulebook_entry *e = cp_rulebook_find(eve->rules, ev->rules[n]);
        struct cp_json j;
        struct texts t = {.j = &j, .msg = &eve->msg, .max = ALERT_TEXT_MAX};
        char when[CP_EVE_TIME_BYTES];

        if (e == NULL)
                return 0;
        cp_json_init(&j, eve->line, sizeof(eve->line) - 1);
        cp_json_open(&j, NULL, '{');
        cp_json_string(&j, "timestamp", cp_eve_time(ev->time_ns, when));
        cp_json_string(&j, "event_type", "alert");
        write_flow(&j, &ev->flow);
        cp_json_open(&j, "alert", '{');
        cp_json_string(&j, "action", ev->action == SHM_ACTION_PASS ? "allowed" : "blocked");
        cp_json_number(&j, "gid", e->rule->gid);
        cp_json_number(&j, "signature_id", e->rule->sid);
        cp_json_number(&j, "rev", e->rule->rev);
        cp_json_text(&j, "signature", (const uint8_t *)e->msg, e->rule->msg.len);
        cp_json_text(&j, "category", (const uint8_t *)e->classtype, e->rule->classtype.len);
        cp_json_number(&j, "severity", e->rule->priority);
        cp_json_close(&j, '}');
        write_verdict(&j, ev);
        if (eve->msg.kind != SIP_KIND_NONE)
                write_sip(&t);
        cp_json_close(&j, '}');
        return finish(eve, &j);
}

static void write_reasons(struct cp_json *j, const char *key, const uint64_t *count)
{
        cp_json_open(j, key, '{');
        for (unsigned r = 0; r < SHM_REASONS_MAX; r++) {
                if (count[r] != 0)
                        cp_json_number(j, shm_reason_name(r), count[r]);
        }
        cp_json_close(j, '}');
}

static void write_conservation(struct cp_json *j, const struct shm_counters *c)
{
        uint64_t accounted = shm_counters_accounted(c);

        cp_json_open(j, "conservation", '{');
        cp_json_number(j, "received", c->received);
        cp_json_number(j, "sent", c->sent);
        cp_json_number(j, "observed", c->observed);
        cp_json_number(j, "dropped", shm_counters_dropped(c));
        write_reasons(j, "dropped_by_reason", c->dropped);
        cp_json_number(j, "consumed", c->consumed);
        cp_json_number(j, "held_pending", c->held_pending);
        cp_json_number(j, "held_reassembly", c->held_reassembly);
        cp_json_number(j, "held_neighbour", c->held_neighbour);
        cp_json_number(j, "accounted", accounted);
        cp_json_bool(j, "exact", accounted == c->received);
        cp_json_close(j, '}');
}

size_t cp_eve_stats(struct cp_eve *eve, const struct shm_counters *c, uint64_t time_ns)
{
        struct cp_json j;
        char when[CP_EVE_TIME_BYTES];

        cp_json_init(&j, eve->line, sizeof(eve->line) - 1);
        cp_json_open(&j, NULL, '{');
        cp_json_string(&j, "timestamp", cp_eve_time(time_ns, when));
        cp_json_string(&j, "event_type", "stats");
        cp_json_open(&j, "stats", '{');
#define X(field, help) cp_json_number(&j, #field, c->field);
        SHM_COUNTERS(X)
#undef X
        write_reasons(&j, "passed_by_reason", c->passed);
        cp_json_open(&j, "by_purpose", '{');
        for (unsigned k = 0; k < SIP_PURPOSE_CNT; k++)
                if (c->by_purpose[k] != 0)
                        cp_json_number(&j, sip_purpose_name(k), c->by_purpose[k]);
        cp_json_close(&j, '}');
        cp_json_open(&j, "by_payload", '{');
        for (unsigned k = 0; k < SIP_PAYLOAD_CNT; k++)
                if (c->by_payload[k] != 0)
                        cp_json_number(&j, sip_payload_name(k), c->by_payload[k]);
        cp_json_close(&j, '}');
        write_conservation(&j, c);
        cp_json_close(&j, '}');
        cp_json_close(&j, '}');
        return finish(eve, &j);
}
