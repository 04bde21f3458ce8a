/* SPDX-License-Identifier: Apache-2.0 */
#include "control/api/eve_alert.h"
#include "control/api/methods.h"
#include "control/engine.h"

static json_t *alert_json(const struct cp_alert *a, uint64_t now_ns)
{
        char line[CP_EVE_ALERT_BYTES];
        size_t len =
            cp_eve_alert(a, a->stop_ns != 0 ? CP_ALERT_STOP : CP_ALERT_UPDATE, now_ns, line);
        json_t *o = json_loadb(line, len - 1, JSON_ALLOW_NUL, NULL);

        json_object_set_new(o, "active", json_boolean(a->stop_ns == 0));
        return o;
}

static json_t *stats_json(const struct cp_detect *d, uint64_t now_ns)
{
        return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "events",
                         (json_int_t)d->stats.events, "marks", (json_int_t)d->stats.marks, "late",
                         (json_int_t)d->stats.late, "alerts_lost", (json_int_t)d->stats.alerts_lost,
                         "keys", (json_int_t)cp_detect_table_live(&d->table, now_ns), "keys_max",
                         (json_int_t)cp_detect_table_size(&d->table), "keys_evicted",
                         (json_int_t)d->table.evicted);
}

int cp_method_alerts(struct cp_rpc_call *call)
{
        struct cp_engine *e = call->ctx;
        uint64_t now_ns = cp_clock_real_ns();
        json_t *list = json_array();
        const struct cp_alert *a;
        json_t *stats;
        uint32_t i = 0;

        cp_gate_close(&e->event_gate);
        while ((a = cp_detect_alert_next(e->detect, &i)) != NULL)
                json_array_append_new(list, alert_json(a, now_ns));
        stats = stats_json(e->detect, now_ns);
        cp_gate_open(&e->event_gate);
        call->result = json_pack("{s:o, s:o}", "alerts", list, "detection", stats);
        return 0;
}
