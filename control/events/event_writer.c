/* SPDX-License-Identifier: Apache-2.0 */
#include "control/events/event_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "control/api/eve_alert.h"
#include "control/contract/shm_ring.h"
#include "control/link.h"
#include "control/log.h"
#include "control/rulebook.h"

struct cp_event_writer *cp_event_writer_create(const char *eve_path, uint32_t why_entries,
                                               struct cp_event_queue *queue)
{
        struct cp_event_writer *w = calloc(1, sizeof(*w));
        int rc;

        if (w == NULL)
                return NULL;
        w->queue = queue;
        w->log = cp_verdict_log_create(why_entries);
        if (cp_top_init(&w->top) != 0 || w->log == NULL ||
            getrandom(&w->eve.class.seed, sizeof(w->eve.class.seed), 0) < 0 ||
            getrandom(&w->rule_meter.key, sizeof(w->rule_meter.key), 0) < 0) {
                cp_top_fini(&w->top);
                cp_verdict_log_destroy(w->log);
                free(w);
                return NULL;
        }
        rc = cp_eve_file_open(&w->file, eve_path, false);
        if (rc != 0)
                cp_log(CP_LOG_WARNING, "no event file: %s: %s", eve_path, strerror(-rc));
        return w;
}

void cp_event_writer_destroy(struct cp_event_writer *w)
{
        if (w == NULL)
                return;
        cp_top_fini(&w->top);
        cp_eve_file_close(&w->file);
        cp_verdict_log_destroy(w->log);
        free(w);
}

/* The set that an event was judged by; NULL: it is gone. */
static struct cp_rulebook *rules_of(const struct cp_event_writer *w, const struct shm_event *ev)
{
        for (unsigned i = 0; i < 2; i++) {
                if (w->rules[i] != NULL && w->rules[i]->generation == ev->rule_generation)
                        return w->rules[i];
        }
        return NULL;
}

/* The rule that ended a message; a malformed one ends for its fault, and may be banned for. */
static void count_end(struct cp_event_writer *w, const struct shm_event *ev)
{
        bool by_rule = ev->reason == SHM_REASON_RULE_DROP || ev->reason == SHM_REASON_RULE_REJECT ||
                       ev->reason == SHM_REASON_RULE_LIMIT ||
                       ev->reason == SHM_REASON_RULE_CHALLENGE;
        bool faulty = ev->reason >= SHM_REASONS_DECISION_MAX && ev->action == SHM_ACTION_DROP;
        struct cp_rulebook_entry *e =
            by_rule || faulty ? cp_rulebook_find(w->eve.rules, ev->rule) : NULL;

        if (e == NULL || (faulty && e->rule->action != MATCH_ACTION_BAN))
                return;
        e->drops++;
        cp_rule_meter_stopped(&w->rule_meter, ev, e->rule->sid);
        if (e->rule->action == MATCH_ACTION_BAN)
                cp_rule_bans_ask(&w->rule_bans, ev, e);
}

/* A message passed though a rule that held says otherwise: in mode monitor, or beyond its share. */
static void count_pass(struct cp_event_writer *w, const struct shm_event *ev,
                       struct cp_rulebook_entry *e)
{
        uint8_t a = e->rule->action;

        if (ev->action != SHM_ACTION_PASS ||
            (a != MATCH_ACTION_DROP && a != MATCH_ACTION_REJECT && a != MATCH_ACTION_BAN))
                return;
        e->would++;
        cp_rule_meter_stopped(&w->rule_meter, ev, e->rule->sid);
}

static void count_proven(struct cp_event_writer *w, const struct shm_event *ev)
{
        uint32_t sids[CP_RULE_METER_SIDS];
        unsigned n = cp_rule_meter_proven(&w->rule_meter, ev, sids);

        for (unsigned i = 0; i < n; i++) {
                struct cp_rulebook_entry *e = cp_rulebook_find(w->rules[0], sids[i]);

                if (e != NULL)
                        e->proven++;
        }
}

static void write_alerts(struct cp_event_writer *w, const struct shm_event *ev)
{
        bool dropped = ev->action != SHM_ACTION_PASS;

        count_proven(w, ev);
        w->eve.rules = rules_of(w, ev);
        count_end(w, ev);
        for (unsigned i = 0; i < ev->rule_cnt; i++) {
                struct cp_rulebook_entry *rule = cp_rulebook_find(w->eve.rules, ev->rules[i]);
                size_t len = rule != NULL ? cp_eve_rule(&w->eve, ev, i) : 0;

                if (len == 0)
                        continue;
                rule->hits++;
                count_pass(w, ev, rule);
                rule->last_ns = ev->time_ns;
                cp_eve_file_write(&w->file, w->eve.line, len);
                cp_event_queue_put(w->queue, w->eve.line, len - 1, dropped);
        }
}

