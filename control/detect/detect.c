/* SPDX-License-Identifier: Apache-2.0 */
#include "control/detect/detect.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define NS_PER_S     UINT64_C(1000000000)
#define SOURCE_SLOTS 65536u
#define KEY_TEXT_MAX 600u

const char *cp_alert_ban_name(unsigned ban)
{
        static const char *const names[CP_ALERT_BAN_CNT] = {
            "none", "monitor", "unproven", "asked", "waiting", "allowed", "shared", "done"};

        return ban < CP_ALERT_BAN_CNT ? names[ban] : "";
}

struct cp_detect *cp_detect_create(const struct cp_detect_config *config, cp_detect_tell *tell,
                                   void *arg)
{
        struct cp_detect *d = cp_detect_memory(sizeof(*d));

        if (d == NULL)
                return NULL;
        d->config = *config;
        d->tell = tell;
        d->arg = arg;
        if (getrandom(&d->key, sizeof(d->key), 0) != (ssize_t)sizeof(d->key) ||
            cp_detect_table_init(&d->table, config->entries, &d->key) != 0 ||
            cp_sources_init(&d->sources, SOURCE_SLOTS, &d->key) != 0) {
                cp_detect_destroy(d);
                return NULL;
        }
        return d;
}

void cp_detect_destroy(struct cp_detect *d)
{
        if (d == NULL)
                return;
        cp_detect_table_fini(&d->table);
        cp_sources_fini(&d->sources);
        free(d);
}

void cp_detect_configure(struct cp_detect *d, const struct cp_detect_config *config)
{
        uint32_t entries = d->config.entries;

        d->config = *config;
        d->config.entries = entries;
}

uint64_t cp_detect_hash(const struct cp_detect *d, const void *data, size_t len)
{
        return cp_siphash(&d->key, data, len);
}

/* ---- keys ---- */

/* An IPv6 host owns its /64. */
static struct shm_ip key_ip(const struct cp_mark *m, enum cp_detect_key_kind kind)
{
        struct shm_ip ip = {{0}};

        if (m->ip != NULL)
                ip = *m->ip;
        if (kind == CP_KEY_SOURCE && !cp_ip_is_v4(&ip))
                cp_ip_mask(&ip, 64);
        return ip;
}

static void key_id(const struct cp_detect *d, const struct cp_mark *m, uint64_t id[2])
{
        enum cp_detect_key_kind kind = cp_detection_key(m->detection);
        uint8_t key[1 + sizeof(struct shm_ip) + KEY_TEXT_MAX] = {(uint8_t)m->detection};
        size_t len = m->text_len < KEY_TEXT_MAX ? m->text_len : KEY_TEXT_MAX;

        if (kind == CP_KEY_SOURCE || kind == CP_KEY_INSIDE) {
                struct shm_ip ip = key_ip(m, kind);

                memcpy(key + 1, ip.b, sizeof(ip.b));
        }
        if (len != 0)
                memcpy(key + 1 + sizeof(struct shm_ip), m->text, len);
        cp_siphash128(&d->key, key, 1 + sizeof(struct shm_ip) + len, id);
        id[1] |= 1; /* 0, 0 means free */
}

static void text_set(struct cp_detect_text *t, const void *text, size_t len)
{
        t->len = (uint8_t)(len < CP_DETECT_TEXT_BYTES ? len : CP_DETECT_TEXT_BYTES);
        if (t->len != 0)
                memcpy(t->at, text, t->len);
}

/* ---- alerts ---- */

struct cp_alert *cp_detect_alert_next(struct cp_detect *d, uint32_t *i)
{
        while (*i < CP_ALERTS_MAX) {
                struct cp_alert *a = &d->alerts[(*i)++];

                if (a->number != 0)
                        return a;
        }
        return NULL;
}

static void tell(struct cp_detect *d, struct cp_alert *a, enum cp_alert_news news)
{
        a->ban_told = a->ban;
        if (d->tell != NULL)
                d->tell(d->arg, a, news);
}

