/* SPDX-License-Identifier: Apache-2.0 */
#include "control/api/eve_alert.h"

#include <assert.h>

#include "control/api/eve.h"
#include "control/api/json_out.h"
#include "control/prefix.h"

static const char *news_name(enum cp_alert_news news)
{
        static const char *const names[] = {"start", "update", "stop"};

        return names[news];
}

static void write_time(struct cp_json *j, const char *key, uint64_t ns)
{
        char when[CP_EVE_TIME_BYTES];

        if (ns != 0)
                cp_json_string(j, key, cp_eve_time(ns, when));
}

static void write_text(struct cp_json *j, const char *key, const struct cp_detect_text *t)
{
        if (t->len != 0)
                cp_json_text(j, key, t->at, t->len);
}

static void write_alert(struct cp_json *j, const struct cp_alert *a)
{
        enum cp_detection d = (enum cp_detection)a->detection;

        cp_json_open(j, "alert", '{');
        cp_json_string(j, "action", a->ban == CP_ALERT_BAN_DONE ? "blocked" : "allowed");
        cp_json_number(j, "gid", 1);
        cp_json_number(j, "signature_id", a->detection);
        cp_json_number(j, "rev", 1);
        cp_json_string(j, "signature", cp_detection_text(d));
        cp_json_string(j, "category", cp_detection_name(d));
        cp_json_number(j, "severity", cp_detection_severity(d));
        cp_json_close(j, '}');
}

/* What it is about. `detail` of a source: the method, or the number behind the prefixes. */
static void write_key(struct cp_json *j, const struct cp_alert *a)
{
        static const char *const text_key[] = {"detail", "aor", "call_id", "detail", "detail"};
        enum cp_detect_key_kind kind = cp_detection_key((enum cp_detection)a->detection);
        struct cp_prefix prefix = {.ip = a->ip, .len = 128};
        char text[CP_PREFIX_TEXT_BYTES];

        cp_json_string(j, "key", cp_detect_key_name(kind));
        if (kind == CP_KEY_SOURCE && a->several)
                prefix.len = 64;
        else if (kind == CP_KEY_SOURCE)
                prefix.ip = a->exact;
        if (kind != CP_KEY_ALL)
                cp_json_string(j, "address", cp_prefix_print(&prefix, text));
        write_text(j, text_key[kind], &a->text);
}

static void write_detection(struct cp_json *j, const struct cp_alert *a, enum cp_alert_news news)
{
        cp_json_open(j, "detection", '{');
        cp_json_string(j, "name", cp_detection_name((enum cp_detection)a->detection));
        cp_json_string(j, "state", news_name(news));
        cp_json_number(j, "number", a->number);
        write_key(j, a);
        cp_json_number(j, "value", a->value);
        cp_json_number(j, "peak", a->peak);
        cp_json_number(j, "threshold", a->rule.threshold);
        cp_json_number(j, "window_s", a->rule.window_s);
        cp_json_number(j, "marks", a->marks);
        cp_json_number(j, "proven", a->proven);
        write_time(j, "first_seen", a->first_ns);
        write_time(j, "last_seen", a->last_ns);
        write_time(j, "started", a->start_ns);
        write_time(j, "stopped", a->stop_ns);
        cp_json_string(j, "mode", cp_detect_mode_name(a->rule.mode));
        cp_json_string(j, "action", cp_detect_action_name(a->rule.action));
        if (a->ban != CP_ALERT_BAN_NONE)
                cp_json_string(j, "ban", cp_alert_ban_name(a->ban));
        cp_json_open(j, "call_ids", '[');
        for (unsigned i = 0; i < CP_ALERT_CALL_IDS; i++)
                write_text(j, NULL, &a->call_id[i]);
        cp_json_close(j, ']');
        cp_json_close(j, '}');
}

size_t cp_eve_alert(const struct cp_alert *a, enum cp_alert_news news, uint64_t now_ns,
                    char line[CP_EVE_ALERT_BYTES])
{
        enum cp_detect_key_kind kind = cp_detection_key((enum cp_detection)a->detection);
        char text[CP_PREFIX_TEXT_BYTES];
        struct cp_json j;

        cp_json_init(&j, line, CP_EVE_ALERT_BYTES - 1);
        cp_json_open(&j, NULL, '{');
        write_time(&j, "timestamp", now_ns);
        cp_json_string(&j, "event_type", "alert");
        if (kind != CP_KEY_ALL)
                cp_json_string(&j, kind == CP_KEY_INSIDE ? "dest_ip" : "src_ip",
                               cp_ip_print(kind == CP_KEY_SOURCE ? &a->exact : &a->ip, text));
        write_alert(&j, a);
        write_detection(&j, a, news);
        cp_json_close(&j, '}');
        assert(!j.overflow); /* CP_EVE_ALERT_BYTES has room for the longest texts */
        line[j.len] = '\n';
        return j.len + 1;
}