void cp_event_writer_set_rules(struct cp_event_writer *w, struct cp_rulebook *now,
                               struct cp_rulebook *before)
{
        w->rules[0] = now;
        w->rules[1] = before;
        w->eve.rules = NULL; /* it may be gone */
}

static void write_event(struct cp_event_writer *w, const struct shm_event *ev)
{
        const uint8_t *text = w->rec + sizeof(*ev);
        struct cp_verdict v = {.flow = &ev->flow};
        size_t len = cp_eve_event(&w->eve, ev, text, 0);

        if (w->eve.msg.kind != SIP_KIND_NONE) /* then it has just been classified */
                cp_top_take(&w->top, ev, &w->eve.msg, w->eve.class.last.purpose);
        cp_eve_file_write(&w->file, w->eve.line, len);
        cp_event_queue_put(w->queue, w->eve.line, len - 1, ev->action != SHM_ACTION_PASS);
        if (len > CP_VERDICT_LINE_MAX)
                len = cp_eve_event(&w->eve, ev, text, CP_VERDICT_TEXT_MAX);
        v.call_id = sip_span_at(&w->eve.msg, w->eve.msg.call_id);
        v.call_id_len = w->eve.msg.call_id.len;
        v.line = w->eve.line;
        v.line_len = len - 1;
        cp_verdict_log_put(w->log, &v);
        if (w->detect != NULL)
                cp_detect_event(w->detect, ev, &w->eve.msg);
        write_alerts(w, ev);
}

void cp_event_writer_alert(void *writer, const struct cp_alert *alert, enum cp_alert_news news)
{
        struct cp_event_writer *w = writer;
        char line[CP_EVE_ALERT_BYTES];
        size_t len = cp_eve_alert(alert, news, w->detect->now_ns, line);

        cp_eve_file_write(&w->file, line, len);
        cp_event_queue_put(w->queue, line, len - 1, true);
}

void cp_event_writer_counts(struct cp_event_writer *w, const struct shm_counters *total,
                            uint64_t now_ns)
{
        char line[CP_EVE_COUNTS_BYTES];
        size_t len;

        if (!w->counts_begun) { /* a dataplane may have counted for long before */
                w->counts.last = *total;
                w->counts_begun = true;
                return;
        }
        len = cp_eve_counts_line(&w->counts, total, now_ns, line);
        if (len != 0)
                cp_eve_file_write(&w->file, line, len);
}

bool cp_event_writer_counts_begun(const struct cp_event_writer *w)
{
        return w->counts_begun;
}

/* What it took to look at rules in full, of one message. */
static void count_costs(struct cp_event_writer *w, uint32_t bytes)
{
        struct shm_rule_costs costs;

        memcpy(&costs, w->rec, bytes);
        for (unsigned i = 0; i < 2; i++) {
                struct cp_rulebook *b = w->rules[i];

                if (b == NULL || b->generation != costs.generation)
                        continue;
                for (uint32_t k = 0; k < costs.cnt; k++) {
                        struct cp_rulebook_entry *e = cp_rulebook_find(b, costs.rule[k].sid);

                        if (e == NULL)
                                continue;
                        e->cost_samples++;
                        e->cost_cycles += costs.rule[k].cycles;
                }
                return;
        }
}

static unsigned run_worker(struct cp_event_writer *w, struct cp_link *link, unsigned worker,
                           unsigned budget)
{
        struct shm_event ev;
        unsigned n;

        for (n = 0; n < budget; n++) {
                uint16_t type = 0;
                uint32_t bytes = 0;
                int rc = shm_ring_read(&link->evt[worker], w->rec, sizeof(w->rec), &type, &bytes);

                if (rc == 0)
                        break;
                if (rc == -EBADMSG) {
                        atomic_store(&link->broken, true);
                        break;
                }
                if (rc > 0 && type == SHM_REC_RULE_COST && shm_rule_costs_check(w->rec, bytes)) {
                        count_costs(w, bytes);
                        continue;
                }
                if (rc < 0 || type != SHM_REC_EVENT || !shm_event_check(w->rec, bytes)) {
                        atomic_fetch_add(&w->malformed, 1);
                        continue;
                }
                memcpy(&ev, w->rec, sizeof(ev));
                write_event(w, &ev);
                atomic_fetch_add(&w->events, 1);
        }
        if (n != 0)
                shm_ring_release(&link->evt[worker]);
        return n;
}

unsigned cp_event_writer_run(struct cp_event_writer *w, struct cp_link *link, unsigned budget)
{
        unsigned n = 0;

        for (unsigned i = 0; i < link->worker_cnt; i++)
                n += run_worker(w, link, i, budget);
        return n;
}

void cp_event_writer_flush(struct cp_event_writer *w)
{
        int before = w->file.error;

        (void)cp_eve_file_flush(&w->file);
        if (w->file.error != 0 && w->file.error != before)
                cp_log(CP_LOG_WARNING, "events are lost: %s: %s", w->file.path,
                       strerror(w->file.error));
        atomic_store(&w->lost, w->file.lost);
}