static bool same_text(const struct cp_detect_text *a, const struct cp_detect_text *b)
{
        return a->len == b->len && memcmp(a->at, b->at, a->len) == 0;
}

static void example_add(struct cp_alert *a, const struct cp_detect_text *call_id)
{
        for (unsigned i = 0; i < CP_ALERT_CALL_IDS && call_id->len != 0; i++) {
                if (same_text(&a->call_id[i], call_id))
                        return;
                if (a->call_id[i].len != 0)
                        continue;
                a->call_id[i] = *call_id;
                return;
        }
}

/* A free place, else that of the alert that ended first; NULL: all are active. */
static struct cp_alert *place(struct cp_detect *d)
{
        struct cp_alert *oldest = NULL;

        for (uint32_t i = 0; i < CP_ALERTS_MAX; i++) {
                struct cp_alert *a = &d->alerts[i];

                if (a->number == 0)
                        return a;
                if (a->stop_ns != 0 && (oldest == NULL || a->stop_ns < oldest->stop_ns))
                        oldest = a;
        }
        return oldest;
}

/*
 * A ban needs evidence that nobody else can have made: at least half of the threshold in marks that
 * prove their source by themselves, and one at any rate. A limit needs none: who is named by others
 * may send less for a while, and is not cut off.
 */
static void ask_ban(struct cp_alert *a)
{
        uint32_t need = (a->rule.threshold + 1) / 2;
        bool ban = a->rule.action == CP_DETECT_BAN;

        if ((!ban && a->rule.action != CP_DETECT_LIMIT) || a->ban > CP_ALERT_BAN_UNPROVEN)
                return;
        if (ban && a->proven < need)
                a->ban = CP_ALERT_BAN_UNPROVEN;
        else
                a->ban =
                    a->rule.mode == CP_DETECT_ENFORCE ? CP_ALERT_BAN_ASKED : CP_ALERT_BAN_MONITOR;
}

static void alert_update(struct cp_detect *d, struct cp_alert *a, const struct cp_detect_entry *e,
                         uint64_t now_ns)
{
        enum cp_detection detection = (enum cp_detection)a->detection;
        uint32_t slot = cp_detect_slot(d, detection, now_ns);

        a->value = cp_sketch_measure(&e->sketch, cp_detection_measure(detection), slot);
        a->proven = cp_sketch_proven(&e->sketch, slot);
        if (a->value > a->peak)
                a->peak = a->value;
        a->marks = e->marks;
        a->last_ns = e->last_ns;
        a->ports = e->ports;
        a->several = e->several;
        a->port = e->port;
        /* who was banned by his port and goes on from another is judged again */
        if (e->many_ports && !a->many_ports && a->ban == CP_ALERT_BAN_DONE)
                a->ban = CP_ALERT_BAN_NONE;
        a->many_ports = e->many_ports;
        if (cp_detection_key(detection) != CP_KEY_SOURCE)
                a->ip = e->ip;
        ask_ban(a);
}

static void alert_start(struct cp_detect *d, struct cp_detect_entry *e, uint64_t now_ns)
{
        struct cp_alert *a = place(d);

        if (a == NULL) {
                d->stats.alerts_lost++;
                return;
        }
        *a = (struct cp_alert){
            .number = ++d->numbers,
            .start_ns = now_ns,
            .first_ns = e->first_ns,
            .entry = (uint32_t)(e - d->table.entries),
            .ip = e->ip,
            .exact = e->exact,
            .rule = d->config.rule[e->detection],
            .detection = e->detection,
            .text = e->text,
        };
        example_add(a, &e->call_id);
        e->alert = (uint32_t)(a - d->alerts) + 1;
        d->active++;
        d->stats.started++;
        if (a->detection == CP_DETECTION_REGISTER_AVALANCHE)
                d->avalanche_on = true;
        alert_update(d, a, e, now_ns);
        tell(d, a, CP_ALERT_START);
}

static void alert_stop(struct cp_detect *d, struct cp_alert *a, uint64_t now_ns)
{
        d->table.entries[a->entry].alert = 0;
        a->stop_ns = now_ns;
        d->active--;
        if (a->detection == CP_DETECTION_REGISTER_AVALANCHE)
                d->avalanche_on = false;
        tell(d, a, CP_ALERT_STOP);
}

/* ---- judging ---- */

static bool is_open(enum cp_measure m)
{
        return m == CP_MEASURE_OPEN || m == CP_MEASURE_OPEN_AGED;
}

/* Ends that were lost with their events would look like things that go on. */
static bool lossy(const struct cp_detect *d, enum cp_detection detection, uint64_t now_ns)
{
        return d->loss_ns != 0 &&
               now_ns < d->loss_ns + d->config.rule[detection].window_s * NS_PER_S;
}

/* Registrations after a power cut look like floods and like challenges that stay unanswered. */
static bool excused(const struct cp_detect *d, const struct cp_detect_entry *e)
{
        static const char reg[] = "REGISTER";

        if (!d->avalanche_on)
                return false;
        if (e->detection == CP_DETECTION_METHOD_FLOOD || e->detection == CP_DETECTION_FLOOD)
                return e->text.len == sizeof(reg) - 1 && memcmp(e->text.at, reg, e->text.len) == 0;
        return e->detection == CP_DETECTION_UNANSWERED_CHALLENGES ||
               e->detection == CP_DETECTION_REFLECTION_USE;
}

static void judge(struct cp_detect *d, struct cp_detect_entry *e, uint64_t now_ns)
{
        enum cp_detection detection = (enum cp_detection)e->detection;
        enum cp_measure measure = cp_detection_measure(detection);
        const struct cp_detect_rule *r = &d->config.rule[detection];
        uint32_t slot = cp_detect_slot(d, detection, now_ns);

        if (e->alert != 0) {
                struct cp_alert *a = &d->alerts[e->alert - 1];

                alert_update(d, a, e, now_ns);
                return;
        }
        if (r->mode == CP_DETECT_OFF || excused(d, e))
                return;
        if (is_open(measure) && lossy(d, detection, now_ns))
                return;
        if (cp_sketch_measure(&e->sketch, measure, slot) >= r->threshold)
                alert_start(d, e, now_ns);
}

static void note(struct cp_detect_entry *e, const struct cp_mark *m)
{
        if (e->marks == 0) {
                enum cp_detect_key_kind kind = cp_detection_key(m->detection);

                e->detection = (uint8_t)m->detection;
                e->first_ns = m->time_ns;
                e->ip = key_ip(m, kind);
                if (m->ip != NULL)
                        e->exact = *m->ip;
                e->port = m->port;
                text_set(&e->text, m->text, m->text_len);
        }
        if (e->marks < UINT32_MAX)
                e->marks++;
        if (m->time_ns > e->last_ns)
                e->last_ns = m->time_ns;
        if (m->ip != NULL) {
                e->ports |= UINT64_C(1) << (m->port % 64u);
                e->many_ports = e->many_ports || m->port != e->port;
                e->several = e->several || memcmp(&e->exact, m->ip, sizeof(e->exact)) != 0;
                if (cp_detection_key(m->detection) != CP_KEY_SOURCE)
                        e->ip = *m->ip;
        }
        if (m->call_id_len != 0)
                text_set(&e->call_id, m->call_id, m->call_id_len);
}

static uint32_t item_bit(const struct cp_mark *m)
{
        if (cp_detection_measure(m->detection) == CP_MEASURE_RUN)
                return (uint32_t)(m->item % CP_SKETCH_RUN_MAX);
        return (uint32_t)(m->item % CP_SKETCH_BITS);
}

void cp_detect_mark(struct cp_detect *d, const struct cp_mark *m)
{
        const struct cp_detect_rule *r = &d->config.rule[m->detection];
        struct cp_sketch_mark sm = {
            .slot = cp_detect_slot(d, m->detection, m->time_ns),
            .weight = m->weight != 0 ? m->weight : 1,
            .bit = item_bit(m),
            .proven = m->proven,
        };
        struct cp_detect_entry *e;
        uint64_t id[2];

        if (r->mode == CP_DETECT_OFF)
                return;
        key_id(d, m, id);
        e = cp_detect_table_get(&d->table, id, m->time_ns);
        if (e == NULL)
                return;
        d->stats.marks++;
        if (!cp_sketch_add(&e->sketch, &sm)) {
                d->stats.late++;
                return;
        }
        if (e->alert != 0)
                example_add(&d->alerts[e->alert - 1], &e->call_id);
        note(e, m);
        if (m->time_ns + r->window_s * NS_PER_S > e->until_ns)
                e->until_ns = m->time_ns + r->window_s * NS_PER_S;
        if (!m->patient)
                judge(d, e, m->time_ns);
}

void cp_detect_unmark(struct cp_detect *d, const struct cp_mark *m)
{
        struct cp_detect_entry *e;
        uint64_t id[2];

        key_id(d, m, id);
        e = cp_detect_table_find(&d->table, id);
        if (e == NULL)
                return;
        if (is_open(cp_detection_measure(m->detection)))
                cp_sketch_end(&e->sketch, item_bit(m));
        else
                cp_sketch_take(&e->sketch);
}

void cp_detect_level(struct cp_detect *d, enum cp_detection detection, uint32_t level,
                     uint64_t now_ns)
{
        const struct cp_mark m = {.detection = detection, .time_ns = now_ns};
        struct cp_detect_entry *e;
        uint64_t id[2];

        if (d->config.rule[detection].mode == CP_DETECT_OFF)
                return;
        key_id(d, &m, id);
        e = level != 0 ? cp_detect_table_get(&d->table, id, now_ns)
                       : cp_detect_table_find(&d->table, id);
        if (e == NULL)
                return;
        if (level != 0)
                note(e, &m);
        cp_sketch_set(&e->sketch, level);
        e->until_ns = level != 0 ? now_ns + d->config.rule[detection].window_s * NS_PER_S : now_ns;
        judge(d, e, now_ns);
}

/* ---- time ---- */

/* Ripe entries may reach their threshold without a further mark. */
void cp_detect_sweep(struct cp_detect *d, uint32_t entries, uint64_t now_ns)
{
        uint32_t size = cp_detect_table_size(&d->table);

        for (uint32_t i = 0; i < entries; i++) {
                struct cp_detect_entry *e = &d->table.entries[d->sweep];

                d->sweep = d->sweep + 1 == size ? 0 : d->sweep + 1;
                if (e->detection != 0 && e->alert == 0 && e->until_ns > now_ns)
                        judge(d, e, now_ns);
        }
}

void cp_detect_end(struct cp_detect *d, uint64_t now_ns)
{
        for (uint32_t i = 0; i < CP_ALERTS_MAX; i++) {
                struct cp_alert *a = &d->alerts[i];
                struct cp_detect_entry *e = &d->table.entries[a->entry];

                if (a->number == 0 || a->stop_ns != 0)
                        continue;
                alert_update(d, a, e, now_ns);
                example_add(a, &e->call_id);
                if (a->ban != a->ban_told)
                        tell(d, a, CP_ALERT_UPDATE);
                if (2 * (uint64_t)a->value < a->rule.threshold || a->value == 0 ||
                    d->config.rule[a->detection].mode == CP_DETECT_OFF)
                        alert_stop(d, a, now_ns);
        }
}

static bool about(const struct cp_detect_entry *e, const struct cp_prefix *prefix)
{
        return e->detection != 0 &&
               cp_detection_key((enum cp_detection)e->detection) == CP_KEY_SOURCE &&
               (cp_prefix_match(prefix, &e->ip) || cp_prefix_match(prefix, &e->exact));
}

void cp_detect_forgive(struct cp_detect *d, const struct cp_prefix *prefix, uint64_t now_ns)
{
        d->now_ns = now_ns;
        for (uint32_t i = 0; i < cp_detect_table_size(&d->table); i++) {
                struct cp_detect_entry *e = &d->table.entries[i];

                if (!about(e, prefix))
                        continue;
                if (e->alert != 0)
                        alert_stop(d, &d->alerts[e->alert - 1], now_ns);
                memset(e, 0, sizeof(*e));
        }
}
